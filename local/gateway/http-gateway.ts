import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { HttpApi } from '../deployment.ts';
import { answerJson, readBody } from '../http-server.ts';
import { arrayOf, isObject, objectOf, parseJson } from '../json.ts';
import type { FunctionPool } from '../lambda/function-pool.ts';
import { apiHost } from '../template.ts';
import type { AccessLog } from './access-log.ts';
import { clfTime } from './clf-time.ts';
import { type Cors, createCors } from './cors.ts';
import { createJwtAuthorizer } from './jwt-authorizer.ts';
import { decoded, routeHttp } from './route-http.ts';
import type { Admission } from './throttling.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const maximumBodyBytes = 10 * 1024 * 1024;
const maximumHeaderBytes = 10_240;
/** A synchronous invocation's payload: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maximumEventBytes = 6 * 1024 * 1024;

export interface HttpGatewayOptions {
  readonly api: HttpApi;
  readonly pools: ReadonlyMap<string, FunctionPool>;
  readonly admits: Admission;
  readonly accessLog: AccessLog;
}

const noCors: Cors = { isPreflight: () => false, preflightHeaders: () => ({}), headers: () => ({}) };

/** An HTTP API: routing, JWT authorizer, CORS, and Lambda integrations with payload format 2.0. */
export const createHttpGateway = ({ api, pools, admits, accessLog }: HttpGatewayOptions) => {
  const authorizeJwt = createJwtAuthorizer();
  const cors = api.cors === undefined ? noCors : createCors(api.cors);
  const basePath = api.stage === '$default' ? '' : `/${api.stage}`;

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const arrivedAtMs = Date.now();
    const requestId = `${randomBytes(11).toString('base64url')}=`;
    const logged: Record<string, unknown> = contextOf(request, requestId, arrivedAtMs);
    response.once('close', () => {
      accessLog({
        ...logged,
        status: response.statusCode,
        responseLength: response.getHeader('content-length'),
        responseLatency: Date.now() - arrivedAtMs,
      });
    });
    const body = await readBody(request, maximumBodyBytes);
    const corsHeaders = cors.headers(request);
    const refuse = (status: number, message: string, headers: Record<string, string> = {}): void =>
      answerJson(response, status, { message }, { ...corsHeaders, 'apigw-requestid': requestId, ...headers });

    if (headerBytes(request) > maximumHeaderBytes) return refuse(431, 'Request Header Fields Too Large');
    if (body === undefined) return refuse(413, 'Request Entity Too Large');
    if (cors.isPreflight(request)) {
      response.writeHead(204, { ...cors.preflightHeaders(request), 'apigw-requestid': requestId }).end();
      return;
    }
    const [fullPath = '/', rawQueryString = ''] = splitOnce(request.url ?? '/', '?');
    const path = fullPath.startsWith(basePath) ? fullPath.slice(basePath.length) : undefined;
    const routed = path === undefined ? undefined : routeHttp(api.routes, request.method ?? '', path);
    if (routed === undefined) return refuse(404, 'Not Found');
    const { route, pathParameters } = routed;
    logged.routeKey = route.key;
    if (!admits(route.key)) return refuse(429, 'Too Many Requests');

    let authorizer: unknown;
    if (route.authorizer !== undefined) {
      const authorization = await authorizeJwt(route.authorizer, request.headers.authorization);
      if ('refused' in authorization)
        return authorization.refused === 401 ? refuse(401, 'Unauthorized', { 'www-authenticate': 'Bearer' }) : refuse(403, 'Forbidden');
      authorizer = authorization.allowed;
      logged.authorizer = authorizer;
    }
    const event = JSON.stringify({
      version: '2.0',
      routeKey: route.key,
      rawPath: decoded(fullPath),
      rawQueryString,
      ...cookiesOf(request),
      headers: headersOf(request),
      ...queryOf(rawQueryString),
      requestContext: {
        accountId: '123456789012',
        apiId: api.id,
        ...(authorizer === undefined ? {} : { authorizer }),
        domainName: apiHost(api.id),
        domainPrefix: api.id,
        http: {
          method: request.method,
          path: decoded(fullPath),
          protocol: `HTTP/${request.httpVersion}`,
          sourceIp: request.socket.remoteAddress ?? '',
          userAgent: request.headers['user-agent'] ?? '',
        },
        requestId,
        routeKey: route.key,
        stage: api.stage,
        time: clfTime(Date.now()),
        timeEpoch: Date.now(),
      },
      ...(Object.keys(pathParameters).length > 0 ? { pathParameters } : {}),
      ...bodyOf(body, request.headers['content-type']),
    });
    if (event.length > maximumEventBytes) return refuse(413, 'Request Entity Too Large');

    const pool = pools.get(route.integration.functionArn);
    if (pool === undefined) throw new Error(`no function ${route.integration.functionArn}`);
    const impatience = new AbortController();
    const tooLong = delay(route.integration.timeoutMs, undefined, { signal: impatience.signal, ref: false });
    tooLong.catch(() => {}); // aborted below
    const outcome = await Promise.race([pool.invoke(event), tooLong]);
    impatience.abort();
    logged.integrationStatus = outcome === undefined ? 504 : 200;
    if (outcome === undefined) return refuse(503, 'Service Unavailable');
    if ('failed' in outcome) return refuse(500, 'Internal Server Error');
    const answer = answerOf(parseJson(outcome.answered));
    if (answer === undefined) return refuse(500, 'Internal Server Error');
    for (const [name, value] of Object.entries(answer.headers))
      if (api.cors === undefined || !name.startsWith('access-control-')) response.setHeader(name, value);
    for (const [name, value] of Object.entries({ ...corsHeaders, 'apigw-requestid': requestId })) response.setHeader(name, value);
    if (answer.cookies.length > 0) response.setHeader('set-cookie', answer.cookies);
    response.writeHead(answer.statusCode, { 'content-length': answer.body.length });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  };
};

