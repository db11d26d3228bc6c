import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { required } from './adapters/environment.ts';
import { system } from './adapters/system.ts';
import { auditChanges } from './core/audit-changes.ts';
import { createAuditTable } from './data/audit-table.ts';
import { createDocumentClient } from './data/document-client.ts';
import { observe } from './middleware/observe.ts';
import { observedBatches, serveClinics } from './middleware/visit-stream.ts';

const ports = { audit: createAuditTable(createDocumentClient(), required('AUDIT_TABLE')) };

/** The Callers' stream, for the audit log: what was stored is recorded, whoever stored it. */
export const handler = observe<DynamoDBStreamEvent, DynamoDBBatchResponse>(
  { ...observedBatches, subject: 'audit', now: system.now },
  serveClinics('audit', (clinicId, changes) => auditChanges(ports, clinicId, changes)),
);
