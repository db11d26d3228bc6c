import type { StaffActor } from '../../functions/core/ports.ts';
import type { ClinicProfile } from '../../functions/data/clinics-table.ts';
import type { StaffConnection } from '../../functions/data/connections-table.ts';
import type { Member } from '../../protocol/objects.ts';

export const aClinic = (given: Partial<ClinicProfile> = {}): ClinicProfile => ({
  clinicId: 'demo',
  name: 'Demo Clinic',
  languages: ['en'],
  entryFields: [],
  guestMessages: false,
  expectationText: '',
  waitingThresholdMinutes: 30,
  unansweredAfterMinutes: 5,
  retentionDays: 7,
  administratorCount: 1,
  version: 1,
  ...given,
});

export const aMember = (given: Partial<Member> = {}): Member => ({
  userId: 'clerk',
  name: 'Cleo Clerk',
  role: 'member',
  answersMessages: false,
  ...given,
});

export const anAdministrator = (given: Partial<Member> = {}): Member =>
  aMember({ userId: 'admin', name: 'Ada Admin', role: 'administrator', ...given });

/** A member of the clinic `demo` who asks for something. */
export const anActor = (given: Partial<StaffActor> = {}): StaffActor => ({
  kind: 'staff',
  clinicId: 'demo',
  ...anAdministrator(),
  ...given,
});

/** An open dashboard. */
export const aDashboard = (connectionId: string, userId = 'clerk', clinicId = 'demo'): StaffConnection => ({
  clinicId,
  connectionId,
  userId,
});
