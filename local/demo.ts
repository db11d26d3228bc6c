import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Broadcast, CallerClient, Filter, Message, StaffClient, Visit } from '../client/index.ts';
import { WaitingAreaClient, WaitingAreaError } from '../client/index.ts';
import type { Endpoints } from './endpoints.ts';
import { LocalStackError, messageOf } from './errors.ts';

const usage = 'npm run demo -- [--seconds N] [--endpoints FILE]';
const clinicId = 'demo';
/** The duration that the times in the cast are written for. */
const scriptSeconds = 40;

interface Person {
  readonly name: string;
  readonly language: string;
  readonly arrivesAt: number;
  /** What they write, and when. */
  readonly writes: readonly (readonly [at: number, text: string])[];
  /** Their phone loses the network for a while. */
  readonly offline?: readonly [from: number, to: number];
  readonly seenAt?: number;
  /** They leave by themselves; absent: staff end the visit when everything is said. */
  readonly leavesAt?: number;
}

/** Times are seconds of the script. */
const cast: readonly Person[] = [
  { name: 'Sue Smith', language: 'en', arrivesAt: 0, writes: [[4, 'Hello, is the doctor on time?']], seenAt: 12, leavesAt: 30 },
  { name: 'Zoë Ångström', language: 'sv', arrivesAt: 1, writes: [[9, 'My camera does not work']], seenAt: 26 },
  { name: 'Ali Hassan', language: 'ar', arrivesAt: 2, writes: [[6, 'مرحبا، متى موعدي؟']], seenAt: 16 },
  { name: 'Marie Dupont', language: 'fr', arrivesAt: 4, writes: [], offline: [10, 24], seenAt: 28 },
  { name: 'Nguyễn Thị Lan', language: 'vi', arrivesAt: 6, writes: [[20, 'Tôi cần phiên dịch']] },
  { name: 'Jack O’Brien', language: 'en', arrivesAt: 8, writes: [[11, '5 more minutes, please']], leavesAt: 21 },
  { name: 'Αλέξης Παπαδόπουλος', language: 'el', arrivesAt: 10, writes: [], seenAt: 31 },
  {
    name: 'Priya Patel',
    language: 'hi',
    arrivesAt: 13,
    writes: [
      [15, 'I am here'],
      [27, 'Thank you!'],
    ],
  },
  { name: '李 伟', language: 'zh', arrivesAt: 17, writes: [[23, '请问还要等多久？']] },
  { name: 'Tom Walker', language: 'en', arrivesAt: 22, writes: [], leavesAt: 33 },
];

const answers = [
  'The doctor is running 10 minutes late',
  'You are next',
  'Please reload the page; we will wait for you',
  'An interpreter joins you in 5 minutes',
];
const announcements: readonly { readonly at: number; readonly filter: Filter; readonly text: string }[] = [
  { at: 14, filter: { statuses: ['waiting'] }, text: 'Thank you for waiting: we are about 10 minutes behind' },
  { at: 29, filter: {}, text: 'Room B is closed now; your video call starts here as planned' },
];
/** A member reads first, and then answers. */
const answerAfterSeconds = 2;

/** What happened, counted by both sides. */
class Tally {
  arrived = 0;
  left = 0;
  seen = 0;
  offline = 0;
  caughtUp = 0;
  written = 0;
  answered = 0;
  readonly shown: number[] = [];
  readonly broadcasts = new Map<string, Broadcast>();
}

/** The state of the morning on one line: rewritten on a terminal, every few seconds elsewhere. */
const showProgress = (seconds: number, tally: Tally, staff: StaffClient): (() => void) => {
  const startedAt = performance.now();
  const { isTTY } = process.stdout;
  const line = () => {
    const passed = Math.min(seconds, (performance.now() - startedAt) / 1000);
    const callers = [...staff.callers.values()];
    const [waiting, seen] = (['waiting', 'being-seen'] as const).map(
      (status) => callers.filter((caller) => caller.status === status).length,
    );
    const unanswered = callers.filter(({ unansweredSince }) => unansweredSince !== null).length;
    const text = [
      `${passed.toFixed(0).padStart(3)}/${seconds} s`,
      `board ${callers.length} (${waiting} waiting, ${seen} being seen)`,
      `from callers ${tally.written}`,
      `answered ${tally.answered}`,
      `unanswered ${unanswered}`,
      `shown to callers ${tally.shown.length}`,
      `left ${tally.left}`,
    ].join(' · ');
    process.stdout.write(isTTY ? `\r\u001b[2K${text}` : `${text}\n`);
  };
  const timer = setInterval(line, isTTY ? 200 : 5000);
  return () => {
    clearInterval(timer);
    line();
    process.stdout.write('\n\n');
  };
};

