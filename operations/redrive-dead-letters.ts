import { isObject, objectOf, stringOf } from '../local/json.ts';

/** Work that failed for good, as Lambda left it in a dead-letter queue. */
export interface DeadLetter {
  readonly queue: string;
  /** Which letter of its queue, for `remove`. */
  readonly id: string;
  /** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html, or for streams services-dynamodb-errors.html */
  readonly body: unknown;
}

/** Where dead letters lie, and the functions that they came from. */
export interface DeadLetterOffice {
  /** Every letter that lies there now, each once. */
  letters(): AsyncIterable<DeadLetter>;
  /** Hands an event to a function asynchronously; settles once it is accepted. */
  invoke(functionArn: string, event: unknown): Promise<void>;
  remove(letter: DeadLetter): Promise<void>;
}

/**
 * What became of a letter. `run-again`: its work was handed to its function. `expired`: a broadcast too old to be sent to whoever waits now.
 * `healed`: a batch of board changes, which dashboards and pages have repaired by themselves. `unrecorded`: changes that the audit log does not have,
 * left where it is: it says which. `unknown`: left where it is, for a person.
 */
export type Redrive = 'run-again' | 'expired' | 'healed' | 'unrecorded' | 'unknown';

export interface Redriven {
  readonly letter: DeadLetter;
  readonly redrive: Redrive;
}

/**
 * A filter is evaluated when a broadcast runs. Later than this it would speak to other people, of something that no longer holds: the same
 * bound as the event's own (`lib/broadcast-worker.ts`), counted from when Lambda gave up.
 */
const broadcastHoldsMs = 60 * 60_000;

/**
 * Deals with every dead letter. A letter goes only after its work was accepted, so that nothing is lost in between; work may then be
 * done twice, which broadcasts withstand.
 */
export async function* redriveDeadLetters(office: DeadLetterOffice, nowMs: number): AsyncGenerator<Redriven> {
  for await (const letter of office.letters()) {
    const redrive = decide(letter, nowMs);
    if (redrive.kind === 'run-again') await office.invoke(redrive.functionArn, redrive.event);
    if (redrive.kind !== 'unknown' && redrive.kind !== 'unrecorded') await office.remove(letter);
    yield { letter, redrive: redrive.kind };
  }
}

type Decision =
  | { readonly kind: Exclude<Redrive, 'run-again'> }
  | { readonly kind: 'run-again'; readonly functionArn: string; readonly event: unknown };

const decide = ({ body }: DeadLetter, nowMs: number): Decision => {
  const { timestamp, requestContext, requestPayload, DDBStreamBatchInfo } = objectOf(body);
  const functionArn = stringOf(objectOf(requestContext).functionArn);
  // CloudFormation makes a function's name of the ids in its path (`lib/handler-functions.ts`).
  if (isObject(DDBStreamBatchInfo)) return { kind: /Functionsaudit/.test(functionArn ?? '') ? 'unrecorded' : 'healed' };
  const givenUpAtMs = Date.parse(stringOf(timestamp) ?? '');
  if (functionArn === undefined || !isWorkerJob(requestPayload) || Number.isNaN(givenUpAtMs)) return { kind: 'unknown' };
  if (nowMs - givenUpAtMs > broadcastHoldsMs) return { kind: 'expired' };
  return { kind: 'run-again', functionArn, event: requestPayload };
};

/** As `functions/core/ports.ts` has them: ids alone. */
const isWorkerJob = (payload: unknown): boolean => {
  const { kind, clinicId, broadcastId } = objectOf(payload);
  return typeof clinicId === 'string' && ((kind === 'broadcast' && typeof broadcastId === 'string') || kind === 'clinic-changed');
};
