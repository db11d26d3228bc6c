import type { ErrorBody } from '../../protocol/errors.ts';
import type { AuditEntry, Broadcast, Caller, Clinic, Member, Message, Recipient, Role } from '../../protocol/objects.ts';

/** A frame as it may stand on the wire: what of it is there, and that nothing else is, each test says. */
export interface Frame {
  readonly type?: string;
  readonly requestId?: string;
  readonly result?: Result;
  readonly error?: ErrorBody;
  readonly reason?: string;
  readonly callerId?: string;
  readonly removed?: readonly string[];
  readonly callers?: readonly Caller[];
  readonly messages?: readonly Message[];
  readonly caller?: Caller;
  readonly clinic?: Clinic;
  readonly broadcast?: Broadcast;
}

/** What `ok` carries, of all actions together: reading what is absent is a failed test. */
export interface Result {
  readonly callers: readonly Caller[];
  readonly nextCursor: string | null;
  readonly clinic: Clinic;
  readonly me: Member;
  readonly message: Message;
  readonly caller: Caller;
  readonly duplicate: boolean;
  readonly broadcast: Broadcast;
  readonly messages: readonly Message[];
  readonly nextAfterSeq: number | null;
}

/** A body of the HTTP API, of all routes together: reading what is absent is a failed test. */
export interface Body extends Omit<Result, 'clinic'> {
  readonly status: string | number;
  readonly version: string | number;
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly details: unknown;
  readonly callerId: string;
  readonly callerToken: string;
  readonly ticket: string;
  readonly url: string;
  readonly protocol: string;
  readonly expiresAt: string;
  readonly clinic: Clinic;
  readonly clinics: readonly (Clinic & { readonly role: Role })[];
  readonly members: readonly Member[];
  readonly recipients: readonly Recipient[];
  readonly entries: readonly AuditEntry[];
  readonly guestMessages: boolean;
  readonly waitingThresholdMinutes: number;
}
