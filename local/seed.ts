import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createClinicsTable } from '../functions/data/clinics-table.ts';
import { local } from './template.ts';

const settings = {
  languages: ['en', 'fr', 'ar'],
  entryFields: [],
  guestMessages: false,
  expectationText: 'We read messages within 5 minutes. In an emergency, call your local emergency number.',
  waitingThresholdMinutes: 30,
  unansweredAfterMinutes: 5,
  retentionDays: 7,
} as const;

const clinics = [
  {
    profile: { ...settings, clinicId: 'demo', name: 'Demo Clinic' },
    administrator: { userId: 'admin@demo.example', name: 'Demo Administrator', role: 'administrator', answersMessages: false },
    members: [{ userId: 'clerk@demo.example', name: 'Demo Clerk', role: 'member', answersMessages: true }],
  },
  {
    profile: { ...settings, clinicId: 'other', name: 'Other Clinic' },
    administrator: { userId: 'admin@other.example', name: 'Other Administrator', role: 'administrator', answersMessages: false },
    members: [],
  },
] as const;

/** Creates the clinics `demo` and `other` where they do not exist; what was changed in them since is left alone. */
export const seed = async (endpoint: string, clinicsTable: string): Promise<void> => {
  const client = new DynamoDBClient({ endpoint, region: local.region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  try {
    const table = createClinicsTable(DynamoDBDocumentClient.from(client), clinicsTable);
    for (const { profile, administrator, members } of clinics) {
      if ((await table.profile(profile.clinicId)) !== undefined) continue;
      // The clinic itself comes last: where it stands, all of it does.
      for (const member of members) await table.putMember(profile.clinicId, member, undefined);
      await table.create(profile, administrator);
    }
  } finally {
    client.destroy();
  }
};
