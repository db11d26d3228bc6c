import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { bundleHandler } from './bundle-handler.ts';
import { logRetention } from './log-retention.ts';
import type { FunctionName } from './permissions.ts';
import { projectRoot } from './project-root.ts';

export interface HandlerFunctionProps {
  /** The file is `functions/<name>.ts`, its export `handler`. */
  readonly name: FunctionName;
  readonly description: string;
  readonly timeoutSeconds: number;
  /** Lambda gives processor time in proportion: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
  readonly memoryMegabytes: number;
  /** Executions that it always has, and its most: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html @default - none reserved */
  readonly reservedConcurrency?: number | undefined;
  readonly key: IKey;
  readonly keepsData: boolean;
}

/** One bundled handler with a role and a log group of its own. The role may write those logs, and nothing else until it is granted. */
export class HandlerFunction extends Construct {
  readonly function: NodejsFunction;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id);

    const logGroup = new LogGroup(this, 'Logs', {
      encryptionKey: props.key,
      retention: logRetention,
      removalPolicy: props.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.#role);

    this.function = new NodejsFunction(this, 'Function', {
      code: bundleHandler(join(projectRoot, 'functions', `${props.name}.ts`)),
      handler: 'index.handler',
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMegabytes,
      role: this.#role,
      ...(props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
      logGroup,
      // A WebSocket API has no traces of its own, so X-Ray would show only fragments, at a price per frame.
      tracing: Tracing.DISABLED,
      environment: {
        NODE_OPTIONS: '--enable-source-maps --no-warnings',
        POWERTOOLS_SERVICE_NAME: 'waiting-area',
        POWERTOOLS_LOG_LEVEL: 'INFO',
      },
    });
  }

  grant(statement: PolicyStatement): void {
    this.#role.addToPrincipalPolicy(statement);
  }
}
