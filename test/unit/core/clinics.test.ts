import { describe, expect, it } from '@jest/globals';
import { announceClinic } from '../../../functions/core/announce-clinic.ts';
import { changeSettings, createClinic, listClinics, requireProfile } from '../../../functions/core/clinics.ts';
import type { ClinicProfile, ClinicsTable } from '../../../functions/data/clinics-table.ts';
import { RequestError } from '../../../protocol/errors.ts';
import type { Member } from '../../../protocol/objects.ts';
import { manyCallers } from '../../builders/a-caller.ts';
import { aClinic, aDashboard, anAdministrator } from '../../builders/a-clinic.ts';
import { anAuditLog } from '../../builders/an-audit-log.ts';
import { aPoster, aWorker, only, someDashboards } from '../../builders/fakes.ts';
import { inMemoryCallers } from '../../builders/in-memory-callers.ts';
import { morning } from '../../builders/times.ts';
import { expectRefusal } from './refusals.ts';

describe('createClinic', () => {
  const body = { clinicId: 'demo', name: 'Demo Clinic', administrator: { userId: 'admin', name: 'Ada Admin' } };

  const given = (existing?: { profile: ClinicProfile; administrator?: Member }) => {
    const created: unknown[] = [];
    let stored = existing?.profile;
    const clinics = only<ClinicsTable>({
      create: async (profile, administrator) => {
        created.push([profile, administrator]);
        stored ??= { ...profile, administratorCount: 1, version: 1 };
        return existing === undefined;
      },
      profile: async () => stored,
      member: async () => existing?.administrator,
    });
    return { ports: { clinics, ...anAuditLog() }, created };
  };

  it('makes the clinic and its first administrator, who answers messages; callers do not write until it is turned on', async () => {
    const { ports, created } = given();
    await expect(createClinic(ports, 'operator', body)).resolves.toMatchObject({
      clinic: { clinicId: 'demo', name: 'Demo Clinic', languages: ['en'], guestMessages: false, waitingThresholdMinutes: 30 },
      created: true,
    });
    expect(created).toMatchObject([
      [
        { clinicId: 'demo', retentionDays: 7, unansweredAfterMinutes: 5 },
        { userId: 'admin', role: 'administrator', answersMessages: true },
      ],
    ]);
  });

  it('speaks the languages it is given', async () => {
    await expect(createClinic(given().ports, 'operator', { ...body, languages: ['fr', 'en'] })).resolves.toMatchObject({
      clinic: { languages: ['fr', 'en'] },
    });
  });

  it('said again answers the same', async () => {
    const { ports } = given({ profile: aClinic({ guestMessages: true }), administrator: anAdministrator() });
    await expect(createClinic(ports, 'operator', body)).resolves.toMatchObject({ clinic: { clinicId: 'demo' }, created: false });
  });

  it.each([
    ['name', { profile: aClinic({ name: 'Other' }), administrator: anAdministrator() }],
    ['languages', { profile: aClinic({ languages: ['fr'] }), administrator: anAdministrator() }],
    ['administrator', { profile: aClinic() }],
    ['administrator’s name', { profile: aClinic(), administrator: anAdministrator({ name: 'Eve' }) }],
  ])('is a conflict with another %s', async (_what, existing) => {
    await expectRefusal(createClinic(given(existing).ports, 'operator', body), 'conflict');
  });
});

describe('requireProfile', () => {
  it('is the clinic, or not-found', async () => {
    await expect(requireProfile({ clinics: only<ClinicsTable>({ profile: async () => aClinic() }) }, 'demo')).resolves.toEqual(aClinic());
    await expectRefusal(requireProfile({ clinics: only<ClinicsTable>({ profile: async () => undefined }) }, 'demo'), 'not-found');
  });
});

