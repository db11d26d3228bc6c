import type { FunctionName } from './functions.ts';
import type { Span } from './scheduler.ts';
import type { World } from './world.ts';

/** The routes that the client uses (`lib/http-api.ts`). */
const routes: readonly (readonly [routeKey: string, name: FunctionName])[] = [
  ['POST /clinics/{clinicId}/callers', 'public-http'],
  ['POST /clinics/{clinicId}/callers/{callerId}/tickets', 'public-http'],
  ['POST /clinics/{clinicId}/tickets', 'staff-http'],
  ['PATCH /clinics/{clinicId}/settings', 'staff-http'],
  ['PATCH /clinics/{clinicId}/callers/{callerId}', 'staff-http'],
  ['DELETE /clinics/{clinicId}/callers/{callerId}', 'staff-http'],
  ['GET /clinics/{clinicId}/broadcasts/{broadcastId}', 'staff-http'],
];

const patterns = routes.map(([routeKey, name]) => {
  const [method = '', path = ''] = routeKey.split(' ');
  return { routeKey, name, method, path: new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`) };
});

const overTheNet: Span = [5, 80];

/** API Gateway's HTTP API. A staff token is the user's id: the JWT authorizer is not part of what is simulated. */
export const request = async (world: World, url: string, init: RequestInit): Promise<Response> => {
  const { pathname, search } = new URL(url);
  const found = patterns
    .map((each) => ({ ...each, match: each.path.exec(pathname) }))
    .find((each) => each.match && each.method === init.method);
  if (!found) throw new Error(`the model knows no ${init.method} ${pathname}`);
  // The client gives its headers as a record.
  const { authorization } = init.headers as { authorization?: string };
  await world.scheduler.step('request', overTheNet);
  if (world.faults.happens('request lost')) throw new TypeError('network error');
  const outcome = await world.invoke(found.name, {
    routeKey: found.routeKey,
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: { ...(authorization !== undefined && { authorization }) },
    pathParameters: { ...found.match?.groups },
    ...(typeof init.body === 'string' && { body: init.body }),
    isBase64Encoded: false,
    requestContext: {
      http: { method: init.method, path: pathname, sourceIp: '192.0.2.1' },
      requestId: 'request',
      authorizer: { jwt: { claims: { sub: authorization?.replace('Bearer ', '') } } },
    },
  });
  // What the HTTP handlers return; one that threw or died leaves API Gateway's own answer.
  const { statusCode, body } =
    outcome.kind === 'answered'
      ? (outcome.value as { statusCode: number; body?: string })
      : { statusCode: 500, body: '{"message":"Internal Server Error"}' };
  world.watchAnswer(`${found.routeKey}`, body ?? '');
  await world.scheduler.step('response', overTheNet);
  if (world.faults.happens('response lost')) throw new TypeError('network error');
  // All that the client reads of a response, without the streams of a real one, which would take turns of the real event loop.
  return { ok: statusCode < 300, status: statusCode, text: async () => body ?? '' } as Response;
};
