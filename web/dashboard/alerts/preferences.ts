import { keep, keys, readKept } from '../kept.ts';

/** Which alerts this browser gives: for what, and how. */
export interface AlertPreferences {
  readonly arrivals: boolean;
  readonly messages: boolean;
  readonly sound: boolean;
  /** Only where the browser's user has allowed it too. */
  readonly desktop: boolean;
}

const initial: AlertPreferences = { arrivals: true, messages: true, sound: true, desktop: false };

export const readPreferences = (): AlertPreferences => {
  try {
    const kept: Partial<Record<string, unknown>> = JSON.parse(readKept(keys.alerts) ?? '{}');
    const choice = (name: keyof AlertPreferences) => (typeof kept[name] === 'boolean' ? kept[name] : initial[name]);
    return { arrivals: choice('arrivals'), messages: choice('messages'), sound: choice('sound'), desktop: choice('desktop') };
  } catch {
    return initial;
  }
};

export const keepPreferences = (preferences: AlertPreferences): void => keep(keys.alerts, JSON.stringify(preferences));
