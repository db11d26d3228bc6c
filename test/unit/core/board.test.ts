import { describe, expect, it } from '@jest/globals';
import { type BoardPage, type BoardQuery, presentCallers, readBoard, subscribe } from '../../../functions/core/board.ts';
import type { CallersTable } from '../../../functions/data/callers-table.ts';
import type { ClinicsTable } from '../../../functions/data/clinics-table.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import { limits } from '../../../protocol/limits.ts';
import type { Member } from '../../../protocol/objects.ts';
import { aCaller, manyCallers } from '../../builders/a-caller.ts';
import { aClinic, aMember } from '../../builders/a-clinic.ts';
import { only, someDashboards } from '../../builders/fakes.ts';
import { inMemoryCallers } from '../../builders/in-memory-callers.ts';
import { morning } from '../../builders/times.ts';
import { expectRefusal } from './refusals.ts';

const readPage = (visits: readonly Visit[], query: Partial<BoardQuery> = {}, pageSize?: number) =>
  readBoard({ callers: inMemoryCallers(visits, pageSize === undefined ? {} : { pageSize }).store, now: () => morning }, 'demo', {
    limit: 100,
    room: 1_000_000,
    ...query,
  });

/** All pages, one after the other. */
const readAll = async (visits: readonly Visit[], query: Partial<BoardQuery> = {}, pageSize?: number): Promise<string[][]> => {
  const pages: string[][] = [];
  let cursor: string | null | undefined;
  do {
    const page: BoardPage = await readPage(visits, { ...query, ...(cursor && { cursor }) }, pageSize);
    pages.push(page.callers.map(({ callerId }) => callerId));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return pages;
};

const cursorOf = (boardKey: string) => Buffer.from(boardKey).toString('base64url');
const ids = (visits: readonly Visit[]) => visits.map(({ callerId }) => callerId);

describe('readBoard', () => {
  it('shows everyone present, whatever the status, in order of arrival', async () => {
    const [first, second, third] = manyCallers(
      3,
      (caller, index) => [caller.waiting(), caller.beingSeen(), caller.onHold()][index] ?? caller,
    );
    const left = aCaller('left').ended().build();
    const visits = [third, left, first, second].filter((visit) => visit !== undefined);
    await expect(readAll(visits)).resolves.toEqual([['caller-0001', 'caller-0002', 'caller-0003']]);
  });

  it('shows nothing of another clinic', async () => {
    await expect(readAll([aCaller('sue', 'other').build()])).resolves.toEqual([[]]);
  });

  it.each([
    [['being-seen'], ['caller-0002']],
    [
      ['waiting', 'on-hold'],
      ['caller-0001', 'caller-0003'],
    ],
    [['ended'], ['left']],
    [
      ['ended', 'waiting'],
      ['caller-0001', 'left'],
    ],
    [[], []],
  ] as const)('shows the statuses %j', async (statuses, expected) => {
    const present = manyCallers(3, (caller, index) => [caller.waiting(), caller.beingSeen(), caller.onHold()][index] ?? caller);
    await expect(readAll([...present, aCaller('left').ended().build()], { statuses })).resolves.toEqual([expected]);
  });

  it('leaves out those whose retention is over, though they are still stored', async () => {
    await expect(readAll([aCaller().expired().build()], { statuses: ['ended'] })).resolves.toEqual([[]]);
  });

  it.each([
    ['rene', ['sue']],
    ['SMITH 0491', ['sue']],
    ['interpreter', ['sue']],
    ['smith nobody', []],
    ['', ['sue', 'tom']],
  ])('searches %j in name, phone and details', async (search, expected) => {
    const sue = aCaller('sue').with({ name: 'René Smith', phone: '0491 570 006', details: { note: 'needs an interpreter' } });
    await expect(readAll([sue.build(), aCaller('tom').with({ name: 'Tom' }).build()], { search })).resolves.toEqual([expected]);
  });

  it('comes in pages of the limit, without a gap, a double or an empty last one', async () => {
    const visits = manyCallers(6);
    await expect(readAll(visits, { limit: 2 })).resolves.toEqual([
      ['caller-0001', 'caller-0002'],
      ['caller-0003', 'caller-0004'],
      ['caller-0005', 'caller-0006'],
    ]);
  });

  it.each([
    ['everyone', {}],
    ['a filtered list', { statuses: ['waiting'] as const, search: 'smith' }],
  ])('reads every page of the index for %s', async (_list, query) => {
    const visits = manyCallers(25);
    await expect(readAll(visits, { ...query, limit: 10 }, 4)).resolves.toEqual([
      ids(visits.slice(0, 10)),
      ids(visits.slice(10, 20)),
      ids(visits.slice(20)),
    ]);
  });

  it('fills a filtered page from as many pages of the index as it takes', async () => {
    const visits = manyCallers(30, (caller, index) => (index % 10 === 9 ? caller.onHold() : caller));
    await expect(readAll(visits, { statuses: ['on-hold'], limit: 2 }, 4)).resolves.toEqual([
      ['caller-0010', 'caller-0020'],
      ['caller-0030'],
    ]);
  });

  it('goes on from those present to those who left', async () => {
    const left = [
      aCaller('left-1')
        .ended('left', morning - 2)
        .build(),
      aCaller('left-2')
        .ended('left', morning - 1)
        .build(),
    ];
    await expect(readAll([...manyCallers(3), ...left], { statuses: ['waiting', 'ended'], limit: 2 })).resolves.toEqual([
      ['caller-0001', 'caller-0002'],
      ['caller-0003', 'left-1'],
      ['left-2'],
    ]);
  });

  it('asks the index for one row more than an unfiltered page, and for all of a filtered one', async () => {
    const asked: unknown[] = [];
    const callers = only<CallersTable>({
      boardPage: async (_clinicId, _part, options) => {
        asked.push(options.limit);
        return { rows: [], next: undefined };
      },
    });
    const read = (query: Partial<BoardQuery>) => readBoard({ callers, now: () => morning }, 'demo', { limit: 10, room: 1000, ...query });
    await read({});
    await read({ search: 'sue' });
    expect(asked).toEqual([11, undefined]);
  });

  it('takes no more bytes than there is room for, but always one row', async () => {
    const visits = manyCallers(3);
    const { callers } = await readPage(visits);
    const bytesOfTwo = Buffer.byteLength(JSON.stringify(callers.slice(0, 2)));
    await expect(readAll(visits, { room: bytesOfTwo })).resolves.toEqual([['caller-0001', 'caller-0002'], ['caller-0003']]);
    await expect(readAll(visits, { room: 0 })).resolves.toEqual([['caller-0001'], ['caller-0002'], ['caller-0003']]);
  });

  it.each([
    ['not of this alphabet', '%%%'],
    ['of another list', cursorOf('e#1#sue')],
    ['without a place', cursorOf('p#sue')],
    ['with a key of another table', cursorOf('member#admin')],
    ['with an id that cannot be', cursorOf('p#1#sue/../tom')],
    ['with a line break', cursorOf('p#1#sue\n')],
    ['of JSON', cursorOf('{"clinicId":"other"}')],
    ['empty', ''],
  ])('refuses a cursor that is %s', async (_case, cursor) => {
    await expectRefusal(readPage(manyCallers(1), { cursor }), 'invalid-request', [
      { path: 'cursor', reason: 'is not a cursor of this list' },
    ]);
  });

  it('keeps to its own clinic with a cursor of another', async () => {
    await expect(readAll([aCaller('sue', 'other').build(), ...manyCallers(1)], { cursor: cursorOf('p#0#sue') })).resolves.toEqual([
      ['caller-0001'],
    ]);
  });
});

describe('presentCallers', () => {
  it('reads every page', async () => {
    const met: string[] = [];
    for await (const rows of presentCallers({ callers: inMemoryCallers(manyCallers(7), { pageSize: 3 }).store }, 'demo')) {
      met.push(...rows.map(({ callerId }) => callerId));
    }
    expect(met).toEqual(ids(manyCallers(7)));
  });
});

describe('subscribe', () => {
  const given = ({
    member,
    looks = [],
    removal,
    visits = manyCallers(2),
    clinic = aClinic(),
  }: {
    member?: Member;
    /** The member as the first looks find them, or how they fail, before `member` holds. */
    looks?: (Member | Error | undefined)[];
    /** How the removal of a registration fails. */
    removal?: Error;
    visits?: Visit[];
    clinic?: ReturnType<typeof aClinic> | null;
  }) => {
    const journal: string[] = [];
    const dashboards = someDashboards();
    const connections = {
      ...dashboards.store,
      put: async (...call: Parameters<typeof dashboards.store.put>) => {
        journal.push('register');
        await dashboards.store.put(...call);
      },
      remove: async (...call: Parameters<typeof dashboards.store.remove>) => {
        if (removal) throw removal;
        await dashboards.store.remove(...call);
      },
      ofClinic: dashboards.store.ofClinic,
    };
    const clinics = only<ClinicsTable>({
      member: async () => {
        journal.push('member');
        const found = looks.length > 0 ? looks.shift() : member;
        if (found instanceof Error) throw found;
        return found;
      },
      profile: async () => clinic ?? undefined,
    });
    const ports = { callers: inMemoryCallers(visits).store, clinics, connections, now: () => morning };
    const socket = { clinicId: 'demo', userId: 'clerk', connectionId: 'd1' };
    return { subscribe: (cursor?: string) => subscribe(ports, socket, cursor === undefined ? {} : { cursor }), dashboards, journal };
  };

  it('registers the dashboard and answers with the board, the clinic and who I am', async () => {
    const { subscribe, dashboards } = given({ member: aMember() });
    await expect(subscribe()).resolves.toMatchObject({
      callers: [{ callerId: 'caller-0001' }, { callerId: 'caller-0002' }],
      nextCursor: null,
      clinic: { clinicId: 'demo' },
      me: { userId: 'clerk', name: 'Cleo Clerk', role: 'member', answersMessages: false },
    });
    expect(dashboards.ids()).toEqual(['d1']);
  });

  it('reads the member again after it has registered, so that no removal slips between', async () => {
    const { subscribe, journal } = given({ member: aMember() });
    await subscribe();
    expect(journal).toEqual(['member', 'register', 'member']);
  });

  it('never registers one who is no member any more: until it were struck off again, it would hear of the board', async () => {
    const { subscribe, journal } = given({});
    await expectRefusal(subscribe(), 'forbidden');
    expect(journal).toEqual(['member']);
  });

  it('does not register again for the next page', async () => {
    const { subscribe, journal } = given({ member: aMember() });
    await subscribe(cursorOf('p#1#caller-0001'));
    expect(journal).toEqual(['member']);
  });

  it('comes in pages that fit into a frame, whatever the callers brought', async () => {
    const visits = manyCallers(120, (caller) => caller.with({ name: 'é'.repeat(100), details: { note: 'x'.repeat(900) } }));
    const { subscribe } = given({ member: aMember(), visits, clinic: aClinic({ expectationText: 'é'.repeat(500) }) });
    const met: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page: Awaited<ReturnType<typeof subscribe>> = await subscribe(cursor ?? undefined);
      const frame = JSON.stringify({ type: 'ok', requestId: 'r'.repeat(64), result: page });
      expect(Buffer.byteLength(frame)).toBeLessThan(limits.frameBytes);
      met.push(...page.callers.map(({ callerId }) => callerId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(met).toEqual(ids(visits));
  });

  it('is forbidden to one who is removed meanwhile, and leaves no registration that board frames would follow', async () => {
    const { subscribe, dashboards } = given({ looks: [aMember(), undefined] });
    await expectRefusal(subscribe(), 'forbidden');
    expect(dashboards.ids()).toEqual([]);
  });

  const outOfReach = new Error('out of reach');

  it('leaves no registration where the second look at the member fails: whether they may hear of the board is not known', async () => {
    const { subscribe, dashboards } = given({ looks: [aMember(), outOfReach] });
    await expect(subscribe()).rejects.toBe(outOfReach);
    expect(dashboards.ids()).toEqual([]);
  });

  it('fails by what failed first, though the registration could not be removed either', async () => {
    const { subscribe } = given({ looks: [aMember(), outOfReach], removal: new Error('out of reach, too') });
    await expect(subscribe()).rejects.toBe(outOfReach);
  });

  it('keeps the registration where the look for a next page fails: a removal since then has found it', async () => {
    const { subscribe, dashboards } = given({ looks: [aMember(), aMember(), outOfReach] });
    await subscribe();
    await expect(subscribe(cursorOf('p#1#caller-0001'))).rejects.toBe(outOfReach);
    expect(dashboards.ids()).toEqual(['d1']);
  });

  it('is not-found where there is no such clinic, and leaves no registration', async () => {
    const { subscribe, dashboards } = given({ member: aMember(), clinic: null });
    await expectRefusal(subscribe(), 'not-found');
    expect(dashboards.ids()).toEqual([]);
  });
});
