import { describe, expect, it } from '@jest/globals';
import type { FunctionName } from '../../lib/permissions.ts';
import { type Synthesized, synthesize, text } from './synthesize.ts';

const stack = synthesize({
  oidcIssuer: 'https://login.example/realm',
  oidcAudience: 'waiting-area',
  operators: 'operator@example, second|operator',
  allowedOrigins: 'https://clinic.example,http://localhost:4700',
});

const distribution = stack.only('AWS::CloudFront::Distribution').id;
const webSocketApi = stack.only('AWS::ApiGatewayV2::Api', ({ ProtocolType }) => ProtocolType === 'WEBSOCKET').id;
const webSocketAddress = `${webSocketApi}.execute-api.AWS::Region.AWS::URLSuffix/development`;
const broadcast = stack.function('broadcast').id;

/** Who may do what, written out a second time: a change of `lib/permissions.ts` is meant to be made twice. */
const grants: Record<FunctionName, string[]> = {
  authorize: ['dynamodb:DeleteItem on Tickets'],
  connection: ['dynamodb:UpdateItem on Callers', 'dynamodb:DeleteItem on Connections'],
  'caller-socket': [
    'dynamodb:GetItem, dynamodb:UpdateItem on Callers',
    'dynamodb:GetItem on Clinics',
    'execute-api:ManageConnections on DELETE, POST',
  ],
  'staff-socket': [
    'dynamodb:GetItem, dynamodb:UpdateItem on Callers',
    'dynamodb:Query on Callers/index/board',
    'dynamodb:GetItem on Clinics',
    'dynamodb:DeleteItem, dynamodb:PutItem on Connections',
    'dynamodb:PutItem, dynamodb:Query on Broadcasts',
    'dynamodb:UpdateItem on RateLimits',
    'dynamodb:PutItem, dynamodb:Query on Audit',
    'execute-api:ManageConnections on POST',
    'lambda:InvokeFunction on broadcast',
  ],
  'public-http': [
    'dynamodb:GetItem, dynamodb:PutItem on Callers',
    'dynamodb:GetItem, dynamodb:UpdateItem on Clinics',
    'dynamodb:PutItem on Tickets',
    'dynamodb:UpdateItem on RateLimits',
    'dynamodb:PutItem, dynamodb:Query on Audit',
  ],
  'staff-http': [
    'dynamodb:DeleteItem, dynamodb:UpdateItem on Callers',
    'dynamodb:Query on Callers/index/board',
    'dynamodb:ConditionCheckItem, dynamodb:DeleteItem, dynamodb:GetItem, dynamodb:PutItem, dynamodb:Query, dynamodb:UpdateItem on Clinics',
    'dynamodb:Query on Clinics/index/memberships',
    'dynamodb:DeleteItem, dynamodb:Query on Connections',
    'dynamodb:PutItem on Tickets',
    'dynamodb:PutItem, dynamodb:Query on Broadcasts',
    'dynamodb:UpdateItem on RateLimits',
    'dynamodb:PutItem, dynamodb:Query on Audit',
    'execute-api:ManageConnections on DELETE, POST',
    'lambda:InvokeFunction on broadcast',
  ],
  broadcast: [
    'dynamodb:UpdateItem on Callers',
    'dynamodb:Query on Callers/index/board',
    'dynamodb:GetItem on Clinics',
    'dynamodb:DeleteItem, dynamodb:Query on Connections',
    'dynamodb:Query, dynamodb:UpdateItem on Broadcasts',
    'execute-api:ManageConnections on POST',
    'dead letters',
  ],
  'board-updates': [
    'dynamodb:Query on Clinics',
    'dynamodb:DeleteItem, dynamodb:Query on Connections',
    'dynamodb:Query, dynamodb:UpdateItem on Broadcasts',
    'execute-api:ManageConnections on DELETE, POST',
    'dead letters',
    'stream',
  ],
  audit: ['dynamodb:PutItem, dynamodb:Query on Audit', 'dead letters', 'stream'],
  deadlines: [
    'dynamodb:GetItem, dynamodb:UpdateItem on Callers',
    'dynamodb:Query on Callers/index/board',
    'dynamodb:GetItem, dynamodb:UpdateItem on Clinics',
    'dynamodb:Query on Clinics/index/active',
    'dynamodb:DeleteItem, dynamodb:Query on Connections',
    'execute-api:ManageConnections on GET, POST',
  ],
};

const tables = {
  CALLERS_TABLE: 'Callers',
  CLINICS_TABLE: 'Clinics',
  CONNECTIONS_TABLE: 'Connections',
  TICKETS_TABLE: 'Tickets',
  BROADCASTS_TABLE: 'Broadcasts',
  RATE_LIMITS_TABLE: 'RateLimits',
  AUDIT_TABLE: 'Audit',
};

