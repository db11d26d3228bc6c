import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http-server.ts';
import type { Guard } from '../iam/guard.ts';
import { parseJson } from '../json.ts';
import { arnOf } from '../template.ts';
import type { AsynchronousInvocations } from './asynchronous-invocations.ts';
import type { FunctionPool } from './function-pool.ts';

export const invokePath = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maximumBytes = { synchronous: 6 * 1024 * 1024, asynchronous: 1024 * 1024 };

/** Lambda's `Invoke`: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export const createInvokeApi =
  (pools: ReadonlyMap<string, FunctionPool>, asynchronous: AsynchronousInvocations, guard: Guard) =>
  async (request: IncomingMessage, response: ServerResponse, nameOrArn: string): Promise<void> => {
    const name = nameOrArn
      .replace(/:\$LATEST$/, '')
      .split(':')
      .at(-1);
    const pool = [...pools.values()].find(({ lambda }) => lambda.name === name);
    const refuse = (status: number, type: string, message: string): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type, 'x-amzn-requestid': randomUUID() });
      response.end(JSON.stringify({ Type: 'User', Message: message }));
    };
    const asEvent = request.headers['x-amz-invocation-type'] === 'Event';
    const body = await readBody(request, asEvent ? maximumBytes.asynchronous : maximumBytes.synchronous);
    const resource = pool?.lambda.arn ?? arnOf('lambda', `function:${name}`);
    const refusal =
      body === undefined ? undefined : guard.refusal(request, body, 'lambda', [{ action: 'lambda:InvokeFunction', resource }]);
    if (refusal !== undefined) return refuse(403, refusal.type, refusal.message);
    if (pool === undefined) return refuse(404, 'ResourceNotFoundException', `Function not found: ${nameOrArn}`);
    if (body === undefined) return refuse(413, 'RequestTooLargeException', 'Request must be smaller than the limit of the invocation type');
    const event = body.length === 0 ? '{}' : body.toString('utf8');
    if (parseJson(event) === undefined) return refuse(400, 'InvalidRequestContentException', 'Could not parse request body into json');
    if (asEvent) {
      asynchronous.accept(pool, event);
      response.writeHead(202, { 'x-amzn-requestid': randomUUID() }).end();
      return;
    }
    const outcome = await pool.invoke(event);
    response.writeHead(200, {
      'content-type': 'application/json',
      'x-amz-executed-version': '$LATEST',
      'x-amzn-requestid': randomUUID(),
      ...('failed' in outcome ? { 'x-amz-function-error': 'Unhandled' } : {}),
    });
    response.end('failed' in outcome ? JSON.stringify(outcome.failed) : outcome.answered);
  };
