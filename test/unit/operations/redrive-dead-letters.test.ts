import { describe, expect, it } from '@jest/globals';
import type { WorkerJob } from '../../../functions/core/ports.ts';
import { type DeadLetter, type DeadLetterOffice, redriveDeadLetters } from '../../../operations/redrive-dead-letters.ts';

const nowMs = Date.parse('2026-11-02T10:00:00.000Z');
const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:broadcast:$LATEST';
const job: WorkerJob = { kind: 'broadcast', clinicId: 'riverside', broadcastId: 'b-1' };

const letterOf = (body: unknown): DeadLetter => ({ queue: 'broadcasts', id: 'letter-1', body });
const givenUp = (timestamp: string, requestPayload: unknown = job) =>
  letterOf({ version: '1.0', timestamp, requestContext: { functionArn, condition: 'RetriesExhausted' }, requestPayload });

/** Keeps what was done, in order. */
const anOffice = (letters: readonly DeadLetter[], failing = false) => {
  const done: unknown[] = [];
  const office: DeadLetterOffice = {
    async *letters() {
      yield* letters;
    },
    invoke: async (arn, event) => {
      if (failing) throw new Error('throttled');
      done.push(['invoke', arn, event]);
    },
    remove: async ({ id }) => {
      done.push(['remove', id]);
    },
  };
  return { office, done };
};

const redrive = async (office: DeadLetterOffice) => {
  const outcomes: string[] = [];
  for await (const each of redriveDeadLetters(office, nowMs)) outcomes.push(each.redrive);
  return outcomes;
};

describe('a dead letter', () => {
  it.each<[string, WorkerJob]>([
    ['broadcast', job],
    ['change of a clinic', { kind: 'clinic-changed', clinicId: 'riverside' }],
  ])('of a %s that was given up within the hour is run again, and goes once that is accepted', async (_, payload) => {
    const { office, done } = anOffice([givenUp('2026-11-02T09:00:00.000Z', payload)]);
    expect(await redrive(office)).toEqual(['run-again']);
    expect(done).toEqual([
      ['invoke', functionArn, payload],
      ['remove', 'letter-1'],
    ]);
  });

  it('stays when its function does not take it', async () => {
    const { office, done } = anOffice([givenUp('2026-11-02T09:59:00.000Z')], true);
    await expect(redrive(office)).rejects.toThrow('throttled');
    expect(done).toEqual([]);
  });

  it('of a broadcast that was given up more than an hour ago is not sent to those who wait now', async () => {
    const { office, done } = anOffice([givenUp('2026-11-02T08:59:59.999Z')]);
    expect(await redrive(office)).toEqual(['expired']);
    expect(done).toEqual([['remove', 'letter-1']]);
  });

  it('of board changes is taken away: clients have repaired what it stands for', async () => {
    const { office, done } = anOffice([
      letterOf({
        timestamp: '2026-11-02T09:59:00.000Z',
        requestContext: { functionArn, condition: 'RetryAttemptsExhausted' },
        DDBStreamBatchInfo: { shardId: 'shard-1', startSequenceNumber: '1', endSequenceNumber: '9', batchSize: 9 },
      }),
    ]);
    expect(await redrive(office)).toEqual(['healed']);
    expect(done).toEqual([['remove', 'letter-1']]);
  });

  it.each([
    ['no object', 'text'],
    ['no function', { timestamp: '2026-11-02T09:59:00.000Z', requestPayload: job }],
    ['no time', { requestContext: { functionArn }, requestPayload: job }],
    ['another job', { timestamp: '2026-11-02T09:59:00.000Z', requestContext: { functionArn }, requestPayload: { kind: 'broadcast' } }],
  ])('of an unknown form (%s) stays for a person', async (_, body) => {
    const { office, done } = anOffice([letterOf(body)]);
    expect(await redrive(office)).toEqual(['unknown']);
    expect(done).toEqual([]);
  });
});
