import { describe, expect, it } from '@jest/globals';
import type { Locator } from 'playwright-core';
import type { Person } from './people/person.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

/** As the browser's own setting of a larger text does it (WCAG 2.2, 1.4.4). */
const doubleText = (person: Person): Promise<void> =>
  person.page.evaluate(() => {
    document.documentElement.style.fontSize = '200%';
  });

/** Can it be brought before one's eyes, whole in width, and be pressed there? */
const isReached = async (person: Person, what: Locator): Promise<boolean> => {
  await what.scrollIntoViewIfNeeded();
  const box = await what.boundingBox();
  const width = person.page.viewportSize()?.width ?? 0;
  await what.click({ trial: true });
  return box !== null && box.x >= 0 && box.x + box.width <= width;
};

describe('With a text of twice the size on a screen of 320 px', () => {
  it('one checks in, reads, writes and can leave', async () => {
    const scene = await Scene.open({
      name: 'The Northern Harbour Hospital’s Outpatient Telehealth Clinic',
      guestMessages: true,
      expectationText: 'We read messages within 5 minutes. In an emergency call 000.',
    });
    const sue = await scene.aVisitorOfTheWaitingPage('Sue Smith', { size: 'smallPhone' });
    await sue.continueButton.waitFor();
    await doubleText(sue);
    expect(await sue.fitsWidth()).toBe(true);
    expect(await isReached(sue, sue.continueButton)).toBe(true);
    await sue.checkIn();
    const [row] = (await scene.clinic.administrator.callers(scene.clinic.clinicId)).callers;
    if (!row) throw new Error('nobody is there');
    await scene.clinic.administrator.notify(scene.clinic.clinicId, row.callerId, {
      messageId: 'one',
      text: 'The doctor is ready. '.repeat(10),
    });
    await sue.message('The doctor is ready').waitFor();
    await sue.say('Thank you');
    expect(await sue.fitsWidth()).toBe(true);
    for (const what of [
      sue.message('The doctor is ready'),
      sue.box,
      sue.page.getByRole('switch', { name: sue.t('sound.label') }),
      sue.page.getByRole('button', { name: sue.t('leave.button') }),
    ])
      expect(await isReached(sue, what)).toBe(true);
  });

  it('the board shows its rows, their menus and the conversation', async () => {
    const scene = await Scene.open({ guestMessages: true });
    await scene.clinic.arrives('Sue Smith', { phone: '0400 111 222' });
    const ada = await scene.aStaffWindow('administrator', { size: 'smallPhone' });
    await doubleText(ada);
    await ada.sees('Sue Smith');
    expect(await ada.fitsWidth()).toBe(true);
    const conversation = await ada.converse('Sue Smith');
    expect(await isReached(ada, conversation.box)).toBe(true);
    await conversation.say('Hello Sue');
    expect(await ada.fitsWidth()).toBe(true);
    expect(await isReached(ada, conversation.message('Hello Sue'))).toBe(true);
  });
});

describe('On a phone', () => {
  it('the first touch opens the menu of the row that it touched, whole on the screen, its last item too', async () => {
    const scene = await Scene.open();
    await scene.clinic.arrives('Sue Smith');
    const ada = await scene.aStaffWindow('administrator', { size: 'phone' });
    const menu = await ada.menu('Sue Smith');
    const last = await menu.getByRole('menuitem', { name: ada.t('endVisit') }).boundingBox();
    expect(last && last.y + last.height).toBeLessThanOrEqual(844);
    expect((await menu.boundingBox())?.y).toBeGreaterThanOrEqual(0);
  });
});
