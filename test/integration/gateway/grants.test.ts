import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type FixtureStack, startFixtureStack } from './fixture-stack.ts';

let stack: FixtureStack;
let logTable: string;

beforeAll(async () => {
  stack = await startFixtureStack();
  const { TableNames } = await stack.engine.call('ListTables', {});
  logTable = String([TableNames].flat().find((name) => String(name).startsWith('Log')));
}, 120_000);

afterAll(() => stack.stop());

/** A function's own credentials, as its code finds them. */
const credentialsOfSocket = async () => {
  const client = await connect(stack);
  client.send({ action: 'credentials' });
  const { accessKeyId, secretAccessKey, sessionToken } = await client.next();
  return {
    client,
    credentials: { accessKeyId: String(accessKeyId), secretAccessKey: String(secretAccessKey), sessionToken: String(sessionToken) },
  };
};

const asWhom = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) => ({
  endpoint: stack.endpoints.control,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials,
});
const getItem = () => new GetItemCommand({ TableName: logTable, Key: { id: { S: 'x' } } });

describe('a function', () => {
  it('is denied what its role does not grant, in the form that the SDK knows', async () => {
    const client = await connect(stack);
    client.send({ action: 'overstep' });
    const { refusals } = await client.next();
    const said = (action: string, resource: RegExp) =>
      expect.stringMatching(
        new RegExp(
          `^User: arn:aws:sts::123456789012:assumed-role/socket\\w+/socket\\w+ is not authorized to perform: ${action} on resource: ${resource.source} because no identity-based policy allows the ${action} action$`,
        ),
      );
    expect(refusals).toEqual([
      ['AccessDeniedException', 400, said('dynamodb:Scan', /arn:aws:dynamodb:us-east-1:123456789012:table\/Log\w+/)],
      [
        'AccessDeniedException',
        403,
        said('execute-api:ManageConnections', /arn:aws:execute-api:us-east-1:123456789012:\w+\/test\/GET\/@connections\/\S+/),
      ],
      ['AccessDeniedException', 403, said('lambda:InvokeFunction', /arn:aws:lambda:us-east-1:123456789012:function:socket\w+/)],
    ]);
    const { denials } = await stack.control('GET', '/grants');
    expect(denials).toHaveLength(3);
    expect(denials).toEqual(
      expect.arrayContaining([
        { function: 'socket', action: 'dynamodb:Scan', resource: expect.stringContaining('table/Log'), times: 1 },
        {
          function: 'socket',
          action: 'execute-api:ManageConnections',
          resource: expect.stringMatching(/\/GET\/@connections\/\*$/),
          times: 1,
        },
        { function: 'socket', action: 'lambda:InvokeFunction', resource: expect.stringContaining('function:socket'), times: 1 },
      ]),
    );
    expect(stack.output()).toMatch(
      /AccessDenied: socket may not dynamodb:Scan on \S+\. To grant it, give 'socket' in lib\/permissions\.ts: tables: { Log\w+: \['Scan'\] }/,
    );
    expect(stack.output()).toMatch(/give 'socket' in lib\/permissions\.ts: connections: \['GET'\]/);
    expect(stack.output()).toMatch(/give 'socket' in lib\/permissions\.ts: invokes: 'socket'/);
  });

  it('has credentials of its own, worth nothing once the environment has ended', async () => {
    const { client, credentials } = await credentialsOfSocket();
    const dynamodb = new DynamoDBClient(asWhom(credentials));
    await expect(dynamodb.send(getItem())).rejects.toMatchObject({ name: 'AccessDeniedException' });
    client.send({ action: 'crash' });
    await client.next();
    await expect(dynamodb.send(getItem())).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
      $metadata: { httpStatusCode: 400 },
    });
    dynamodb.destroy();
  });
});

describe('a call', () => {
  it('of nobody is refused', async () => {
    const dynamodb = new DynamoDBClient(asWhom({ accessKeyId: 'nobody', secretAccessKey: 'local' }));
    await expect(dynamodb.send(getItem())).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    dynamodb.destroy();
    const response = await fetch(stack.endpoints.control, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' },
      body: '{}',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'com.amazon.coral.service#MissingAuthenticationTokenException' });
  });

  it('that was signed with another secret is refused', async () => {
    const dynamodb = new DynamoDBClient(asWhom({ accessKeyId: 'local', secretAccessKey: 'another' }));
    await expect(dynamodb.send(getItem())).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    dynamodb.destroy();
  });

  it("with the owner's key may do everything", async () => {
    const dynamodb = new DynamoDBClient(asWhom({ accessKeyId: 'local', secretAccessKey: 'local' }));
    await expect(dynamodb.send(getItem())).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
    dynamodb.destroy();
  });
});

describe('the grants', () => {
  it('that calls needed are told from those that none did, and from those that no call here is for', async () => {
    const { grants } = await stack.control('GET', '/grants');
    expect(grants).toEqual(
      expect.arrayContaining([
        { function: 'authorize', action: 'dynamodb:UpdateItem', resource: expect.stringContaining('table/Log'), use: 'used' },
        { function: 'http', action: 'dynamodb:UpdateItem', resource: expect.stringContaining('table/Log'), use: 'unused' },
        { function: 'http', action: 'logs:PutLogEvents', resource: '*', use: 'not-judged' },
        // Lambda asks for them when it connects the function.
        {
          function: 'stream',
          action: 'dynamodb:GetRecords',
          resource: expect.stringMatching(/table\/Items\w+\/stream\/local$/),
          use: 'used',
        },
        { function: 'worker', action: 'sqs:SendMessage', resource: 'arn:aws:sqs:us-east-1:123456789012:failures', use: 'used' },
      ]),
    );
  });
});
