import { Chime, type ChimeState } from '../shared/chime.ts';

const mutedKey = 'waiting-area:muted';

const readMuted = (): boolean => {
  try {
    return sessionStorage.getItem(mutedKey) === 'true';
  } catch {
    return false;
  }
};

const storeMuted = (muted: boolean): void => {
  try {
    sessionStorage.setItem(mutedKey, String(muted));
  } catch {
    // Where the browser refuses storage, the choice lasts until the next reload.
  }
};

/** The sound of this page: what it may do now, and the caller's choice. */
export class Sound {
  readonly #listeners = new Set<() => void>();
  readonly #chime = new Chime({
    muted: readMuted(),
    onState: () => {
      for (const listener of this.#listeners) listener();
    },
  });

  readonly state = (): ChimeState => this.#chime.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Call it in the handler of a click or a key. @param play let the person hear that it works */
  async unlock({ play }: { play: boolean } = { play: false }): Promise<void> {
    await this.#chime.unlock();
    if (play) this.#chime.play('message');
  }

  mute(muted: boolean): void {
    storeMuted(muted);
    this.#chime.mute(muted);
  }

  /** The clinic wrote: a sound where it is allowed, and a vibration for those who have it off. */
  announce(): void {
    this.#chime.play('message');
    // Browsers log a warning where a page vibrates before anyone has touched it.
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([200, 100, 200]);
  }
}
