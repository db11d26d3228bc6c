import { describe, expect, it } from '@jest/globals';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

describe('Two-way messaging', () => {
  it('is off until the administrator turns it on, and then shows on every open waiting page at once', async () => {
    const scene = await Scene.open({ expectationText: 'We read messages within 5 minutes. In an emergency call 000' });
    const [ada, ben, sue, ali, marie] = await Promise.all([
      scene.aStaffWindow(),
      scene.aStaffWindow('ben', { answersMessages: true }),
      scene.aCallerPhone('Sue Smith'),
      scene.aCallerPhone('Ali Hassan'),
      scene.aCallerPhone('Marie Dupont', { size: 'smallPhone' }),
    ]);
    const phones = [sue, ali, marie];
    for (const phone of phones) expect(await phone.box.count()).toBe(0);

    await ada.page.getByRole('button', { name: ada.t('settings') }).click();
    const guestMessages = ada.dialog.getByText(ada.t('settings.guestMessages'));
    await guestMessages.click();
    for (const phone of phones) {
      await phone.box.waitFor();
      expect(await phone.box.getAttribute('placeholder')).toBe('Type a message');
      await phone.page.getByText('In an emergency call 000').waitFor();
      expect(await phone.fitsWidth()).toBe(true);
    }

    // The caller writes first.
    await sue.say('My camera does not work');
    await ben.seesBadge('Sue Smith', { count: '1', colour: 'orange' });
    await ben.seesInRow('Sue Smith', ben.t('needsReply'));
    const conversation = await ben.converse('Sue Smith');
    await conversation.message('My camera does not work').waitFor();
    await conversation.say('Please reload the page');
    await sue.shows('My camera does not work', 'Please reload the page');
    await sue.say('Thank you');
    await conversation.message('Thank you').waitFor();

    await sue.box.fill('And one more thing');
    await guestMessages.click();
    for (const phone of phones) await phone.box.waitFor({ state: 'detached' });
    await sue.page.getByText(sue.t('writing.offDraftKept')).waitFor();
    await conversation.say('We can still write');
    await sue.shows('My camera does not work', 'Please reload the page', 'Thank you', 'We can still write');
  });

  it('can be allowed for one caller alone', async () => {
    const scene = await Scene.open();
    const [ada, sue, ali] = await Promise.all([scene.aStaffWindow(), scene.aCallerPhone('Sue Smith'), scene.aCallerPhone('Ali Hassan')]);
    await ada.sees('Sue Smith', 'Ali Hassan');
    await ada.choose('Sue Smith', ada.t('replies.on'));
    await sue.box.waitFor();
    await sue.say('Thank you for asking');
    await ada.seesBadge('Sue Smith', { count: '1', colour: 'orange' });
    expect(await ali.box.count()).toBe(0);
  });
});
