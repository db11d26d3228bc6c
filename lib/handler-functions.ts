import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct } from 'constructs';
import { HandlerFunction } from './handler-function.ts';
import type { FunctionName } from './permissions.ts';

export interface HandlerFunctionsProps {
  readonly key: IKey;
  readonly keepsData: boolean;
  /** Executions reserved for each of `publicFunctions`. */
  readonly publicConcurrency: number | undefined;
}

interface Size {
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
}

/**
 * Someone waits for a socket or HTTP handler: 10 s is far above what it needs and below the gateway's 29 s, so that a caller gets
 * our answer and not the gateway's. 1,024 MB halve a cold start against 512 MB. The worker has Lambda's longest time.
 */
const sizes: Readonly<Record<FunctionName, Size>> = {
  authorize: { description: 'Trades a single-use ticket for a connection', timeoutSeconds: 10, memoryMegabytes: 1024 },
  connection: { description: 'Opens and closes sockets, answers unknown actions', timeoutSeconds: 10, memoryMegabytes: 1024 },
  'caller-socket': { description: 'Actions of callers', timeoutSeconds: 10, memoryMegabytes: 1024 },
  'staff-socket': { description: 'Actions of staff', timeoutSeconds: 10, memoryMegabytes: 1024 },
  'public-http': { description: 'HTTP for callers: check-in, tickets, messages', timeoutSeconds: 10, memoryMegabytes: 1024 },
  'staff-http': { description: 'HTTP for staff, administrators, operators', timeoutSeconds: 10, memoryMegabytes: 1024 },
  broadcast: { description: 'Sends one broadcast to its recipients', timeoutSeconds: 900, memoryMegabytes: 1024 },
  'board-updates': { description: 'Tells dashboards what changed', timeoutSeconds: 30, memoryMegabytes: 1024 },
  audit: { description: 'Writes the audit log from what was stored', timeoutSeconds: 30, memoryMegabytes: 512 },
  deadlines: { description: 'Every minute: unanswered, gone, undelivered', timeoutSeconds: 60, memoryMegabytes: 512 },
};

/** What a stranger makes run: check-in, and the judging of handshakes. */
const publicFunctions: readonly FunctionName[] = ['authorize', 'public-http'];

/** All the functions that deploy. They can do nothing yet: `wireFunctions` gives them environment and permissions. */
export class HandlerFunctions extends Construct {
  readonly byName: Readonly<Record<FunctionName, HandlerFunction>>;

  constructor(scope: Construct, id: string, props: HandlerFunctionsProps) {
    super(scope, id);
    const { key, keepsData } = props;
    const create = (name: FunctionName): HandlerFunction => {
      const reservedConcurrency = publicFunctions.includes(name) ? props.publicConcurrency : undefined;
      return new HandlerFunction(this, name, { name, ...sizes[name], key, keepsData, reservedConcurrency });
    };
    this.byName = {
      authorize: create('authorize'),
      connection: create('connection'),
      'caller-socket': create('caller-socket'),
      'staff-socket': create('staff-socket'),
      'public-http': create('public-http'),
      'staff-http': create('staff-http'),
      broadcast: create('broadcast'),
      'board-updates': create('board-updates'),
      audit: create('audit'),
      deadlines: create('deadlines'),
    };
  }

  /** The Lambda function behind a name. */
  lambda(name: FunctionName): NodejsFunction {
    return this.byName[name].function;
  }
}
