import { isDeepStrictEqual } from 'node:util';
import { invalidField, RequestError } from '../../protocol/errors.ts';
import { limits } from '../../protocol/limits.ts';
import type { Clinic, Member, Role, Settings } from '../../protocol/objects.ts';
import type { ClinicProfile, SettingsChange } from '../data/clinics-table.ts';
import { recordChange } from './audit.ts';
import { jsonBytes } from './pages.ts';
import { auditActionOf } from './policy.ts';
import type { Uses } from './ports.ts';
import { toClinic, toSettings } from './views.ts';

/** What a new clinic starts with; its administrator changes it in the settings. */
export const newClinicSettings = {
  languages: ['en'],
  entryFields: [],
  guestMessages: false,
  expectationText: '',
  waitingThresholdMinutes: 30,
  unansweredAfterMinutes: 5,
  retentionDays: 7,
} as const satisfies Partial<ClinicProfile>;

export interface NewClinic {
  readonly clinicId: string;
  readonly name: string;
  readonly administrator: { readonly userId: string; readonly name: string };
  readonly languages?: readonly string[] | undefined;
}

/** An operator creates a clinic and its first administrator. The same again answers the same; the id with other content is a conflict. */
export const createClinic = async (
  ports: Uses<'clinics' | 'audit' | 'reportFailure' | 'now' | 'newId'>,
  operatorId: string,
  body: NewClinic,
): Promise<{ clinic: Clinic; created: boolean }> => {
  const { clinicId, administrator } = body;
  const about = { userId: administrator.userId };
  const deed = { clinicId, actor: { kind: 'operator', id: operatorId }, action: auditActionOf('POST /clinics'), about } as const;
  return recordChange(ports, deed, () => create(ports, body));
};

const create = async (ports: Uses<'clinics'>, body: NewClinic): Promise<{ clinic: Clinic; created: boolean }> => {
  const administrator: Member = { ...body.administrator, role: 'administrator', answersMessages: true };
  const profile = {
    ...newClinicSettings,
    clinicId: body.clinicId,
    name: body.name,
    ...(body.languages && { languages: [...body.languages] }),
  };
  const created = await ports.clinics.create(profile, administrator);
  const stored = await requireProfile(ports, body.clinicId);
  if (!created) {
    const firstAdministrator = await ports.clinics.member(body.clinicId, administrator.userId);
    const same =
      stored.name === profile.name &&
      isDeepStrictEqual([...stored.languages], [...profile.languages]) &&
      firstAdministrator?.name === administrator.name;
    if (!same) throw new RequestError('conflict');
  }
  return { clinic: toClinic(stored), created };
};

/** The clinic; an unknown one is `not-found`. */
export const requireProfile = async (ports: Uses<'clinics'>, clinicId: string): Promise<ClinicProfile> => {
  const profile = await ports.clinics.profile(clinicId);
  if (!profile) throw new RequestError('not-found');
  return profile;
};

/**
 * Changes the settings; the worker then tells every open page. What is stored is answered as stored, though the worker cannot be started: pages
 * hear of it by their next `resume` or `subscribe`, which comes within 5 min.
 */
export const changeSettings = async (
  ports: Uses<'clinics' | 'startWorker'>,
  clinicId: string,
  change: SettingsChange,
): Promise<Settings> => {
  const before = await requireProfile(ports, clinicId);
  const size = jsonBytes({ ...before, ...change });
  if (size > limits.clinicProfileBytes) {
    throw invalidField(
      '',
      `the settings take ${size} bytes together; the limit is ${limits.clinicProfileBytes}: shorten the expectation text or the entry fields`,
    );
  }
  const profile = await ports.clinics.changeSettings(clinicId, change);
  if (!profile) throw new RequestError('not-found');
  await ports.startWorker({ kind: 'clinic-changed', clinicId }).catch((error) => {
    if (!(error instanceof RequestError)) throw error;
  });
  return toSettings(profile);
};

/** The clinics that the user is a member of. */
export const listClinics = async (ports: Uses<'clinics'>, userId: string): Promise<(Clinic & { role: Role })[]> => {
  const memberships = await ports.clinics.membershipsOf(userId);
  const clinics = await Promise.all(
    memberships.map(async ({ clinicId, role }) => {
      const profile = await ports.clinics.profile(clinicId);
      return profile && { ...toClinic(profile), role };
    }),
  );
  return clinics.filter((clinic) => clinic !== undefined);
};
