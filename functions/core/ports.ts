import type { Role } from '../../protocol/objects.ts';
import type { AuditTable } from '../data/audit-table.ts';
import type { BroadcastsTable } from '../data/broadcasts-table.ts';
import type { CallersTable } from '../data/callers-table.ts';
import type { ClinicsTable } from '../data/clinics-table.ts';
import type { ConnectionsTable } from '../data/connections-table.ts';
import type { RateLimitsTable } from '../data/rate-limits-table.ts';
import type { TicketsTable } from '../data/tickets-table.ts';

/** What one post to one socket came to. Only `posted` means that the socket took it. */
export type Delivery = 'posted' | 'gone' | 'throttled' | 'too-large' | 'failed';

/** Speaks to open sockets. Never throws for what becomes of a single socket. */
export interface Poster {
  post(connectionId: string, frame: string): Promise<Delivery>;
  close(connectionId: string): Promise<void>;
  /** Undefined where it cannot be told now. */
  isOpen(connectionId: string): Promise<boolean | undefined>;
}

/** Work for the broadcast worker: ids alone, so that a dead letter holds no text. */
export type WorkerJob =
  | { readonly kind: 'broadcast'; readonly clinicId: string; readonly broadcastId: string }
  | { readonly kind: 'clinic-changed'; readonly clinicId: string };

/** Hands a job to the worker; it may run it twice. @throws RequestError `unavailable` where that cannot be done now */
export type StartWorker = (job: WorkerJob) => Promise<void>;

/** All that core needs of the world. Each function says which of it it uses. */
export interface Ports {
  readonly callers: CallersTable;
  readonly clinics: ClinicsTable;
  readonly connections: ConnectionsTable;
  readonly tickets: TicketsTable;
  readonly broadcasts: BroadcastsTable;
  readonly rateLimits: RateLimitsTable;
  readonly audit: AuditTable;
  readonly poster: Poster;
  readonly startWorker: StartWorker;
  /** For whoever runs the service to see: something failed that no answer tells of. */
  readonly reportFailure: (what: 'audit', error: unknown, ids: { readonly clinicId: string }) => void;
  /** The time, ms. */
  readonly now: () => number;
  /** A new id, 128 random bits. */
  readonly newId: () => string;
  /** A new secret, 256 random bits in 43 characters of base64url. */
  readonly newSecret: () => string;
}

export type Uses<Names extends keyof Ports> = Pick<Ports, Names>;

/** A member of a clinic, as read at this request. */
export interface StaffActor {
  readonly kind: 'staff';
  readonly clinicId: string;
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  readonly answersMessages: boolean;
}

/** A caller's socket. Whether it still may speak is decided by the condition of its own update. */
export interface CallerSocket {
  readonly clinicId: string;
  readonly callerId: string;
  readonly connectionId: string;
  /** ms */
  readonly connectedAt: number;
}
