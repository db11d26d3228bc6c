import { randomBytes } from 'node:crypto';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Socket } from '../../contract/socket.ts';
import { type Actor, actorsOf, callerTokenOf, isAllowed } from '../../isolation/actors.ts';
import { type Aim, audiences, frames, type HttpDeed, httpDeeds, isOfClinic, requests, socketDeeds } from '../../isolation/operations.ts';
import { ClinicOfTests, type Contents, kinds, Ledger, type ObjectName, objects, type TableNames } from '../../isolation/two-clinics.ts';
import { endpointsOfTests, tokenOf } from '../scenario/endpoints.ts';

jest.setTimeout(180_000);

/** The same people before the same doors, over the wire: what must be refused, through gateway, authorizers and bundles. */

const at = endpointsOfTests();
const engine = new DynamoDBClient({
  endpoint: at.dynamodb,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
const run = randomBytes(4).toString('hex');
const south = new ClinicOfTests(`wire-south-${run}`);
const north = new ClinicOfTests(`wire-north-${run}`);
const nowhere = `wire-wasnt-${run}`;
const tokens = new Map<string, string>();
let ledger: Ledger;
let freshIds = 0;
let asked = 0;

beforeAll(async () => {
  const { TableNames: all = [] } = await engine.send(new ListTablesCommand({}));
  const named = (kind: string) =>
    all.find((name) => !/^(store-model|isolation|tickets)-/.test(name) && name.toLowerCase().includes(kind.toLowerCase())) ?? '';
  // One name for each table of the stack.
  const names = Object.fromEntries([...kinds, 'rateLimits', 'audit'].map((kind) => [kind, named(kind)])) as TableNames;
  ledger = new Ledger(DynamoDBDocumentClient.from(engine), names);
  for (const clinic of [south, north]) await ledger.restore(clinic.clinicId, withoutExpired(clinic));
  for (const { userId } of actorsOf(south)) if (userId !== undefined) tokens.set(userId, await tokenOf(at, userId));
});

afterAll(async () => {
  for (const { clinicId } of [south, north]) await ledger.restore(clinicId, new Map());
  engine.destroy();
});

/** The stack deletes what has expired; and no deadlines are to be met in these clinics meanwhile. */
const withoutExpired = (clinic: ClinicOfTests): Contents =>
  new Map(
    [...clinic.contents()]
      .filter(([place]) => place !== `callers ${clinic.callerId('expired')}` && !place.startsWith('connections'))
      .map(([place, { activePartition: _active, activeUntilSeconds: _until, connections, ...item }]) => [
        place,
        connections === undefined ? item : { ...item, connections: {} },
      ]),
  );

interface Said {
  readonly status: number;
  readonly text: string;
}

const ask = async (actor: Actor, deed: HttpDeed, aim: Aim, query = ''): Promise<Said> => {
  asked += 1;
  const [method = '', template = ''] = deed.split(' ');
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: keyof Aim) => encodeURIComponent(aim[name]));
  const token = actor.userId === undefined ? (callerTokenOf(actor) ?? actor.badToken) : tokens.get(actor.userId);
  const { body, query: ownQuery } = requests[deed];
  const queries = [ownQuery?.(aim), query].filter(Boolean).join('&');
  const response = await fetch(`${at.http}${path}${queries === '' ? '' : `?${queries}`}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body(aim)) }),
  });
  return { status: response.status, text: await response.text() };
};

const aimAt = (actor: Actor, object: ObjectName, clinicId: string): Aim => {
  freshIds += 1;
  return { ...actor.home.aim(object, north, `fresh-${run}-${String(freshIds).padStart(6, '0')}`), clinicId };
};

/** What must be refused, or names nothing: it may be asked any number of times, as nothing comes of it. */
const refusedCases = (actor: Actor): [HttpDeed, ObjectName, Aim][] =>
  httpDeeds.flatMap((deed) => {
    const clinicIds = isOfClinic(deed) ? [south.clinicId, north.clinicId, nowhere] : [south.clinicId];
    return (requests[deed].subject === undefined ? (['mine'] as const) : objects).flatMap((object) =>
      clinicIds
        .map((clinicId): [HttpDeed, ObjectName, Aim] => [deed, object, aimAt(actor, object, clinicId)])
        .filter(([, , aim]) => !isAllowed(actor, deed, aim) || ['theirs', 'absent'].includes(object))
        // A new member, and a broadcast to whoever is there of those named, need no object that exists.
        .filter(
          ([, , aim]) => !isAllowed(actor, deed, aim) || !(deed.startsWith('PUT ') || deed === 'POST /clinics/{clinicId}/broadcasts'),
        ),
    );
  });

const atATime = async <Item>(items: readonly Item[], most: number, each: (item: Item) => Promise<void>): Promise<void> => {
  const waiting = items.values();
  const work = async () => {
    for (const item of waiting) await each(item);
  };
  await Promise.all(Array.from({ length: most }, work));
};

describe('over HTTP', () => {
  it.each(actorsOf(south).filter(({ name }) => name !== 'caller expired'))(
    '$name is refused wherever they have no business',
    async (actor) => {
      const wrong: string[] = [];
      await atATime(refusedCases(actor), 8, async ([deed, object, aim]) => {
        const { status, text } = await ask(actor, deed, aim);
        const isBoard = deed === 'GET /clinics/{clinicId}/callers' && isAllowed(actor, deed, aim);
        if (isBoard ? status !== 200 : ![400, 401, 403, 404, 409].includes(status))
          wrong.push(`${deed} on ${object} at ${aim.clinicId} → ${status}`);
        if (text.includes(north.canary)) wrong.push(`${deed} on ${object} at ${aim.clinicId} tells of another clinic`);
        if (!isAllowed(actor, deed, aim) && text.includes(south.canary))
          wrong.push(`${deed} on ${object} at ${aim.clinicId} tells of the clinic`);
      });
      expect(wrong).toEqual([]);
    },
  );

  it('answers for what is another clinic’s as for what is nowhere, byte for byte', async () => {
    const administrator = actorsOf(south).find(({ name }) => name === 'administrator');
    if (!administrator) throw new Error('there is an administrator');
    for (const deed of httpDeeds.filter((each) => isOfClinic(each) && audiences[each] !== 'anyone')) {
      const pairs: [Aim, Aim][] = [
        [aimAt(administrator, 'mine', north.clinicId), aimAt(administrator, 'mine', nowhere)],
        ...(requests[deed].subject === undefined || deed.startsWith('PUT ') || deed.endsWith('broadcasts')
          ? []
          : [[aimAt(administrator, 'theirs', south.clinicId), aimAt(administrator, 'absent', south.clinicId)] as [Aim, Aim]]),
      ];
      for (const [theirs, absent] of pairs)
        expect([deed, await ask(administrator, deed, theirs)]).toEqual([deed, await ask(administrator, deed, absent)]);
    }
  });

  it('takes no token from an address', async () => {
    const nobody = actorsOf(south)[0];
    const token = tokens.get(south.userId('administrator'));
    if (!nobody || token === undefined) throw new Error('there is nobody, and an administrator');
    for (const query of [`access_token=${token}`, `token=${token}`, `authorization=Bearer%20${token}`])
      for (const deed of [
        'GET /clinics',
        'GET /clinics/{clinicId}/members',
        'GET /clinics/{clinicId}/callers/{callerId}/messages',
      ] as const)
        expect((await ask(nobody, deed, aimAt(nobody, 'mine', south.clinicId), query)).status).toBe(401);
  });
});

describe('on sockets', () => {
  const open = async (actor: Actor): Promise<Socket> => {
    const path = actor.callerId === undefined ? 'tickets' : `callers/${actor.callerId}/tickets`;
    const token = callerTokenOf(actor) ?? tokens.get(actor.userId ?? '');
    const response = await fetch(`${at.http}/clinics/${south.clinicId}/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    // What the tickets' route answers.
    const { url, protocol, ticket } = (await response.json()) as { url: string; protocol: string; ticket: string };
    const socket = new Socket(url, [protocol, `ticket.${ticket}`]);
    await socket.opened;
    return socket;
  };

  it.each(actorsOf(south).filter(({ role, isPresent }) => role !== undefined || isPresent))(
    '$name reaches nothing of another clinic, or of another trade',
    async (actor) => {
      const socket = await open(actor);
      const wrong: string[] = [];
      for (const deed of socketDeeds) {
        for (const object of frames[deed].subject === undefined ? (['mine'] as const) : (['theirs', 'absent', 'malformed'] as const)) {
          const aim = aimAt(actor, object, south.clinicId);
          const target = actor.callerId === undefined ? aim : { ...aim, callerId: actor.callerId };
          const allowed = isAllowed(actor, deed, target);
          if (allowed && (frames[deed].subject === undefined || deed === 'socket broadcast' || deed === 'socket subscribe')) continue;
          asked += 1;
          const { type, error } = await socket.ask(deed.replace('socket ', ''), frames[deed].fields(aim));
          const expected = allowed ? (object === 'malformed' ? 'invalid-request' : 'not-found') : 'forbidden';
          if (type !== 'error' || error?.code !== expected) wrong.push(`${deed} on ${object} → ${type} ${error?.code}, not ${expected}`);
        }
      }
      expect(wrong).toEqual([]);
      expect(JSON.stringify(socket.frames)).not.toContain(north.canary);
      socket.drop();
    },
  );
});

it('leaves both clinics as they were, after more than a thousand requests', async () => {
  for (const clinic of [south, north]) {
    const differences = await ledger.differences(clinic.clinicId, withoutExpired(clinic));
    // Tickets of the sockets above are used up by now.
    expect(differences).toEqual([]);
  }
  expect(asked).toBeGreaterThan(1000);
});
