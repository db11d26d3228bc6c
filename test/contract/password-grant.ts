/** Access tokens by the password grant: for issuers made for tests, which sign for any username. Each is asked for once. */
export const passwordGrant = (issuer: string): ((username: string) => Promise<string>) => {
  const tokens = new Map<string, Promise<string>>();
  const ask = async (username: string): Promise<string> => {
    const response = await fetch(`${issuer.replace(/\/+$/, '')}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', username, password: 'x' }),
    });
    const body: unknown = await response.json();
    if (typeof body !== 'object' || body === null || !('access_token' in body) || typeof body.access_token !== 'string') {
      throw new Error(`${issuer} gave no token for ${username} (${response.status})`);
    }
    return body.access_token;
  };
  return (username) => {
    const token = tokens.get(username) ?? ask(username);
    tokens.set(username, token);
    return token;
  };
};
