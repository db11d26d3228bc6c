import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { BroadcastWorker } from './broadcast-worker.ts';
import { buildPages, builtPages } from './build-pages.ts';
import type { Configuration, OidcProvider } from './configuration.ts';
import { DataKey } from './data-key.ts';
import { Deadlines } from './deadlines.ts';
import { HandlerFunctions } from './handler-functions.ts';
import { RequestApi } from './http-api.ts';
import { StreamConsumer } from './stream-consumer.ts';
import { Tables } from './tables.ts';
import { UserDirectory } from './user-directory.ts';
import { WebHosting } from './web-hosting.ts';
import { SocketApi } from './web-socket-api.ts';
import { wireFunctions } from './wire-functions.ts';

export interface WaitingAreaStackProps {
  readonly configuration: Configuration;
  /** The folder that the pages were built into; false: none are deployed. @default - `web/dist`, built where it is out of date */
  readonly pages?: string | false | undefined;
}

/** Everything that one stage deploys. */
export class WaitingAreaStack extends Stack {
  constructor(scope: Construct, id: string, { configuration, pages }: WaitingAreaStackProps) {
    const { stage, keepsData, operators, publicConcurrency, checkInPerMinute } = configuration;
    super(scope, id, { description: `Waiting Area (${stage})`, terminationProtection: keepsData });

    const key = new DataKey(this, 'DataKey', { keepsData });
    const tables = new Tables(this, 'Tables', { key, keepsData });
    const functions = new HandlerFunctions(this, 'Functions', { key, keepsData, publicConcurrency });

    const sockets = new SocketApi(this, 'SocketApi', { stage, functions, key, keepsData });
    const signIn = configuration.oidcProvider ?? this.#createUserDirectory(configuration);
    const web = new WebHosting(this, 'WebHosting', { webSocketUrl: sockets.url, signInOrigins: originsOf(signIn) });
    const allowedOrigins = [web.origin, ...configuration.allowedOrigins];
    const oidcProvider =
      signIn instanceof UserDirectory ? signIn.addClient(returnUrlsOf(web.origin, configuration.allowedOrigins)) : signIn;
    const requests = new RequestApi(this, 'HttpApi', { functions, oidcProvider, allowedOrigins, key, keepsData });
    web.deployPages({ pages: this.#pagesFolder(pages), httpUrl: requests.url, oidcProvider, key, keepsData });

    const broadcastWorker = new BroadcastWorker(this, 'BroadcastWorker', { handler: functions.byName.broadcast, key });
    const boardUpdates = new StreamConsumer(this, 'BoardUpdates', {
      handler: functions.byName['board-updates'],
      callers: tables.byName.Callers,
      key,
      retryAttempts: 10,
      maxRecordAge: Duration.hours(1), // by then dashboards have healed themselves
    });
    const auditTrail = new StreamConsumer(this, 'AuditTrail', {
      handler: functions.byName.audit,
      callers: tables.byName.Callers,
      key,
      batchingWindow: Duration.seconds(5), // nobody waits for it, and fewer batches cost less
      retryAttempts: 10_000, // nothing heals an entry that is not written: as long and as often as Lambda has it
      maxRecordAge: Duration.hours(24),
    });
    new Deadlines(this, 'Deadlines', { handler: functions.byName.deadlines });
    wireFunctions({ functions, tables, sockets, oidcProvider, operators, allowedOrigins, checkInPerMinute, key });

    new Alarms(this, 'Alarms', {
      functions,
      broadcastDeadLetters: broadcastWorker.deadLetters,
      boardUpdatesDeadLetters: boardUpdates.deadLetters,
      auditDeadLetters: auditTrail.deadLetters,
      key,
      email: configuration.alarmEmail,
    });

    new CfnOutput(this, 'WebUrl', { value: web.origin, description: 'Dashboard at /dashboard/, waiting pages at /<clinicId>' });
    new CfnOutput(this, 'HttpApiUrl', { value: requests.url, description: 'HTTP API' });
    new CfnOutput(this, 'WebSocketUrl', { value: sockets.url, description: 'WebSocket API' });
    new CfnOutput(this, 'Issuer', { value: oidcProvider.issuer, description: 'Who signs the tokens of staff' });
    new CfnOutput(this, 'Audience', { value: oidcProvider.audience, description: 'Client id of the dashboard' });
  }

  #createUserDirectory({ stage, keepsData }: Configuration): UserDirectory {
    const directory = new UserDirectory(this, 'UserDirectory', { stage, keepsData });
    new CfnOutput(this, 'UserPoolId', { value: directory.userPoolId, description: 'Where staff are added' });
    new CfnOutput(this, 'SignInUrl', { value: directory.signInUrl, description: 'Where staff sign in' });
    return directory;
  }

  /** As functions, pages are bundled only when the CDK wants to deploy this stack. */
  #pagesFolder(pages: WaitingAreaStackProps['pages']): string | undefined {
    if (pages !== undefined) return pages === false ? undefined : pages;
    if (!this.bundlingRequired) return undefined;
    buildPages();
    return builtPages;
  }
}

/** What the dashboard asks while staff sign in. Cognito answers at two hosts: one describes it and has its keys, the other has the token endpoint. */
function originsOf(signIn: OidcProvider | UserDirectory): string[] {
  if (signIn instanceof UserDirectory) return [`https://cognito-idp.${Stack.of(signIn).region}.amazonaws.com`, signIn.signInUrl];
  return [new URL(signIn.issuer).origin];
}

/** Ours is the dashboard; another origin may hold it, or a page of its own at the root. */
function returnUrlsOf(web: string, allowedOrigins: readonly string[]): string[] {
  return [`${web}/dashboard/`, ...allowedOrigins.flatMap((origin) => [`${origin}/dashboard/`, `${origin}/`])];
}
