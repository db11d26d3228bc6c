import { randomBytes } from 'node:crypto';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { may } from '../../../functions/core/policy.ts';
import type { Role } from '../../../protocol/objects.ts';
import { beyond, clinicsWrittenBy } from '../../builders/reach.ts';
import { type Actor, isAllowed, whoIn } from '../../isolation/actors.ts';
import { askOnSocket, askOverHttp } from '../../isolation/matrix.ts';
import { frames, type HttpDeed, httpDeeds, isOfClinic, type SocketDeed, socketDeeds } from '../../isolation/operations.ts';
import { Service } from '../../isolation/service.ts';
import { ClinicOfTests, Ledger, type ObjectName, objects } from '../../isolation/two-clinics.ts';
import { endpointsOfTests, tokenOf } from '../scenario/endpoints.ts';
import { createOwnTables } from '../scenario/tables-of-own.ts';

jest.setTimeout(600_000);

/** Anyone does anything, one thing after the other: who may do what follows from what was done before. */

const sequences = 500;

const { engine, names, close } = await createOwnTables('isolation');
const ledger = new Ledger(DynamoDBDocumentClient.from(engine), names);
const service = await Service.open(endpointsOfTests(), names);
const run = randomBytes(4).toString('hex');
const south = new ClinicOfTests(`south-${run}`);
const north = new ClinicOfTests(`north-${run}`);
const contents = { south: south.contents(), north: north.contents() };
const tokens = new Map<string, string>();
let freshIds = 0;
/** Something was written since the south was last restored. */
let isWorn = true;

afterAll(close);

const users = ['administrator', 'second-administrator', 'clerk', 'colleague', 'removed'] as const;
const callers = ['present', 'other', 'ended'] as const;

beforeAll(async () => {
  await ledger.restore(north.clinicId, contents.north);
  for (const name of users) tokens.set(south.userId(name), await tokenOf(endpointsOfTests(), south.userId(name)));
});

/** What the people of the south are at a moment, by what they were and what was answered since. */
class Society {
  readonly roles = new Map<string, Role>(south.members.map(({ userId, role }) => [userId, role]));
  readonly present = new Set(['present', 'other'].map((name) => south.callerId(name)));

  actor(name: (typeof users)[number] | (typeof callers)[number]): Actor {
    if (callers.some((caller) => caller === name)) {
      const callerId = south.callerId(name);
      return { name, home: south, callerId, isPresent: this.present.has(callerId) };
    }
    const userId = south.userId(name);
    const role = this.roles.get(userId);
    return { name, home: south, userId, ...(role && { role }) };
  }

  /** Takes note of what was done. */
  learn(deed: HttpDeed | SocketDeed, actor: Actor, aim: { clinicId: string; callerId: string; userId: string }): void {
    if (deed === 'DELETE /clinics/{clinicId}/members/{userId}') this.roles.delete(aim.userId);
    if (deed === 'PUT /clinics/{clinicId}/members/{userId}') this.roles.set(aim.userId, 'member');
    if (deed === 'POST /invitations/{code}' && actor.userId !== undefined) this.roles.set(actor.userId, 'member');
    if (deed === 'DELETE /clinics/{clinicId}/callers/{callerId}') this.present.delete(aim.callerId);
    if (deed === 'socket leave' && actor.callerId !== undefined) this.present.delete(actor.callerId);
  }
}

interface Step {
  readonly who: (typeof users)[number] | (typeof callers)[number];
  readonly deed: HttpDeed | SocketDeed;
  readonly object: ObjectName;
  readonly at: 'south' | 'north';
}

/** What changes who may do what comes often: without it a sequence is a matrix. */
const turningPoints = [
  'DELETE /clinics/{clinicId}/members/{userId}',
  'PUT /clinics/{clinicId}/members/{userId}',
  'POST /invitations/{code}',
  'DELETE /clinics/{clinicId}/callers/{callerId}',
  'socket leave',
] as const;

const aStep: fc.Arbitrary<Step> = fc.record({
  who: fc.constantFrom(...users, ...callers),
  deed: fc.oneof(fc.constantFrom(...turningPoints), fc.constantFrom(...httpDeeds, ...socketDeeds)),
  object: fc.constantFrom(...objects),
  at: fc.oneof({ weight: 4, arbitrary: fc.constant('south' as const) }, { weight: 1, arbitrary: fc.constant('north' as const) }),
});

const isHttp = (deed: HttpDeed | SocketDeed): deed is HttpDeed => !deed.startsWith('socket ');
const isSuccess = (said: number | string): boolean => said === 'ok' || (typeof said === 'number' && said < 300);

/** Does one step; answers what was wrong with it. */
const take = async (society: Society, { who, deed, object, at }: Step): Promise<string[]> => {
  freshIds += 1;
  const actor = society.actor(who);
  // A stranger may check in anywhere, which is no matter of this test.
  const isAbroad = at === 'north' && isHttp(deed) && isOfClinic(deed) && deed !== 'POST /clinics/{clinicId}/callers';
  const clinicId = isAbroad ? north.clinicId : south.clinicId;
  const given = { ...south.aim(object, north, `fresh-${run}-${String(freshIds).padStart(6, '0')}`), clinicId };
  const isOwn = !isHttp(deed) && frames[deed].subject === undefined && actor.callerId !== undefined;
  const aim = isOwn ? { ...given, callerId: actor.callerId ?? '' } : given;
  const allowed = isAllowed(actor, deed, aim);
  const tokenFor = (userId: string) => tokens.get(userId) ?? '';
  const { said, text, commands, posts } = isHttp(deed)
    ? await askOverHttp(service, tokenFor, actor, deed, aim)
    : await askOnSocket(service, actor, deed, aim);

  const clinicIds = new Set([deed === 'POST /invitations/{code}' ? aim.code.slice(43) : clinicId]);
  if (commands.some((command) => clinicsWrittenBy(command).length > 0)) isWorn = true;
  const wrong = commands.flatMap((command) => beyond(command, clinicIds));
  if (allowed !== may(deed, whoIn(actor, aim))) wrong.push('the policy says otherwise');
  if ([text, ...posts.map(({ frame }) => frame)].join('\n').includes(north.canary)) wrong.push('tells of another clinic');
  if (!allowed && isSuccess(said)) wrong.push('was done, and may not be');
  if (said === 500 || said === 503 || said === 'internal' || said === 'unavailable') wrong.push('is a fault');
  const isRefused = [401, 403, 'unauthenticated', 'forbidden'].includes(said);
  if (allowed && isRefused) wrong.push('was refused, and may be done');
  if (allowed && isSuccess(said)) society.learn(deed, actor, aim);
  return wrong.map((what) => `${who}: ${deed} on ${object} at ${at} → ${said}: ${what}`);
};

it(`whoever does whatever in whatever order, nobody does what they may not (${sequences} sequences)`, async () => {
  let turns = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 3, maxLength: 10 }), async (steps) => {
      if (isWorn) await ledger.restore(south.clinicId, contents.south);
      isWorn = false;
      const society = new Society();
      for (const step of steps) {
        const before = society.roles.size + society.present.size;
        expect(await take(society, step)).toEqual([]);
        if (society.roles.size + society.present.size !== before) turns += 1;
      }
    }),
    { numRuns: sequences },
  );
  expect(await ledger.differences(north.clinicId, contents.north)).toEqual([]);
  // Who may do what did change on the way.
  expect(turns).toBeGreaterThan(sequences / 10);
});
