import { isUtf8 } from 'node:buffer';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { output, ZodMiniType } from 'zod/mini';
import { invalidField, RequestError, reasonsOf } from '../../protocol/errors.ts';
import { id } from '../../protocol/ids.ts';
import { limits } from '../../protocol/limits.ts';

/** An event of the HTTP API; the JWT authorizer's claims are there on staff routes. */
export type HttpEvent = APIGatewayProxyEventV2 & {
  readonly requestContext: { readonly authorizer?: { readonly jwt?: { readonly claims: Readonly<Record<string, unknown>> } } };
};

/** The checked body. @throws too-large, invalid-request */
export const bodyOf = <Schema extends ZodMiniType>(event: HttpEvent, schema: Schema): output<Schema> => {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > limits.httpBodyBytes) throw new RequestError('too-large');
  return checked(schema, parseJson(textOf(bytes)));
};

/** Byte sequences that are no UTF-8 are refused: decoded with replacement characters, another text would be stored than was sent. */
const textOf = (bytes: Buffer): string => {
  if (!isUtf8(bytes)) throw invalidField('', 'is not UTF-8');
  return bytes.toString();
};

/** The checked query; those named in `lists` may be repeated. @throws invalid-request */
export const queryOf = <Schema extends ZodMiniType>(event: HttpEvent, schema: Schema, lists: readonly string[] = []): output<Schema> => {
  const given = new URLSearchParams(event.rawQueryString);
  const query = Object.fromEntries(
    [...new Set(given.keys())].map((name) => {
      const values = given.getAll(name);
      if (lists.includes(name)) return [name, values];
      if (values.length > 1) throw invalidField(name, 'is given more than once');
      return [name, values[0]];
    }),
  );
  return checked(schema, query);
};

/** An id in the path. One that cannot be an id names nothing: not-found. */
export const idIn = (event: HttpEvent, name: string, schema: ZodMiniType<string> = id): string => {
  const parsed = schema.safeParse(event.pathParameters?.[name]);
  if (!parsed.success) throw new RequestError('not-found');
  return parsed.data;
};

export const bearerOf = (event: HttpEvent): string => {
  const [, token] = /^Bearer +(\S+)$/i.exec(event.headers.authorization ?? '') ?? [];
  if (token === undefined) throw new RequestError('unauthenticated');
  return token;
};

export const checked = <Schema extends ZodMiniType>(schema: Schema, value: unknown): output<Schema> => {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new RequestError('invalid-request', reasonsOf(parsed.error.issues));
  return parsed.data;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidField('', 'is not JSON');
  }
};

export type HttpResponse = APIGatewayProxyStructuredResultV2;

/** @param status of the answer; `body` is sent as JSON */
export const json = (status: number, body: unknown): HttpResponse => ({
  statusCode: status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
});

export const noContent: HttpResponse = { statusCode: 204, headers: { 'cache-control': 'no-store' } };