/** Plays one person's visit, from check-in to the end of their part. */
const playPerson = async (
  person: Person,
  client: WaitingAreaClient,
  tally: Tally,
  until: (at: number) => Promise<void>,
  pages: CallerClient[],
  visits: Map<string, Visit>,
): Promise<void> => {
  await until(person.arrivesAt);
  const visit = await client.checkIn(clinicId, { name: person.name, language: person.language });
  visits.set(visit.callerId, visit);
  tally.arrived += 1;
  const page = client.caller(visit);
  pages.push(page);
  let isBack = false;
  page.on('messages', (messages) => {
    for (const message of messages) {
      if (message.from !== 'clinic') continue;
      if (isBack) tally.caughtUp += 1;
      else tally.shown.push(delayOf(message));
    }
    page.markRead();
  });
  page.on('ended', () => {
    tally.left += 1;
  });
  await page.open();
  const acts: [number, () => Promise<unknown>][] = person.writes.map(([at, text]) => [
    at,
    async () => {
      await page.sendMessage(text);
      tally.written += 1;
    },
  ]);
  if (person.offline) {
    const [from, to] = person.offline;
    acts.push([
      from,
      async () => {
        tally.offline += 1;
        page.close();
      },
    ]);
    acts.push([
      to,
      async () => {
        isBack = true;
        await page.open();
        isBack = false;
      },
    ]);
  }
  if (person.leavesAt !== undefined) acts.push([person.leavesAt, () => page.leave()]);
  for (const [at, act] of acts.toSorted(([one], [other]) => one - other)) {
    await until(at);
    await act();
  }
};

/** Both clocks are this machine's. */
const delayOf = (message: Message): number => Date.now() - Date.parse(message.sentAt);

/** The member on duty answers who writes, calls people in, and tells everyone what concerns everyone. */
const playStaff = async (
  staff: StaffClient,
  tally: Tally,
  visits: ReadonlyMap<string, Visit>,
  secondsScale: number,
  until: (at: number) => Promise<void>,
): Promise<void> => {
  const answering = new Set<string>();
  const answer = async (callerId: string) => {
    await sleep(answerAfterSeconds * 1000 * secondsScale);
    const thread = await staff.openThread(callerId);
    await staff.markRead(callerId, thread.length);
    await staff.notify(callerId, answers[tally.answered % answers.length] ?? '');
    tally.answered += 1;
    staff.closeThread(callerId);
  };
  staff.on('unanswered', ({ callerId }) => {
    if (!visits.has(callerId) || answering.has(callerId)) return;
    answering.add(callerId);
    // Who left meanwhile needs no answer.
    answer(callerId)
      .catch(() => {})
      .finally(() => answering.delete(callerId));
  });
  staff.on('broadcast', (broadcast) => {
    if (tally.broadcasts.has(broadcast.broadcastId)) tally.broadcasts.set(broadcast.broadcastId, broadcast);
  });
  const idOf = (name: string) => [...visits.keys()].find((callerId) => staff.callers.get(callerId)?.name === name);
  const acts: [number, () => Promise<unknown>][] = cast.flatMap(({ name, seenAt }) => {
    if (seenAt === undefined) return [];
    const callIn = async () => {
      const callerId = idOf(name);
      if (callerId === undefined) return;
      await staff.setStatus(callerId, 'being-seen');
      tally.seen += 1;
    };
    return [[seenAt, callIn]];
  });
  for (const { at, filter, text } of announcements) {
    acts.push([
      at,
      async () => {
        const broadcast = await staff.broadcast({ filter, text });
        tally.broadcasts.set(broadcast.broadcastId, broadcast);
      },
    ]);
  }
  for (const [at, act] of acts.toSorted(([one], [other]) => one - other)) {
    await until(at);
    await act();
  }
};

const summary = (tally: Tally): string => {
  const delays = tally.shown.toSorted((one, other) => one - other);
  const at = (share: number) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? 0;
  const broadcasts = [...tally.broadcasts.values()].map(
    ({ text, filter, state, matched, delivered, read, offline }) =>
      `  to ${filter && Object.keys(filter).length > 0 ? JSON.stringify(filter) : 'everyone present'}: "${text}"\n` +
      `    ${state}: ${matched} matched · ${delivered} delivered · ${read} read · ${offline} offline when it was sent`,
  );
  return [
    'The morning is over.',
    `  ${tally.arrived} callers arrived, ${tally.seen} were called in, ${tally.left} have left.`,
    `  Callers wrote ${tally.written} messages; the clinic answered ${tally.answered}.`,
    `  ${tally.shown.length} messages of the clinic reached an open page, half of them within ${at(0.5)} ms, the slowest in ${delays.at(-1) ?? 0} ms.`,
    `  Phones that lost the network: ${tally.offline}. Messages that waited for their return: ${tally.caughtUp}.`,
    ...broadcasts,
  ].join('\n');
};

