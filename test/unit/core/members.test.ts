import { describe, expect, it } from '@jest/globals';
import { invite, putMember, redeemInvitation, removeMember } from '../../../functions/core/members.ts';
import { hashOf, tagged } from '../../../functions/core/secrets.ts';
import type { ClinicsTable, Invitation, MemberChange } from '../../../functions/data/clinics-table.ts';
import type { Member } from '../../../protocol/objects.ts';
import { aDashboard, aMember, anActor } from '../../builders/a-clinic.ts';
import { anAuditLog } from '../../builders/an-audit-log.ts';
import { aPoster, countedSecrets, only, someDashboards } from '../../builders/fakes.ts';
import { morning } from '../../builders/times.ts';
import { expectRefusal } from './refusals.ts';

const now = () => morning;

/** One member, as read each time, and what each write comes to. */
const given = ({ read, changes }: { read: (Member | undefined)[]; changes: MemberChange[] }) => {
  const written: unknown[] = [];
  const dashboards = someDashboards(aDashboard('d1', 'clerk'), aDashboard('d2', 'clerk'), aDashboard('d3', 'admin'));
  const poster = aPoster();
  const change = async (_clinicId: string, ...call: unknown[]): Promise<MemberChange> => {
    written.push(call);
    return changes[Math.min(written.length, changes.length) - 1] ?? 'stale';
  };
  const clinics = only<ClinicsTable>({
    member: async () => read[Math.min(written.length, read.length - 1)],
    putMember: change,
    removeMember: change,
  });
  return { ports: { clinics, connections: dashboards.store, poster, now }, written, dashboards, poster };
};

describe('putMember', () => {
  it('makes a new member', async () => {
    const { ports, written, poster } = given({ read: [undefined], changes: ['done'] });
    await expect(putMember(ports, 'demo', aMember())).resolves.toEqual({ member: aMember(), created: true });
    expect(written).toEqual([[aMember(), undefined]]);
    expect(poster.closed).toEqual([]);
  });

  it('changes name and duty without closing anything', async () => {
    const { ports, poster } = given({ read: [aMember()], changes: ['done'] });
    const changed = aMember({ name: 'Clea', answersMessages: true });
    await expect(putMember(ports, 'demo', changed)).resolves.toEqual({ member: changed, created: false });
    expect(poster.closed).toEqual([]);
  });

  it.each([
    ['promoted', aMember(), aMember({ role: 'administrator' })],
    ['demoted', aMember({ role: 'administrator' }), aMember()],
  ])('closes the sockets of a member who is %s, and no other', async (_how, before, after) => {
    const { ports, poster, dashboards } = given({ read: [before], changes: ['done'] });
    await putMember(ports, 'demo', after);
    expect(poster.closed).toEqual(['d1', 'd2']);
    for (const id of ['d1', 'd2'])
      expect(poster.journal.filter((step) => step.includes(id))).toEqual([`post ${id} membershipChanged`, `close ${id}`]);
    expect(dashboards.ids()).toEqual(['d3']);
  });

  it('works from what it reads anew where another change was faster', async () => {
    const promoted = aMember({ role: 'administrator' });
    const { ports, written } = given({ read: [undefined, promoted], changes: ['stale', 'done'] });
    await expect(putMember(ports, 'demo', aMember())).resolves.toMatchObject({ created: false });
    expect(written).toEqual([
      [aMember(), undefined],
      [aMember(), promoted],
    ]);
  });

  it('never demotes the last administrator', async () => {
    const { ports, poster } = given({ read: [aMember({ role: 'administrator' })], changes: ['last-administrator'] });
    await expectRefusal(putMember(ports, 'demo', aMember()), 'conflict');
    expect(poster.closed).toEqual([]);
  });

  it('gives up where others are faster five times', async () => {
    const { ports, written } = given({ read: [aMember()], changes: ['stale'] });
    await expectRefusal(putMember(ports, 'demo', aMember()), 'unavailable');
    expect(written).toHaveLength(5);
  });
});

