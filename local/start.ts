import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Deployment } from './deployment.ts';
import type { Endpoints } from './endpoints.ts';
import { audience } from './issuer.ts';
import { runStack } from './run-stack.ts';
import { placeholders } from './synthesize.ts';
import { buildPages } from './web/build-pages.ts';
import { createStartPage } from './web/start-page.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const app = {
  appModule: join(root, 'lib', 'app.ts'),
  inputs: ['bin', 'lib', 'functions', 'protocol', 'package.json', 'package-lock.json', 'tsconfig.json', 'cdk.json'].map((name) =>
    join(root, name),
  ),
  context: {
    stage: 'local',
    oidcIssuer: placeholders.issuer,
    oidcAudience: audience,
    allowedOrigins: placeholders.webByName,
    operators: 'operator@example',
  },
  cacheDirectory: join(root, '.local', 'synth'),
};

const clerk = { userId: 'clerk@demo.example', name: 'Demo Clerk', role: 'Member of Demo Clinic, answers messages' };
const administrator = {
  userId: 'admin@demo.example',
  name: 'Demo Administrator',
  role: 'Administrator of Demo Clinic: settings and members, too',
};
const users = [
  administrator,
  clerk,
  { userId: 'admin@other.example', name: 'Other Administrator', role: 'Administrator of Other Clinic' },
  { userId: 'operator@example', name: 'Operator', role: 'Creates clinics, belongs to none' },
];

const localPages = (endpoints: Endpoints) =>
  createStartPage({ endpoints, administrator, clerk, clinic: { clinicId: 'demo', name: 'Demo Clinic' } });

const greeting = (endpoints: Endpoints, startedInMs: number): string => `
Waiting Area runs on this machine (ready in ${(startedInMs / 1000).toFixed(1)} s). Ctrl-C stops it.

  pages       ${endpoints.web}
  HTTP API    ${endpoints.http}
  WebSocket   ${endpoints.webSocket}
  issuer      ${endpoints.issuer}
  DynamoDB    ${endpoints.dynamodb}
  control     ${endpoints.control}

A token of a member of the clinic "demo" (clerk@demo.example, or admin@demo.example for its administrator):
  curl -s ${endpoints.issuer}/token -d grant_type=password -d username=clerk@demo.example -d password=x

Next: in another terminal, npm run demo plays a morning in the demo clinic.
`;

const seedClinics = async ({ functions }: Deployment, dynamodb: string): Promise<void> => {
  const clinicsTable = [...functions.values()].map(({ environment }) => environment.CLINICS_TABLE).find((name) => name !== undefined);
  // Loaded beside the synthesis: the SDK takes a while.
  const { seed } = await import('./seed.ts');
  if (clinicsTable !== undefined) await seed(dynamodb, clinicsTable);
};

await runStack({ app, localDirectory: join(root, '.local'), seed: seedClinics, buildPages, localPages, users, greeting });
