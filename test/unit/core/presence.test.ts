import { describe, expect, it } from '@jest/globals';
import type { CallerSocket } from '../../../functions/core/ports.ts';
import { disconnect, resume } from '../../../functions/core/presence.ts';
import type { CallersTable } from '../../../functions/data/callers-table.ts';
import type { ClinicsTable } from '../../../functions/data/clinics-table.ts';
import type { Written } from '../../../functions/data/document-client.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import { limits } from '../../../protocol/limits.ts';
import { aCaller, notified, wrote } from '../../builders/a-caller.ts';
import { aClinic, aDashboard } from '../../builders/a-clinic.ts';
import { aPoster, done, only, refused, someDashboards } from '../../builders/fakes.ts';
import { morning } from '../../builders/times.ts';
import { expectRefusal } from './refusals.ts';

const fresh: CallerSocket = { clinicId: 'demo', callerId: 'sue', connectionId: 'c1', connectedAt: morning - 5000 };
const older: CallerSocket = { ...fresh, connectedAt: morning - 5001 };

const given = ({
  found,
  connect = [],
  instead = [],
  clinic = aClinic(),
}: {
  found?: Visit;
  connect?: Written<Visit>[];
  instead?: Written<Visit>[];
  clinic?: ReturnType<typeof aClinic> | null;
}) => {
  const journal: string[] = [];
  const poster = aPoster();
  const next = (answers: Written<Visit>[]) => {
    const answer = answers.shift();
    if (!answer) throw new Error('no more writes were expected');
    return answer;
  };
  const callers = only<CallersTable>({
    find: async () => {
      journal.push('find');
      return found;
    },
    connect: async (_key, connectionId, connectedAt, nowMs, mostSockets) => {
      journal.push(`connect ${connectionId} of ${mostSockets}`);
      expect([connectedAt, nowMs]).toEqual([journal.includes('find') ? older.connectedAt : fresh.connectedAt, morning]);
      return next(connect);
    },
    connectInsteadOf: async (_key, oldest, connectionId) => {
      journal.push(`connect ${connectionId} instead of ${oldest}`);
      return next(instead);
    },
    markSeen: async (_key, connectionId) => {
      journal.push(`seen ${connectionId}`);
      return refused();
    },
  });
  const clinics = only<ClinicsTable>({
    profile: async () => {
      journal.push('clinic');
      return clinic ?? undefined;
    },
  });
  return {
    journal,
    poster,
    resume: (socket: CallerSocket, afterSeq = 0) => resume({ callers, clinics, poster, now: () => morning }, socket, { afterSeq }),
  };
};

describe('resume on a fresh socket', () => {
  it('writes at once, without a read, and reads the clinic afterwards', async () => {
    const { resume, journal } = given({ connect: [done(aCaller().online('c1').withMessages(notified('Hello')).build())] });
    await expect(resume(fresh)).resolves.toMatchObject({
      caller: { callerId: 'sue', online: true },
      clinic: { clinicId: 'demo' },
      messages: [{ seq: 1, text: 'Hello' }],
      nextAfterSeq: null,
    });
    expect(journal).toEqual(['connect c1 of 5', 'clinic']);
  });

  it('gives what is behind a seq, never the senders', async () => {
    const { resume } = given({ connect: [done(aCaller().online('c1').withMessages(notified('one'), notified('two')).build())] });
    const { messages } = await resume(fresh, 1);
    expect(messages).toMatchObject([{ seq: 2 }]);
    expect(messages[0]).not.toHaveProperty('senderName');
  });

  it('gives a long conversation in pages that fit into a frame', async () => {
    const long = aCaller()
      .online('c1')
      .withMessages(...Array.from({ length: 40 }, () => wrote('é'.repeat(1000))))
      .build();
    const first = await given({ connect: [done(long)] }).resume(fresh);
    expect(Buffer.byteLength(JSON.stringify({ type: 'ok', requestId: 'r'.repeat(64), result: first }))).toBeLessThan(limits.frameBytes);
    const { nextAfterSeq, messages } = first;
    expect(nextAfterSeq).toBe(messages.at(-1)?.seq);
    expect(nextAfterSeq).toBeLessThan(40);
  });
});

