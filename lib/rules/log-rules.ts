import { everyStageOf, stagesOf } from './api-routes.ts';
import type { Rule } from './rule.ts';
import { fieldsOf, textOf } from './template.ts';

/**
 * What an access log may hold: nothing that a person wrote or has. No path (an invitation's code stands in it), query, header, address, user
 * agent, authorizer context, nor `error.message`, which quotes. The names: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
const allowedVariables = new Set([
  'requestTime',
  'requestId',
  'connectionId',
  'eventType',
  'routeKey',
  'status',
  'responseLength',
  'responseLatency',
  'integrationLatency',
  'integrationStatus',
  'error.responseType',
]);

/** What is written down, and for how long. */
export const logRules: readonly Rule[] = [
  {
    name: 'FramesAreNotTraced',
    says: 'Data trace and execution logs, which hold whole frames, are off on each stage of a WebSocket API and each route that has settings of its own.',
    broken: (template) =>
      stagesOf(template, 'WEBSOCKET')
        .filter(({ defaults, routeSettings }) =>
          [defaults, ...Object.values(routeSettings)].some(
            ({ DataTraceEnabled, LoggingLevel }) => DataTraceEnabled !== false || LoggingLevel !== 'OFF',
          ),
        )
        .map(({ resource }) => resource),
  },
  {
    name: 'AccessIsLogged',
    says: 'Each stage writes an access log to a log group of this stack.',
    broken: (template) =>
      everyStageOf(template)
        .filter(({ resource }) => template.referredTo(accessLogOf(resource.properties).DestinationArn, 'AWS::Logs::LogGroup').length === 0)
        .map(({ resource }) => resource),
  },
  {
    name: 'AccessLogNamesNobody',
    says: 'An access log holds only variables that name nobody and quote nothing.',
    broken: (template) =>
      everyStageOf(template)
        .filter(({ resource }) => !variablesIn(textOf(accessLogOf(resource.properties).Format)).every((name) => allowedVariables.has(name)))
        .map(({ resource }) => resource),
  },
  {
    name: 'LogGroupForgets',
    says: 'Each log group keeps its lines for 90 days at most.',
    broken: (template) =>
      template.ofType('AWS::Logs::LogGroup').filter(({ properties: { RetentionInDays: days } }) => typeof days !== 'number' || days > 90),
  },
];

function accessLogOf(properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return fieldsOf(properties.AccessLogSettings);
}

function variablesIn(format: string): string[] {
  return [...format.matchAll(/\$(?:context\.)?([\w.-]+)/g)].map(([whole, name = '']) => (whole.startsWith('$context.') ? name : whole));
}
