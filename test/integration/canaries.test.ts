import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { permissions } from '../../lib/permissions.ts';
import { dataFolderOf } from '../canaries/collect.ts';
import { isSearchLeftOut, runFolder, secretsOf } from '../canaries/run-folder.ts';
import { LeakSearch } from '../canaries/search.ts';
import { secretsIn } from '../canaries/secrets.ts';
import { ClinicScenario } from './scenario/clinic.ts';
import { Control } from './scenario/control.ts';
import { endpointsOfTests, tokenOf } from './scenario/endpoints.ts';
import { eventually } from './scenario/eventually.ts';

/**
 * What the search at the end of the run rests on (`stop-local-stack.ts`): that it knows the secrets, and that what it searches is all there.
 * With a stack that was given (`WAITING_AREA_ENDPOINTS`) there is no search: the first test then only shows that secrets are told from the rest.
 */
const folder = runFolder();
const endpoints = endpointsOfTests();
let clinic: ClinicScenario;

beforeAll(async () => {
  clinic = await ClinicScenario.open({ guestMessages: true });
});
afterAll(() => clinic.close());

const logFolder = async () => join(await dataFolderOf(endpoints), 'log');
const log = async (name: string) =>
  readFileSync(join(await logFolder(), name), 'utf8')
    .trimEnd()
    .split('\n');

describe('the search for secrets', () => {
  it('knows every secret that went over the wire', async () => {
    const dashboard = await clinic.dashboard('clerk');
    const xenia = await clinic.arrives('Xenia Canary', { phone: '+61499000111', details: { reason: 'a canary in the left knee' } });
    await dashboard.client.notify(xenia.callerId, 'a canary of the clinic');
    await xenia.client.sendMessage('a canary of the caller');
    const { ticket } = await clinic.ticketOf(xenia.visit);
    const { code } = await clinic.administrator.invite(clinic.clinicId, { name: 'Canary Clerk', role: 'member', answersMessages: false });
    const token = await tokenOf(endpoints, dashboard.member.userId);
    const used = ['Xenia Canary', '+61499000111', 'a canary in the left knee', 'a canary of the clinic', 'a canary of the caller'];
    const all = [...used, 'Canary Clerk', xenia.visit.callerToken, ticket, code, token];
    if (isSearchLeftOut()) {
      const [name, phone, reason, ...texts] = all;
      const sent = JSON.stringify({ name, phone, details: { reason }, texts: texts.map((text) => ({ text })) });
      expect(new Set(secretsIn(sent).map(({ value }) => value))).toEqual(new Set(all));
      return;
    }
    if (folder === undefined) throw new Error('this run started its own stack and searches nothing: start-local-stack.ts opens no folder');
    await eventually(() => {
      const known = new Set(secretsOf(folder).map(({ value }) => value));
      for (const secret of all) expect(known).toContain(secret);
    });
  });

  it('has lines of every function to look at, at DEBUG, by ids alone', async () => {
    const dashboard = await clinic.dashboard('nurse');
    const caller = await clinic.arrives('Yves Canary');
    await dashboard.broadcast({ text: 'a canary for everyone' });
    await new Control(endpoints).runSchedules();
    await eventually(async () => {
      for (const name of Object.keys(permissions))
        expect([name, (await log(`${name}.log`)).some((line) => line.includes('"level":"DEBUG"'))]).toEqual([name, true]);
    });
    const lines = (await log('caller-socket.log')).filter((line) => line.includes(caller.callerId)).map((line) => JSON.parse(line));
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'DEBUG',
        service: 'waiting-area',
        message: 'handled',
        route: 'resume',
        clinicId: clinic.clinicId,
        callerId: caller.callerId,
        connectionId: expect.any(String),
        requestId: expect.any(String),
        outcome: 'ok',
        durationMs: expect.any(Number),
      }),
    );
  });

  it('would find a secret in any of them', async () => {
    const secret = { kind: 'text', value: 'a canary that is planted' };
    for (const name of readdirSync(await logFolder())) {
      const content = readFileSync(join(await logFolder(), name), 'utf8');
      expect(new LeakSearch([secret]).in(name, content)).toEqual([]);
      expect(new LeakSearch([secret]).in(name, `${content}{"text":"${secret.value}"}\n`)).toHaveLength(1);
    }
  });
});

describe('access logs', () => {
  it('have the fields of the template and no other: no path, in which an invitation’s code stands, and no query', async () => {
    const { code } = await clinic.administrator.invite(clinic.clinicId, { name: 'Access Clerk', role: 'member', answersMessages: false });
    const board = `/clinics/${clinic.clinicId}/callers?search=canary-of-a-search`;
    const bearer = { headers: { authorization: `Bearer ${await tokenOf(endpoints, clinic.userId('administrator'))}` } };
    expect((await fetch(endpoints.http + board, bearer)).status).toBe(200);
    await clinic.apiOf('stranger').redeemInvitation(code);
    await eventually(async () => {
      const lines = (await log('access-http.log')).map((line) => JSON.parse(line));
      expect(lines.filter(({ routeKey }) => routeKey === 'POST /invitations/{code}')).not.toEqual([]);
      for (const line of lines)
        expect(Object.keys(line)).toEqual([
          'requestTime',
          'requestId',
          'routeKey',
          'status',
          'responseLength',
          'responseLatency',
          'integrationStatus',
          'error.responseType',
        ]);
    });
    const written = (await log('access-http.log')).join();
    for (const secret of [code, 'canary-of-a-search']) expect(written).not.toContain(secret);
  });

  it('have a line for each frame, by its route and connection', async () => {
    const caller = await clinic.arrives('Zoe Canary');
    const lines = (await log('access-web-socket.log')).map((line) => JSON.parse(line));
    const routesOf = (eventType: string) => new Set(lines.filter((line) => line.eventType === eventType).map(({ routeKey }) => routeKey));
    expect(routesOf('CONNECT')).toEqual(new Set(['$connect']));
    expect(routesOf('MESSAGE')).toContain('resume');
    expect(lines.every(({ connectionId, status }) => connectionId !== '-' && Number(status) > 0)).toBe(true);
    expect(caller.heard).toEqual([]);
  });
});
