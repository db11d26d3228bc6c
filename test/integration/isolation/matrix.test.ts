import { randomBytes } from 'node:crypto';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { may, type Operation } from '../../../functions/core/policy.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import { aStreamRecord } from '../../builders/a-stream-record.ts';
import { beyond, clinicsWrittenBy } from '../../builders/reach.ts';
import { type Actor, actorsOf, isAllowed, passesDoor, socketOf, whoIn } from '../../isolation/actors.ts';
import { askOnSocket, askOverHttp, costOf, type Manner, manners, withoutIds } from '../../isolation/matrix.ts';
import {
  type Aim,
  audiences,
  frames,
  type HttpDeed,
  httpDeeds,
  isOfClinic,
  requests,
  type SocketDeed,
  socketDeeds,
} from '../../isolation/operations.ts';
import { type Outcome, Service } from '../../isolation/service.ts';
import { ClinicOfTests, type Contents, type Difference, Ledger, type ObjectName, objects } from '../../isolation/two-clinics.ts';
import { endpointsOfTests, tokenOf } from '../scenario/endpoints.ts';
import { createOwnTables } from '../scenario/tables-of-own.ts';

/** Everyone tries everything, everywhere, on everything. */

const { engine, names, close } = await createOwnTables('isolation');
const ledger = new Ledger(DynamoDBDocumentClient.from(engine), names);
const service = await Service.open(endpointsOfTests(), names);

const run = randomBytes(4).toString('hex');
const south = new ClinicOfTests(`south-${run}`);
const north = new ClinicOfTests(`north-${run}`);
const nowhere = `wasnt-${run}`;
const initial = new Map<string, Contents>([south, north].map((clinic) => [clinic.clinicId, clinic.contents()]));
const contentsAtFirst = (clinicId: string): Contents => initial.get(clinicId) ?? new Map();

const tokens = new Map<string, string>();
const tokenFor = (userId: string): string => tokens.get(userId) ?? '';

let cases = 0;
let freshIds = 0;

beforeAll(async () => {
  for (const clinic of [south, north]) await ledger.restore(clinic.clinicId, contentsAtFirst(clinic.clinicId));
  for (const { userId } of [south, north].flatMap(actorsOf))
    if (userId !== undefined && !tokens.has(userId)) tokens.set(userId, await tokenOf(endpointsOfTests(), userId));
});

afterAll(close);

interface Case {
  readonly actor: Actor;
  readonly theirs: ClinicOfTests;
  readonly deed: HttpDeed | SocketDeed;
  readonly aim: Aim;
  readonly object: ObjectName;
  readonly manner: Manner;
}

const isHttp = (deed: HttpDeed | SocketDeed): deed is HttpDeed => !deed.startsWith('socket ');
const subjectOf = (deed: HttpDeed | SocketDeed) => (isHttp(deed) ? requests[deed].subject : frames[deed].subject);

/** A broken body needs a body; a handshake has none, and nothing else to smuggle in. */
const mannersOf = (actor: Actor, deed: HttpDeed | SocketDeed): readonly Manner[] => {
  if (!isHttp(deed)) return socketOf(actor) ? manners : ['good'];
  return requests[deed].body ? manners : ['good', 'smuggling'];
};

/** Another manner asks nothing new of an object that is refused in any case. */
const objectsOf = (deed: HttpDeed | SocketDeed, manner: Manner): readonly ObjectName[] => {
  if (subjectOf(deed) === undefined || manner === 'broken') return ['mine'];
  return manner === 'good' ? objects : ['mine', 'theirs', 'absent'];
};

/** Every case of an actor. */
function* casesOf(actor: Actor, theirs: ClinicOfTests): Generator<Case> {
  const { home } = actor;
  for (const deed of [...httpDeeds, ...socketDeeds]) {
    const clinicIds = isHttp(deed) && isOfClinic(deed) ? [home.clinicId, theirs.clinicId, nowhere] : [home.clinicId];
    for (const manner of mannersOf(actor, deed)) {
      for (const object of objectsOf(deed, manner)) {
        for (const clinicId of clinicIds) {
          freshIds += 1;
          const freshId = `fresh-${run}-${String(freshIds).padStart(6, '0')}`;
          // On a socket a caller's frame is about their own visit.
          const own = isHttp(deed) || actor.callerId === undefined ? {} : { callerId: actor.callerId };
          const aim = { ...home.aim(object, theirs, freshId), clinicId };
          yield { actor, theirs, deed, aim: subjectOf(deed) === undefined ? { ...aim, ...own } : aim, object, manner };
        }
      }
    }
  }
}

