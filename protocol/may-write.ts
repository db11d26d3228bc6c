import type { Caller, Clinic } from './objects.ts';

/** May this caller write now? Both sides derive it from what they know; the server asks it with fresh data. */
export const mayWrite = (who: Pick<Caller, 'guestMessages' | 'status'>, where: Pick<Clinic, 'guestMessages'>): boolean =>
  who.status !== 'ended' && (who.guestMessages ?? where.guestMessages);
