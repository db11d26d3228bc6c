import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type CfnKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

export interface DataKeyProps {
  /** Whether the key outlives the stack, as what it encrypts does. */
  readonly keepsData: boolean;
}

/** The customer-managed key of one stage: tables, queues, logs and the alarm topic are encrypted with it. */
export class DataKey extends Key {
  constructor(scope: Construct, id: string, props: DataKeyProps) {
    const { stackName, region, account, partition } = Stack.of(scope);
    super(scope, id, {
      description: `Waiting Area: data of ${stackName}`,
      enableKeyRotation: true,
      removalPolicy: props.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    // The L1 under a Key is always a CfnKey.
    (this.node.defaultChild as CfnKey).overrideLogicalId('DataKey');

    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html; generated names begin with the stack's.
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'EncryptLogsOfThisStack',
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
        resources: ['*'],
        conditions: {
          ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:${stackName}-*` },
        },
      }),
    );
  }
}