const attempt = ({ actor, theirs, deed, aim, manner }: Case): Promise<Outcome> => {
  cases += 1;
  return isHttp(deed)
    ? askOverHttp(service, tokenFor, actor, deed, aim, manner, theirs.clinicId)
    : askOnSocket(service, actor, deed, aim, manner, theirs.clinicId);
};

const isSuccess = (said: number | string): boolean => said === 'ok' || (typeof said === 'number' && said < 300);
const refusals: readonly (number | string)[] = [
  401,
  403,
  404,
  409,
  'unauthenticated',
  'forbidden',
  'not-found',
  'caller-ended',
  'Unauthorized',
];
const faults: readonly (number | string)[] = [500, 502, 503, 'internal', 'unavailable'];

/** What is wrong with an answer, in words. */
const judge = ({ actor, theirs, deed, aim, object, manner }: Case, outcome: Outcome): string[] => {
  const { said, text, commands, posts } = outcome;
  const allowed = isAllowed(actor, deed, aim);
  const seen = [text, ...posts.map(({ frame }) => frame)].join('\n');
  // Two operations name their clinic elsewhere than in the path.
  const named: Partial<Record<typeof deed, string>> = {
    'POST /clinics': manner === 'smuggling' ? theirs.clinicId : aim.freshId,
    'POST /invitations/{code}': aim.code.slice(43),
  };
  const ofTicket = isHttp(deed) || socketOf(actor) ? undefined : aim.code.slice(43);
  const clinicIds = new Set([ofTicket ?? named[deed] ?? aim.clinicId]);
  const wrong: string[] = [];
  if (allowed !== may(deed satisfies Operation, whoIn(actor, aim))) wrong.push('the policy says otherwise');
  if (faults.includes(said)) wrong.push('is a fault');
  if (seen.includes(theirs.canary)) wrong.push('tells of another clinic');
  wrong.push(...commands.flatMap((command) => beyond(command, clinicIds)));
  if (!allowed) {
    if (isSuccess(said)) wrong.push('was done');
    if (manner === 'good' && !refusals.includes(said)) wrong.push('is no refusal');
    if (seen.includes(actor.home.canary)) wrong.push('tells of the clinic');
  } else if (manner === 'good' && object === 'mine') {
    const isMemberAlready = deed === 'POST /invitations/{code}' && actor.role !== undefined && said === 409;
    if (aim.clinicId === actor.home.clinicId && !isSuccess(said) && !isMemberAlready) wrong.push('was refused');
  }
  // Without a look at a subject nothing can be said of it; a new member's id, and the recipients that are left out, are no subjects.
  const takesAny = deed.startsWith('PUT ') || deed.endsWith('broadcasts') || deed === 'socket broadcast' || subjectOf(deed) === 'cursor';
  if (subjectOf(deed) !== undefined && !takesAny && ['theirs', 'absent', 'malformed'].includes(object) && isSuccess(said))
    wrong.push('was done to nobody');
  if (aim.clinicId === nowhere && isSuccess(said) && isHttp(deed)) wrong.push('was done nowhere');
  if (manner === 'smuggling' && isSuccess(said) && isHttp(deed) && requests[deed].body) wrong.push('took a field that it does not know');
  return wrong;
};

/** What was changed and by whom it may be: a stranger can check in anywhere, and an invitation makes its bearer a member. */
const judgeChange = ({ actor, deed, aim }: Case, changed: readonly Difference[], clinicId: string): string[] => {
  if (!isAllowed(actor, deed, aim)) return changed.map(({ kind, key }) => `${kind} ${key} was changed`);
  if (clinicId === actor.home.clinicId && clinicId === aim.clinicId) return [];
  if (deed === 'POST /clinics' && clinicId === aim.freshId) return [];
  if (deed === 'POST /clinics/{clinicId}/callers' && clinicId === aim.clinicId) {
    const strange = changed.filter(({ kind, before, after }) => kind !== 'callers' || before !== undefined || after?.name !== 'Walk In');
    return strange.map(({ kind, key }) => `a check-in changed ${kind} ${key}`);
  }
  return changed.map(({ kind, key }) => `${kind} ${key} of another clinic was changed`);
};

/** Brings back what a request changed, clinic by clinic; answers what that was. */
const undo = async ({ commands }: Outcome): Promise<[clinicId: string, changed: Difference[]][]> => {
  const clinicIds = [...new Set(commands.flatMap(clinicsWrittenBy).map(String))];
  return Promise.all(clinicIds.map(async (clinicId) => [clinicId, await ledger.restore(clinicId, contentsAtFirst(clinicId))]));
};