const endpointsFrom = (file: string): Pick<Endpoints, 'http' | 'issuer'> => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new LocalStackError(`Nothing runs here yet (there is no ${file}): npm start, then npm run demo in another terminal.`);
  }
};

const tokenOf = async (issuer: string, username: string): Promise<string> => {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', username, password: 'x' }),
  });
  const body: { access_token?: string } = await response.json();
  if (body.access_token === undefined) throw new LocalStackError(`The issuer ${issuer} gave no token (${response.status}).`);
  return body.access_token;
};

const optionsFrom = (args: readonly string[]): { seconds: number; endpointsFile: string } => {
  try {
    const { values } = parseArgs({ args: [...args], options: { seconds: { type: 'string' }, endpoints: { type: 'string' } } });
    const seconds = Number(values.seconds ?? scriptSeconds);
    if (!(seconds >= 5 && seconds <= 3600)) throw new Error(`--seconds is a number from 5 to 3600, not "${values.seconds}"`);
    return {
      seconds,
      endpointsFile: values.endpoints ?? join(dirname(dirname(fileURLToPath(import.meta.url))), '.local', 'endpoints.json'),
    };
  } catch (error) {
    throw new LocalStackError(`${messageOf(error)}\n${usage}`);
  }
};

const fail = (error: unknown): never => {
  if (error instanceof LocalStackError) console.error(`\n${error.message}\n`);
  else if (error instanceof WaitingAreaError) console.error(`\nThe demo stopped: ${error.code}. ${error.message}\n`);
  else console.error(error);
  process.exit(1);
};

const run = async (): Promise<void> => {
  const { seconds, endpointsFile } = optionsFrom(process.argv.slice(2));
  const endpoints = endpointsFrom(endpointsFile);
  const client = new WaitingAreaClient({ url: endpoints.http });
  const [clerkToken, adminToken] = await Promise.all(
    ['clerk@demo.example', 'admin@demo.example'].map((username) => tokenOf(endpoints.issuer, username)),
  );
  const staff = client.staff({ clinicId, token: () => clerkToken ?? '' });
  const administrator = client.staff({ clinicId, token: () => adminToken ?? '' }).api;
  const tally = new Tally();
  const pages: CallerClient[] = [];
  const visits = new Map<string, Visit>();
  const { guestMessages } = await administrator.settings(clinicId);

  /** Leaves the clinic as it was found. */
  const tidyUp = async (): Promise<void> => {
    await Promise.allSettled(
      [...visits.keys()].filter((callerId) => staff.callers.has(callerId)).map((callerId) => staff.setStatus(callerId, 'ended')),
    );
    await administrator.changeSettings(clinicId, { guestMessages });
  };
  process.once('SIGINT', () => {
    process.stdout.write('\nStopping; the clinic is left as it was.\n');
    tidyUp().then(() => process.exit(130), fail);
  });

  await staff.open();
  await administrator.changeSettings(clinicId, { guestMessages: true });
  console.log(
    `A morning in the ${staff.clinic?.name} (${seconds} s). The clerk answers callers; messages from callers are switched on meanwhile.\n`,
  );
  const startedAt = performance.now();
  const scale = seconds / scriptSeconds;
  const until = (at: number) => sleep(Math.max(0, at * 1000 * scale - (performance.now() - startedAt)));
  const stopProgress = showProgress(seconds, tally, staff);
  try {
    await Promise.all([
      playStaff(staff, tally, visits, scale, until),
      ...cast.map((person) => playPerson(person, client, tally, until, pages, visits)),
    ]);
    await until(scriptSeconds - 2);
  } finally {
    await tidyUp();
  }
  await until(scriptSeconds);
  // The last pages hear that their visit is over, on a busy machine a little later.
  for (let tries = 0; tally.left < tally.arrived && tries < 100; tries += 1) await sleep(100);
  stopProgress();
  for (const page of pages) page.close();
  staff.close();
  console.log(`${summary(tally)}\n`);
};

run().catch(fail);
