import { describe, expect, it } from '@jest/globals';
import { type Audience, may, mayOnSocket, type Operation, onSocket, permit, policy, type Who } from '../../../functions/core/policy.ts';
import { type Action, callerActions, type StaffAction, staffActions } from '../../../protocol/frames.ts';
import { expectRefusal } from './refusals.ts';

const nobody: Who = { kind: 'nobody' };
const caller: Who = { kind: 'caller' };
const user: Who = { kind: 'user' };
const operator: Who = { kind: 'user', isOperator: true };
const member: Who = { kind: 'user', member: { role: 'member', answersMessages: false } };
const onDuty: Who = { kind: 'user', member: { role: 'member', answersMessages: true } };
const administrator: Who = { kind: 'user', member: { role: 'administrator', answersMessages: false } };

const operations = Object.keys(policy) as Operation[];
const given = (audience: Audience) => operations.filter((operation) => policy[operation].may.some((each) => each === audience));

describe('the policy', () => {
  it('lets nobody but the caller speak in a caller’s name, and no caller in the clinic’s', () => {
    for (const action of Object.keys(callerActions) as Action[])
      for (const who of [nobody, user, operator, member, onDuty, administrator]) expect(may(onSocket(action), who)).toBe(false);
    for (const action of Object.keys(staffActions) as Action[]) expect(may(onSocket(action), caller)).toBe(false);
  });

  it('opens to strangers what a waiting page needs, and nothing else', () => {
    expect(given('anyone')).toEqual(['GET /health', 'GET /clinics/{clinicId}', 'POST /clinics/{clinicId}/callers']);
  });

  it('lets an operator make clinics, and not look into one', () => {
    expect(operations.filter((operation) => may(operation, operator) && !may(operation, user))).toEqual(['POST /clinics']);
  });

  it('lets an administrator do all that a member may', () => {
    expect(operations.filter((operation) => may(operation, member) && !may(operation, administrator))).toEqual([]);
  });

  it('keeps settings, members, erasure and the audit log to administrators', () => {
    for (const operation of given('administrator')) {
      expect(may(operation, administrator)).toBe(true);
      for (const who of [nobody, user, operator, member, onDuty]) expect(may(operation, who)).toBe(false);
    }
    expect(given('administrator')).toEqual(
      expect.arrayContaining([
        'PATCH /clinics/{clinicId}/settings',
        'PUT /clinics/{clinicId}/members/{userId}',
        'DELETE /clinics/{clinicId}/callers/{callerId}',
        'GET /clinics/{clinicId}/audit',
      ]),
    );
  });

  it('gives the duty of answering an alert, and no permission', () => {
    expect(operations.filter((operation) => may(operation, onDuty) && !may(operation, member))).toEqual([
      'hear of an unanswered caller at once',
    ]);
  });
});

describe('permit', () => {
  const asked = async (operation: Operation, who: Who) => permit(operation, who);

  it('lets through whom the policy names', async () => {
    await expect(asked('PATCH /clinics/{clinicId}/settings', administrator)).resolves.toBeUndefined();
  });

  it('tells a member that the role may not, and a stranger that there is no such clinic', async () => {
    await expectRefusal(asked('PATCH /clinics/{clinicId}/settings', member), 'forbidden');
    await expectRefusal(asked('PATCH /clinics/{clinicId}/settings', user), 'not-found');
    await expectRefusal(asked('PATCH /clinics/{clinicId}/settings', operator), 'not-found');
  });

  it('hides nothing on a socket, whose holder knows the clinic', async () => {
    await expectRefusal(asked('socket notify', user), 'forbidden');
  });

  it('asks who they are before it says more', async () => {
    await expectRefusal(asked('GET /clinics/{clinicId}/callers', nobody), 'unauthenticated');
    await expectRefusal(asked('POST /clinics', user), 'forbidden');
  });
});

describe('mayOnSocket', () => {
  it('parts the actions of staff from those of callers before anything is read', () => {
    for (const action of Object.keys(staffActions) as StaffAction[]) {
      expect(mayOnSocket(onSocket(action), 'staff')).toBe(true);
      expect(mayOnSocket(onSocket(action), 'caller')).toBe(false);
    }
    expect(mayOnSocket('socket sendMessage', 'caller')).toBe(true);
    expect(mayOnSocket('socket sendMessage', 'staff')).toBe(false);
  });
});
