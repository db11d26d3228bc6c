import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { objectOf, stringOf } from '../local/json.ts';
import { createAwsDeadLetters } from './aws-dead-letters.ts';
import { createLocalDeadLetters } from './local-dead-letters.ts';
import { type DeadLetter, type DeadLetterOffice, type Redrive, redriveDeadLetters } from './redrive-dead-letters.ts';

const usage = 'npm run redrive -- [--endpoints FILE | --stack WaitingArea-<stage>]';

const sentences: Readonly<Record<Redrive, string>> = {
  'run-again': 'handed to its function again',
  expired: 'given up more than an hour ago: not sent, the letter is taken away',
  healed: 'board changes, repaired by the clients themselves meanwhile: the letter is taken away',
  unrecorded: 'changes that the audit log does not have: left where it is, it says which records of the stream',
  unknown: 'not of a known form: left where it is',
};

/** Ids only: that is all a letter of a known form holds. */
const lineOf = ({ queue, id, body }: DeadLetter, redrive: Redrive): string => {
  const { kind, clinicId, broadcastId } = objectOf(objectOf(body).requestPayload);
  const what = redrive === 'run-again' || redrive === 'expired' ? [kind, clinicId, broadcastId].filter(Boolean).join(' ') : id;
  return `${queue}: ${what}: ${sentences[redrive]}`;
};

const officeOf = (args: readonly string[]): DeadLetterOffice => {
  const { values } = parseArgs({ args: [...args], options: { endpoints: { type: 'string' }, stack: { type: 'string' } } });
  // Region and credentials as the AWS CLI finds them.
  if (values.stack !== undefined) return createAwsDeadLetters(new SQSClient({}), new LambdaClient({}), values.stack);
  const file = values.endpoints ?? join(import.meta.dirname, '..', '.local', 'endpoints.json');
  const control = stringOf(objectOf(JSON.parse(readFileSync(file, 'utf8'))).control);
  if (control === undefined) throw new Error(`${file} names no control endpoint`);
  return createLocalDeadLetters(control);
};

try {
  const counts = new Map<Redrive, number>();
  for await (const { letter, redrive } of redriveDeadLetters(officeOf(process.argv.slice(2)), Date.now())) {
    console.log(lineOf(letter, redrive));
    counts.set(redrive, (counts.get(redrive) ?? 0) + 1);
  }
  const dealtWith = [...counts].map(([redrive, count]) => `${count} ${redrive}`);
  console.log(dealtWith.length === 0 ? 'No dead letters.' : dealtWith.join(', '));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 1;
}
