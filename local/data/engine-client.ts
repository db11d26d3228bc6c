import { Agent, request } from 'node:http';
import { isObject, objectOf, parseJson, stringOf } from '../json.ts';
import { local } from '../template.ts';

export class EngineError extends Error {
  override name = 'EngineError';
  /** The exception's name, such as `ResourceNotFoundException`; `Unreachable` when the engine did not answer. */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A small client of the DynamoDB engine for the stack itself, which must not carry the SDK: JSON in and out as the API defines them. */
export interface EngineClient {
  readonly endpoint: string;
  /** `action` of https://docs.aws.amazon.com/amazondynamodb/latest/APIReference, such as `PutItem` or, with `streams`, `GetRecords`. */
  call(action: string, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  close(): void;
}

const streamActions = new Set(['ListStreams', 'DescribeStream', 'GetShardIterator', 'GetRecords']);

export const createEngineClient = (endpoint: string): EngineClient => {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const url = new URL(endpoint);
  return {
    endpoint,
    call: (action, input) => {
      const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
      const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
      const outgoing = request(
        url,
        {
          method: 'POST',
          agent,
          timeout: 30_000,
          headers: {
            'content-type': 'application/x-amz-json-1.0',
            'x-amz-target': `${streamActions.has(action) ? 'DynamoDBStreams' : 'DynamoDB'}_20120810.${action}`,
            'x-amz-date': date,
            // Local engines want the form of a signature and do not verify it.
            authorization: `AWS4-HMAC-SHA256 Credential=local/${date.slice(0, 8)}/${local.region}/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=local`,
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('error', (error) => reject(new EngineError('Unreachable', error.message)));
          response.on('end', () => {
            const body = parseJson(text);
            if (response.statusCode === 200 && isObject(body)) return resolve(body);
            const { __type: type, message, Message } = objectOf(body);
            reject(
              new EngineError(
                String(type).split('#').at(-1) ?? '',
                stringOf(message) ?? stringOf(Message) ?? `HTTP ${response.statusCode}`,
              ),
            );
          });
        },
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in 30 s')));
      outgoing.on('error', (error) => reject(new EngineError('Unreachable', error.message)));
      outgoing.end(JSON.stringify(input));
      return promise;
    },
    close: () => agent.destroy(),
  };
};
