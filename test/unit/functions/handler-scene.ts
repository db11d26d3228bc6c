import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, jest } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { hashOf } from '../../../functions/core/secrets.ts';
import type { ClinicProfile, Invitation } from '../../../functions/data/clinics-table.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import type { Member } from '../../../protocol/objects.ts';

/** What the template gives to functions. It is read when a handler is imported: call this before. */
export const giveEnvironment = (): void => {
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    CALLERS_TABLE: 'CallersTable',
    CLINICS_TABLE: 'ClinicsTable',
    CONNECTIONS_TABLE: 'ConnectionsTable',
    TICKETS_TABLE: 'TicketsTable',
    BROADCASTS_TABLE: 'BroadcastsTable',
    RATE_LIMITS_TABLE: 'RateLimitsTable',
    AUDIT_TABLE: 'AuditTable',
    CONNECTIONS_ENDPOINT: 'https://api.execute-api.eu-central-1.amazonaws.com/test',
    WEB_SOCKET_URL: 'wss://socket.example/test',
    JWT_ISSUER: 'https://issuer.example',
    JWT_AUDIENCE: 'waiting-area',
    OPERATORS: 'operator,another-operator',
    BROADCAST_FUNCTION: 'broadcast-function',
    SERVICE_VERSION: '1.2.3',
    ALLOWED_ORIGINS: 'https://web.example,https://clinic.example',
  });
};

/** The clients of all handlers, of which no call leaves the process, and what the handlers log. */
export const aHandlerScene = () => {
  const dynamoDb = mockClient(DynamoDBDocumentClient);
  const management = mockClient(ApiGatewayManagementApiClient);
  const lambda = mockClient(LambdaClient);
  const lines: string[] = [];

  beforeEach(() => {
    dynamoDb.reset();
    dynamoDb.onAnyCommand().resolves({});
    management.reset();
    management.onAnyCommand().resolves({});
    lambda.reset();
    lambda.onAnyCommand().resolves({});
    lines.length = 0;
    jest.spyOn(process.stderr, 'write').mockImplementation((line) => {
      lines.push(String(line));
      return true;
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  return {
    dynamoDb,
    management,
    lambda,
    /** Lines logged, as they were written. */
    lines,
    hasMember: (member: Member) =>
      dynamoDb
        .on(GetCommand, { TableName: 'ClinicsTable', Key: { clinicId: 'demo', item: `member#${member.userId}` } })
        .resolves({ Item: { ...member } }),
    hasClinic: (clinic: ClinicProfile) =>
      dynamoDb
        .on(GetCommand, { TableName: 'ClinicsTable', Key: { clinicId: clinic.clinicId, item: 'profile' } })
        .resolves({ Item: { ...clinic } }),
    hasInvitation: (invitation: Invitation) =>
      dynamoDb
        .on(GetCommand, { TableName: 'ClinicsTable', Key: { clinicId: 'demo', item: `invitation#${hashOf('s'.repeat(43))}` } })
        // Not past its time on the day that the test runs.
        .resolves({ Item: { ...invitation, expiresAtSeconds: 99_999_999_999 } }),
    hasCaller: (visit: Visit) => dynamoDb.on(GetCommand, { TableName: 'CallersTable' }).resolves({ Item: { ...visit } }),
  };
};

/** A text that must stand in no log line and no answer of ours. */
export const canary = 'canary-of-a-patient';

/** Something that broke, as a store would say it: with what was asked of it in the message. */
export const broken = () =>
  Object.assign(new Error(`cannot store ${canary}`), { name: 'ValidationException', $metadata: { httpStatusCode: 400 } });

export const throttled = () =>
  Object.assign(new Error(`too much of ${canary}`), { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } });
