/** Listeners by event name; `Events` maps each name to what its listeners are given. */
export class Listeners<Events> {
  readonly #byEvent = new Map<keyof Events, Set<(given: never) => void>>();

  /** Calls `listener` with every such event; the answer ends it. */
  on<Name extends keyof Events>(event: Name, listener: (given: Events[Name]) => void): () => void {
    const listeners = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** One listener that throws keeps nothing from the others; its error surfaces as an uncaught one. */
  emit<Name extends keyof Events>(event: Name, given: Events[Name]): void {
    for (const listener of this.#byEvent.get(event) ?? []) {
      try {
        // `on` put it under this name, so it takes what this name gives.
        (listener as (given: Events[Name]) => void)(given);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
