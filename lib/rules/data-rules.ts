import type { Rule } from './rule.ts';
import { fieldsOf, type Template, type TemplateResource } from './template.ts';

/** How what people wrote is kept. */
export const dataRules: readonly Rule[] = [
  {
    name: 'TableHasKey',
    says: 'Each table is encrypted with the customer-managed key: AWS’s own keys can neither be disabled nor audited by whoever runs the clinic.',
    broken: (template) =>
      tablesOf(template).filter(({ properties }) => {
        const { SSEEnabled, KMSMasterKeyId } = fieldsOf(properties.SSESpecification);
        return SSEEnabled !== true || !hasKey(template, KMSMasterKeyId);
      }),
  },
  {
    name: 'TableForgets',
    says: 'Each table lets items expire, so that what is past its time goes by itself.',
    broken: (template) =>
      tablesOf(template).filter(({ properties }) => {
        const { Enabled, AttributeName } = fieldsOf(properties.TimeToLiveSpecification);
        return Enabled !== true || AttributeName === undefined;
      }),
  },
  {
    name: 'TableCanBeRestored',
    says: 'Each table has point-in-time recovery.',
    broken: (template) =>
      tablesOf(template).filter(
        ({ properties }) => fieldsOf(properties.PointInTimeRecoverySpecification).PointInTimeRecoveryEnabled !== true,
      ),
  },
  {
    name: 'TableIsProtected',
    says: 'Where a stage keeps data, each table is protected from deletion and outlives the stack.',
    broken: (template, { keepsData }) =>
      tablesOf(template).filter(
        ({ properties, deletionPolicy }) =>
          keepsData && (properties.DeletionProtectionEnabled !== true || !String(deletionPolicy).startsWith('Retain')),
      ),
  },
  {
    name: 'QueueHasKey',
    says: 'Each queue is encrypted with the customer-managed key.',
    broken: (template) => template.ofType('AWS::SQS::Queue').filter(({ properties }) => !hasKey(template, properties.KmsMasterKeyId)),
  },
  {
    name: 'TopicHasKey',
    says: 'Each topic is encrypted with the customer-managed key.',
    broken: (template) => template.ofType('AWS::SNS::Topic').filter(({ properties }) => !hasKey(template, properties.KmsMasterKeyId)),
  },
  {
    name: 'LogGroupHasKey',
    says: 'Each log group is encrypted with the customer-managed key.',
    broken: (template) => template.ofType('AWS::Logs::LogGroup').filter(({ properties }) => !hasKey(template, properties.KmsKeyId)),
  },
];

function tablesOf(template: Template): TemplateResource[] {
  return [...template.ofType('AWS::DynamoDB::Table'), ...template.ofType('AWS::DynamoDB::GlobalTable')];
}

/** Whether a value refers to a key of this template; `alias/aws/…` does not. */
function hasKey(template: Template, value: unknown): boolean {
  return template.referredTo(value, 'AWS::KMS::Key').length > 0;
}
