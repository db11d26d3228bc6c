import { EventEmitter } from 'node:events';
import { Logger } from '@aws-lambda-powertools/logger';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Context } from 'aws-lambda';
import fc from 'fast-check';

// Read when the logger is made.
process.env.POWERTOOLS_LOG_LEVEL = 'DEBUG';
process.env.POWERTOOLS_SERVICE_NAME = 'waiting-area';
const { beginLog, logFailure, logHandled } = await import('../../../functions/adapters/log.ts');
const { AllowListFormatter } = await import('../../../functions/adapters/log-formatter.ts');
const { placeOf } = await import('../../../functions/adapters/error-place.ts');
const { endOnStrayErrors, logWarningsOf } = await import('../../../functions/adapters/stray-errors.ts');
const { observe } = await import('../../../functions/middleware/observe.ts');

const canary = 'Canary of a patient';
let written: string[] = [];

beforeEach(() => {
  written = [];
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    });
});
afterEach(() => {
  jest.restoreAllMocks();
});

const lines = () => written.map((line) => JSON.parse(line));
/** A logger as ours, to which anything can be handed. */
const careless = () => new Logger({ logFormatter: new AllowListFormatter() });

describe('a log line', () => {
  const good = {
    clinicId: 'demo',
    callerId: 'WmY1b2xUa1RzR2x0a1A5Zw',
    connectionId: 'L0SM9cOFvHcCIhw=',
    broadcastId: '0b9f3a52-6d3e-4c58-9d2e-6f1c5a0f7a11',
    requestId: 'JKJaXmPLvHcESHA=',
    route: 'PATCH /clinics/{clinicId}/callers/{callerId}',
    outcome: 'conflict',
    durationMs: 12,
    error: 'ProvisionedThroughputExceededException',
    frames: ['at async notify (file:///var/task/functions/core/conversation.ts:41:17)', 'at node:internal/process/task_queues:103:5'],
  };

  it.each(Object.entries(good))('may hold %s', (key, value) => {
    careless().info('handled', { [key]: value });
    expect(lines()).toEqual([expect.objectContaining({ [key]: value })]);
  });

  it.each(['$connect', 'sendMessage', 'GET /health'])('may hold the route %s', (route) => {
    careless().info('handled', { route });
    expect(lines()).toEqual([expect.objectContaining({ route })]);
  });

  it.each([
    ['clinicId', canary],
    ['callerId', 'c'.repeat(43)],
    ['connectionId', `${'t'.repeat(43)}demo`],
    ['requestId', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjbGVyayJ9.c2lnbmF0dXJl'],
    ['broadcastId', 7],
    ['route', 'GET /clinics/demo/callers/Sue Smith'],
    ['route', 'GET /clinics/{clinicId}?search=Sue'],
    ['route', 'Sue Smith'],
    ['outcome', canary],
    ['durationMs', '0400000001'],
    ['durationMs', Number.NaN],
    ['error', 'Sue Smith'],
    ['error', 'Sue'],
    ['frames', [canary]],
    ['frames', ['at Sue Smith, 0400 000 001']],
    ['frames', canary],
    ['text', canary],
    ['name', 'Sue'],
    ['extra', canary],
    ['event', { body: canary }],
  ])('drops %s: %j', (key, value) => {
    careless().info('handled', { [key]: value });
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).not.toHaveProperty(key);
    expect(written.join()).not.toContain(canary);
  });

  it('drops whatever else is handed to the logger: messages, errors with causes and properties, keys that stay', () => {
    const error = Object.assign(new Error(canary, { cause: new Error(canary) }), { Item: { text: { S: canary } } });
    const logger = careless();
    logger.appendKeys({ text: canary, nested: { text: canary } });
    logger.appendPersistentKeys({ name: canary });
    logger.setCorrelationId(canary);
    logger.error(canary, error);
    logger.warn(canary, canary);
    logger.info({ message: canary, error, level: canary, text: canary } as never); // as untyped code might
    logger.logEventIfEnabled({ body: canary }, true);
    expect(written.length).toBeGreaterThanOrEqual(4);
    expect(written.join()).not.toContain(canary);
  });

  it('holds no text whatever it is made of', () => {
    const text = fc.string({ minLength: 8 }).map((tail) => `${canary}${tail}`);
    const found = fc.check(
      fc.property(text, fc.dictionary(fc.string(), fc.anything()), (given, fields) => {
        written = [];
        careless().warn(given, { ...fields, text: given, clinicId: given, route: given, error: given, frames: [given] });
        expect(written.join()).not.toContain(canary);
      }),
      { numRuns: 300 },
    );
    expect(found).toMatchObject({ failed: false, counterexample: null });
  });

  it('says whose invocation it belongs to', () => {
    beginLog({ awsRequestId: '8f5c2a4e-1111-4222-8333-444455556666', functionName: 'WaitingArea-Functions-broadcast' } as Context);
    logHandled(() => ({ outcome: 'ok', durationMs: 1 }));
    expect(lines()).toEqual([
      {
        level: 'DEBUG',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        service: 'waiting-area',
        message: 'handled',
        cold_start: expect.any(Boolean),
        function_name: 'WaitingArea-Functions-broadcast',
        function_request_id: '8f5c2a4e-1111-4222-8333-444455556666',
        outcome: 'ok',
        durationMs: 1,
      },
    ]);
  });
});

