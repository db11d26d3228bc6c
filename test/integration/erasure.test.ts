import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { hashOf } from '../../functions/core/secrets.ts';
import { ClinicScenario, type Dashboard, type WaitingPage } from './scenario/clinic.ts';
import { Control } from './scenario/control.ts';
import { eventually } from './scenario/eventually.ts';
import { Tables } from './scenario/tables.ts';

let clinic: ClinicScenario;
let dashboard: Dashboard;
let tables: Tables;

beforeAll(async () => {
  tables = await Tables.open();
  clinic = await ClinicScenario.open({ guestMessages: true });
  dashboard = await clinic.dashboard();
});

afterAll(() => {
  clinic.close();
  tables.close();
});

const person = { name: 'Wilma Forgotten', phone: '+61400999888', details: { reason: 'a broken wrist to forget' } };
const texts = { toHer: 'Wilma, the doctor waits for you', fromHer: 'My wrist hurts, says Wilma' };
/** The clinic's own words to everyone, which no erasure of one of them takes away. */
const toEveryone = 'We close at five today';

/** A caller of whom something stands wherever something of a caller can stand. */
const aCallerEverywhere = async (): Promise<WaitingPage> => {
  const page = await clinic.arrives(person.name, person);
  await dashboard.client.notify(page.callerId, texts.toHer);
  await page.client.sendMessage(texts.fromHer);
  await dashboard.broadcast({ text: toEveryone });
  await clinic.ticketOf(page.visit);
  return page;
};

/** Which tables and indexes hold this, of all that they hold. */
const placesOf = (needle: string, contents: ReadonlyMap<string, string>): string[] =>
  [...contents].filter(([, content]) => content.includes(needle)).map(([place]) => place);

it('erasing a caller takes all they said and were told, at once, out of every table and index; what is left of them is their id', async () => {
  const page = await aCallerEverywhere();
  const { callerId, visit } = page;
  const secrets = [person.name, person.phone, person.details.reason, texts.toHer, texts.fromHer, hashOf(visit.callerToken)];
  const before = await tables.contents();
  for (const secret of secrets) expect([secret, placesOf(secret, before)]).not.toEqual([secret, []]);
  expect(placesOf(person.name, before)).toContainEqual(expect.stringMatching(/\/board$/));

  await clinic.administrator.eraseCaller(clinic.clinicId, callerId);

  // Indexes follow their tables within moments.
  const after = await eventually(async () => {
    const contents = await tables.contents();
    for (const secret of secrets) expect([secret, placesOf(secret, contents)]).toEqual([secret, []]);
    return contents;
  });
  // The outcome of the broadcast counts them by their id, and an unused ticket names it for another 30 s.
  expect(placesOf(callerId, after).filter((place) => !/Broadcasts|Tickets|Audit/.test(place))).toEqual([]);
  expect(placesOf(toEveryone, after)).toEqual([tables.nameOf('Broadcasts')]);
  expect(JSON.stringify(await new Control().deadLetters(''))).not.toMatch(/Forgotten|Wilma|wrist/);
  await eventually(() => expect(page.ended).toEqual(['erased']));
  await eventually(() => expect(dashboard.client.callers.has(callerId)).toBe(false));
});
