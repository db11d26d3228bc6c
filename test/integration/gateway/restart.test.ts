import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { arrayOf, objectOf } from '../../../local/json.ts';
import { killEngine } from '../kill-engine.ts';
import { connect, startFixtureStack, until } from './fixture-stack.ts';

const start = join(import.meta.dirname, 'fixture', 'start.ts');

describe('a local stack that was killed', () => {
  const data = mkdtempSync(join(tmpdir(), 'waiting-area-restart-'));
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  it('has lost nothing that was answered: items, stream records, asynchronous events', async () => {
    const [id, group, job] = [randomUUID(), randomUUID(), randomUUID()];
    const first = await startFixtureStack({ WAITING_AREA_ASYNC_RETRY_DELAY_MS: '60000' }, data);
    const client = await connect(first);
    client.send({ action: 'invoke', id: job, failures: 1 });
    await client.next();
    await first.logged(`worker-${job}`, 1);
    const itemsTable = arrayOf((await first.engine.call('ListTables', {})).TableNames)
      .map(String)
      .find((name) => name.startsWith('Items'));
    await first.engine.call('PutItem', { TableName: itemsTable, Item: { id: { S: id }, group: { S: group }, value: { S: 'kept' } } });
    await first.stop('SIGKILL');

    const second = await startFixtureStack({}, data);
    const { Item } = await second.engine.call('GetItem', { TableName: itemsTable, Key: { id: { S: id } } });
    expect(objectOf(Item).value).toEqual({ S: 'kept' });
    expect(await second.logged(`handled-${group}`, 1)).toContain('kept');
    expect(await second.logged(`worker-${job}`, 2)).toHaveLength(2);
    await second.stop();
  }, 120_000);
});

describe('the engine', () => {
  it('ends with a stack that fails while it starts', async () => {
    const data = mkdtempSync(join(tmpdir(), 'waiting-area-failing-'));
    // Read after the engine has started.
    const failing = startFixtureStack({ WAITING_AREA_IDLE_TIMEOUT_MS: 'soon' }, data);
    await expect(failing).rejects.toThrow('WAITING_AREA_IDLE_TIMEOUT_MS is a number of milliseconds');
    const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    expect(stdout).not.toContain(data);
    rmSync(data, { recursive: true });
  }, 120_000);

  it('is started again when it dies', async () => {
    const stack = await startFixtureStack();
    killEngine(stack.endpoints);
    await until('the engine', () =>
      stack.engine
        .call('ListTables', {})
        .then(() => true)
        .catch(() => undefined),
    );
    const client = await connect(stack);
    await client.close();
    await stack.stop();
  }, 120_000);
});

describe('a local stack that cannot start', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [start, '--endpoints', join(tmpdir(), `${randomUUID()}.json`), ...args], {
      encoding: 'utf8',
      timeout: 60_000,
    });

  it('says which port is taken, and ends', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { status, stderr } = run('--port', String(port), '--data', 'memory');
    server.close();
    expect(status).toBe(1);
    expect(stderr).toContain(`Port ${port} (web) is taken`);
  });

  it.each(['/dev/null/data', '/proc/data', '/proc'])('says that the data folder %s is not writable, and ends', (data) => {
    const { status, stderr } = run('--port', '0', '--data', data);
    expect(status).toBe(1);
    expect(stderr).toContain(`The data folder ${data} is not writable`);
  });

  it('says what it does not understand, and ends', () => {
    const { status, stderr } = run('--port', 'many');
    expect(status).toBe(1);
    expect(stderr).toContain('--port is a number');
  });
});
