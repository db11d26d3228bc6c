import { describe, expect, it } from '@jest/globals';
import { exportCaller } from '../../../functions/core/export-caller.ts';
import type { ClinicsTable } from '../../../functions/data/clinics-table.ts';
import { callerExport } from '../../../protocol/caller-export.ts';
import { aCaller, broadcasted, notified, wrote } from '../../builders/a-caller.ts';
import { aClinic } from '../../builders/a-clinic.ts';
import { only } from '../../builders/fakes.ts';
import { morning } from '../../builders/times.ts';

const ports = { clinics: only<ClinicsTable>({ profile: async () => aClinic() }), now: () => morning };
const sue = aCaller()
  .with({
    phone: '+61400000001',
    language: 'fr',
    details: { reason: 'knee' },
    staffReadSeq: 1,
    deadlines: { disconnectedAt: morning - 5000 },
  })
  .withMessages(notified('one'), wrote('two'), broadcasted('b1', 'three'), wrote('four'))
  .acknowledged(3, 1);

describe('the export of a caller', () => {
  it('says who they are, where they stand and how long it is kept', async () => {
    const exported = await exportCaller(ports, sue.ended('left').build());
    expect(exported).toMatchObject({
      exportedAt: '2026-11-22T09:00:20.000Z',
      clinic: { clinicId: 'demo', name: 'Demo Clinic' },
      caller: {
        callerId: 'sue',
        name: 'Sue Smith',
        phone: '+61400000001',
        language: 'fr',
        details: { reason: 'knee' },
        status: 'ended',
        endReason: 'left',
        keptUntil: '2026-11-23T09:00:20.000Z',
      },
      lastDisconnectedAt: '2026-11-22T09:00:15.000Z',
    });
    await expect(exportCaller(ports, aCaller().build())).resolves.toMatchObject({
      caller: { phone: null, endReason: null, keptUntil: null },
      messages: [],
      connections: [],
      lastDisconnectedAt: null,
    });
  });

  it('has every message with whether it was delivered and read, on whichever side', async () => {
    const { messages } = await exportCaller(ports, sue.build());
    expect(messages.map(({ seq, from, text, delivered, read }) => [seq, from, text, delivered, read])).toEqual([
      [1, 'clinic', 'one', true, true],
      [2, 'caller', 'two', true, false],
      [3, 'clinic', 'three', true, false],
      [4, 'caller', 'four', true, false],
    ]);
    expect(messages[2]?.broadcastId).toBe('b1');
  });

  it('has the connections of their pages, those that stood open at the end too', async () => {
    const connections = [{ connectedAt: '2026-11-22T08:59:20.000Z', lastActiveAt: '2026-11-22T09:00:20.000Z' }];
    await expect(exportCaller(ports, sue.online('c1').build())).resolves.toMatchObject({ connections });
    await expect(exportCaller(ports, sue.online('c1').ended().build())).resolves.toMatchObject({ connections });
  });

  it('tells nothing of others, of secrets, or of how it is stored', async () => {
    const written = JSON.stringify(await exportCaller(ports, sue.online('c1-of-sue').build()));
    for (const foreign of ['Ada Admin', 'senderName', 'hash-of-a-token', 'c1-of-sue', 'messageIds']) expect(written).not.toContain(foreign);
  });

  it('has the shape that the contract gives it', async () => {
    for (const visit of [sue, sue.online('c1'), sue.ended('offline'), aCaller()])
      expect(callerExport.safeParse(await exportCaller(ports, visit.build()))).toMatchObject({ success: true });
  });
});