describe('removeMember', () => {
  it('removes the member as read, closes the sockets and forgets them', async () => {
    const { ports, written, poster, dashboards } = given({ read: [aMember()], changes: ['done'] });
    await removeMember(ports, 'demo', 'clerk');
    expect(written).toEqual([[aMember()]]);
    expect(poster.closed).toEqual(['d1', 'd2']);
    for (const id of ['d1', 'd2'])
      expect(poster.journal.filter((step) => step.includes(id))).toEqual([`post ${id} membershipChanged`, `close ${id}`]);
    expect(dashboards.ids()).toEqual(['d3']);
  });

  it('never removes the last administrator', async () => {
    const { ports, poster } = given({ read: [aMember({ role: 'administrator' })], changes: ['last-administrator'] });
    await expectRefusal(removeMember(ports, 'demo', 'clerk'), 'conflict');
    expect(poster.closed).toEqual([]);
  });

  it('works from what it reads anew where another change was faster', async () => {
    const promoted = aMember({ role: 'administrator' });
    const { ports, written } = given({ read: [aMember(), promoted], changes: ['stale', 'done'] });
    await removeMember(ports, 'demo', 'clerk');
    expect(written).toEqual([[aMember()], [promoted]]);
  });

  it('is not-found where there is none, or where another removal was faster', async () => {
    await expectRefusal(removeMember(given({ read: [undefined], changes: [] }).ports, 'demo', 'clerk'), 'not-found');
    await expectRefusal(removeMember(given({ read: [aMember(), undefined], changes: ['stale'] }).ports, 'demo', 'clerk'), 'not-found');
  });

  it('closes what an earlier removal left open, when it broke off after the member was gone', async () => {
    const { ports, written, poster, dashboards } = given({ read: [aMember(), undefined], changes: ['done'] });
    let failures = 1;
    const connections = {
      ...dashboards.store,
      remove: dashboards.store.remove,
      ofClinic: async (...call: Parameters<typeof dashboards.store.ofClinic>) => {
        if (failures-- > 0) throw new Error('out of reach');
        return dashboards.store.ofClinic(...call);
      },
    };
    await expect(removeMember({ ...ports, connections }, 'demo', 'clerk')).rejects.toThrow('out of reach');
    expect(poster.closed).toEqual([]);
    await expectRefusal(removeMember({ ...ports, connections }, 'demo', 'clerk'), 'not-found');
    expect(written).toHaveLength(1);
    expect(poster.closed).toEqual(['d1', 'd2']);
    expect(dashboards.ids()).toEqual(['d3']);
  });

  it('gives up where others are faster five times', async () => {
    await expectRefusal(removeMember(given({ read: [aMember()], changes: ['stale'] }).ports, 'demo', 'clerk'), 'unavailable');
  });
});

describe('invitations', () => {
  const duties = { name: 'Nora New', role: 'member', answersMessages: true } as const;
  const invitation: Invitation = { ...duties, invitedBy: 'admin' };
  const secret = 's'.repeat(43);
  const code = tagged(secret, 'demo');

  it('are a code for seven days, of which only the hash is stored, and who made it', async () => {
    const stored: unknown[] = [];
    const clinics = only<ClinicsTable>({
      putInvitation: async (...call) => {
        stored.push(call);
      },
    });
    const newSecret = countedSecrets();
    const answer = await invite({ clinics, now, newSecret }, anActor(), duties);
    expect(answer.expiresAt).toBe('2026-11-29T09:00:20.000Z');
    const inCode = answer.code.slice(0, 43);
    expect(answer.code).toBe(`${inCode}demo`);
    expect(stored).toEqual([['demo', hashOf(inCode), invitation, morning / 1000 + 7 * 24 * 3600]]);
  });

  const redeem = (found: Invitation | undefined, outcome: 'done' | 'void' | 'already-member', given = code) => {
    const calls: unknown[] = [];
    const clinics = only<ClinicsTable>({
      invitation: async (...call) => {
        calls.push(call);
        return found;
      },
      redeem: async (...call) => {
        calls.push(call);
        return outcome;
      },
    });
    return { calls, answer: redeemInvitation({ clinics, ...anAuditLog() }, 'nora', given) };
  };

  it('make the signed-in user a member, with what the administrator chose', async () => {
    const { calls, answer } = redeem(invitation, 'done');
    await expect(answer).resolves.toEqual({ clinicId: 'demo', member: { userId: 'nora', ...duties } });
    expect(calls).toEqual([
      ['demo', hashOf(secret), morning],
      ['demo', hashOf(secret), { userId: 'nora', ...duties }, 'admin'],
    ]);
  });

  it.each([
    ['not-found', 'it is unknown or too old', redeem(undefined, 'done')],
    ['not-found', 'another redemption was faster, or whoever made it is no administrator any more', redeem(invitation, 'void')],
    ['conflict', 'the user is a member already', redeem(invitation, 'already-member')],
  ] as const)('are refused as %s where %s', async (code, _why, { answer }) => {
    await expectRefusal(answer, code);
  });

  it.each(['', 'demo', secret, `${secret}de mo`])('look nothing up for a code that cannot be: %j', async (text) => {
    const { calls, answer } = redeem(invitation, 'done', text);
    await expectRefusal(answer, 'not-found');
    expect(calls).toEqual([]);
  });
});
