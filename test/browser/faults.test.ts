import { describe, expect, it } from '@jest/globals';
import { Control } from '../integration/scenario/control.ts';
import { eventually } from '../integration/scenario/eventually.ts';
import type { CallerPhone } from './people/caller-phone.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

const control = () => new Control();

const callerIdOf = async (scene: Scene): Promise<string> => {
  const [row] = (await scene.clinic.administrator.callers(scene.clinic.clinicId)).callers;
  if (!row) throw new Error('nobody is there');
  return row.callerId;
};

/** The page repeats its first frame every 4–5 min: that heals whatever it has missed. */
const untilThePageAsksAgain = async (phone: CallerPhone): Promise<void> => phone.page.clock.fastForward('05:00');

describe('When the gateway fails', () => {
  it('a message whose post was lost is there with the next one, in order', async () => {
    const scene = await Scene.open();
    const [ada, sue] = await Promise.all([scene.aStaffWindow(), scene.aCallerPhone('Sue Smith')]);
    const connection = await control().connectionOf({ callerId: await callerIdOf(scene) });
    await control().fault(connection, { posts: 'swallowed' });
    await ada.notify('Sue Smith', 'one');
    expect(await sue.texts()).toEqual([]);
    await control().fault(connection, {});
    await ada.notify('Sue Smith', 'two');
    await sue.shows('one', 'two');
  });

  it('a caller whose socket was wrongly called gone is shown offline, and the page comes back by itself with what was said', async () => {
    const scene = await Scene.open();
    const [ada, sue] = await Promise.all([scene.aStaffWindow(), scene.aCallerPhone('Sue Smith', { clock: true })]);
    const connection = await control().connectionOf({ callerId: await callerIdOf(scene) });
    await control().fault(connection, { posts: 'gone' });
    await ada.notify('Sue Smith', 'one');
    await ada.seesInRow('Sue Smith', ada.t('offline'));
    await control().fault(connection, {});
    await untilThePageAsksAgain(sue);
    await sue.shows('one');
    await ada.notify('Sue Smith', 'two');
    await sue.shows('one', 'two');
    await eventually(async () => expect(await ada.row('Sue Smith').getByText(ada.t('offline')).count()).toBe(0));
  });

  it('a page whose end nobody told of is found out by the first message to it, which waits for the caller', async () => {
    const scene = await Scene.open();
    const [ada, sue] = await Promise.all([scene.aStaffWindow(), scene.aCallerPhone('Sue Smith')]);
    const connection = await control().connectionOf({ callerId: await callerIdOf(scene) });
    await control().fault(connection, { loseDisconnect: true });
    await sue.putAway();
    await eventually(async () => expect(await control().connectionsOf({ callerId: await callerIdOf(scene) })).toEqual([]));
    expect(await ada.row('Sue Smith').getByText(ada.t('offline')).count()).toBe(0);
    await ada.notify('Sue Smith', 'Are you there?');
    await ada.seesInRow('Sue Smith', ada.t('offline'));
    await sue.takeOut();
    await sue.shows('Are you there?');
  });

  it('a dashboard that misses changes shows them when it asks again', async () => {
    const scene = await Scene.open();
    const ada = await scene.aStaffWindow('administrator', { clock: true });
    const connection = await control().connectionOf({ userId: scene.clinic.userId('administrator') });
    await control().fault(connection, { posts: 'throttled' });
    await scene.clinic.arrives('Sue Smith');
    await ada.reads(ada.t('board.empty'));
    await control().fault(connection, {});
    await ada.page.clock.fastForward('05:00');
    await ada.sees('Sue Smith');
  });
});
