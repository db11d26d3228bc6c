import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ClinicScenario, type Dashboard, type WaitingPage } from './scenario/clinic.ts';
import { Control } from './scenario/control.ts';
import { eventually } from './scenario/eventually.ts';
import { Tables } from './scenario/tables.ts';

jest.setTimeout(60_000);

const minuteMs = 60_000;
const control = new Control();
let tables: Tables;
let clinic: ClinicScenario;
let onDuty: Dashboard;
let offDuty: Dashboard;
let sue: WaitingPage;

beforeAll(async () => {
  tables = await Tables.open();
});

beforeEach(async () => {
  clinic = await ClinicScenario.open({ guestMessages: true, unansweredAfterMinutes: 5 });
  onDuty = await clinic.dashboard('clerk', { answersMessages: true });
  offDuty = await clinic.dashboard('nurse');
  sue = await clinic.arrives('Sue Smith');
});

afterEach(() => clinic.close());

afterAll(() => tables.close());

/** All that was posted to the dashboards before has been heard. */
const allIsHeard = async () => {
  const text = `until here ${Date.now()}`;
  const bystander = await clinic.arrives('Bystander');
  await onDuty.client.notify(bystander.callerId, text);
  await eventually(() => {
    for (const { heard } of [onDuty, offDuty]) expect(heard).toContain(text);
  });
};

describe('a message that stays unanswered', () => {
  beforeEach(async () => {
    await sue.client.sendMessage('Is it my turn?');
    await eventually(() => expect(onDuty.alerts).toEqual([sue.callerId]));
  });

  it("alerts every member once the clinic's minutes are over, and once only", async () => {
    await control.runSchedules();
    await allIsHeard();
    expect([onDuty.alerts.length, offDuty.alerts.length]).toEqual([1, 0]);

    await tables.change(sue.visit, ['unansweredSince'], Date.now() - 5 * minuteMs);
    await control.runSchedules();
    await control.runSchedules();

    await allIsHeard();
    expect([onDuty.alerts, offDuty.alerts]).toEqual([[sue.callerId, sue.callerId], [sue.callerId]]);
  });

  it('alerts nobody after it was answered, and again when another one stays unanswered', async () => {
    await tables.change(sue.visit, ['unansweredSince'], Date.now() - 6 * minuteMs);
    await control.runSchedules();
    await eventually(() => expect(offDuty.alerts).toHaveLength(1));
    await offDuty.client.notify(sue.callerId, 'You are next');
    await control.runSchedules();
    await allIsHeard();
    expect(offDuty.alerts).toHaveLength(1);

    await sue.client.sendMessage('Still nothing');
    await tables.change(sue.visit, ['unansweredSince'], Date.now() - 7 * minuteMs);
    await control.runSchedules();

    await eventually(() => expect(offDuty.alerts).toHaveLength(2));
  });
});

describe('a socket that has been silent for longer than the gateway lets it live', () => {
  const makeSilent = async (connectionId: string) =>
    tables.change(sue.visit, ['connections', connectionId, 'seen'], Math.floor(Date.now() / 1000) - 13 * 60);

  it('is forgotten when it is gone, and the caller is offline on the board', async () => {
    const connectionId = await control.connectionOf(sue);
    await control.fault(connectionId, { loseDisconnect: true });
    sue.network.unplug();
    await eventually(async () => expect(await control.connectionsOf(sue)).toEqual([]));
    await eventually(() => expect(onDuty.row(sue).online).toBe(true));
    await makeSilent(connectionId);

    await control.runSchedules();

    expect(await tables.registered(sue.visit)).toEqual([]);
    await eventually(() => expect(onDuty.row(sue)).toMatchObject({ online: false, status: 'waiting' }));
  });

  it('stays when it is open: some clients only ping', async () => {
    const connectionId = await control.connectionOf(sue);
    await makeSilent(connectionId);

    await control.runSchedules();

    expect(await tables.registered(sue.visit)).toEqual([connectionId]);
    expect((await tables.visit(sue.visit))?.connections[connectionId]?.seen).toBeGreaterThan(Date.now() / 1000 - 60);
  });
});

describe('a caller whose page has gone', () => {
  const goneFor = async (minutes: number) => {
    sue.network.unplug();
    await eventually(async () => expect(await tables.registered(sue.visit)).toEqual([]));
    expect((await tables.visit(sue.visit))?.deadlines.disconnectedAt).toBeGreaterThan(Date.now() - minuteMs);
    await tables.change(sue.visit, ['deadlines', 'disconnectedAt'], Date.now() - minutes * minuteMs);
    await control.runSchedules();
  };

  it('keeps place, thread and language on return within the clinic’s minutes', async () => {
    await onDuty.client.notify(sue.callerId, 'Please wait');
    await eventually(() => expect(sue.heard).toEqual(['Please wait']));
    const before = onDuty.row(sue);
    await goneFor(719);
    await onDuty.client.notify(sue.callerId, 'Are you there?');
    sue.network.plugIn();
    await eventually(() => expect(sue.heard).toEqual(['Please wait', 'Are you there?']));
    const { arrivedAt, language, status } = before;
    await eventually(() => expect(onDuty.row(sue)).toMatchObject({ arrivedAt, language, status, online: true, messageCount: 2 }));
  });

  it('is ended after them, and is told why on return', async () => {
    await clinic.administrator.changeSettings(clinic.clinicId, { endOfflineAfterMinutes: 60 });
    await goneFor(60);
    await eventually(() => expect(onDuty.client.callers.has(sue.callerId)).toBe(false));
    expect(await tables.visit(sue.visit)).toMatchObject({ status: 'ended', endReason: 'offline', expiresAtSeconds: expect.any(Number) });
    sue.network.plugIn();
    await eventually(() => expect(sue.ended).toEqual(['offline']));
  });
});

describe('a message that an online caller has not acknowledged', () => {
  it('is posted again after half a minute, and is applied once', async () => {
    const connectionId = await control.connectionOf(sue);
    await control.fault(connectionId, { posts: 'swallowed' });
    await onDuty.client.notify(sue.callerId, 'one');
    await onDuty.client.notify(sue.callerId, 'two');
    await control.fault(connectionId, {});
    await control.runSchedules();
    expect(sue.heard).toEqual([]);

    await tables.change(sue.visit, ['lastMessageAt'], Date.now() - minuteMs);
    await control.runSchedules();

    await eventually(() => expect(sue.heard).toEqual(['one', 'two']));
    await eventually(() => expect(onDuty.row(sue).deliveredSeq).toBe(2));
    await control.runSchedules();
    expect(sue.heard).toEqual(['one', 'two']);
  });
});
