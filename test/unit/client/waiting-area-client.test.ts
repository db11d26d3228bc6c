import { describe, expect, it } from '@jest/globals';
import { WaitingAreaClient } from '../../../client/waiting-area-client.ts';
import { aCaller, aClinic, aMember } from './builders.ts';
import { FakePlatform } from './fake-platform.ts';

describe('WaitingAreaClient', () => {
  it('checks a person in and opens their waiting page', async () => {
    const platform = new FakePlatform();
    const tickets = platform.http;
    platform.http = (call) =>
      call.url.endsWith('/callers') ? { status: 201, body: { callerId: 'sue', callerToken: 'secret', caller: aCaller() } } : tickets(call);
    platform.rules.set('resume', () => ({ caller: aCaller(), clinic: aClinic(), messages: [], nextAfterSeq: null }));
    const client = new WaitingAreaClient({ url: 'https://api.example', platform });
    const visit = await client.checkIn('demo', { name: 'Sue Smith', language: 'fr' });
    const page = client.caller(visit);
    await page.open();
    expect(page.caller?.name).toBe('Sue Smith');
    expect(platform.calls.map(({ url }) => url)).toEqual([
      'https://api.example/clinics/demo/callers',
      'https://api.example/clinics/demo/callers/sue/tickets',
    ]);
  });

  it('opens a dashboard', async () => {
    const platform = new FakePlatform();
    platform.rules.set('subscribe', () => ({ callers: [aCaller()], nextCursor: null, clinic: aClinic(), me: aMember() }));
    const dashboard = new WaitingAreaClient({ url: 'https://api.example', platform }).staff({ clinicId: 'demo', token: () => 'access' });
    await dashboard.open();
    expect(dashboard.callers.size).toBe(1);
    expect(platform.calls[0]?.headers.authorization).toBe('Bearer access');
  });
});
