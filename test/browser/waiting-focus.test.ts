import { describe, expect, it } from '@jest/globals';
import type { Visit } from '../../client/index.ts';
import { oneTo } from '../integration/scenario/clinic.ts';
import { eventually } from '../integration/scenario/eventually.ts';
import { isFocused } from './people/focus.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

/** WCAG 2.4.3: whoever presses a button that goes away by it is not thrown back to the top of the page. */
describe('The focus of a button of the waiting page that vanishes', () => {
  it('goes to the messages from the one that leads to the new ones', async () => {
    const scene = await Scene.open();
    const { administrator, clinicId } = scene.clinic;
    const sue = await scene.aCallerPhone('Sue Smith', { size: 'smallPhone' });
    const [row] = (await administrator.callers(clinicId)).callers;
    if (!row) throw new Error('nobody is there');
    const texts = oneTo(12).map((number) => `message ${number}`);
    for (const text of texts) await administrator.notify(clinicId, row.callerId, { messageId: text.replace(' ', '-'), text });
    await sue.shows(...texts);
    await sue.log.focus();
    await sue.page.keyboard.press('Home');
    // The browser scrolls there smoothly, and would go on doing so after the button's own leap.
    await eventually(async () => expect(await sue.log.evaluate(({ scrollTop }) => scrollTop)).toBe(0));
    await administrator.notify(clinicId, row.callerId, { messageId: 'last', text: 'the last' });
    const down = sue.page.getByRole('button', { name: sue.t('log.new', { count: 1 }) });
    await down.focus();
    await sue.page.keyboard.press('Enter');
    await down.waitFor({ state: 'detached' });
    expect(await isFocused(sue.log)).toBe(true);
  });

  it('goes to the heading from the hint that sound is off', async () => {
    const scene = await Scene.open();
    const sue = await scene.aCallerPhone('Sue Smith');
    await sue.page.reload();
    const hint = sue.page.getByRole('button', { name: sue.t('sound.hint') });
    await hint.focus();
    await sue.page.keyboard.press('Enter');
    await hint.waitFor({ state: 'detached' });
    expect(await isFocused(sue.page.getByRole('heading', { level: 1 }))).toBe(true);
  });

  it('goes to the heading from the one that takes the visit back to this page', async () => {
    const scene = await Scene.open();
    const sue = await scene.aCallerPhone('Sue Smith');
    // What the page itself has put there.
    const { visit } = JSON.parse((await sue.kept())[`waiting-area:${scene.clinic.clinicId}:visit`] ?? '{}') as { visit: Visit };
    for (const _ of oneTo(5)) await scene.clinic.page(visit);
    const useHere = sue.page.getByRole('button', { name: sue.t('connection.useHere') });
    await useHere.focus();
    await sue.page.keyboard.press('Enter');
    await useHere.waitFor({ state: 'detached' });
    expect(await isFocused(sue.page.getByRole('heading', { level: 1 }))).toBe(true);
  });
});
