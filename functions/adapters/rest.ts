interface Pause {
  readonly fromMs: number;
  readonly forMs: number;
}

const firstMs = 1000;
const mostMs = 16_000;
/** So many refusals in a row, of whichever sockets, are the account's rate and not one full buffer. */
const refusalsOfTheAccount = 5;

/**
 * What a run of 429 teaches: a socket that refused is left alone for a second, then for twice as long after each further refusal, up to 16 s;
 * after five refusals in a row so are all. One success ends it. Kept by one environment for itself.
 *
 * @param now the time, ms
 */
export const createRest = (now: () => number) => {
  const ofSockets = new Map<string, Pause>();
  let ofAll: Pause | undefined;
  let refusalsInARow = 0;

  // A clock that was set back ends a pause, too.
  const isOn = (pause: Pause | undefined): boolean => pause !== undefined && now() >= pause.fromMs && now() - pause.fromMs < pause.forMs;
  const next = (pause: Pause | undefined): Pause => ({ fromMs: now(), forMs: pause ? Math.min(mostMs, pause.forMs * 2) : firstMs });
  /** Pauses that nobody has asked for since they ended twice over teach nothing any more. */
  const forgetOld = () => {
    for (const [connectionId, { fromMs, forMs }] of ofSockets) if (now() - fromMs > forMs + mostMs) ofSockets.delete(connectionId);
  };

  return {
    /** Is a post to this socket not to be tried now? */
    isResting: (connectionId: string): boolean => isOn(ofAll) || isOn(ofSockets.get(connectionId)),
    refused(connectionId: string): void {
      forgetOld();
      ofSockets.set(connectionId, next(ofSockets.get(connectionId)));
      refusalsInARow += 1;
      if (refusalsInARow >= refusalsOfTheAccount) ofAll = next(ofAll);
    },
    taken(connectionId: string): void {
      ofSockets.delete(connectionId);
      ofAll = undefined;
      refusalsInARow = 0;
    },
  };
};
