import { describe, expect, it } from '@jest/globals';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

describe('Signing in', () => {
  it('is a click on a demo user, and a click to leave again', async () => {
    const scene = await Scene.open();
    const clerk = await scene.aVisitorOfTheDashboard();
    await clerk.page.getByRole('button', { name: clerk.t('signIn') }).click();
    await clerk.page.getByRole('button', { name: /Demo Clerk/ }).click();
    await clerk.seesBoard();
    await clerk.reads('Demo Clinic');
    await clerk.page.reload();
    await clerk.seesBoard();

    await clerk.page.getByRole('button', { name: clerk.t('account.name', { name: 'Demo Clerk' }) }).click();
    await clerk.page.getByRole('button', { name: clerk.t('signOut') }).click();
    await clerk.page.getByRole('button', { name: clerk.t('signIn') }).click();
    await clerk.page.getByRole('button', { name: /Demo Administrator/ }).waitFor();
  });

  it('asks by PKCE, with a state and a nonce of its own, and takes in no answer to another question', async () => {
    const scene = await Scene.open();
    const clerk = await scene.aVisitorOfTheDashboard();
    const [asking] = await Promise.all([
      clerk.page.waitForRequest((request) => new URL(request.url()).searchParams.has('response_type')),
      clerk.page.getByRole('button', { name: clerk.t('signIn') }).click(),
    ]);
    expect(Object.fromEntries(new URL(asking.url()).searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[0-9a-f]{32}$/),
      nonce: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });

    const trades: string[] = [];
    clerk.page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/token')) trades.push(request.url());
    });
    const answered = await fetch(`${asking.url()}&login_hint=clerk%40demo.example`, { redirect: 'manual' });
    const returned = new URL(answered.headers.get('location') ?? '');
    const [code, state] = [returned.searchParams.get('code') ?? '', returned.searchParams.get('state') ?? ''];
    await clerk.page.goto(`${scene.dashboardUrl}?${new URLSearchParams({ code, state: 'f'.repeat(32) })}`);
    await clerk.reads(clerk.t('signIn.refused'));
    expect(trades).toEqual([]);
    await clerk.page.goto(`${scene.dashboardUrl}?${new URLSearchParams({ code, state })}`);
    await clerk.seesBoard();
    expect(trades).toHaveLength(1);
  });

  it('that has run out says so, and one click brings the board back', async () => {
    const scene = await Scene.open();
    await scene.clinic.arrives('Sue Smith');
    const ada = await scene.aStaffWindow('administrator', { clock: true });
    await ada.sees('Sue Smith');
    // The issuer no longer renews it.
    await ada.page.route('**/token', (route) => route.fulfill({ status: 400, json: { error: 'invalid_grant' } }));
    await ada.page.clock.fastForward('24:00:00');
    await ada.reads(ada.t('connection.expired'));
    await ada.page.getByRole('button', { name: ada.t('signInAgain') }).click();
    await ada.page.getByRole('button', { name: /Demo Administrator/ }).waitFor();
  });

  it('the start page leads a newcomer to both sides', async () => {
    const scene = await Scene.open();
    const newcomer = await scene.aVisitorOfTheDashboard();
    await newcomer.page.goto(new URL('/', scene.dashboardUrl).href);
    expect(await newcomer.axeFindings()).toEqual([]);
    const [dashboard] = await Promise.all([
      newcomer.context.waitForEvent('page'),
      newcomer.page
        .getByRole('link', { name: /dashboard/i })
        .first()
        .click(),
    ]);
    await dashboard.getByRole('heading', { name: newcomer.t('board.title'), exact: true }).waitFor();
    const [waiting] = await Promise.all([
      newcomer.context.waitForEvent('page'),
      newcomer.page.getByRole('link', { name: /waiting page/i }).click(),
    ]);
    await waiting.getByText('Demo Clinic').first().waitFor();
  });
});

describe('Another clinic', () => {
  it('sees and reaches nobody of this one', async () => {
    const [here, there] = await Promise.all([Scene.open(), Scene.open()]);
    const [ada, otto, sue] = await Promise.all([here.aStaffWindow(), there.aStaffWindow(), here.aCallerPhone('Sue Smith')]);
    const olga = await there.aCallerPhone('Olga Other');
    await otto.sees('Olga Other');
    await otto.notifyList(1, 'To all of the other clinic');
    await olga.shows('To all of the other clinic');
    await ada.sees('Sue Smith');
    expect(await sue.texts()).toEqual([]);
  });

  it('is one choice away for who works in both', async () => {
    const [harbour, hill] = await Promise.all([Scene.open({ name: 'Harbour Clinic' }), Scene.open({ name: 'Hill Clinic' })]);
    const userId = harbour.clinic.userId('administrator');
    await hill.clinic.administrator.putMember(hill.clinic.clinicId, { userId, name: 'Ada', role: 'member', answersMessages: false });
    await Promise.all([harbour.clinic.arrives('Sue Smith'), hill.clinic.arrives('Olga Other')]);
    const ada = await harbour.aStaffWindow();
    const switcher = ada.page.getByRole('banner').getByRole('button', { name: /(Harbour|Hill) Clinic/ });
    const isHarbour = (await switcher.textContent())?.includes('Harbour');
    const [other, caller] = isHarbour ? ['Hill Clinic', 'Olga Other'] : ['Harbour Clinic', 'Sue Smith'];
    await switcher.click();
    await ada.page.getByRole('option', { name: other }).click();
    await ada.sees(caller);
  });

  it('there is no waiting area at an address that no clinic has', async () => {
    const scene = await Scene.open();
    const lost = await scene.aVisitorOfTheWaitingPage('Lost');
    await lost.page.goto(`${scene.waitingUrl}-not`);
    await lost.page.getByRole('heading', { name: lost.t('notFound.title') }).waitFor();
  });
});
