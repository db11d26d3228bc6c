import type { Page } from 'playwright-core';

/** A note that a page has started. It ends only where the audio of the page really runs. */
export interface Note {
  readonly hertz: number;
  readonly context: AudioContextState;
  readonly ended: boolean;
}

/** Writes down every note that the page starts, before any script of the page runs. */
export const listen = async (page: Page): Promise<void> => {
  await page.addInitScript(() => {
    const notes: { hertz: number; context: string; ended: boolean }[] = [];
    Object.assign(globalThis, { notes });
    const start = AudioScheduledSourceNode.prototype.start;
    AudioScheduledSourceNode.prototype.start = function (this: AudioScheduledSourceNode, when?: number) {
      const note = { hertz: this instanceof OscillatorNode ? this.frequency.value : 0, context: this.context.state, ended: false };
      this.addEventListener('ended', () => {
        note.ended = true;
      });
      notes.push(note);
      return start.call(this, when);
    };
  });
};

export const notesOf = (page: Page): Promise<Note[]> =>
  // Kept there by `listen`.
  page.evaluate(() => (globalThis as unknown as { notes: Note[] }).notes);
