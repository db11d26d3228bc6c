import { userId } from '../protocol/ids.ts';

/** An OpenID Connect provider and the `aud` (or `client_id`) that its tokens must carry. */
export interface OidcProvider {
  readonly issuer: string;
  readonly audience: string;
}

/** What one deployment chooses, by CDK context (`-c name=value`); lists are separated by commas. */
export interface Configuration {
  /** Name of the stage; `development` may be thrown away, every other stage keeps its data. */
  readonly stage: string;
  readonly keepsData: boolean;
  /** Context `oidcIssuer` and `oidcAudience`; absent: the stack has a Cognito user pool of its own. */
  readonly oidcProvider: OidcProvider | undefined;
  /** Origins whose pages may call the HTTP API and open sockets, and to which staff return after signing in. */
  readonly allowedOrigins: readonly string[];
  /** Subjects (`sub`) of those who may create clinics. */
  readonly operators: readonly string[];
  /** Where alarms are sent; absent: they are seen in CloudWatch only. */
  readonly alarmEmail: string | undefined;
  /** Executions reserved for each function that strangers make run, which are also its most; absent: none, as new accounts have none to reserve. */
  readonly publicConcurrency: number | undefined;
  /** Check-ins a minute from one address, or one IPv6 network of 64 bits; absent: the contract's. */
  readonly checkInPerMinute: number | undefined;
}

/**
 * Reads and checks the context, so that a mistake is a sentence at synthesis and not a failed deployment.
 *
 * @throws a sentence that names the context value
 */
export function readConfiguration(context: (name: string) => unknown): Configuration {
  const stage = readText(context, 'stage') ?? 'development';
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(stage)) {
    throw refusal('stage', stage, 'must begin with a small letter and have at most 32 small letters, digits and hyphens');
  }
  return {
    stage,
    keepsData: stage !== 'development',
    oidcProvider: readOidcProvider(context),
    allowedOrigins: readList(context, 'allowedOrigins', checkOrigin),
    operators: readList(context, 'operators', checkOperator),
    alarmEmail: readEmail(context),
    publicConcurrency: readWholeNumber(context, 'publicConcurrency'),
    checkInPerMinute: readWholeNumber(context, 'checkInPerMinute'),
  };
}

function readOidcProvider(context: (name: string) => unknown): OidcProvider | undefined {
  const issuer = readText(context, 'oidcIssuer');
  const audience = readText(context, 'oidcAudience');
  if (issuer === undefined && audience === undefined) return undefined;
  if (issuer === undefined) throw new Error('Context "oidcAudience" needs "oidcIssuer" beside it.');
  if (audience === undefined) throw new Error('Context "oidcIssuer" needs "oidcAudience" beside it.');
  const url = URL.parse(issuer);
  if (url?.protocol !== 'https:' || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw refusal('oidcIssuer', issuer, 'must be an https URL without a query, as the `iss` of its tokens has it');
  }
  return { issuer, audience };
}

/** A browser sends exactly scheme, host and port, so anything else would never match. */
function checkOrigin(value: string): void {
  const url = URL.parse(value);
  const isLocal = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal);
  if (!isSafe || url.origin !== value) {
    throw refusal('allowedOrigins', value, 'must be an origin such as https://clinic.example (http only for localhost), with no path');
  }
}

function checkOperator(value: string): void {
  if (!userId.safeParse(value).success)
    throw refusal('operators', value, 'must be the `sub` of a user: 1 to 128 of A–Z a–z 0–9 _ . @ + | : -');
}

function readEmail(context: (name: string) => unknown): string | undefined {
  const email = readText(context, 'alarmEmail');
  if (email !== undefined && !/^[^\s@,]+@[^\s@,]+$/.test(email)) throw refusal('alarmEmail', email, 'must be one e-mail address');
  return email;
}

function readWholeNumber(context: (name: string) => unknown, name: string): number | undefined {
  const text = readText(context, name);
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw refusal(name, text, 'must be a whole number from 1 to 999999');
  return Number(text);
}

function readList(context: (name: string) => unknown, name: string, check: (value: string) => void): readonly string[] {
  const values = (readText(context, name) ?? '').split(',').map((value) => value.trim());
  const given = values.filter((value) => value !== '');
  given.forEach(check);
  return [...new Set(given)];
}

/** An empty value counts as absent: `-c allowedOrigins=` is how a script says "none". */
function readText(context: (name: string) => unknown, name: string): string | undefined {
  const value = context(name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw refusal(name, JSON.stringify(value), 'must be text');
  return value.trim() === '' ? undefined : value.trim();
}

function refusal(name: string, value: string, rule: string): Error {
  return new Error(`Context "${name}" ${rule}; it is "${value}".`);
}
