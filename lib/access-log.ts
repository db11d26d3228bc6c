import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { type IAccessLogSettings, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { logRetention } from './log-retention.ts';

export interface AccessLogProps {
  readonly key: IKey;
  readonly keepsData: boolean;
  /** `$context` variables, without the prefix. */
  readonly variables: readonly string[];
}

/**
 * A log group with one JSON line per request. The variables are listed one by one, because whatever a person wrote or holds must stay
 * out: no path (an invitation's code stands in it; the route key says enough), no query, no header, no address, no integration error.
 */
export function createAccessLog(scope: Construct, id: string, props: AccessLogProps): IAccessLogSettings {
  const logGroup = new LogGroup(scope, id, {
    encryptionKey: props.key,
    retention: logRetention,
    removalPolicy: props.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  const line = Object.fromEntries(props.variables.map((variable) => [variable, `$context.${variable}`]));
  return { destination: new LogGroupLogDestination(logGroup), format: AccessLogFormat.custom(JSON.stringify(line)) };
}
