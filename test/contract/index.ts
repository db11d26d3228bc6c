import { auditTests } from './audit.ts';
import { boardTests } from './board.ts';
import { broadcastTests } from './broadcasts.ts';
import { conversationTests } from './conversation.ts';
import { endingTests } from './endings.ts';
import { exportTests } from './export.ts';
import { handshakeTests } from './handshake.ts';
import { httpTests } from './http-api.ts';
import { memberTests } from './members.ts';
import type { ContractTests } from './runner.ts';

/** What the wire contract promises to whoever speaks to a stage from outside. */
export const contractTests: ContractTests = (runner, stage) => {
  const all = [handshakeTests, httpTests, conversationTests, boardTests, broadcastTests, endingTests, exportTests, memberTests, auditTests];
  for (const tests of all) tests(runner, stage);
};
