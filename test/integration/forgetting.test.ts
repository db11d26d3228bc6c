import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ClinicScenario } from './scenario/clinic.ts';
import { Control } from './scenario/control.ts';
import { eventually } from './scenario/eventually.ts';
import { Tables } from './scenario/tables.ts';

jest.setTimeout(60_000);

const minuteMs = 60_000;
const control = new Control();
let tables: Tables;
let clinic: ClinicScenario;

beforeAll(async () => {
  tables = await Tables.open();
});

beforeEach(async () => {
  clinic = await ClinicScenario.open({ guestMessages: true, unansweredAfterMinutes: 5 });
});

afterEach(() => clinic.close());

afterAll(() => tables.close());

describe('a dashboard whose end was never told', () => {
  /** Its registration stays, and its socket is gone. */
  const loseDashboard = async (): Promise<void> => {
    const member = await clinic.hire('nurse');
    const socket = await clinic.staffSocket(member);
    await socket.ok('subscribe');
    const [connectionId = ''] = await control.connectionsOf({ userId: member.userId });
    await control.fault(connectionId, { loseDisconnect: true });
    socket.drop();
    await eventually(async () => expect(await control.connectionsOf({ userId: member.userId })).toEqual([]));
    expect(await tables.registeredDashboards(clinic.clinicId)).toEqual([connectionId]);
  };
  const isForgotten = () => eventually(async () => expect(await tables.registeredDashboards(clinic.clinicId)).toEqual([]));

  it('is forgotten by the progress of a broadcast', async () => {
    await loseDashboard();
    // To nobody: no change of a caller meets the dashboard first.
    await clinic.administrator.broadcast(clinic.clinicId, { broadcastId: 'to-nobody', text: 'We run late' });
    await isForgotten();
  });

  it('is forgotten by the alert of an unanswered message', async () => {
    const sue = await clinic.arrives('Sue Smith');
    const witness = await clinic.dashboard();
    await sue.client.sendMessage('Is anyone there?');
    await eventually(() => expect(witness.heard).toEqual(['Is anyone there?']));
    witness.client.close();
    await isForgotten();
    await loseDashboard();
    await tables.change(sue.visit, ['unansweredSince'], Date.now() - 6 * minuteMs);
    await control.runSchedules();
    await isForgotten();
  });
});

describe('a clinic that nobody waits in', () => {
  it('is looked at no more once its time is over', async () => {
    const sue = await clinic.arrives('Sue Smith');
    expect(await tables.activeUntilSeconds(clinic.clinicId)).toBeGreaterThan(Date.now() / 1000);
    await sue.client.leave();
    await tables.setActiveUntilSeconds(clinic.clinicId, Math.floor(Date.now() / 1000) - 1);
    await eventually(async () => {
      await control.runSchedules();
      expect(await tables.activeUntilSeconds(clinic.clinicId)).toBeUndefined();
    });
  });

  it('is looked at again when somebody arrives', async () => {
    await tables.activeUntilSeconds(clinic.clinicId).then((until) => expect(until).toBeUndefined());
    await clinic.arrives('Ali Hassan');
    expect(await tables.activeUntilSeconds(clinic.clinicId)).toBeGreaterThan(Date.now() / 1000);
  });
});

describe('a dashboard of a member who was removed', () => {
  it('is forgotten when it asks for another page of the board', async () => {
    const member = await clinic.hire('nurse');
    const socket = await clinic.staffSocket(member);
    await clinic.administrator.removeMember(clinic.clinicId, member.userId);
    await socket.refused('subscribe', { cursor: 'next' }, 'forbidden');
    expect(await tables.registeredDashboards(clinic.clinicId)).toEqual([]);
  });
});
