import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import type { StaffApi, Visit } from '../../client/index.ts';
import { aCaller } from '../builders/a-caller.ts';
import { ClinicScenario, oneTo } from './scenario/clinic.ts';
import { eventually } from './scenario/eventually.ts';
import { Tables } from './scenario/tables.ts';

jest.setTimeout(120_000);

const audience = 1500;
const frameBytes = 32 * 1024;
let clinic: ClinicScenario;
let tables: Tables;
/** In order of arrival; the last of them is Sue, whose page the tests may open. */
let callerIds: string[];
let beingSeen: string[];
let sue: Visit;

/** What DynamoDB reads with one query: 1 MB (amazondynamodb/latest/developerguide/Query.Pagination.html). */
const pageBytes = 1024 * 1024;

beforeAll(async () => {
  [clinic, tables] = await Promise.all([ClinicScenario.open(), Tables.open()]);
  const arrivedAt = Date.now() - audience * 1000;
  const visits = oneTo(audience - 1).map((number) =>
    aCaller(`caller-${number}`)
      .with({ clinicId: clinic.clinicId, arrivedAt: arrivedAt + number * 1000, details: { reason: `Élodie ${number} ${'x'.repeat(800)}` } })
      .with(number % 3 === 0 ? { status: 'being-seen' } : {})
      .build(),
  );
  expect(Buffer.byteLength(JSON.stringify(visits.map(({ details }) => details)))).toBeGreaterThan(pageBytes);
  beingSeen = visits.filter(({ status }) => status === 'being-seen').map(({ callerId }) => callerId);
  const waiting = visits.values();
  await Promise.all(
    oneTo(16).map(async () => {
      for (const visit of waiting) await tables.callers.create(visit);
    }),
  );
  sue = await clinic.checkIn('Sue Smith');
  callerIds = [...visits, sue].map(({ callerId }) => callerId);
  // Engines may be late with an index, as DynamoDB is.
  await eventually(async () => expect(await listed({ limit: 1000 })).toHaveLength(audience), 120_000);
}, 120_000);

afterEach(() => clinic.close());

/** The ids on the board over all pages of the HTTP API. */
const listed = async (query: Parameters<StaffApi['callers']>[1]): Promise<string[]> => {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await clinic.administrator.callers(clinic.clinicId, { ...query, ...(cursor !== undefined && { cursor }) });
    ids.push(...page.callers.map(({ callerId }) => callerId));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
};

afterAll(() => tables.close());

it('1,500 callers are subscribed to in frames under 32 KB, each once and in order of arrival', async () => {
  const socket = await clinic.staffSocket(await clinic.hire('raw'));

  const pages = await socket.pages('subscribe', {});

  expect(pages.flatMap(({ callers }) => callers).map(({ callerId }) => callerId)).toEqual(callerIds);
  expect(pages.length).toBeGreaterThan(audience / 100);
  expect(socket.largestFrameBytes).toBeLessThan(frameBytes);
});

it('1,500 callers are listed over HTTP, page by page and filtered', async () => {
  expect(await listed({ limit: 400 })).toEqual(callerIds);
  expect(await listed({ limit: 1000, statuses: ['being-seen'] })).toEqual(beingSeen);
  expect(await listed({ search: 'elodie 1499' })).toEqual(['caller-1499']);
});

it('a broadcast reaches all 1,500 over every page, with an outcome for each', async () => {
  const dashboard = await clinic.dashboard();
  expect(dashboard.client.callers.size).toBe(audience);
  const page = await clinic.page(sue);

  const { broadcastId, ...outcome } = await dashboard.broadcast({ text: 'We run late today' });

  expect(outcome).toMatchObject({ matched: audience, stored: audience, offline: audience - 1, failed: 0 });
  await eventually(() => expect(page.heard).toContain('We run late today'));
  await eventually(() => expect(dashboard.client.broadcasts.get(broadcastId)).toMatchObject({ delivered: 1, offline: audience - 1 }));
  const outcomes = await clinic.outcomes(broadcastId);
  expect([...outcomes.keys()].sort()).toEqual([...callerIds].sort());
  for (const { callerId, outcome, seq } of outcomes.values())
    expect([outcome, seq]).toEqual([callerId === sue.callerId ? 'delivered' : 'offline', expect.any(Number)]);
  const [first = ''] = callerIds;
  expect((await clinic.thread({ callerId: first })).filter(({ text }) => text === 'We run late today')).toHaveLength(1);
  await eventually(() => {
    for (const { lastMessagePreview } of dashboard.client.callers.values()) expect(lastMessagePreview).toBe('We run late today');
  }, 120_000);
});

it('a broadcast with a filter reaches exactly those whom it shows, over every page', async () => {
  const dashboard = await clinic.dashboard();

  const { broadcastId, ...outcome } = await dashboard.broadcast({ filter: { statuses: ['being-seen'] }, text: 'Room B is closed' });

  expect(outcome).toMatchObject({ matched: beingSeen.length, stored: beingSeen.length, failed: 0 });
  expect(new Set((await clinic.outcomes(broadcastId)).keys())).toEqual(new Set(beingSeen));
});
