import { randomUUID } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { WaitingPage } from '../integration/scenario/clinic.ts';
import { Tables } from '../integration/scenario/tables.ts';
import type { CallerPhone } from './people/caller-phone.ts';
import type { Person, WindowOptions } from './people/person.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';
import { shrinkPng } from './shrink-png.ts';

/** `npm run pictures` writes the pictures of the README and the documentation anew. */
const directory = join(import.meta.dirname, '..', '..', 'docs', 'pictures');
const mostBytes = 150 * 1024;

const take = async (person: Pick<Person, 'page'>, name: string): Promise<void> => {
  const path = join(directory, `${name}.png`);
  await person.page.mouse.move(0, 0);
  await person.page.screenshot({ path, scale: 'css', animations: 'disabled', caret: 'hide' });
  shrinkPng(path);
  expect(statSync(path).size).toBeLessThan(mostBytes);
};

const cast = [
  { name: 'Sue Smith', phone: '0491 570 156', reason: 'Knee pain', minutes: 42 },
  { name: 'Zoë Ångström', phone: '0491 570 157', reason: 'Blood test result', minutes: 31, status: 'on-hold' },
  { name: 'علي حسن', phone: '0491 570 158', reason: 'متابعة', minutes: 24, language: 'ar' },
  { name: 'Marie Dupont', phone: '0491 570 159', reason: 'Ordonnance', minutes: 17, status: 'being-seen', language: 'fr' },
  { name: 'Nguyễn Thị Lan', phone: '0491 570 110', reason: 'Interpreter needed', minutes: 12, language: 'vi' },
  { name: 'Jack O’Brien', reason: 'Skin check', minutes: 8, isAway: true },
  { name: 'Priya Patel', phone: '0491 570 313', reason: 'Vaccination', minutes: 3 },
] as const;

/** A clinic in the middle of its morning: who is there, and a way to speak for either side. */
const aMorning = async () => {
  const scene = await Scene.open({
    name: 'Harbour Health Clinic',
    guestMessages: true,
    languages: ['en', 'fr', 'ar'],
    entryFields: [{ key: 'reason', label: 'Reason', required: false }],
    expectationText: 'We read messages within 5 minutes. In an emergency, call 000.',
  });
  const { clinic } = scene;
  const { clinicId, administrator } = clinic;
  const tables = await Tables.open();
  const pages = new Map<string, WaitingPage>();
  for (const { name, reason, minutes, ...more } of cast) {
    const phone = 'phone' in more ? { phone: more.phone } : {};
    const visit = await clinic.checkIn(name, { ...phone, details: { reason }, language: 'language' in more ? more.language : 'en' });
    const page = await clinic.page(visit);
    pages.set(name, page);
    if ('status' in more) await administrator.changeCaller(clinicId, visit.callerId, { status: more.status });
    if ('isAway' in more) page.client.close();
    const time = Date.now() - minutes * 60_000;
    await tables.change(visit, ['arrivedAt'], time);
    await tables.change(visit, ['statusSince'], time);
  }
  tables.close();
  const pageOf = (name: string): WaitingPage => {
    const page = pages.get(name);
    if (!page) throw new Error(`${name} is not there`);
    return page;
  };
  return {
    scene,
    fromClinic: async (name: string, text: string) => {
      const page = pageOf(name);
      await administrator.notify(clinicId, page.callerId, { messageId: randomUUID(), text });
      page.client.markRead();
    },
    fromCaller: (name: string, text: string) => pageOf(name).client.sendMessage(text),
  };
};

