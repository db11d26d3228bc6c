import { presentCallers } from './board.ts';
import { deliverToCaller, deliverToStaff } from './deliver.ts';
import type { Uses } from './ports.ts';
import { toClinic } from './views.ts';

/**
 * Tells every open page of the clinic, dashboards and callers, that its settings changed.
 * It posts what holds now, so that a late or repeated run tells no old news.
 */
export const announceClinic = async (
  ports: Uses<'callers' | 'clinics' | 'connections' | 'poster' | 'now'>,
  clinicId: string,
): Promise<void> => {
  const profile = await ports.clinics.profile(clinicId);
  if (!profile) return;
  const event = { type: 'clinicChanged', clinic: toClinic(profile) } as const;
  await deliverToStaff(ports, clinicId, [event]);
  for await (const rows of presentCallers(ports, clinicId)) {
    await Promise.all(rows.map((row) => deliverToCaller(ports, row, [event])));
  }
};
