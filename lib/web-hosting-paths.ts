/** What CloudFront gives to a function: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html */
export interface ViewerRequestEvent {
  readonly request: { uri: string };
}

export interface ViewerResponse {
  readonly statusCode: number;
  readonly statusDescription: string;
  readonly headers: Readonly<Record<string, { readonly value: string }>>;
  readonly body?: string;
}

/**
 * Which file an address means: `/dashboard/…` is the dashboard, `/<clinicId>` that clinic's waiting page, a name with a dot the file itself.
 *
 * It runs in CloudFront (`web-hosting.ts` deploys the text of this very function), so it must need nothing from outside.
 * A clinic whose id is `dashboard` has no waiting page.
 */
export function handler(event: ViewerRequestEvent): ViewerRequestEvent['request'] | ViewerResponse {
  const request = event.request;
  const uri = request.uri;
  if (uri === '/' || uri === '/dashboard') {
    return { statusCode: 302, statusDescription: 'Found', headers: { location: { value: '/dashboard/' } } };
  }
  if (uri.startsWith('/dashboard/')) {
    request.uri = '/dashboard/index.html';
    return request;
  }
  if (/^\/[A-Za-z0-9_-]{1,64}\/?$/.test(uri)) {
    request.uri = '/waiting/index.html';
    return request;
  }
  if (/^\/[A-Za-z0-9_-]+(\.[A-Za-z0-9]+)+$/.test(uri)) return request;
  return {
    statusCode: 404,
    statusDescription: 'Not Found',
    headers: { 'content-type': { value: 'text/plain; charset=utf-8' }, 'x-content-type-options': { value: 'nosniff' } },
    body: 'There is no such page.\n',
  };
}