const aTalkedMorning = async (): Promise<Scene> => {
  const { scene, fromClinic, fromCaller } = await aMorning();
  await fromClinic('Sue Smith', 'Good morning Sue. The doctor is running 10 minutes late.');
  await fromCaller('Sue Smith', 'Thank you for telling me. Do I have time to fetch my glasses?');
  await fromClinic('Sue Smith', 'Yes, take your time. We will wait for you.');
  await fromClinic('Zoë Ångström', 'We are looking for your result.');
  await fromClinic('علي حسن', 'Please have your referral ready.');
  await fromCaller('علي حسن', 'هل يمكنني الحصول على مترجم؟');
  await fromClinic('Marie Dupont', 'Le médecin est avec vous dans un instant.');
  await fromCaller('Nguyễn Thị Lan', 'Tôi cần phiên dịch');
  return scene;
};

const aPicturedPhone = async (options: WindowOptions, name: string, texts: readonly string[], reply: string): Promise<CallerPhone> => {
  const scene = await Scene.open({
    name: 'Harbour Health Clinic',
    guestMessages: true,
    expectationText:
      options.language === 'ar' ? 'نقرأ الرسائل خلال 5 دقائق.' : 'We read messages within 5 minutes. In an emergency, call 000.',
  });
  const caller = await scene.aCallerPhone(name, options);
  const { clinicId, administrator } = scene.clinic;
  const [row] = (await administrator.callers(clinicId)).callers;
  if (!row) throw new Error(`${name} is not there`);
  for (const text of texts) await administrator.notify(clinicId, row.callerId, { messageId: randomUUID(), text });
  await caller.shows(...texts);
  await caller.say(reply);
  await caller.page.getByRole('heading', { level: 1 }).focus();
  return caller;
};

closeScenesAfterEach();
beforeAll(() => {
  mkdirSync(directory, { recursive: true });
});

describe('Pictures', () => {
  it('of the dashboard, light and dark, with a conversation and the outcome of a broadcast', async () => {
    const scene = await aTalkedMorning();
    const ada = await scene.aStaffWindow();
    await ada.page.getByRole('heading', { level: 1 }).click();
    await ada.seesInRow('Nguyễn Thị Lan', ada.t('needsReply'));
    // Sue's question was read before it was answered.
    await (await ada.converse('Sue Smith')).close();
    await ada.page.getByRole('heading', { level: 1 }).click();
    await take(ada, 'dashboard-light');
    await ada.page.emulateMedia({ colorScheme: 'dark' });
    await take(ada, 'dashboard-dark');
    await ada.page.emulateMedia({ colorScheme: 'light' });

    await ada.menu('Sue Smith');
    await take(ada, 'menu');
    await ada.page.keyboard.press('Escape');

    const conversation = await ada.converse('Sue Smith');
    await conversation.message('We will wait for you').getByText(ada.t('receipt.read')).waitFor();
    await conversation.box.fill('Dr Lee is ready for you now.');
    await take(ada, 'conversation');
    await conversation.box.fill('');
    await conversation.close();

    await ada.notifyList(cast.length, 'Room B is closed. Your video call starts here as planned.');
    await ada.seesOutcome('6 delivered', '1 offline');
    await take(ada, 'notify-result');
  });

  it('of the waiting page, light, dark and in Arabic', async () => {
    const english = ['Good morning Sue. The doctor is running 10 minutes late.', 'You are next.'];
    await take(await aPicturedPhone({}, 'Sue Smith', english, 'Thank you, I am here'), 'waiting-page-light');
    await take(await aPicturedPhone({ colours: 'dark' }, 'Sue Smith', english, 'Thank you, I am here'), 'waiting-page-dark');
    const arabic = ['صباح الخير. الطبيب متأخر عشر دقائق.', 'دورك هو التالي.'];
    await take(await aPicturedPhone({ language: 'ar' }, 'علي حسن', arabic, 'شكراً، أنا هنا'), 'waiting-page-arabic');
  });

  it('of the page to start from', async () => {
    const scene = await Scene.open();
    const newcomer = await scene.aVisitorOfTheDashboard();
    await newcomer.page.goto(new URL('/', scene.dashboardUrl).href);
    await take(newcomer, 'start-page');
  });
});
