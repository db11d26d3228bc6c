import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { BoardUpdates } from './board-updates.ts';
import { BroadcastWorker } from './broadcast-worker.ts';
import type { Configuration } from './configuration.ts';
import { DataKey } from './data-key.ts';
import { Deadlines } from './deadlines.ts';
import { HandlerFunctions } from './handler-functions.ts';
import { RequestApi } from './http-api.ts';
import { Tables } from './tables.ts';
import { UserDirectory } from './user-directory.ts';
import { SocketApi } from './web-socket-api.ts';
import { wireFunctions } from './wire-functions.ts';

export interface WaitingAreaStackProps {
  readonly configuration: Configuration;
}

/** Everything that one stage deploys. */
export class WaitingAreaStack extends Stack {
  constructor(scope: Construct, id: string, { configuration }: WaitingAreaStackProps) {
    const { stage, keepsData, allowedOrigins, operators } = configuration;
    super(scope, id, { description: `Waiting Area (${stage})`, terminationProtection: keepsData });

    const key = new DataKey(this, 'DataKey', { keepsData });
    const tables = new Tables(this, 'Tables', { key, keepsData });
    const functions = new HandlerFunctions(this, 'Functions', { key, keepsData });

    const oidcProvider = configuration.oidcProvider ?? this.#createUserDirectory(configuration);
    const sockets = new SocketApi(this, 'SocketApi', { stage, functions, key, keepsData });
    const requests = new RequestApi(this, 'HttpApi', { functions, oidcProvider, allowedOrigins, key, keepsData });

    const broadcastWorker = new BroadcastWorker(this, 'BroadcastWorker', { handler: functions.byName.broadcast, key });
    const boardUpdates = new BoardUpdates(this, 'BoardUpdates', {
      handler: functions.byName['board-updates'],
      callers: tables.byName.Callers,
      key,
    });
    new Deadlines(this, 'Deadlines', { handler: functions.byName.deadlines });
    wireFunctions({ functions, tables, sockets, oidcProvider, operators, key });

    new Alarms(this, 'Alarms', {
      functions,
      broadcastDeadLetters: broadcastWorker.deadLetters,
      boardUpdatesDeadLetters: boardUpdates.deadLetters,
      key,
      email: configuration.alarmEmail,
    });

    new CfnOutput(this, 'HttpApiUrl', { value: requests.url, description: 'HTTP API' });
    new CfnOutput(this, 'WebSocketUrl', { value: sockets.url, description: 'WebSocket API' });
    new CfnOutput(this, 'Issuer', { value: oidcProvider.issuer, description: 'Who signs the tokens of staff' });
    new CfnOutput(this, 'Audience', { value: oidcProvider.audience, description: 'Client id of the dashboard' });
  }

  #createUserDirectory({ stage, keepsData, allowedOrigins }: Configuration): UserDirectory['oidcProvider'] {
    const directory = new UserDirectory(this, 'UserDirectory', { stage, keepsData, allowedOrigins });
    new CfnOutput(this, 'UserPoolId', { value: directory.userPoolId, description: 'Where staff are added' });
    new CfnOutput(this, 'SignInUrl', { value: directory.signInUrl, description: 'Where staff sign in' });
    return directory.oidcProvider;
  }
}
