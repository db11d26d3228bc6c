/** Length as the contract counts it: an emoji outside the basic plane is one. */
export const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

/** A typed or pasted text as the server takes it: NFC, trimmed, tabs as spaces, no control character but the newline. */
export const cleanText = (typed: string): string =>
  typed
    .toWellFormed()
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, ' ')
    .replace(/[^\P{Cc}\n]/gu, '')
    .trim();

/** The same for a single line: a name, a phone number, an answer to an entry field. */
export const cleanLine = (typed: string): string => cleanText(typed).replace(/\n+/g, ' ');
