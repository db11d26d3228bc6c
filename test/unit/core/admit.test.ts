import { describe, expect, it } from '@jest/globals';
import { admitMember, requireMember } from '../../../functions/core/admit.ts';
import type { Operation } from '../../../functions/core/policy.ts';
import type { ClinicsTable } from '../../../functions/data/clinics-table.ts';
import { RequestError } from '../../../protocol/errors.ts';
import type { Member } from '../../../protocol/objects.ts';
import { aMember, anAdministrator } from '../../builders/a-clinic.ts';
import { anAuditLog, inShort } from '../../builders/an-audit-log.ts';
import { only } from '../../builders/fakes.ts';
import { expectRefusal } from './refusals.ts';

const clinics = (member: Member | undefined) => ({ clinics: only<ClinicsTable>({ member: async () => member }) });
const asked = (operation: Operation) => ({ operation, clinicId: 'demo', userId: 'clerk' });

describe('requireMember', () => {
  it('answers who they are at this moment', async () => {
    const actor = await requireMember(clinics(aMember()), asked('socket notify'));
    expect(actor).toEqual({ kind: 'staff', clinicId: 'demo', ...aMember() });
  });

  it('refuses one who is none: over HTTP the clinic looks absent, on a socket it is forbidden', async () => {
    await expectRefusal(requireMember(clinics(undefined), asked('GET /clinics/{clinicId}/callers')), 'not-found');
    await expectRefusal(requireMember(clinics(undefined), asked('socket notify')), 'forbidden');
  });

  it('tells an administrator from a member', async () => {
    const settings = asked('PATCH /clinics/{clinicId}/settings');
    await expect(requireMember(clinics(anAdministrator()), settings)).resolves.toMatchObject({ role: 'administrator' });
    await expectRefusal(requireMember(clinics(aMember()), settings), 'forbidden');
  });
});

describe('admitMember', () => {
  const erase = asked('DELETE /clinics/{clinicId}/callers/{callerId}');
  const read = asked('socket thread');
  const about = { callerId: 'sue' };

  it('records a change before and after it is done, with what became known meanwhile', async () => {
    const log = anAuditLog();
    const answer = await admitMember({ ...clinics(anAdministrator()), ...log }, erase, about, async (_actor, note) => {
      expect(inShort(log.recorded)).toEqual(['erase started']);
      note({ seq: '7' });
      return 'gone';
    });
    expect(answer).toBe('gone');
    expect(log.recorded).toMatchObject([
      { action: 'erase', outcome: 'started', actor: { kind: 'member', id: 'clerk' }, about: { callerId: 'sue' } },
      { action: 'erase', outcome: 'done', actor: { kind: 'member', id: 'clerk' }, about: { callerId: 'sue', seq: '7' } },
    ]);
    expect(new Set(log.recorded.map(({ entryId }) => entryId)).size).toBe(2);
  });

  it('records how a change was refused, and that one broke', async () => {
    for (const [thrown, outcome] of [
      [new RequestError('not-found'), 'not-found'],
      [new Error('Sue Smith'), 'internal'],
    ] as const) {
      const log = anAuditLog();
      const change = admitMember({ ...clinics(anAdministrator()), ...log }, erase, about, () => Promise.reject(thrown));
      await expect(change).rejects.toBe(thrown);
      expect(inShort(log.recorded)).toEqual(['erase started', `erase ${outcome}`]);
    }
  });

  it('changes nothing that cannot be recorded', async () => {
    const log = anAuditLog(() => true);
    let isDone = false;
    const change = admitMember({ ...clinics(anAdministrator()), ...log }, erase, about, async () => {
      isDone = true;
    });
    await expect(change).rejects.toThrow('out of reach');
    expect(isDone).toBe(false);
  });

  it('answers a change that is done though its end cannot be recorded, and reports that', async () => {
    const log = anAuditLog(({ outcome }) => outcome === 'done');
    await expect(admitMember({ ...clinics(anAdministrator()), ...log }, erase, about, async () => 'gone')).resolves.toBe('gone');
    expect(inShort(log.recorded)).toEqual(['erase started']);
    expect(log.reported).toEqual(['audit']);
  });

  it('shows nothing that cannot be recorded', async () => {
    const log = anAuditLog(() => true);
    await expect(admitMember({ ...clinics(aMember()), ...log }, read, about, async () => 'a conversation')).rejects.toThrow('out of reach');
  });

  it('records a read once it has been found', async () => {
    const log = anAuditLog();
    await admitMember({ ...clinics(aMember()), ...log }, read, about, async () => {
      expect(log.recorded).toEqual([]);
    });
    expect(inShort(log.recorded)).toEqual(['read-conversation done']);
    const absent = admitMember({ ...clinics(aMember()), ...log }, read, about, () => Promise.reject(new RequestError('not-found')));
    await expectRefusal(absent, 'not-found');
    expect(log.recorded).toHaveLength(1);
  });

  it('records that a member tried what the role may not', async () => {
    const log = anAuditLog();
    const change = admitMember({ ...clinics(aMember()), ...log }, erase, about, async () => 'gone');
    await expectRefusal(change, 'forbidden');
    expect(inShort(log.recorded)).toEqual(['erase forbidden']);
  });

  it('lets no stranger write into the log of a clinic', async () => {
    const log = anAuditLog();
    await expectRefusal(
      admitMember({ ...clinics(undefined), ...log }, erase, about, async () => 'gone'),
      'not-found',
    );
    expect(log.recorded).toEqual([]);
  });

  it('leaves to the stream what is told by what was stored', async () => {
    const log = anAuditLog();
    await admitMember({ ...clinics(aMember()), ...log }, asked('socket notify'), about, async () => 'stored');
    expect(log.recorded).toEqual([]);
  });
});
