import type { Endpoints } from '../../../local/endpoints.ts';

/** Where the stack runs that `start-local-stack.ts` started for all integration tests. */
export const endpointsOfTests = (): Endpoints => {
  const content = process.env.WAITING_AREA_ENDPOINTS;
  if (content === undefined) throw new Error('WAITING_AREA_ENDPOINTS is missing: run these tests with npm run test:integration');
  // The endpoints file's content, written by local/endpoints.ts.
  return JSON.parse(content) as Endpoints;
};

/** An access token of the local issuer, whose subject is the user. */
export const tokenOf = async ({ issuer }: Pick<Endpoints, 'issuer'>, userId: string): Promise<string> => {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', username: userId, password: 'x' }),
  });
  // What the token endpoint of OAuth 2 answers (RFC 6749, 5.1).
  const { access_token } = (await response.json()) as { access_token: string };
  return access_token;
};
