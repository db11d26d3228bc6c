import { cleanText, codePoints } from '../../shared/message-text.ts';

/** Length of what would be sent of a typed text. */
export const messageLength = (text: string): number => codePoints(cleanText(text));
