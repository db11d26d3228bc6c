import type { IncomingMessage } from 'node:http';
import type { CorsConfiguration } from '../deployment.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
export interface Cors {
  isPreflight(request: IncomingMessage): boolean;
  preflightHeaders(request: IncomingMessage): Record<string, string>;
  /** For an answer; they take the place of what the handler set. */
  headers(request: IncomingMessage): Record<string, string>;
}

export const createCors = (configuration: CorsConfiguration): Cors => {
  const allowedOrigin = (request: IncomingMessage): string | undefined => {
    const origin = request.headers.origin;
    if (origin === undefined) return undefined;
    if (configuration.allowOrigins.includes('*')) return configuration.allowCredentials ? origin : '*';
    return configuration.allowOrigins.some((each) => matchesOrigin(each, origin)) ? origin : undefined;
  };
  const originHeaders = (origin: string): Record<string, string> => ({
    'access-control-allow-origin': origin,
    ...(configuration.allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
  });
  const exposed = configuration.exposeHeaders.join(',');

  return {
    isPreflight: ({ method, headers }) =>
      method === 'OPTIONS' && headers.origin !== undefined && 'access-control-request-method' in headers,
    preflightHeaders: (request) => {
      const origin = allowedOrigin(request);
      if (origin === undefined) return {};
      return {
        ...originHeaders(origin),
        'access-control-allow-methods': configuration.allowMethods.join(','),
        'access-control-allow-headers': configuration.allowHeaders.join(','),
        ...(exposed === '' ? {} : { 'access-control-expose-headers': exposed }),
        ...(configuration.maxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(configuration.maxAgeSeconds) }),
      };
    },
    headers: (request) => {
      const origin = allowedOrigin(request);
      if (origin === undefined) return {};
      return { ...originHeaders(origin), ...(exposed === '' ? {} : { 'access-control-expose-headers': exposed }) };
    },
  };
};

/** `https://*` and `http://*` allow every origin of that scheme. */
const matchesOrigin = (allowed: string, origin: string): boolean =>
  allowed.endsWith('://*') ? origin.startsWith(allowed.slice(0, -1)) : allowed === origin;
