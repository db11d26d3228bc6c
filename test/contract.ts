import { after, describe, it } from 'node:test';
import { parseArgs } from 'node:util';
import { contractTests } from './contract/index.ts';
import { passwordGrant } from './contract/password-grant.ts';
import { Stage } from './contract/stage.ts';

const usage = `npm run contract -- --url URL [--clinic demo] [--other-clinic other]
  and one of
    --issuer URL   an issuer with the password grant, as the local stack's; with it, --administrator and --member name
                   the users (default admin@demo.example and clerk@demo.example), --operator the operator (operator@example)
    --admin-token TOKEN --member-token TOKEN   access tokens of an administrator and of a member who is none;
                   the environment variables WAITING_AREA_ADMIN_TOKEN and WAITING_AREA_MEMBER_TOKEN do as well

It holds a stage, a deployed one too, to the wire contract. Point it at a clinic that nobody is waiting in: some messages
go to everyone present. The other clinic must exist, and neither user be a member of it.`;

const options = {
  url: { type: 'string' },
  clinic: { type: 'string', default: 'demo' },
  'other-clinic': { type: 'string', default: 'other' },
  issuer: { type: 'string' },
  administrator: { type: 'string', default: 'admin@demo.example' },
  member: { type: 'string', default: 'clerk@demo.example' },
  operator: { type: 'string', default: 'operator@example' },
  'admin-token': { type: 'string' },
  'member-token': { type: 'string' },
} as const;

const stageFrom = (args: readonly string[]): Stage => {
  const { values } = parseArgs({ args: [...args], options });
  if (values.url === undefined) throw new Error('--url is missing');
  const clinic = { url: values.url, clinicId: values.clinic, otherClinicId: values['other-clinic'] };
  if (values.issuer !== undefined) {
    const tokenOf = passwordGrant(values.issuer);
    return new Stage({
      ...clinic,
      administrator: () => tokenOf(values.administrator),
      member: () => tokenOf(values.member),
      users: { operator: () => tokenOf(values.operator), tokenOf },
    });
  }
  const administrator = values['admin-token'] ?? process.env.WAITING_AREA_ADMIN_TOKEN;
  const member = values['member-token'] ?? process.env.WAITING_AREA_MEMBER_TOKEN;
  if (!administrator || !member) throw new Error('Give --issuer, or --admin-token and --member-token');
  return new Stage({ ...clinic, administrator: async () => administrator, member: async () => member });
};

try {
  const stage = stageFrom(process.argv.slice(2));
  if (!stage.users) console.log('Without --issuer the tests of clinics, members and invitations are left out.');
  after(() => stage.cleanUp());
  contractTests({ describe: (name, body) => void describe(name, body), it: (name, body) => void it(name, body) }, stage);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  process.exitCode = 1;
}
