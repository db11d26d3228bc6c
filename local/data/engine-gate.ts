import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { readBody } from '../http-server.ts';
import { dynamoDbCalls } from '../iam/dynamodb-calls.ts';
import type { Guard } from '../iam/guard.ts';
import { type InjectedFaults, takeFault } from '../injected-faults.ts';
import { arrayOf, objectOf, parseJson, stringOf } from '../json.ts';
import type { FunctionPool } from '../lambda/function-pool.ts';

export interface EngineGateOptions {
  /** The engine's URL. */
  readonly engine: string;
  readonly pools: ReadonlyMap<string, FunctionPool>;
  readonly faults: InjectedFaults;
  readonly guard: Guard;
}

/** The functions' way to the DynamoDB engine: what their roles allow goes through as it is, but for the faults that tests ask for. */
export interface EngineGate {
  /** Is it a request to DynamoDB? */
  takes(request: IncomingMessage): boolean;
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): void;
}

/** The API's own limit is 16 MB (BatchWriteItem): https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const maximumBytes = 16 * 1024 * 1024;
const target = /^DynamoDB_20120810\.(\w+)$/;
const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems', 'BatchWriteItem']);

export const createEngineGate = ({ engine, pools, faults, guard }: EngineGateOptions): EngineGate => {
  const agent = new Agent({ keepAlive: true });
  const url = new URL(engine);

  /** Ends the environment that sent this, where its function is to lose one after a write. */
  const killSender = (action: string, { headers }: IncomingMessage): boolean => {
    if (faults.killedAfterWrite.size === 0 || !writes.has(action)) return false;
    const environmentId = String(headers['x-amz-security-token']);
    const pool = [...pools.values()].find((each) => each.runs(environmentId));
    if (pool === undefined || !takeFault(faults.killedAfterWrite, pool.lambda.displayName)) return false;
    pool.kill(environmentId);
    return true;
  };

  return {
    takes: ({ method, headers }) => method === 'POST' && target.test(String(headers['x-amz-target'])),
    serve: async (request, response) => {
      const action = target.exec(String(request.headers['x-amz-target']))?.[1] ?? '';
      const body = await readBody(request, maximumBytes);
      if (body === undefined) return refuse(response, 'SerializationException', 'The request is too large');
      const input = parseJson(body.toString('utf8'));
      const refusal = guard.refusal(request, body, 'dynamodb', dynamoDbCalls(action, input));
      if (refusal !== undefined) return refuse(response, refusal.type, refusal.message, 'com.amazon.coral.service');
      if (faults.throttledTables.size > 0 && tablesOf(input).some((table) => takeFault(faults.throttledTables, table)))
        return refuse(response, 'ProvisionedThroughputExceededException', 'The table is throttled, as a test asked for');
      const { connection: _, ...headers } = request.headers;
      const { promise, resolve } = Promise.withResolvers<void>();
      response.once('close', resolve);
      const outgoing = httpRequest(url, { method: 'POST', agent, headers }, (answer) => {
        if (answer.statusCode === 200 && killSender(action, request)) {
          answer.resume();
          response.destroy();
          return;
        }
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        // Cut off in the midst, it must not look complete.
        answer.on('error', () => response.destroy());
        answer.pipe(response);
      });
      // The engine is away: the function sees a connection that breaks, and tries again as it would with DynamoDB.
      outgoing.on('error', () => response.destroy());
      // The function has lost patience: nobody waits for the answer.
      response.once('close', () => outgoing.destroy());
      outgoing.end(body);
      await promise;
    },
    close: () => agent.destroy(),
  };
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html; what concerns credentials is refused before DynamoDB itself. */
const refuse = (response: ServerResponse, type: string, message: string, namespace = 'com.amazonaws.dynamodb.v20120810'): void => {
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() });
  response.end(JSON.stringify({ __type: `${namespace}#${type}`, message }));
};

/** Every table that a request names: alone, in a batch or in a transaction. */
const tablesOf = (input: unknown): string[] => {
  const { TableName, RequestItems, TransactItems } = objectOf(input);
  const inTransaction = arrayOf(TransactItems).flatMap((item) => Object.values(objectOf(item)).map((part) => objectOf(part).TableName));
  return [TableName, ...Object.keys(objectOf(RequestItems)), ...inTransaction].flatMap((name) => stringOf(name) ?? []);
};