describe('resume on an older socket', () => {
  const seen = (secondsAgo: number) =>
    aCaller().with({ connections: { c1: { at: morning, seen: Math.floor(morning / 1000) - secondsAgo } } });

  it('that is registered reads and writes nothing', async () => {
    const { resume, journal } = given({ found: seen(360).build() });
    await expect(resume(older)).resolves.toMatchObject({ caller: { online: true } });
    expect(journal).toEqual(['find', 'clinic']);
  });

  it('is marked as seen when its last mark is older than six minutes', async () => {
    const { resume, journal } = given({ found: seen(361).build() });
    await resume(older);
    expect(journal).toEqual(['find', 'seen c1', 'clinic']);
  });

  it('that is not registered is registered', async () => {
    const { resume, journal } = given({ found: aCaller().online('c2').build(), connect: [done(aCaller().online('c1', 'c2').build())] });
    await resume(older);
    expect(journal).toEqual(['find', 'connect c1 of 5', 'clinic']);
  });
});

describe('the sixth socket', () => {
  const five = aCaller().online('s1', 's2', 's3', 's4', 's5');

  it('takes the place of the one that connected first, which is told so and then closed', async () => {
    const { resume, journal, poster } = given({
      connect: [refused(five.build())],
      instead: [done(aCaller().online('s2', 's3', 's4', 's5', 'c1').build())],
    });
    await resume(fresh);
    expect(journal).toEqual(['connect c1 of 5', 'connect c1 instead of s1', 'clinic']);
    expect(poster.journal).toEqual(['post s1 displaced', 'close s1']);
  });

  it('tries the next oldest where that one went meanwhile', async () => {
    const { resume, journal, poster } = given({
      connect: [refused(five.build())],
      instead: [refused(aCaller().online('s2', 's3', 's4', 's5', 's6').build()), done(five.build())],
    });
    await resume(fresh);
    expect(journal.slice(1, 3)).toEqual(['connect c1 instead of s1', 'connect c1 instead of s2']);
    expect(poster.closed).toEqual(['s2']);
  });

  it('is simply registered where a place became free meanwhile', async () => {
    const { resume, poster } = given({
      connect: [refused(five.build()), done(five.build())],
      instead: [refused(aCaller().online('s2', 's3').build())],
    });
    await expect(resume(fresh)).resolves.toMatchObject({ caller: { callerId: 'sue' } });
    expect(poster.closed).toEqual([]);
  });

  it('is itself registered already where the first try was only not answered', async () => {
    const { resume, poster } = given({ connect: [refused(aCaller().online('s1', 's2', 's3', 's4', 'c1').build())] });
    await expect(resume(fresh)).resolves.toMatchObject({ caller: { online: true } });
    expect(poster.closed).toEqual([]);
  });

  it('gives up after five tries', async () => {
    const { resume } = given({ connect: [refused(five.build())], instead: Array.from({ length: 5 }, () => refused(five.build())) });
    await expectRefusal(resume(fresh), 'unavailable');
  });
});

describe('resume is refused', () => {
  it.each([
    ['caller-ended', 'the caller has left', fresh, aCaller().ended().build()],
    ['caller-ended', 'the caller has left', older, aCaller().ended().build()],
    ['unauthenticated', 'the caller was erased', fresh, undefined],
    ['unauthenticated', 'the caller was erased', older, undefined],
  ] as const)('as %s where %s', async (code, _why, socket, visit) => {
    const { resume, journal } = given({ ...(visit && { found: visit }), connect: [refused(visit)] });
    await expectRefusal(resume(socket), code);
    expect(journal).not.toContain('clinic');
  });

  it('as unauthenticated where there is no such clinic', async () => {
    const { resume } = given({ connect: [done(aCaller().online('c1').build())], clinic: null });
    await expectRefusal(resume(fresh), 'unauthenticated');
  });
});

describe('disconnect', () => {
  it('forgets a dashboard by its very id', async () => {
    const dashboards = someDashboards(aDashboard('d1'), aDashboard('d2'));
    await disconnect(
      { callers: only<CallersTable>({}), connections: dashboards.store, now: () => morning },
      { kind: 'staff', clinicId: 'demo', connectionId: 'd1' },
    );
    expect(dashboards.ids()).toEqual(['d2']);
  });

  it('forgets a caller’s socket by its very id', async () => {
    const forgotten: unknown[] = [];
    const callers = only<CallersTable>({
      disconnect: async ({ clinicId, callerId }, connectionId, nowMs) => {
        forgotten.push([clinicId, callerId, connectionId, nowMs]);
        return refused();
      },
    });
    await disconnect(
      { callers, connections: someDashboards().store, now: () => morning },
      { kind: 'caller', clinicId: 'demo', callerId: 'sue', connectionId: 'c1' },
    );
    expect(forgotten).toEqual([['demo', 'sue', 'c1', morning]]);
  });
});
