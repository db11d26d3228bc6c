import { describe, expect, it } from '@jest/globals';
import type { CallerPhone } from './people/caller-phone.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';
import type { StaffWindow } from './people/staff-window.ts';

closeScenesAfterEach();

const documentOf = (person: StaffWindow | CallerPhone) =>
  person.page.evaluate(() => ({ lang: document.documentElement.lang, dir: document.documentElement.dir }));

describe('In French', () => {
  it('one is notified and answers, and the list is notified', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const [ada, marie] = await Promise.all([
      scene.aStaffWindow('administrator', { language: 'fr' }),
      scene.aCallerPhone('Marie Dupont', { language: 'fr' }),
    ]);
    expect(await documentOf(ada)).toEqual({ lang: 'fr', dir: 'ltr' });
    expect(await documentOf(marie)).toEqual({ lang: 'fr', dir: 'ltr' });
    expect(await marie.box.getAttribute('placeholder')).not.toBe('Type a message');
    await ada.notify('Marie Dupont', 'Le médecin a 10 minutes de retard');
    await marie.shows('Le médecin a 10 minutes de retard');
    await marie.say('D’accord, merci');
    await ada.seesBadge('Marie Dupont', { count: '2', colour: 'orange' });
    await ada.notifyList(1, 'Merci de votre patience');
    await ada.seesOutcome(ada.t('outcome.matched', { count: 1 }));
    await marie.shows('Le médecin a 10 minutes de retard', 'D’accord, merci', 'Merci de votre patience');
  });
});

describe('In Arabic', () => {
  it('everything runs from right to left, and one is notified and answers', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const [ada, ali] = await Promise.all([
      scene.aStaffWindow('administrator', { language: 'ar' }),
      scene.aCallerPhone('علي حسن', { language: 'ar', size: 'smallPhone' }),
    ]);
    expect(await documentOf(ada)).toEqual({ lang: 'ar', dir: 'rtl' });
    expect(await documentOf(ali)).toEqual({ lang: 'ar', dir: 'rtl' });
    await ada.sees('علي حسن');
    const [name, dots] = await Promise.all([
      ada.row('علي حسن').getByText('علي حسن').first().boundingBox(),
      ada.dots('علي حسن').boundingBox(),
    ]);
    if (!name || !dots) throw new Error('not on the screen');
    expect(dots.x).toBeLessThan(name.x);

    await ada.dots('علي حسن').click();
    await ada.page.getByRole('menu').getByRole('menuitem').first().click();
    const conversation = ada.conversation('علي حسن');
    await conversation.say('الطبيب جاهز الآن');
    await conversation.close();
    await ali.shows('الطبيب جاهز الآن');
    await ali.say('شكراً');
    await ada.seesBadge('علي حسن', { count: '2', colour: 'orange' });
    for (const person of [ada, ali]) expect(await person.fitsWidth()).toBe(true);
  });

  it('is chosen on the page itself, by caller and staff', async () => {
    const scene = await Scene.open({ languages: ['en', 'fr', 'ar'] });
    const [ada, ali] = await Promise.all([scene.aStaffWindow(), scene.aVisitorOfTheWaitingPage('Ali Hassan')]);
    await ali.page.getByLabel(ali.t('checkIn.language')).selectOption('ar');
    await ali.page.locator('html[dir=rtl]').waitFor();
    await ali.page.getByLabel(ali.t('checkIn.language')).waitFor({ state: 'detached' });

    await ada.page.getByRole('button', { name: ada.t('account.name', { name: 'Ada Admin' }) }).click();
    await ada.page.getByLabel(ada.t('pageLanguage')).selectOption('ar');
    await ada.page.locator('html[dir=rtl][lang=ar]').waitFor();
    await ada.page.reload();
    await ada.page.locator('html[dir=rtl][lang=ar]').waitFor();
  });
});