/** Follows the stream: what dashboards and callers would be told of the changes. */
const told = async (changed: readonly Difference[]): Promise<string> => {
  const records = changed
    .filter(({ kind }) => kind === 'callers')
    // Only the Callers table's module writes there.
    .map(({ before, after }, index) =>
      aStreamRecord({ before: before as Visit | undefined, after: after as Visit | undefined }, String(index + 1)),
    );
  if (records.length === 0) return '';
  const { posts, text } = await service.boardUpdates(records);
  return [text, ...posts.map(({ connectionId, frame }) => `${connectionId} ${frame}`)].join('\n');
};

describe.each([
  ['the south', south, north],
  ['the north', north, south],
])('people of %s', (_name, home, theirs) => {
  it.each(actorsOf(home))('$name reaches nothing but what is theirs', async (actor) => {
    const wrong: string[] = [];
    const tryOne = async (each: Case): Promise<void> => {
      const outcome = await attempt(each);
      const sentence = `${each.deed} at ${each.aim.clinicId} on ${each.object} (${each.manner}) → ${outcome.said}`;
      const found = judge(each, outcome);
      for (const [clinicId, changed] of await undo(outcome)) {
        found.push(...judgeChange(each, changed, clinicId));
        const news = await told(changed);
        const stranger = clinicId === south.clinicId ? north : south;
        if (news.includes(stranger.canary) || news.includes(stranger.clinicId)) found.push('another clinic is told of it');
      }
      wrong.push(...found.map((what) => `${sentence}: ${what}`));
    };
    const all = [...casesOf(actor, theirs)];
    const isRefused = ({ deed, aim }: Case) => !isAllowed(actor, deed, aim);
    // What is refused changes nothing, so that many may try at once.
    const waiting = all.filter(isRefused).values();
    const tryAll = async () => {
      for (const each of waiting) await tryOne(each);
    };
    await Promise.all(Array.from({ length: 8 }, tryAll));
    for (const each of all) if (!isRefused(each)) await tryOne(each);
    expect(wrong).toEqual([]);
  });

  it.each(actorsOf(home).filter(({ name }) => name !== 'caller erased'))(
    '$name cannot tell another clinic, or what is in it, from nothing',
    async (actor) => {
      const wrong: string[] = [];
      const compare = async (deed: HttpDeed | SocketDeed, what: string, one: Aim, other: Aim) => {
        const outcomes: { aim: Aim; outcome: Outcome }[] = [];
        for (const aim of [one, other]) {
          const outcome = await attempt({ actor, theirs, deed, aim, object: 'theirs', manner: 'good' });
          outcomes.push({ aim, outcome });
          await undo(outcome);
        }
        const [first, second] = outcomes.map(({ aim, outcome }) => ({
          answer: withoutIds(outcome, aim).replaceAll(aim.clinicId, 'CLINIC'),
          cost: costOf(outcome),
          posts: outcome.posts.map(({ connectionId }) => connectionId),
        }));
        try {
          expect(first).toEqual(second);
        } catch (error) {
          wrong.push(`${deed} tells ${what}: ${error instanceof Error ? error.message : ''}`);
        }
      };
      for (const deed of [...httpDeeds, ...socketDeeds]) {
        freshIds += 1;
        const freshId = `fresh-${run}-${String(freshIds).padStart(6, '0')}`;
        const aimAt = (object: ObjectName, clinicId: string): Aim => ({ ...home.aim(object, theirs, freshId), clinicId });
        if (subjectOf(deed) !== undefined)
          await compare(deed, 'what is another clinic’s', aimAt('theirs', home.clinicId), aimAt('absent', home.clinicId));
        // That there is such a clinic may be known: its waiting page is public.
        if (!isHttp(deed) || !isOfClinic(deed) || audiences[deed] === 'anyone') continue;
        await compare(deed, 'that there is a clinic', aimAt('mine', theirs.clinicId), aimAt('mine', nowhere));
        if (subjectOf(deed) !== undefined)
          await compare(deed, 'what there is in a clinic', aimAt('theirs', theirs.clinicId), aimAt('absent', theirs.clinicId));
      }
      expect(wrong).toEqual([]);
    },
  );
});

it('leaves both clinics as they were, after 10,000 cases and more', async () => {
  for (const { clinicId } of [south, north]) expect(await ledger.differences(clinicId, contentsAtFirst(clinicId))).toEqual([]);
  expect(cases).toBeGreaterThanOrEqual(10_000);
  expect(actorsOf(south).some((actor) => !passesDoor(actor, 'GET /clinics'))).toBe(true);
});
