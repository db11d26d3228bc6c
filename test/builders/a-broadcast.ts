import type { BroadcastJob } from '../../functions/data/broadcasts-table.ts';
import { morning } from './times.ts';

export const aBroadcast = (given: Partial<BroadcastJob> = {}): BroadcastJob => ({
  clinicId: 'demo',
  broadcastId: 'b1',
  text: 'We run 20 minutes late',
  requestedBy: 'admin',
  senderName: 'Ada Admin',
  requestedAt: morning,
  state: 'running',
  expiresAtSeconds: morning / 1000 + 8 * 24 * 3600,
  ...given,
});
