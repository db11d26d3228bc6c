import type { Outgoing, Visit } from '../../client/index.ts';

/** What a tab keeps of one clinic's visit for a reload. */
export interface StoredVisit {
  readonly visit: Visit;
  /** The language chosen at check-in, BCP 47. */
  readonly language: string;
}

/** A message that was on its way when the page went, or had failed: sent again with the same id it never doubles. */
export type StoredOutgoing = Pick<Outgoing, 'messageId' | 'text' | 'state'>;

type Part = 'visit' | 'outbox' | 'draft';

/**
 * The visit of one clinic in this tab's session storage: it survives a reload, and is gone with the tab. Where the browser
 * refuses storage, nothing survives and everything else works.
 */
export class VisitStorage {
  readonly #clinicId: string;

  constructor(clinicId: string) {
    this.#clinicId = clinicId;
  }

  get visit(): StoredVisit | undefined {
    // Written by the setter below, in this tab only.
    return this.#read('visit') as StoredVisit | undefined;
  }

  set visit(stored: StoredVisit) {
    this.#write('visit', stored);
  }

  get outbox(): readonly StoredOutgoing[] {
    // Written by the setter below, in this tab only.
    return (this.#read('outbox') ?? []) as readonly StoredOutgoing[];
  }

  set outbox(messages: readonly StoredOutgoing[]) {
    if (messages.length === 0) this.#remove('outbox');
    else this.#write('outbox', messages);
  }

  get draft(): string {
    return String(this.#read('draft') ?? '');
  }

  set draft(text: string) {
    if (text === '') this.#remove('draft');
    else this.#write('draft', text);
  }

  /** Nothing of the visit stays on the device. */
  forget(): void {
    this.#remove('visit');
    this.#remove('outbox');
    this.#remove('draft');
  }

  #read(part: Part): unknown {
    try {
      return JSON.parse(sessionStorage.getItem(this.#key(part)) ?? 'null') ?? undefined;
    } catch {
      return undefined;
    }
  }

  #write(part: Part, value: unknown): void {
    try {
      sessionStorage.setItem(this.#key(part), JSON.stringify(value));
    } catch {
      // Refused or full: the visit goes on without it.
    }
  }

  #remove(part: Part): void {
    try {
      sessionStorage.removeItem(this.#key(part));
    } catch {
      // What could not be stored needs no removal.
    }
  }

  #key(part: Part): string {
    return `waiting-area:${this.#clinicId}:${part}`;
  }
}