/** What every function finds in its environment. */
const common = {
  NODE_OPTIONS: '--enable-source-maps --no-warnings',
  POWERTOOLS_SERVICE_NAME: 'waiting-area',
  POWERTOOLS_LOG_LEVEL: 'INFO',
};

/** What each function finds there besides. */
const environments: Record<FunctionName, Record<string, string>> = {
  authorize: {
    ...given('TICKETS_TABLE'),
    ALLOWED_ORIGINS: `https://${distribution}.DomainName,https://clinic.example,http://localhost:4700`,
  },
  connection: given('CALLERS_TABLE', 'CONNECTIONS_TABLE'),
  'caller-socket': { ...given('CALLERS_TABLE', 'CLINICS_TABLE'), CONNECTIONS_ENDPOINT: `https://${webSocketAddress}` },
  'staff-socket': {
    ...given('CALLERS_TABLE', 'CLINICS_TABLE', 'CONNECTIONS_TABLE', 'BROADCASTS_TABLE', 'RATE_LIMITS_TABLE', 'AUDIT_TABLE'),
    CONNECTIONS_ENDPOINT: `https://${webSocketAddress}`,
    BROADCAST_FUNCTION: broadcast,
  },
  'public-http': {
    ...given('CALLERS_TABLE', 'CLINICS_TABLE', 'TICKETS_TABLE', 'RATE_LIMITS_TABLE', 'AUDIT_TABLE'),
    WEB_SOCKET_URL: `wss://${webSocketAddress}`,
    JWT_ISSUER: 'https://login.example/realm',
    JWT_AUDIENCE: 'waiting-area',
    SERVICE_VERSION: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown as string, // a matcher stands where a value will
  },
  'staff-http': {
    ...given(
      'CALLERS_TABLE',
      'CLINICS_TABLE',
      'CONNECTIONS_TABLE',
      'TICKETS_TABLE',
      'BROADCASTS_TABLE',
      'RATE_LIMITS_TABLE',
      'AUDIT_TABLE',
    ),
    CONNECTIONS_ENDPOINT: `https://${webSocketAddress}`,
    WEB_SOCKET_URL: `wss://${webSocketAddress}`,
    OPERATORS: 'operator@example,second|operator',
    BROADCAST_FUNCTION: broadcast,
  },
  broadcast: {
    ...given('CALLERS_TABLE', 'CLINICS_TABLE', 'CONNECTIONS_TABLE', 'BROADCASTS_TABLE'),
    CONNECTIONS_ENDPOINT: `https://${webSocketAddress}`,
  },
  'board-updates': {
    ...given('CLINICS_TABLE', 'CONNECTIONS_TABLE', 'BROADCASTS_TABLE'),
    CONNECTIONS_ENDPOINT: `https://${webSocketAddress}`,
  },
  audit: given('AUDIT_TABLE'),
  deadlines: {
    ...given('CALLERS_TABLE', 'CLINICS_TABLE', 'CONNECTIONS_TABLE'),
    CONNECTIONS_ENDPOINT: `https://${webSocketAddress}`,
  },
};

// The keys of a record that is typed by FunctionName.
const names = Object.keys(grants) as FunctionName[];

function given(...variables: (keyof typeof tables)[]): Record<string, string> {
  return Object.fromEntries(variables.map((variable) => [variable, tables[variable]]));
}

const deadLettersOf: Partial<Record<FunctionName, string>> = {
  broadcast: 'BroadcastWorker',
  'board-updates': 'BoardUpdates',
  audit: 'AuditTrail',
};

