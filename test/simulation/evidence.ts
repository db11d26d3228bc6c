import type { FailureCode } from '../../client/errors.ts';
import type { BroadcastRequest } from '../../client/http.ts';
import type { ChainedEvent } from '../../functions/data/audit-chain.ts';
import type { BroadcastRecord } from '../../functions/data/broadcasts-table.ts';
import type { ClinicProfile } from '../../functions/data/clinics-table.ts';
import type { Visit } from '../../functions/data/visit.ts';
import type { Broadcast, Caller, Clinic, Message } from '../../protocol/objects.ts';
import type { VisitStep } from './world.ts';

/** One thing that a person wanted said, however often it was tried. */
export interface Send {
  readonly kind: 'notify' | 'message' | 'broadcast';
  /** Of the message or the broadcast; the same for every try. */
  readonly id: string;
  /** Whom it is for or from; absent for a broadcast. */
  readonly callerId?: string;
  readonly text: string;
  readonly request?: BroadcastRequest;
  /** What the client said became of it, at the last try; `ok` stays. */
  outcome: 'pending' | 'ok' | FailureCode;
  /** When that was said, virtual ms. */
  saidAt: number;
  /** The `seq` that the answer named. */
  seq?: number;
}

/** One loaded waiting page: all that it was given and what it shows in the end. */
export interface PageEvidence {
  readonly name: string;
  readonly callerId: string;
  /** The messages that it applied, in the order in which it did. */
  readonly applied: readonly Message[];
  /** Whether it is the person's page in the end, and was left to itself long enough to be up to date. */
  readonly isCurrent: boolean;
  readonly hasEnded: boolean;
  readonly caller: Caller | undefined;
  readonly clinic: Clinic | undefined;
  /** Up to here it was told to be read. */
  readonly readSeq: number;
  /** The versions of the caller that it showed, in order. */
  readonly versions: readonly number[];
}

/** One loaded dashboard. */
export interface DashboardEvidence {
  readonly name: string;
  readonly isCurrent: boolean;
  readonly callers: readonly Caller[];
  readonly clinic: Clinic | undefined;
  /** The conversations open in the end. */
  readonly threads: ReadonlyMap<string, readonly Message[]>;
  /** Callers of whom it showed an older version right after a newer one. */
  readonly wentBack: readonly string[];
  /** What was announced as new, as `callerId/seq`, in order. */
  readonly announced: readonly string[];
  /** Every report of a broadcast, in the order in which it was shown. */
  readonly reports: readonly Broadcast[];
  readonly broadcasts: readonly Broadcast[];
}

/** All that is known of a history when it is over. */
export interface Evidence {
  readonly clinic: ClinicProfile;
  readonly visits: readonly Visit[];
  readonly visitSteps: readonly VisitStep[];
  readonly broadcasts: readonly BroadcastRecord[];
  readonly broadcastTimes: ReadonlyMap<string, { readonly createdAt: number; readonly finishedAt?: number }>;
  readonly sends: readonly Send[];
  readonly pages: readonly PageEvidence[];
  readonly dashboards: readonly DashboardEvidence[];
  /** The ids of sockets that are open at both ends. */
  readonly isAlive: (connectionId: string) => boolean;
  /** Changes of visits that the stream gave up: no dashboard heard of them, and receipts among them are lost. */
  readonly droppedChanges: number;
  /** The audit log, in no order. */
  readonly audit: readonly ChainedEvent[];
  /** Changes of visits that the audit log was never told of. */
  readonly droppedAudit: number;
  /** Promises that were seen broken on the way. */
  readonly breaches: readonly string[];
}
