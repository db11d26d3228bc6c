import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Endpoints } from '../../local/endpoints.ts';
import { type LocalStackProcess, startLocalStackProcess } from '../integration/local-stack.ts';
import { residentMemoryOf } from '../integration/resident-memory.ts';
import { tokenOf } from '../integration/scenario/endpoints.ts';
import { exchange } from '../integration/tcp.ts';
import { judgeFrame, leakIn } from './judge.ts';
import { type RawInput, rawInput, wireFrame } from './raw-bytes.ts';
import { readFrames } from './read-frames.ts';

export interface WireFindings {
  readonly inputs: number;
  /** `kind → status or close code` and how often. */
  readonly counts: ReadonlyMap<string, number>;
  readonly failures: readonly string[];
  /** Resident megabytes of the stack, when it was warm and at the end. */
  readonly megabytes: readonly [warm: number, end: number];
}

/** Inputs of a round, so many of them at once; a round begins with a new caller and ends with good messages. */
const inputsOfRound = 512;
const atOnce = 16;
/** A good handshake is answered, however busy the machine is. */
const handshakeWithinMs = 20_000;
/** Shrinking over a network has no end of its own. */
const longestRoundMs = 60_000;
/** A server that was promised more bytes than came waits for them, which is its right. */
const patienceMs = 400;
/** The stack's own bound of growth, as the soak has it: Node gives memory back late. */
const mostGrowth = { factor: 1.25, megabytes: 100 };
const warmShare = 0.3;
/** Memory is judged in long runs only: a short one is still starting environments. */
const enoughToJudgeMemory = 5000;

/** Whom a round speaks for. */
interface Scene {
  readonly at: Endpoints;
  readonly clinicId: string;
  readonly memberToken: string;
  /** Another one, once an input has erased or ended this one, as it may. */
  caller: { readonly callerId: string; readonly callerToken: string };
}

