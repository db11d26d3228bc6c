import { describe, expect, it } from '@jest/globals';
import { eventually } from '../integration/scenario/eventually.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

const texts = {
  markup: '<img src=x onerror="document.title=1"><b>bold</b> & <script>alert(1)</script>',
  emoji: 'See you 👩🏽‍⚕️🇦🇺 soon',
  rightToLeft: 'مرحبا، الطبيب Dr. Smith جاهز (3)',
  newLines: 'first line\nsecond line',
  thousand: '😀'.repeat(1000),
} as const;

describe('Whatever is written is shown as text', () => {
  it('in both directions, on both pages', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const [ada, sue] = await Promise.all([
      scene.aStaffWindow(),
      scene.aCallerPhone('<b>Sue</b> & ‮evil', { phone: '+61 400 111 222', size: 'smallPhone' }),
    ]);
    const conversation = await ada.converse('<b>Sue</b> & ‮evil');
    const sent: string[] = [];
    for (const text of Object.values(texts)) {
      await conversation.box.fill(text);
      await conversation.sendIcon.click();
      sent.push(text);
      await sue.shows(...sent);
    }
    for (const text of Object.values(texts)) {
      await sue.box.fill(text);
      await sue.sendIcon.click();
      sent.push(text);
      await sue.shows(...sent);
    }
    await eventually(async () => expect(await conversation.texts()).toEqual(sent));

    for (const person of [ada, sue]) {
      expect(await person.page.locator('b, script:not([src]), img').count()).toBe(0);
      expect(await person.fitsWidth()).toBe(true);
    }
    const direction = await sue
      .message(texts.rightToLeft)
      .first()
      .getByText(texts.rightToLeft)
      .evaluate((element) => getComputedStyle(element).direction);
    expect(direction).toBe('rtl');
  });

  it('up to 1,000 characters, counted while one writes', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const [ada, sue] = await Promise.all([scene.aStaffWindow(), scene.aCallerPhone('Sue Smith')]);
    const conversation = await ada.converse('Sue Smith');
    await conversation.box.fill(`${texts.thousand}!`);
    await conversation.dialog.getByText(ada.t('textTooLong', { over: 1 })).waitFor();
    expect(await conversation.sendIcon.isDisabled()).toBe(true);
    await conversation.box.fill('  ');
    expect(await conversation.sendIcon.isDisabled()).toBe(true);

    await sue.box.fill(texts.thousand.slice(0, -2));
    await sue.page.getByText(sue.t('composer.left', { count: 1 })).waitFor();
    await sue.box.fill(`${texts.thousand}!`);
    await sue.page.getByText(sue.t('composer.over', { count: 1 })).waitFor();
    await sue.sendIcon.click({ force: true });
    expect(await sue.texts()).toEqual([]);
  });
});