describe('changeSettings', () => {
  const given = ({
    before = aClinic(),
    after = aClinic({ version: 2 }),
  }: {
    before?: ClinicProfile | null;
    after?: ClinicProfile | null;
  } = {}) => {
    const worker = aWorker();
    const changes: unknown[] = [];
    const clinics = only<ClinicsTable>({
      profile: async () => before ?? undefined,
      changeSettings: async (_clinicId, change) => {
        changes.push(change);
        return after ?? undefined;
      },
    });
    return { ports: { clinics, startWorker: worker.startWorker }, worker, changes };
  };

  it('stores the change, answers all settings and has every open page told', async () => {
    const { ports, worker, changes } = given({ after: aClinic({ guestMessages: true, version: 2 }) });
    await expect(changeSettings(ports, 'demo', { guestMessages: true })).resolves.toMatchObject({
      guestMessages: true,
      unansweredAfterMinutes: 5,
      endOfflineAfterMinutes: 720,
      retentionDays: 7,
      version: 2,
    });
    expect(changes).toEqual([{ guestMessages: true }]);
    expect(worker.jobs).toEqual([{ kind: 'clinic-changed', clinicId: 'demo' }]);
  });

  it('answers what is stored, though nobody can be told of it now', async () => {
    const { ports, changes } = given({ after: aClinic({ guestMessages: true, version: 2 }) });
    const startWorker = () => Promise.reject(new RequestError('unavailable'));
    await expect(changeSettings({ ...ports, startWorker }, 'demo', { guestMessages: true })).resolves.toMatchObject({ version: 2 });
    expect(changes).toHaveLength(1);
  });

  it('does not hide what is broken', async () => {
    const { ports } = given();
    const startWorker = () => Promise.reject(new TypeError('broken'));
    await expect(changeSettings({ ...ports, startWorker }, 'demo', { guestMessages: true })).rejects.toThrow('broken');
  });

  it('keeps the profile under 4 KB, which every caller’s message reads', async () => {
    const { ports, worker, changes } = given({ before: aClinic({ expectationText: 'x'.repeat(3000) }) });
    const entryFields = [{ key: 'k', label: 'y'.repeat(1000), required: false }];
    await expectRefusal(changeSettings(ports, 'demo', { entryFields }), 'invalid-request');
    expect([changes, worker.jobs]).toEqual([[], []]);
    await expect(changeSettings(ports, 'demo', { expectationText: '', entryFields })).resolves.toBeDefined();
  });

  it.each([
    ['before it', null, aClinic()],
    ['while it is written', aClinic(), null],
  ])('is not-found where the clinic is gone %s, and nobody is told', async (_when, before, after) => {
    const { ports, worker } = given({ before, after });
    await expectRefusal(changeSettings(ports, 'demo', { guestMessages: true }), 'not-found');
    expect(worker.jobs).toEqual([]);
  });
});

describe('listClinics', () => {
  it('gives the user’s clinics with the role in each, without those that are gone', async () => {
    const clinics = only<ClinicsTable>({
      membershipsOf: async () => [
        { clinicId: 'demo', role: 'administrator' },
        { clinicId: 'gone', role: 'member' },
        { clinicId: 'other', role: 'member' },
      ],
      profile: async (clinicId) => (clinicId === 'gone' ? undefined : aClinic({ clinicId })),
    });
    await expect(listClinics({ clinics }, 'admin')).resolves.toMatchObject([
      { clinicId: 'demo', role: 'administrator' },
      { clinicId: 'other', role: 'member' },
    ]);
  });
});

describe('announceClinic', () => {
  const visits = manyCallers(5, (caller, index) => (index === 4 ? caller.offline() : caller.online(`c${index + 1}`)));

  const given = (clinic: ClinicProfile | undefined, poster = aPoster()) => {
    const callers = inMemoryCallers(visits, { pageSize: 2 });
    const dashboards = someDashboards(aDashboard('d1'), aDashboard('d2'), aDashboard('foreign', 'clerk', 'other'));
    const clinics = only<ClinicsTable>({ profile: async () => clinic });
    return { ports: { callers: callers.store, clinics, connections: dashboards.store, poster, now: () => morning }, poster, callers };
  };

  it('tells every dashboard and every caller of the clinic, over all pages, what holds now', async () => {
    const { ports, poster } = given(aClinic({ guestMessages: true, version: 3 }));
    await announceClinic(ports, 'demo');
    for (const id of ['d1', 'd2', 'c1', 'c2', 'c3', 'c4']) {
      expect(poster.to(id)).toMatchObject([{ type: 'clinicChanged', clinic: { clinicId: 'demo', guestMessages: true, version: 3 } }]);
    }
    expect(poster.to('foreign')).toEqual([]);
  });

  it('tells callers nothing that is the administrator’s alone', async () => {
    const { ports, poster } = given(aClinic());
    await announceClinic(ports, 'demo');
    expect(JSON.stringify(poster.to('c1'))).not.toMatch(/retentionDays|unansweredAfterMinutes|administratorCount/);
  });

  it('is done for the others where one socket is gone', async () => {
    const { ports, poster, callers } = given(aClinic(), aPoster({ c1: 'gone', d1: 'throttled' }));
    await announceClinic(ports, 'demo');
    expect(poster.to('c4')).toHaveLength(1);
    expect(callers.get('caller-0001').connections).toEqual({});
  });

  it('says nothing of a clinic that is gone', async () => {
    const { ports, poster } = given(undefined);
    await announceClinic(ports, 'demo');
    expect(poster.tried).toEqual([]);
  });
});