/** What the access log may ask for before anything is known of the request's end. */
const contextOf = (request: IncomingMessage, requestId: string, arrivedAtMs: number): Record<string, unknown> => ({
  requestId,
  requestTime: clfTime(arrivedAtMs),
  httpMethod: request.method,
  path: request.url,
  protocol: `HTTP/${request.httpVersion}`,
  identity: { sourceIp: request.socket.remoteAddress, userAgent: request.headers['user-agent'] },
});

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
const answerOf = (answered: unknown): Answer | undefined => {
  if (!isObject(answered) || answered.statusCode === undefined) {
    const body = typeof answered === 'string' ? answered : JSON.stringify(answered);
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, cookies: [], body: Buffer.from(body) };
  }
  const { statusCode, headers, cookies, body = '', isBase64Encoded } = answered;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599 || (body !== null && typeof body !== 'string')) return undefined;
  return {
    statusCode: status,
    headers: {
      'content-type': 'text/plain;charset=utf-8',
      ...Object.fromEntries(Object.entries(objectOf(headers)).map(([name, value]) => [name.toLowerCase(), String(value)])),
    },
    cookies: arrayOf(cookies).map(String),
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
};

const splitOnce = (text: string, separator: string): [string, string] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
};

/** The request line and all header lines. */
const headerBytes = (request: IncomingMessage): number =>
  request.rawHeaders.reduce(
    (bytes, each) => bytes + Buffer.byteLength(each) + 2,
    (request.method ?? '').length + (request.url ?? '').length + 12,
  );

/** Lower-case names, repeated headers joined by commas, cookies apart. */
const headersOf = (request: IncomingMessage): Record<string, string> => {
  const headers = new Map([
    ['x-forwarded-for', request.socket.remoteAddress ?? ''],
    ['x-forwarded-port', '443'],
    ['x-forwarded-proto', 'https'],
  ]);
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = (request.rawHeaders[at] ?? '').toLowerCase();
    const value = request.rawHeaders[at + 1] ?? '';
    if (name === 'cookie' || name === 'connection') continue;
    const before = name.startsWith('x-forwarded-') ? undefined : headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(headers);
};

const cookiesOf = (request: IncomingMessage): { cookies?: string[] } =>
  request.headers.cookie === undefined ? {} : { cookies: request.headers.cookie.split('; ') };

const queryOf = (rawQueryString: string): { queryStringParameters?: Record<string, string> } => {
  if (rawQueryString === '') return {};
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    const before = parameters.get(name);
    parameters.set(name, before === undefined ? value : `${before},${value}`);
  }
  return { queryStringParameters: Object.fromEntries(parameters) };
};

/** Bodies of types that are not known to be text come encoded; so do bytes that are no UTF-8, whatever they are called. */
const bodyOf = (body: Buffer, contentType: string | undefined): { body?: string; isBase64Encoded: boolean } => {
  if (body.length === 0) return { isBase64Encoded: false };
  const isCalledText = /^(text\/|application\/(json|javascript|xml)\b|application\/[\w.+-]+\+(json|xml)\b)/i.test(contentType ?? '');
  const isText = isCalledText && isUtf8(body);
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
};