const ask = (at: Endpoints, method: string, path: string, token: string | undefined, body?: object): Promise<Response> =>
  fetch(at.http + path, {
    method,
    headers: { 'content-type': 'application/json', connection: 'close', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });

/** The same, for what must succeed. @throws where it does not */
const accepted = async (...request: Parameters<typeof ask>) => {
  const response = await ask(...request);
  if (!response.ok) throw new Error(`${request[1]} ${request[2]} was answered ${response.status}`);
  return response.json();
};

/** Raw bytes to the gateways of a whole local stack: what HTTP parsers, WebSocket framing and the gateways themselves make of them. */
export const fuzzOnTheWire = async (seed: number, inputs: number): Promise<WireFindings> => {
  const stack = await startLocalStackProcess({
    script: join(import.meta.dirname, '..', '..', 'local', 'start.ts'),
    environment: {
      WAITING_AREA_CHECK_IN_PER_MINUTE: '10000000',
      WAITING_AREA_CALLER_MESSAGES_PER_MINUTE: '10000000',
      WAITING_AREA_FRAMES_PER_MINUTE: '1000000000',
    },
  });
  try {
    return await fuzzStack(stack, seed, inputs);
  } finally {
    await stack.stop();
  }
};

const fuzzStack = async (stack: LocalStackProcess, seed: number, inputs: number): Promise<WireFindings> => {
  const { endpoints: at } = stack;
  const counts = new Map<string, number>();
  const failures: string[] = [];
  let sent = 0;
  let warm: number | undefined;
  const clinicId = `fuzz-${randomUUID()}`;
  await accepted(at, 'POST', '/clinics', await tokenOf(at, 'operator@example'), {
    clinicId,
    name: 'Fuzz Clinic',
    administrator: { userId: 'fuzz-admin', name: 'Ada Admin' },
  });
  const memberToken = await tokenOf(at, 'fuzz-admin');

  for (let round = 0; sent < inputs && failures.length === 0; round += 1) {
    const scene = await newScene(at, clinicId, memberToken);
    const bunch = fc.asyncProperty(fc.array(rawInput, { minLength: 1, maxLength: atOnce, size: 'max' }), async (all) => {
      const outcomes = await Promise.all(all.map((input) => send(scene, input)));
      sent += outcomes.length;
      for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      requireAlive(stack);
    });
    const checked = await fc.check(bunch, {
      seed: seed + round,
      numRuns: Math.ceil(inputsOfRound / ((1 + atOnce) / 2)),
      interruptAfterTimeLimit: longestRoundMs,
    });
    const again = `again: npm run fuzz -- --wire-round ${seed + round}`;
    if (checked.failed)
      failures.push(`${String(checked.errorInstance)}\n${JSON.stringify(checked.counterexample?.[0]).slice(0, 4000)}\n${again}`);
    else await probe(scene).catch((error) => failures.push(`${String(error)} after round ${seed + round}\n${again}`));
    if (sent >= inputs * warmShare) warm ??= residentMemoryOf(stack).stack;
  }
  const end = residentMemoryOf(stack).stack;
  const megabytes = [warm ?? end, end] as const;
  if (sent >= enoughToJudgeMemory && end > megabytes[0] * mostGrowth.factor + mostGrowth.megabytes)
    failures.push(`the stack grew from ${megabytes[0]} to ${end} MB`);
  failures.push(...(await deadLetters(at)));
  return { inputs: sent, counts, failures, megabytes };
};

const newScene = async (at: Endpoints, clinicId: string, memberToken: string): Promise<Scene> => {
  await accepted(at, 'PATCH', `/clinics/${clinicId}/settings`, memberToken, { guestMessages: true });
  return { at, clinicId, memberToken, caller: await newCaller(at, clinicId) };
};

const newCaller = (at: Endpoints, clinicId: string): Promise<Scene['caller']> =>
  accepted(at, 'POST', `/clinics/${clinicId}/callers`, undefined, { name: 'Sue Smith' });

const ticketFor = async (scene: Scene, from: 'caller' | 'member'): Promise<string> => {
  const { at, clinicId, memberToken } = scene;
  if (from === 'member') return (await accepted(at, 'POST', `/clinics/${clinicId}/tickets`, memberToken)).ticket;
  const issue = ({ callerId, callerToken }: Scene['caller']) =>
    ask(at, 'POST', `/clinics/${clinicId}/callers/${callerId}/tickets`, callerToken);
  const first = await issue(scene.caller);
  if (first.ok) return (await first.json()).ticket;
  scene.caller = await newCaller(at, clinicId);
  return (await (await issue(scene.caller)).json()).ticket;
};

/** Nothing of the stack has ended, and no function has logged an error. @throws with what it printed */
const requireAlive = (stack: LocalStackProcess): void => {
  if (stack.child.exitCode !== null || stack.child.signalCode !== null) throw new Error(`the stack ended:\n${stack.output().slice(-2000)}`);
  const complaint = /.*(?:"level":"ERROR"|\bat .*:\d+:\d+|UnhandledPromise).*/.exec(stack.output());
  if (complaint) throw new Error(`the stack printed: ${complaint[0].slice(0, 500)}\n${stack.output().slice(-1500)}`);
};

const filled = (text: string, scene: Scene, ticket: string): Buffer =>
  Buffer.from(
    text
      .replaceAll('<clinic>', scene.clinicId)
      .replaceAll('<caller>', scene.caller.callerId)
      .replaceAll('<caller token>', scene.caller.callerToken)
      .replaceAll('<member token>', scene.memberToken)
      .replaceAll('<ticket>', ticket)
      .replaceAll('<path>', new URL(scene.at.webSocket).pathname),
    'latin1',
  );

/** What became of it, for the statistics. @throws where an answer is not what it may be */
const send = async (scene: Scene, input: RawInput): Promise<string> => {
  switch (input.kind) {
    case 'http': {
      const bytes = filled(input.bytes, scene, '');
      const { answer } = await exchange(scene.at.http, [bytes], isWhole, { patienceMs, isHalfClosed: false });
      return `http → ${statusOf(answer, bytes)}`;
    }
    case 'upgrade': {
      const bytes = filled(input.bytes, scene, input.bytes.includes('<ticket>') ? await ticketFor(scene, 'caller') : '');
      const isComplete = (answer: Buffer) => answer.includes('\r\n\r\n');
      const { answer } = await exchange(scene.at.webSocket, [bytes], isComplete, { patienceMs, isHalfClosed: false });
      return `upgrade → ${statusOf(answer, bytes)}`;
    }
    case 'frames':
      return frames(scene, input);
  }
};

/** No route knows it, so a function answers it, as it does the frames before. */
const marker = wireFrame({
  first: 0x81,
  payload: Buffer.from('{"action":"last","requestId":"last"}'),
  isMasked: true,
  lengthForm: 'usual',
});

/** Whatever stood in the frames before it, one behind them is answered, or the socket is closed with a code of the protocol's. */
const frames = async (scene: Scene, { from, bytes }: Extract<RawInput, { kind: 'frames' }>): Promise<string> => {
  const handshake = filled(
    'GET <path> HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: waiting-area.v1, ticket.<ticket>\r\n\r\n',
    scene,
    await ticketFor(scene, from),
  );
  const payload = Buffer.from(bytes, 'latin1');
  const read = (answer: Buffer) => readFrames(answer.subarray(answer.indexOf('\r\n\r\n') + 4));
  const isEnough = (answer: Buffer) => read(answer).texts.some((text) => text.includes('"requestId":"last"'));
  const { answer, isClosed } = await exchange(scene.at.webSocket, [handshake, payload, marker], isEnough, {
    patienceMs,
    firstPatienceMs: handshakeWithinMs,
    isHalfClosed: false,
  });
  const status = statusOf(answer, handshake);
  if (status !== '101') throw new Error(`a good handshake was answered ${status}`);
  const { texts, closeCode } = read(answer);
  for (const text of texts) {
    // Events come unasked; only answers are judged as such, and all of them for what they show.
    const complaints = /^\{"type":"(?!ok|error)/.test(text) ? [] : judgeFrame(text, bytes).complaints;
    if (complaints[0] !== undefined) throw new Error(`${complaints[0]}: ${text.slice(0, 500)}`);
  }
  if (closeCode !== undefined && ![1000, 1001, 1002, 1003, 1005, 1007, 1009].includes(closeCode) && closeCode < 3000)
    throw new Error(`closed with ${closeCode}`);
  return `frames → ${closeCode ?? (isClosed ? 'cut' : 'open')}`;
};

/** A response with all the bytes that it announced. */
const isWhole = (answer: Buffer): boolean => {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(answer.toString('latin1', 0, end)) ?? [];
  return length !== undefined && answer.length >= end + 4 + Number(length);
};

/** @throws where it is the server's fault, or shows the inside */
const statusOf = (answer: Buffer, sent: Buffer): string => {
  const text = answer.toString('latin1');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 'no answer';
  if (status.startsWith('5')) throw new Error(`answered ${text.slice(0, 600)}`);
  // The name of an error of `@connections`, as AWS gives it to its SDK.
  const leak = leakIn(text.replace(/^x-amzn-errortype: .*$/im, ''), sent.toString('latin1'));
  if (leak !== undefined) throw new Error(`the answer shows the inside: ${leak}`);
  return status;
};

/** Good messages from both sides are stored and answered. */
const probe = async ({ at, clinicId, memberToken }: Scene): Promise<void> => {
  const { callerId, callerToken } = await newCaller(at, clinicId);
  const path = `/clinics/${clinicId}/callers/${callerId}/messages`;
  await accepted(at, 'POST', path, memberToken, { messageId: randomUUID(), text: 'You are next' });
  const { messages } = await accepted(at, 'GET', path, callerToken);
  if (messages.length !== 1) throw new Error(`a good message was stored ${messages.length} times`);
  // The board can be read, whatever was stored on it.
  await accepted(at, 'GET', `/clinics/${clinicId}/callers?limit=1000`, memberToken);
};

const deadLetters = async ({ control }: Endpoints): Promise<string[]> => {
  // What `GET /queues` answers (docs/local-vs-aws.md).
  const { queues } = (await (await fetch(`${control}/queues`)).json()) as { queues: Record<string, unknown[]> };
  return Object.entries(queues).flatMap(([name, letters]) => (letters.length > 0 ? [`${letters.length} dead letters in ${name}`] : []));
};
