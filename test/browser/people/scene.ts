import { afterAll, afterEach, expect, jest } from '@jest/globals';
import { type Browser, chromium } from 'playwright-core';
import type { Member } from '../../../client/index.ts';
import { ClinicScenario } from '../../integration/scenario/clinic.ts';
import { CallerPhone } from './caller-phone.ts';
import type { Person, WindowOptions } from './person.ts';
import { StaffWindow } from './staff-window.ts';

type Settings = Parameters<(typeof ClinicScenario)['open']>[0];

/** A clinic of one test's own, with the windows that the test opens in it; all are closed when the test is over. */
export class Scene {
  readonly clinic: ClinicScenario;
  readonly #people: Person[] = [];

  private constructor(clinic: ClinicScenario) {
    this.clinic = clinic;
  }

  static async open(settings: Settings = {}): Promise<Scene> {
    const scene = new Scene(await ClinicScenario.open(settings));
    scenes.push(scene);
    return scene;
  }

  get dashboardUrl(): string {
    return `${this.clinic.endpoints.web}/dashboard/`;
  }

  get waitingUrl(): string {
    return `${this.clinic.endpoints.web}/${this.clinic.clinicId}`;
  }

  /** A member of the clinic, signed in, who sees the board. `administrator` is one from the start. */
  async aStaffWindow(user = 'administrator', options: WindowOptions & Partial<Pick<Member, 'role' | 'answersMessages'>> = {}) {
    const { role, answersMessages, ...window } = options;
    if (user !== 'administrator') await this.clinic.hire(user, { ...(role && { role }), ...(answersMessages && { answersMessages }) });
    const staff = await this.aVisitorOfTheDashboard(`?login_hint=${encodeURIComponent(this.clinic.userId(user))}`, window);
    await staff.seesBoard();
    return staff;
  }

  /** Someone who opens the dashboard's address. */
  async aVisitorOfTheDashboard(query = '', options: WindowOptions = {}): Promise<StaffWindow> {
    return this.#keep(await StaffWindow.open(await browserOfTests(), this.dashboardUrl + query, options));
  }

  /** Somebody who has checked in and waits. */
  async aCallerPhone(name: string, options: WindowOptions & { readonly phone?: string } = {}): Promise<CallerPhone> {
    const caller = await this.aVisitorOfTheWaitingPage(name, options);
    await caller.checkIn(options);
    return caller;
  }

  /** Someone who opens the clinic's address and has not checked in. */
  async aVisitorOfTheWaitingPage(name: string, options: WindowOptions = {}): Promise<CallerPhone> {
    return this.#keep(await CallerPhone.open(await browserOfTests(), this.waitingUrl, name, options));
  }

  async close(): Promise<void> {
    const problems = this.#people.flatMap((person) => person.problems);
    await Promise.all(this.#people.map(({ context }) => context.close()));
    this.clinic.close();
    expect(problems).toEqual([]);
  }

  #keep<Someone extends Person>(person: Someone): Someone {
    this.#people.push(person);
    return person;
  }
}

const scenes: Scene[] = [];
let browser: Promise<Browser> | undefined;

const browserOfTests = (): Promise<Browser> => {
  const address = process.env.WAITING_AREA_BROWSER;
  if (address === undefined) throw new Error('WAITING_AREA_BROWSER is missing: run these tests with npm run test:browser');
  browser ??= chromium.connect(address);
  return browser;
};

/** Several windows open, sign in and talk in one test, on a machine that may have more to do; jest takes the limit from no project's configuration. */
const testTimeoutMs = 120_000;

/** Call it once at the top of a test file: after each test its windows are closed, and none may have logged an error. */
export const closeScenesAfterEach = (): void => {
  jest.setTimeout(testTimeoutMs);
  afterEach(async () => {
    for (const scene of scenes.splice(0)) await scene.close();
  });
  afterAll(async () => {
    await (await browser)?.close();
  });
};
