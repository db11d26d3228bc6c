import { describe, expect, it } from '@jest/globals';
import { Http, PublicApi, StaffApi } from '../../../client/http.ts';
import { FakePlatform } from './fake-platform.ts';

const anApi = () => {
  const platform = new FakePlatform();
  platform.http = () => ({ status: 200, body: {} });
  const http = new Http('https://api.example/', platform);
  return { platform, open: new PublicApi(http), staff: new StaffApi(http, async () => 'access') };
};

describe('requests', () => {
  it('carry the bearer, a JSON body and its type', async () => {
    const { platform, staff } = anApi();
    await staff.notify('demo', 'c1', { messageId: 'm1', text: 'Hello' });
    expect(platform.calls).toEqual([
      {
        method: 'POST',
        url: 'https://api.example/clinics/demo/callers/c1/messages',
        headers: { authorization: 'Bearer access', 'content-type': 'application/json' },
        body: { messageId: 'm1', text: 'Hello' },
      },
    ]);
  });

  it('carry no token where none is needed', async () => {
    const { platform, open } = anApi();
    await open.clinic('demo');
    expect(platform.calls[0]?.headers).toEqual({});
  });

  it('percent-encode what stands in a path', async () => {
    const { platform, staff } = anApi();
    await staff.removeMember('demo', 'auth0|7:a@b.c');
    expect(platform.calls[0]?.url).toBe('https://api.example/clinics/demo/members/auth0%7C7%3Aa%40b.c');
  });

  it('repeat a parameter that has several values and leave out what is absent', async () => {
    const { platform, staff } = anApi();
    await staff.callers('demo', { statuses: ['waiting', 'on-hold'], search: 'zoë & co', limit: 5 });
    expect(platform.calls[0]?.url).toBe(
      'https://api.example/clinics/demo/callers?status=waiting&status=on-hold&search=zo%C3%AB+%26+co&limit=5',
    );
  });

  it('ask for the token each time', async () => {
    const platform = new FakePlatform();
    platform.http = () => ({ status: 200, body: {} });
    let tokens = 0;
    const staff = new StaffApi(new Http('https://api.example', platform), () => {
      tokens += 1;
      return `token ${tokens}`;
    });
    await staff.clinics();
    await staff.clinics();
    expect(platform.calls.map(({ headers }) => headers.authorization)).toEqual(['Bearer token 1', 'Bearer token 2']);
  });
});

describe('the export of a caller', () => {
  it('is asked for by the caller’s own token, or by that of staff', async () => {
    const { platform, open, staff } = anApi();
    await open.exportCaller({ clinicId: 'demo', callerId: 'c1', callerToken: 'own' });
    await staff.exportCaller('demo', 'c1');
    const url = 'https://api.example/clinics/demo/callers/c1/export';
    expect(platform.calls).toEqual([
      { method: 'GET', url, headers: { authorization: 'Bearer own' } },
      { method: 'GET', url, headers: { authorization: 'Bearer access' } },
    ]);
  });
});

describe('answers', () => {
  it('are the body of a 2xx, and nothing for 204', async () => {
    const { platform, staff } = anApi();
    platform.http = () => ({ status: 200, body: { clinics: [] } });
    expect(await staff.clinics()).toEqual({ clinics: [] });
    platform.http = () => ({ status: 204 });
    expect(await staff.removeMember('demo', 'u')).toBeUndefined();
  });

  it('fail with the code, the sentence and the details of a problem document', async () => {
    const { platform, open } = anApi();
    platform.http = () => ({
      status: 400,
      body: {
        type: 'about:blank',
        title: 'Bad',
        status: 400,
        detail: 'A sentence.',
        code: 'invalid-request',
        details: [{ path: 'name', reason: 'must not be empty' }],
      },
    });
    await expect(open.checkIn('demo', { name: '' })).rejects.toMatchObject({
      code: 'invalid-request',
      message: 'A sentence.',
      details: [{ path: 'name', reason: 'must not be empty' }],
    });
  });

  it.each([
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [413, 'too-large'],
    [429, 'rate-limited'],
    [500, 'unavailable'],
    [503, 'unavailable'],
    [504, 'unavailable'],
  ])('are judged by the status %i where the body is the gateway’s own', async (status, code) => {
    const { platform, staff } = anApi();
    platform.http = () => ({ status, body: { message: 'Unauthorized' } });
    await expect(staff.clinics()).rejects.toMatchObject({ code });
    platform.http = () => ({ status, text: '<html>' });
    await expect(staff.clinics()).rejects.toMatchObject({ code });
  });

  it('that never come, or are no JSON, are no-answer', async () => {
    const { platform, staff } = anApi();
    platform.http = () => undefined;
    await expect(staff.clinics()).rejects.toMatchObject({ code: 'no-answer' });
    platform.http = () => ({ status: 200, text: '<html>' });
    await expect(staff.clinics()).rejects.toMatchObject({ code: 'no-answer' });
  });
});
