import { describe, expect, it } from '@jest/globals';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

describe('The sound of the waiting page', () => {
  it('is unlocked by the Continue click and really runs', async () => {
    const scene = await Scene.open();
    const [ada, sue] = await Promise.all([scene.aStaffWindow(), scene.aCallerPhone('Sue Smith')]);
    expect(await sue.page.getByText(sue.t('sound.hint')).count()).toBe(0);
    await ada.notify('Sue Smith', 'Hello');
    await sue.hears(2);
    const notes = await sue.heard();
    expect(notes.every(({ context }) => context === 'running')).toBe(true);
    expect(notes.map(({ hertz }) => hertz)).toEqual([659, 880]);
  });

  it('stays silent while it is muted, over a reload too', async () => {
    const scene = await Scene.open();
    const [ada, sue] = await Promise.all([scene.aStaffWindow(), scene.aCallerPhone('Sue Smith')]);
    const sound = sue.page.getByRole('switch', { name: sue.t('sound.label') });
    await sound.click();
    await ada.notify('Sue Smith', 'Quietly');
    await sue.shows('Quietly');
    await sue.page.reload();
    await sue.waits();
    await sue.page.getByRole('heading', { level: 1 }).click();
    await ada.notify('Sue Smith', 'Still quietly');
    await sue.shows('Quietly', 'Still quietly');
    expect(await sue.heard()).toEqual([]);

    // Turned on again, it lets one hear that it works.
    await sound.click();
    await sue.hears(2);
  });

  it('hints after a reload that the browser blocks it, until the hint is tapped', async () => {
    const scene = await Scene.open();
    const [ada, sue] = await Promise.all([scene.aStaffWindow(), scene.aCallerPhone('Sue Smith')]);
    await sue.page.reload();
    const hint = sue.page.getByRole('button', { name: sue.t('sound.hint') });
    await hint.waitFor();
    await ada.notify('Sue Smith', 'Can you hear this?');
    await sue.shows('Can you hear this?');
    expect(await sue.heard()).toEqual([]);

    await hint.click();
    await hint.waitFor({ state: 'detached' });
    await sue.hears(2);
    await ada.notify('Sue Smith', 'And this?');
    await sue.hears(4);
  });
});

describe('The sound of the dashboard', () => {
  it('is blocked until a click, says so, and can be muted', async () => {
    const scene = await Scene.open();
    const ada = await scene.aStaffWindow();
    const hint = ada.page.getByRole('button', { name: ada.t('sound.blocked') });
    await hint.waitFor();
    await scene.clinic.arrives('Sue Smith');
    await ada.sees('Sue Smith');
    expect(await ada.heard()).toEqual([]);

    await hint.click();
    await hint.waitFor({ state: 'detached' });
    await scene.clinic.arrives('Ali Hassan');
    await ada.hears(1);

    await ada.page.getByRole('button', { name: ada.t('alerts') }).click();
    await ada.dialog.getByText(ada.t('alerts.sound'), { exact: true }).click();
    await ada.closeDialog();
    await ada.page.getByRole('button', { name: ada.t('alerts.nameMuted') }).waitFor();
    await scene.clinic.arrives('Marie Dupont');
    await ada.sees('Sue Smith', 'Ali Hassan', 'Marie Dupont');
    expect(await ada.heard()).toHaveLength(1);
  });
});
