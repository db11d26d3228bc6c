/** What a deployment tells its pages: `/config.json`, so that one build serves every stage. */
export interface WebConfig {
  /** The HTTP API, without a slash at the end. */
  readonly http: string;
  /** The OIDC issuer of staff. */
  readonly issuer: string;
  /** The public client of the dashboard at the issuer. */
  readonly clientId: string;
}

/** @throws when the file cannot be had or is not what it should be */
export const loadConfig = async (): Promise<WebConfig> => {
  const answer = await fetch('/config.json', { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`/config.json answered ${answer.status}`);
  const { http, issuer, clientId }: Partial<WebConfig> = await answer.json();
  if (!http || !issuer || !clientId) throw new Error('/config.json must hold http, issuer and clientId');
  return { http: http.replace(/\/$/, ''), issuer, clientId };
};
