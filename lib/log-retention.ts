import { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** Logs hold ids and no texts, names or tokens; three months cover a fault that is reported late. */
export const logRetention = RetentionDays.THREE_MONTHS;
