/** What sound the page can make now: `blocked` until a click (a key works, Escape and mouse moves do not) has unlocked it. */
export type ChimeState = 'ready' | 'blocked' | 'muted';

type Tone = readonly { readonly hertz: number; readonly atSeconds: number; readonly forSeconds: number }[];

/** Two rising notes for a message, one low for an arrival; each is under a second. */
const tones = {
  message: [
    { hertz: 659, atSeconds: 0, forSeconds: 0.18 },
    { hertz: 880, atSeconds: 0.16, forSeconds: 0.35 },
  ],
  arrival: [{ hertz: 523, atSeconds: 0, forSeconds: 0.4 }],
} as const satisfies Record<string, Tone>;

/** Short sounds made by Web Audio: nothing to download, nothing for a content security policy to allow. */
export class Chime {
  readonly #onState: (state: ChimeState) => void;
  #context: AudioContext | undefined;
  #muted: boolean;

  constructor(options: { muted: boolean; onState: (state: ChimeState) => void }) {
    this.#muted = options.muted;
    this.#onState = options.onState;
  }

  get state(): ChimeState {
    if (this.#muted) return 'muted';
    return this.#context?.state === 'running' ? 'ready' : 'blocked';
  }

  /** Call it in a click's handler: browsers let a page sound only after one. */
  async unlock(): Promise<void> {
    if (!this.#context) {
      this.#context = new AudioContext();
      this.#context.onstatechange = () => this.#onState(this.state);
    }
    await this.#context.resume();
    this.#onState(this.state);
  }

  mute(muted: boolean): void {
    this.#muted = muted;
    this.#onState(this.state);
  }

  /** Sounds if it may; answers whether it did. */
  play(name: keyof typeof tones): boolean {
    const context = this.#context;
    if (this.state !== 'ready' || !context) return false;
    for (const { hertz, atSeconds, forSeconds } of tones[name]) {
      const start = context.currentTime + atSeconds;
      const oscillator = new OscillatorNode(context, { type: 'sine', frequency: hertz });
      const volume = new GainNode(context, { gain: 0 });
      volume.gain.linearRampToValueAtTime(0.3, start + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, start + forSeconds);
      oscillator.connect(volume).connect(context.destination);
      oscillator.start(start);
      oscillator.stop(start + forSeconds);
    }
    return true;
  }
}
