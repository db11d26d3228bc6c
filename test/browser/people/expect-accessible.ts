import { expect } from '@jest/globals';
import type { Person } from './person.ts';

/** A state of a page: nothing for axe to find, light and dark, and nothing to scroll sideways to. */
export const expectAccessible = async (state: string, person: Person): Promise<void> => {
  await person.page.emulateMedia({ colorScheme: 'light' });
  expect({ state, findings: await person.axeFindings() }).toEqual({ state, findings: [] });
  // In the dark nothing differs but colours.
  await person.page.emulateMedia({ colorScheme: 'dark' });
  expect({ state, findingsInTheDark: await person.axeFindings(['color-contrast']) }).toEqual({ state, findingsInTheDark: [] });
  expect({ state, fitsWidth: await person.fitsWidth() }).toEqual({ state, fitsWidth: true });
};
