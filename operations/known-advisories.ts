/** An advisory that touches a package of ours and not us, by its id at GitHub (`GHSA-…`). */
export interface KnownAdvisory {
  readonly id: string;
  readonly packageName: string;
  /** Why it cannot be used against anyone here, and what will take it away. */
  readonly reason: string;
}

/** Empty is how it should be. `npm run audit:dependencies` fails on an advisory that is not here, and on a line here that npm no longer finds. */
export const knownAdvisories: readonly KnownAdvisory[] = [];