/** A grant of the list above as the statements of a policy. */
function statementsOf(name: FunctionName, grant: string): string[] {
  if (grant === 'dead letters') {
    const queue = deadLettersOf[name];
    return [
      expect.stringMatching(`^Allow sqs:SendMessage on ${queue}DeadLetters\\w+\\.Arn$`) as unknown as string, // a matcher for a string
      'Allow kms:Decrypt, kms:GenerateDataKey on DataKey.Arn',
    ];
  }
  if (grant === 'stream') {
    return [
      'Allow dynamodb:DescribeStream, dynamodb:GetRecords, dynamodb:GetShardIterator on Callers.StreamArn',
      'Allow dynamodb:ListStreams on Callers.Arn/stream/*',
    ];
  }
  const [actions, object] = grant.split(' on ');
  if (actions === 'lambda:InvokeFunction') return [`Allow ${actions} on ${broadcast}.Arn`];
  if (actions === 'execute-api:ManageConnections') {
    const methods = String(object).split(', ');
    const sockets = `arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:${webSocketApi}/development`;
    return [`Allow ${actions} on ${methods.map((method) => `${sockets}/${method}/@connections/*`).join(', ')}`];
  }
  const [table, ...index] = String(object).split('/');
  return [`Allow ${actions} on ${[`${table}.Arn`, ...index].join('/')}`];
}

describe.each(names)('%s', (name) => {
  const handler = stack.function(name);

  it('may do what it needs, and nothing else', () => {
    const common = [
      expect.stringMatching(/^Allow logs:CreateLogStream, logs:PutLogEvents on Functions\w+Logs\w+\.Arn$/),
      'Allow kms:Decrypt, kms:DescribeKey, kms:Encrypt, kms:GenerateDataKey, kms:GenerateDataKeyWithoutPlaintext, kms:ReEncryptFrom, kms:ReEncryptTo on DataKey.Arn',
    ];
    const expected = [...common, ...grants[name].flatMap((grant) => statementsOf(name, grant))];
    const statements = stack.statements(name);
    expect(statements).toEqual(expect.arrayContaining(expected));
    expect(statements).toHaveLength(expected.length);
  });

  it('has no managed policy and no wildcard but below its own sockets and stream', () => {
    const role = stack.resource(text(handler.Properties.Role).replace('.Arn', ''));
    expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
    for (const statement of stack.statements(name)) {
      expect(statement.replaceAll('/@connections/*', '').replace('Callers.Arn/stream/*', '')).not.toContain('*');
    }
  });

  it('finds in its environment the addresses of what it may use, and nothing else', () => {
    // The shape of a Lambda function's environment.
    const { Variables } = handler.Properties.Environment as { Variables: Record<string, unknown> };
    const environment = Object.fromEntries(Object.entries(Variables).map(([variable, value]) => [variable, text(value)]));
    expect(environment).toEqual({ ...environments[name], ...common });
  });

  it('runs on Node 24, arm64, without traces', () => {
    expect(handler.Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
    expect(handler.Properties).not.toHaveProperty('TracingConfig');
  });

  it('writes to a log group of its own, encrypted and kept for three months', () => {
    const group = text((handler.Properties.LoggingConfig as { LogGroup: unknown }).LogGroup); // as CloudFormation shapes it
    expect(group).toContain(`Functions${name.replaceAll('-', '')}Logs`);
    expect(stack.resource(group).Properties).toEqual({ KmsKeyId: { 'Fn::GetAtt': ['DataKey', 'Arn'] }, RetentionInDays: 90 });
  });
});

describe('a flood at the public door', () => {
  const reservedIn = (synthesized: Synthesized) =>
    Object.fromEntries(names.map((name) => [name, synthesized.function(name).Properties.ReservedConcurrentExecutions]));

  it('has executions of its own, and no more, where some are reserved: the other functions share the rest', () => {
    const reserved = reservedIn(synthesize({ publicConcurrency: '50' }));
    expect(reserved).toEqual({ ...Object.fromEntries(names.map((name) => [name, undefined])), authorize: 50, 'public-http': 50 });
  });

  it('has no reservation unless it is asked for, as a new account has none to give', () => {
    expect(Object.values(reservedIn(stack)).filter((executions) => executions !== undefined)).toEqual([]);
  });

  it('is counted by the address: more check-ins a minute are a matter of the configuration', () => {
    const { Environment } = synthesize({ checkInPerMinute: '300' }).function('public-http').Properties;
    expect(Environment).toMatchObject({ Variables: { WAITING_AREA_CHECK_IN_PER_MINUTE: '300' } });
  });
});

describe('the functions', () => {
  it('are these', () => {
    const ours = Object.keys(stack.all('AWS::Lambda::Function')).filter((id) => !id.startsWith('Custom')); // the CDK's own run at deployment
    expect(ours).toHaveLength(names.length);
  });

  it('each run code of their own', () => {
    const code = names.map((name) => stack.function(name).Properties.Code);
    expect(new Set(code.map((value) => JSON.stringify(value))).size).toBe(names.length);
  });

  it('use the key only through the services that hold the data', () => {
    for (const policy of Object.values(stack.all('AWS::IAM::Policy'))) {
      // The shape of every IAM policy.
      const { Statement } = policy.Properties.PolicyDocument as { Statement: { Action: unknown; Condition?: object }[] };
      for (const { Action, Condition } of Statement) {
        if (!text(Action).includes('kms:')) continue;
        expect(text(Object.values(Condition ?? {})[0]?.['kms:ViaService'])).toMatch(/^(dynamodb|sqs)\.AWS::Region\.amazonaws\.com$/);
      }
    }
  });

  it.each([
    ['authorize', 10],
    ['connection', 10],
    ['caller-socket', 10],
    ['staff-socket', 10],
    ['public-http', 10],
    ['staff-http', 10],
    ['broadcast', 900],
    ['board-updates', 30],
    ['deadlines', 60],
  ] as const)('%s may take %d s', (name, seconds) => {
    expect(stack.function(name).Properties.Timeout).toBe(seconds);
  });
});
