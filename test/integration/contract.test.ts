import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { contractTests } from '../contract/index.ts';
import { passwordGrant } from '../contract/password-grant.ts';
import { newId, Stage } from '../contract/stage.ts';

const testTimeoutMs = 60_000;

const { http, issuer }: { http: string; issuer: string } = JSON.parse(process.env.WAITING_AREA_ENDPOINTS ?? '{}');
const tokenOf = passwordGrant(issuer);
// A clinic of its own: other tests send broadcasts to everyone in theirs.
const clinicId = `contract-${newId().slice(0, 8)}`;
const [administratorId, memberId] = [`admin@${clinicId}`, `clerk@${clinicId}`];
const stage = new Stage({
  url: http,
  clinicId,
  otherClinicId: 'other',
  administrator: () => tokenOf(administratorId),
  member: () => tokenOf(memberId),
  users: { operator: () => tokenOf('operator@example'), tokenOf },
});

beforeAll(async () => {
  const administrator = { userId: administratorId, name: 'Contract Administrator' };
  await stage.http('POST', '/clinics', {
    bearer: await tokenOf('operator@example'),
    body: { clinicId, name: 'Contract Clinic', administrator },
  });
  // As in the clinic `demo`: the member has the duty of answering, the administrator has not.
  await stage.asAdministrator('PUT', `/members/${administratorId}`, {
    ...administrator,
    userId: undefined,
    role: 'administrator',
    answersMessages: false,
  });
  await stage.asAdministrator('PUT', `/members/${memberId}`, { name: 'Contract Clerk', role: 'member', answersMessages: true });
});

afterAll(() => stage.cleanUp(), testTimeoutMs);

contractTests({ describe, it: (name, body) => it(name, body, testTimeoutMs) }, stage);
