import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import type { Message } from '../../client/index.ts';
import { startLocalStackProcess } from './local-stack.ts';
import { ClinicScenario, oneTo } from './scenario/clinic.ts';
import { eventually } from './scenario/eventually.ts';

const rounds = 2;
const script = join(import.meta.dirname, '..', '..', 'local', 'start.ts');
const data = mkdtempSync(join(tmpdir(), 'waiting-area-durability-'));

afterAll(() => rmSync(data, { recursive: true, force: true }));

const start = () => startLocalStackProcess({ script, data, environment: { WAITING_AREA_CALLER_MESSAGES_PER_MINUTE: '100000' } });

it('every message that was answered is there after the whole stack was killed, once and at its place', async () => {
  let stack = await start();
  for (const round of oneTo(rounds)) {
    const clinic = await ClinicScenario.open({ guestMessages: true }, stack.endpoints);
    const dashboard = await clinic.dashboard();
    const pages = await Promise.all(['Sue Smith', 'Ali Hassan'].map((name) => clinic.arrives(name)));
    const answered = new Map<string, Message[]>(pages.map(({ callerId }) => [callerId, []]));
    let killed = false;
    const writeOn = async (callerId: string, write: (text: string) => Promise<Message>) => {
      for (let number = 1; !killed; number += 1) {
        const message = await write(`message ${number} of round ${round}`).catch(() => undefined);
        if (message) answered.get(callerId)?.push(message);
      }
    };
    const writers = pages.flatMap(({ callerId, client }) => [
      writeOn(callerId, (text) => client.sendMessage(text)),
      writeOn(callerId, async (text) => (await dashboard.client.notify(callerId, text)).message),
    ]);
    // In the midst of it, at another moment in each round.
    await eventually(() => expect([...answered.values()].flat().length).toBeGreaterThan(10 * round));

    await stack.stop('SIGKILL');
    killed = true;
    clinic.close();
    await Promise.all(writers);

    stack = await start();
    const again = clinic.on(stack.endpoints);
    for (const { callerId, visit } of pages) {
      const stored = await again.thread({ callerId });
      expect(stored.map(({ seq }) => seq)).toEqual(oneTo(stored.length));
      expect(new Set(stored.map(({ messageId }) => messageId)).size).toBe(stored.length);
      for (const { seq, messageId, text } of answered.get(callerId) ?? []) expect(stored[seq - 1]).toMatchObject({ messageId, text });
      const page = await again.page(visit);
      expect(page.client.messages).toHaveLength(stored.length);
    }
    again.close();
  }
  await stack.stop();
}, 120_000);