describe('a failure in the log', () => {
  it('has the name and the call sites of its error', () => {
    logFailure('post', new TypeError(canary), { connectionId: 'c1', clinicId: undefined });
    const [line] = lines();
    expect(line).toMatchObject({ level: 'ERROR', message: 'post', error: 'TypeError', connectionId: 'c1' });
    expect(line).not.toHaveProperty('clinicId');
    expect(line.frames[0]).toContain('log.test');
  });

  it.each([
    ['a message of many lines that look like call sites', new Error('x\n    at Sue (/Smith.ts:1:1)')],
    ['a message that was changed after the stack was made', Object.assign(new Error('x\n    at Sue (/Smith.ts:1:1)'), { message: 'y' })],
    ['a message that was taken away', Object.assign(new Error('x\n    at Sue (/Smith.ts:1:1)'), { message: '' })],
    ['a stack that somebody wrote', Object.assign(new Error('x'), { stack: 'Sue Smith' })],
    ['a name that somebody wrote', Object.assign(new Error('x'), { name: 'Sue Smith' })],
    ['no error at all', 'Sue Smith'],
    ['nothing', undefined],
  ])('tells nothing by %s', (_case, error) => {
    expect(JSON.stringify(placeOf(error))).not.toMatch(/Sue|Smith/);
    logFailure('frame', error);
    expect(written).toHaveLength(1);
    expect(written.join()).not.toMatch(/Sue|Smith/);
  });
});

describe('an observed handler', () => {
  const clock = { now: 1000 };
  const observed = (handle: () => Promise<{ code: 'ok' | 'conflict' }>) =>
    observe<{ clinicId: string }, { code: 'ok' | 'conflict' }>(
      {
        subject: 'broadcast',
        idsOf: ({ clinicId }) => ({ clinicId, route: 'notify' }),
        outcomeOf: ({ code }) => code,
        isRefusal: (error) => error instanceof Error && error.message === 'Unauthorized',
        now: () => clock.now,
      },
      handle,
    );
  const run = (handle: () => Promise<{ code: 'ok' | 'conflict' }>) => observed(handle)({ clinicId: 'demo' }, {} as Context);

  it.each(['ok', 'conflict'] as const)('logs how an event went by ids, outcome and duration: %s', async (code) => {
    await run(async () => {
      clock.now += 25;
      return { code };
    });
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'DEBUG', clinicId: 'demo', route: 'notify', outcome: code, durationMs: 25 }),
    ]);
  });

  it('throws toward Lambda no more than the name of what broke', async () => {
    const broken = Object.assign(new Error(`the item holds ${canary}`, { cause: new Error(canary) }), {
      name: 'ValidationException',
      Item: { text: { S: canary } },
    });
    const thrown = await run(() => Promise.reject(broken)).catch((error) => error);
    expect(thrown).toMatchObject({ name: 'HandlerFailed', message: 'ValidationException' });
    const all = [...Object.getOwnPropertyNames(thrown).map((name) => JSON.stringify(thrown[name])), thrown.stack, String(thrown.cause)];
    expect(all.join()).not.toContain(canary);
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'DEBUG', outcome: 'failed' }),
      expect.objectContaining({ level: 'ERROR', message: 'broadcast', error: 'ValidationException', clinicId: 'demo' }),
    ]);
    expect(written.join()).not.toContain(canary);
  });

  it('logs an event of another shape than its ids are read from', async () => {
    const thrown = observe(
      { subject: 'frame', idsOf: ({ a }: { a: { b: string } }) => ({ clinicId: a.b }), now: () => 0 },
      async ({ a }) => a.b,
    );
    await expect(thrown({} as never, {} as Context)).rejects.toThrow(/^TypeError$/); // as a platform might
    expect(lines()).toContainEqual(expect.objectContaining({ level: 'ERROR', message: 'frame', error: 'TypeError' }));
  });

  it('lets the platform have the refusal that it asks for, which is no failure', async () => {
    await expect(run(() => Promise.reject(new Error('Unauthorized')))).rejects.toThrow(/^Unauthorized$/);
    expect(lines()).toEqual([expect.objectContaining({ level: 'DEBUG', outcome: 'refused' })]);
  });
});

describe('a warning of Node or the SDK', () => {
  it('is logged by its name, without its text', () => {
    const watched = new EventEmitter();
    logWarningsOf(watched as never); // the one method of a process that it uses
    watched.emit('warning', Object.assign(new Error(canary), { name: 'MaxListenersExceededWarning' }));
    expect(lines()).toEqual([expect.objectContaining({ level: 'WARN', message: 'stray', error: 'MaxListenersExceededWarning' })]);
    expect(written.join()).not.toContain(canary);
  });
});

describe('an error that nobody awaited', () => {
  it.each(['uncaughtException', 'unhandledRejection'])('ends the environment before anybody prints it: %s', (event) => {
    const watched = Object.assign(new EventEmitter(), { exit: jest.fn() });
    let isPrintedAfterExit: boolean | undefined;
    watched.on(event, () => {
      isPrintedAfterExit = watched.exit.mock.calls.length > 0;
    });
    endOnStrayErrors(watched as never); // the two methods of a process that it uses
    watched.emit(event, new Error(canary));
    expect(watched.exit.mock.calls).toEqual([[1]]);
    expect(isPrintedAfterExit).toBe(true);
    expect(lines()).toEqual([expect.objectContaining({ level: 'ERROR', message: 'stray', error: 'Error' })]);
    expect(written.join()).not.toContain(canary);
  });
});
