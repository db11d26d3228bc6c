import type { StaffClient } from '../../../client/index.ts';

/** The broadcasts of a clinic that this tab has seen: their outcome stays reachable over a reload. */
const keyOf = (clinicId: string) => `waiting-area.broadcasts.${clinicId}`;
/** So many, the newest. */
const mostKept = 20;

const read = (clinicId: string): string[] => {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(keyOf(clinicId)) ?? '[]');
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
};

/** Keeps what the client hears of, and loads what an earlier page of this tab has kept. */
export const keepBroadcasts = (staff: StaffClient, clinicId: string): void => {
  const kept = read(clinicId);
  staff.on('broadcast', ({ broadcastId }) => {
    if (kept.includes(broadcastId)) return;
    kept.push(broadcastId);
    try {
      sessionStorage.setItem(keyOf(clinicId), JSON.stringify(kept.slice(-mostKept)));
    } catch {
      // Blocked or full: it is kept until the page is left.
    }
  });
  // One that has gone with its retention is no longer asked for after the next is kept.
  for (const broadcastId of [...kept]) void staff.findBroadcast(broadcastId).catch(() => undefined);
};
