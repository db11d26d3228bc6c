import { expect, it } from '@jest/globals';
import { subscribe } from '../../../functions/core/board.ts';
import { putMember, removeMember } from '../../../functions/core/members.ts';
import type { CallersTable } from '../../../functions/data/callers-table.ts';
import type { ClinicsTable } from '../../../functions/data/clinics-table.ts';
import type { ConnectionsTable, StaffConnection } from '../../../functions/data/connections-table.ts';
import { RequestError } from '../../../protocol/errors.ts';
import type { Member } from '../../../protocol/objects.ts';
import { aClinic, anAdministrator } from '../../builders/a-clinic.ts';
import { only } from '../../builders/fakes.ts';
import { morning } from '../../builders/times.ts';

/** Which of the calls that wait comes next, at each point; beyond the end always the first. */
type Schedule = readonly number[];

const clerk = anAdministrator({ userId: 'clerk' });

/** A call of the subscribing dashboard that fails: the first look at the member, the record, which is stored nonetheless, or the second look. */
type Failing = 'first look' | 'record' | 'second look';

/** One dashboard subscribes while its member is removed, or demoted; every call to the outside waits for its turn. */
const race = async (schedule: Schedule, change: (ports: Parameters<typeof removeMember>[0]) => Promise<unknown>, failing?: Failing) => {
  const waiting: (() => void)[] = [];
  const turn = () => new Promise<void>((resolve) => waiting.push(resolve));
  const members = new Map<string, Member>([['clerk', clerk]]);
  const records = new Map<string, StaffConnection>();
  const closed: string[] = [];

  const step = async <Result>(effect: () => Result): Promise<Result> => {
    await turn();
    return effect();
  };
  const ports = {
    now: () => morning,
    clinics: only<ClinicsTable>({
      member: (_clinicId, userId) => step(() => members.get(userId)),
      profile: () => step(() => aClinic()),
      removeMember: (_clinicId, member) => step(() => (members.delete(member.userId) ? 'done' : 'stale')),
      putMember: (_clinicId, member) =>
        step(() => {
          members.set(member.userId, member);
          return 'done';
        }),
    }),
    connections: only<ConnectionsTable>({
      put: (connection) => step(() => void records.set(connection.connectionId, connection)),
      remove: (_clinicId, connectionId) => step(() => void records.delete(connectionId)),
      ofClinic: () => step(() => [...records.values()]),
    }),
    callers: only<CallersTable>({ boardPage: () => step(() => ({ rows: [], next: undefined })) }),
    poster: {
      post: () => step(() => 'posted' as const),
      close: (connectionId: string) => step(() => void closed.push(connectionId)),
      isOpen: async () => true,
    },
  };
  let looks = 0;
  const portsOfSubscriber = {
    ...ports,
    clinics: only<ClinicsTable>({
      profile: ports.clinics.profile,
      member: async (clinicId, userId) => {
        looks += 1;
        const fails = failing === (looks === 1 ? 'first look' : 'second look');
        const member = await ports.clinics.member(clinicId, userId);
        if (fails) throw new Error('timed out');
        return member;
      },
    }),
    connections: only<ConnectionsTable>({
      remove: ports.connections.remove,
      put: async (...call) => {
        await ports.connections.put(...call);
        if (failing === 'record') throw new Error('timed out');
      },
    }),
  };
  /** The role that the dashboard was told, or why it was refused. */
  let subscribed: string | undefined;
  const subscribing = subscribe(portsOfSubscriber, { clinicId: 'demo', userId: 'clerk', connectionId: 'd1' }, {}).then(
    ({ me }) => {
      subscribed = me.role;
    },
    (error) => {
      subscribed = error instanceof RequestError ? error.code : error.message;
    },
  );
  const changing = change(ports);

  const options: number[] = [];
  // Promises go on between two turns.
  const rest = () => new Promise((resolve) => setImmediate(resolve));
  for (await rest(); waiting.length > 0; await rest()) {
    const choice = schedule[options.length] ?? 0;
    options.push(waiting.length);
    waiting.splice(choice, 1)[0]?.();
  }
  await Promise.all([subscribing, changing]);
  return { options, subscribed, closed, records };
};

/** Runs every order there is. */
const inEveryOrder = async (
  change: Parameters<typeof race>[1],
  judge: (outcome: Awaited<ReturnType<typeof race>>, schedule: Schedule) => void,
  failing?: Failing,
) => {
  let orders = 0;
  const waiting: Schedule[] = [[]];
  for (let schedule = waiting.pop(); schedule !== undefined; schedule = waiting.pop()) {
    const outcome = await race(schedule, change, failing);
    judge(outcome, schedule);
    orders += 1;
    for (let point = schedule.length; point < outcome.options.length; point += 1) {
      const soFar = [...schedule, ...Array.from({ length: point - schedule.length }, () => 0)];
      for (let other = 1; other < (outcome.options[point] ?? 1); other += 1) waiting.push([...soFar, other]);
    }
  }
  return orders;
};

it('a removal that races with a subscribe closes the socket, or the subscribe is refused; in no order is it registered afterwards', async () => {
  const orders = await inEveryOrder(
    (ports) => removeMember(ports, 'demo', 'clerk'),
    ({ subscribed, closed, records }, schedule) => {
      const isOut = subscribed === 'forbidden' || closed.includes('d1');
      expect({ schedule, isOut, records: [...records.keys()] }).toEqual({ schedule, isOut: true, records: [] });
    },
  );
  expect(orders).toBeGreaterThan(100);
});

it.each(['first look', 'record', 'second look'] as const)(
  'a removal that races with a subscribe whose %s fails leaves no socket registered, in whatever order',
  async (failing) => {
    const seen = new Set<string | undefined>();
    await inEveryOrder(
      (ports) => removeMember(ports, 'demo', 'clerk'),
      ({ subscribed, records }, schedule) => {
        seen.add(subscribed);
        expect({ schedule, records: [...records.keys()] }).toEqual({ schedule, records: [] });
      },
      failing,
    );
    expect(seen).toContain('timed out');
  },
);

it('a demotion that races with a subscribe closes the socket, or the dashboard knows of it', async () => {
  const demoted: Member = { ...clerk, role: 'member' };
  const orders = await inEveryOrder(
    (ports) => putMember(ports, 'demo', demoted),
    ({ subscribed, closed }, schedule) => {
      // Never an administrator's that stays open unaware.
      expect({ schedule, isAware: subscribed === 'member' || closed.includes('d1') }).toEqual({ schedule, isAware: true });
    },
  );
  expect(orders).toBeGreaterThan(100);
});
