import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type LocalStackProcess, startLocalStackProcess } from './integration/local-stack.ts';
import { residentMemoryOf } from './integration/resident-memory.ts';
import { openRoom, type Room } from './soak/waiting-room.ts';
import { createWriting } from './soak/write-at-rate.ts';

const usage = 'npm run soak -- [--minutes M] [--sockets N] [--rate R] | --quick';
const callersOfARoom = 500;
/** How much larger the stack may be at the end than after the first quarter. Node gives memory back late: hence the second figure. */
const mostGrowth = { factor: 1.25, megabytes: 100 };
const pingEveryMs = 4 * 60_000;

interface Options {
  readonly seconds: number;
  readonly sockets: number;
  readonly rate: number;
  /** Memory is judged in long runs only: a short one has nothing to compare. */
  readonly judgesMemory: boolean;
}

const optionsFrom = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      sockets: { type: 'string', default: '10000' },
      rate: { type: 'string', default: '50' },
      quick: { type: 'boolean', default: false },
    },
  });
  if (values.quick) return { seconds: 15, sockets: 1000, rate: 50, judgesMemory: false };
  const [minutes, sockets, rate] = [values.minutes, values.sockets, values.rate].map(Number);
  if (!(minutes && sockets && rate && minutes > 0 && sockets > 0 && rate > 0)) throw new Error(usage);
  return { seconds: minutes * 60, sockets, rate, judgesMemory: true };
};

const percentile = (values: readonly number[], share: number): string => {
  const value = values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
  return value === undefined ? '-' : `${value.toFixed(1)} ms`;
};

/** Every board shows exactly the messages that were answered, and every caller online. */
const miscounts = async (rooms: readonly Room[]): Promise<string[]> => {
  const wrong: string[] = [];
  for (const room of rooms) {
    const rows = new Map((await room.board()).map((row) => [row.callerId, row]));
    for (const { callerId, expected } of room.callers) {
      const row = rows.get(callerId);
      if (row?.messageCount !== expected.size || !row.online)
        wrong.push(`${callerId} shows ${row?.messageCount} messages, ${expected.size} were answered; online: ${row?.online}`);
    }
  }
  return wrong;
};

const soak = async ({ seconds, sockets, rate, judgesMemory }: Options, stack: LocalStackProcess): Promise<readonly string[]> => {
  const writing = createWriting();
  const lost: string[] = [];
  const rooms: Room[] = [];
  const openingAt = performance.now();
  for (let left = sockets; left > 0; left -= callersOfARoom)
    rooms.push(await openRoom(stack.endpoints, Math.min(left, callersOfARoom), { ...writing, onLost: (what) => lost.push(what) }));
  // One room after the other, so that neighbours in this list wait in different clinics.
  const callers = Array.from({ length: callersOfARoom }, (_, index) => rooms.flatMap((room) => room.callers[index] ?? [])).flat();
  const all = [...callers.map(({ socket }) => socket), ...rooms.map(({ dashboard }) => dashboard)];
  console.log(`${all.length} sockets open in ${rooms.length} clinics after ${((performance.now() - openingAt) / 1000).toFixed(0)} s`);

  let pinged = 0;
  const pinging = setInterval(() => {
    const share = Math.ceil(all.length / (pingEveryMs / 1000));
    for (const socket of [...all, ...all].slice(pinged, pinged + share)) socket.ping();
    pinged = (pinged + share) % all.length;
  }, 1000);
  // Environments are started by the load itself: what the stack needs for it is known after a while only.
  await writing.run(callers, rate, seconds / 4);
  const before = residentMemoryOf(stack);
  await writing.run(callers, rate, (seconds * 3) / 4);
  clearInterval(pinging);
  const after = residentMemoryOf(stack);

  const wrong = await miscounts(rooms);
  for (const socket of all) socket.close();
  const { latencies, operations, errors } = writing;
  const fifth = Math.ceil(latencies.length / 5);
  console.log(`${operations} operations in ${seconds} s, ${rate} a second`);
  console.log(`from send to the caller's frame: p50 ${percentile(latencies, 0.5)}, p99 ${percentile(latencies, 0.99)}`);
  console.log(
    `p50 of the first fifth ${percentile(latencies.slice(0, fifth), 0.5)}, of the last ${percentile(latencies.slice(-fifth), 0.5)}`,
  );
  console.log(
    `memory after the first quarter and at the end: stack ${before.stack} and ${after.stack} MB, engine ${before.engine} and ${after.engine} MB`,
  );

  const bound = before.stack * mostGrowth.factor + mostGrowth.megabytes;
  const grown = judgesMemory && after.stack > bound ? [`the stack grew to ${after.stack} MB, beyond ${bound.toFixed(0)} MB`] : [];
  return [...errors, ...lost, ...wrong, ...grown];
};

const stack = await startLocalStackProcess({
  script: join(import.meta.dirname, '..', 'local', 'start.ts'),
  environment: { WAITING_AREA_CHECK_IN_PER_MINUTE: '10000000', WAITING_AREA_THROTTLES: 'off', POWERTOOLS_LOG_LEVEL: 'INFO' },
});
try {
  const failures = await soak(optionsFrom(process.argv.slice(2)), stack);
  console.log(`${failures.length} errors`);
  for (const failure of failures.slice(0, 20)) console.error(failure);
  process.exitCode = failures.length === 0 ? 0 : 1;
} finally {
  await stack.stop();
}
