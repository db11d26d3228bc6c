import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type CfnTable,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

export type TableName = 'Callers' | 'Clinics' | 'Connections' | 'Tickets' | 'Broadcasts' | 'RateLimits' | 'Audit';

export interface TablesProps {
  readonly key: IKey;
  /** Whether tables are protected from deletion and outlive the stack. */
  readonly keepsData: boolean;
}

interface TableOptions {
  readonly stream?: StreamViewType;
  /** @default - string */
  readonly sortKeyType?: AttributeType;
}

/** What a board row shows, whom to post to, and what the deadlines need: all of `BoardRow` (`functions/data/visit.ts`), never the conversation. */
const boardAttributes = [
  'name',
  'phone',
  'language',
  'details',
  'status',
  'statusSince',
  'arrivedAt',
  'messageCount',
  'lastMessageFrom',
  'lastMessageAt',
  'lastMessagePreview',
  'unreadCount',
  'unansweredSince',
  'deadlines',
  'deliveredSeq',
  'readSeq',
  'guestMessages',
  'connections',
  'version',
  'expiresAtSeconds',
];

/**
 * One table per noun. CloudFormation changes one index per deployment and cannot change a projection in place, and an index projects at
 * most 20 named attributes (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Projection.html): both are settled here.
 */
export class Tables extends Construct {
  readonly byName: Readonly<Record<TableName, Table>>;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);

    /** The logical id is the table's name: moving this code must never replace a table. */
    const createTable = (name: TableName, partitionKey: string, sortKey?: string, options: TableOptions = {}): Table => {
      const { stream, sortKeyType = AttributeType.STRING } = options;
      const table = new Table(this, name, {
        partitionKey: { name: partitionKey, type: AttributeType.STRING },
        ...(sortKey !== undefined && { sortKey: { name: sortKey, type: sortKeyType } }),
        ...(stream !== undefined && { stream }),
        billingMode: BillingMode.PAY_PER_REQUEST,
        encryption: TableEncryption.CUSTOMER_MANAGED,
        encryptionKey: props.key,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        timeToLiveAttribute: 'expiresAtSeconds',
        deletionProtection: props.keepsData,
        removalPolicy: props.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      });
      // The L1 under a Table is always a CfnTable.
      (table.node.defaultChild as CfnTable).overrideLogicalId(name);
      return table;
    };

    this.byName = {
      Callers: createTable('Callers', 'clinicId', 'callerId', { stream: StreamViewType.NEW_AND_OLD_IMAGES }),
      Clinics: createTable('Clinics', 'clinicId', 'item'),
      Connections: createTable('Connections', 'clinicId', 'connectionId'),
      Tickets: createTable('Tickets', 'clinicId', 'ticketHash'),
      Broadcasts: createTable('Broadcasts', 'clinicId', 'item'),
      RateLimits: createTable('RateLimits', 'window'),
      Audit: createTable('Audit', 'chainId', 'seq', { sortKeyType: AttributeType.NUMBER }),
    };

    this.byName.Callers.addGlobalSecondaryIndex({
      indexName: 'board',
      partitionKey: { name: 'clinicId', type: AttributeType.STRING },
      sortKey: { name: 'boardKey', type: AttributeType.STRING },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: boardAttributes,
    });
    this.byName.Clinics.addGlobalSecondaryIndex({
      indexName: 'memberships',
      partitionKey: { name: 'userId', type: AttributeType.STRING },
      sortKey: { name: 'clinicId', type: AttributeType.STRING },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: ['name', 'role', 'answersMessages'],
    });
    this.byName.Clinics.addGlobalSecondaryIndex({
      indexName: 'active',
      partitionKey: { name: 'activePartition', type: AttributeType.STRING },
      sortKey: { name: 'activeUntilSeconds', type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
}
