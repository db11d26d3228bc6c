import { describe, expect, it } from '@jest/globals';
import { CfnResource } from 'aws-cdk-lib';
import { createApp } from '../../lib/app.ts';
import { checkRules } from '../../lib/check-rules.ts';
import type { Asked } from '../../lib/rules/rule.ts';
import { findingsIn, rules } from '../../lib/rules/waiting-area-rules.ts';
import { aTemplate, type ResourceId } from '../builders/a-template.ts';

type Change = readonly [id: ResourceId, path: string, value: unknown];

const asked: Asked = { keepsData: true, publicConcurrency: 50 };

/** Each finding as `rule: logical id`; the sound template has one, which the app acknowledges. */
const findingsAfter = (changes: readonly Change[], given: Partial<Asked> = {}): string[] =>
  findingsIn(aTemplate(...changes), { ...asked, ...given })
    .flatMap(({ rule, logicalIds }) => logicalIds.map((id) => `${rule.name}: ${id}`))
    .filter((finding) => finding !== 'RouteHasJwt: Door');

const stageSettings = 'Properties/DefaultRouteSettings';
const variables = 'Properties/Environment/Variables';
const format = 'Properties/AccessLogSettings/Format';

const breaches: readonly (readonly [rule: string, what: string, changes: readonly Change[], broken: ResourceId])[] = [
  ['ConnectHasAuthorizer', 'a $connect that asks nobody', [['Connect', 'Properties/AuthorizationType', 'NONE']], 'Connect'],
  ['ConnectHasAuthorizer', 'an authorizer without identity source', [['Tickets', 'Properties/IdentitySource', []]], 'Connect'],
  [
    'CredentialIsInHeader',
    'a ticket in the URL',
    [['Tickets', 'Properties/IdentitySource', ['route.request.querystring.ticket']]],
    'Tickets',
  ],
  ['CredentialIsInHeader', 'a token in the URL', [['SignedIn', 'Properties/IdentitySource', ['$request.querystring.token']]], 'SignedIn'],
  ['HandshakeNamesOrigins', 'no list of origins', [['Authorize', `${variables}/ALLOWED_ORIGINS`, undefined]], 'Authorize'],
  ['HandshakeNamesOrigins', 'an empty list of origins', [['Authorize', `${variables}/ALLOWED_ORIGINS`, '']], 'Authorize'],
  ['HandshakeNamesOrigins', 'every origin', [['Authorize', `${variables}/ALLOWED_ORIGINS`, '*']], 'Authorize'],
  [
    'HandshakeNamesOrigins',
    'every origin among others',
    [['Authorize', `${variables}/ALLOWED_ORIGINS`, 'https://a.example,*']],
    'Authorize',
  ],
  ['CorsNamesOrigins', 'CORS for every origin', [['Requests', 'Properties/CorsConfiguration/AllowOrigins', ['*']]], 'Requests'],
  [
    'CorsNamesOrigins',
    'CORS for every https origin',
    [['Requests', 'Properties/CorsConfiguration/AllowOrigins', ['https://*']]],
    'Requests',
  ],
  ['CorsNamesOrigins', 'CORS for no origin', [['Requests', 'Properties/CorsConfiguration/AllowOrigins', []]], 'Requests'],
  ['CorsNamesOrigins', 'CORS for every header', [['Requests', 'Properties/CorsConfiguration/AllowHeaders', ['*']]], 'Requests'],
  ['CorsNamesOrigins', 'CORS with credentials', [['Requests', 'Properties/CorsConfiguration/AllowCredentials', true]], 'Requests'],
  ['RouteHasJwt', 'a route with another authorizer', [['Staff', 'Properties/AuthorizationType', 'CUSTOM']], 'Staff'],
  ['RouteHasJwt', 'an authorizer for every audience', [['SignedIn', 'Properties/JwtConfiguration/Audience', []]], 'Staff'],
  ['RouteHasJwt', 'an authorizer for every issuer', [['SignedIn', 'Properties/JwtConfiguration/Issuer', undefined]], 'Staff'],
  ['FramesAreNotTraced', 'data trace on a stage', [['SocketStage', `${stageSettings}/DataTraceEnabled`, true]], 'SocketStage'],
  ['FramesAreNotTraced', 'execution logs on a stage', [['SocketStage', `${stageSettings}/LoggingLevel`, 'ERROR']], 'SocketStage'],
  [
    'FramesAreNotTraced',
    'data trace on a route',
    [['SocketStage', 'Properties/RouteSettings/broadcast/DataTraceEnabled', true]],
    'SocketStage',
  ],
  [
    'FramesAreNotTraced',
    'a route that does not say',
    [['SocketStage', 'Properties/RouteSettings/broadcast/LoggingLevel', undefined]],
    'SocketStage',
  ],
  ['AccessIsLogged', 'a WebSocket stage without access log', [['SocketStage', 'Properties/AccessLogSettings', undefined]], 'SocketStage'],
  ['AccessIsLogged', 'an HTTP stage without access log', [['RequestStage', 'Properties/AccessLogSettings', undefined]], 'RequestStage'],
  ...[
    'path',
    'identity.sourceIp',
    'identity.userAgent',
    'error.message',
    'authorizer.callerId',
    'authorizer.principalId',
    'requestBody',
  ].map(
    (variable) =>
      [
        'AccessLogNamesNobody',
        `an access log with ${variable}`,
        [['RequestStage', format, `$context.${variable}`]],
        'RequestStage',
      ] as const,
  ),
  ['AccessLogNamesNobody', 'an access log with a header', [['SocketStage', format, '$request.header.Authorization']], 'SocketStage'],
  ['LogGroupForgets', 'logs for ever', [['Log', 'Properties/RetentionInDays', undefined]], 'Log'],
  ['LogGroupForgets', 'logs for years', [['Log', 'Properties/RetentionInDays', 731]], 'Log'],
  ['TableHasKey', 'a table with AWS’s own key', [['Table', 'Properties/SSESpecification', { SSEEnabled: true, SSEType: 'KMS' }]], 'Table'],
  ['TableForgets', 'a table without time to live', [['Table', 'Properties/TimeToLiveSpecification', undefined]], 'Table'],
  ['TableCanBeRestored', 'a table without recovery', [['Table', 'Properties/PointInTimeRecoverySpecification', undefined]], 'Table'],
  ['TableIsProtected', 'a table that may be deleted', [['Table', 'Properties/DeletionProtectionEnabled', false]], 'Table'],
  ['TableIsProtected', 'a table that goes with the stack', [['Table', 'DeletionPolicy', 'Delete']], 'Table'],
  ['QueueHasKey', 'a queue with SQS’s own key', [['Queue', 'Properties/KmsMasterKeyId', 'alias/aws/sqs']], 'Queue'],
  ['TopicHasKey', 'a topic without key', [['Topic', 'Properties/KmsMasterKeyId', undefined]], 'Topic'],
  ['LogGroupHasKey', 'a log group without key', [['Log', 'Properties/KmsKeyId', undefined]], 'Log'],
  ['StageIsThrottled', 'a stage without throttle', [['RequestStage', stageSettings, undefined]], 'RequestStage'],
  ['StageIsThrottled', 'a stage with the account’s', [['SocketStage', `${stageSettings}/ThrottlingRateLimit`, 10_000]], 'SocketStage'],
  [
    'StageIsThrottled',
    'a stage with a rate and no burst',
    [['SocketStage', `${stageSettings}/ThrottlingBurstLimit`, undefined]],
    'SocketStage',
  ],
  [
    'PublicRouteIsThrottled',
    'a public route with the stage’s throttle',
    [['RequestStage', 'Properties/RouteSettings', {}]],
    'RequestStage',
  ],
  [
    'PublicRouteIsThrottled',
    'handshakes with the stage’s throttle',
    [['SocketStage', 'Properties/RouteSettings/$connect', undefined]],
    'SocketStage',
  ],
  [
    'PublicRouteIsThrottled',
    'broadcasts with the stage’s throttle',
    [['SocketStage', 'Properties/RouteSettings/broadcast', undefined]],
    'SocketStage',
  ],
  [
    'PublicRoutesLeaveTheRest',
    'public routes for 2,500 a second',
    [['SocketStage', 'Properties/RouteSettings/$connect/ThrottlingRateLimit', 2300]],
    'SocketStage',
  ],
  [
    'PublicRoutesLeaveTheRest',
    'public routes for bursts of 1,250',
    [['SocketStage', 'Properties/RouteSettings/$connect/ThrottlingBurstLimit', 1050]],
    'SocketStage',
  ],
  [
    'PublicFunctionIsCapped',
    'a public function without reservation',
    [['Public', 'Properties/ReservedConcurrentExecutions', undefined]],
    'Public',
  ],
  [
    'PublicFunctionIsCapped',
    'an authorizer with another reservation',
    [['Authorize', 'Properties/ReservedConcurrentExecutions', 51]],
    'Authorize',
  ],
  ['EnvironmentHoldsNoSecret', 'a variable by a secret’s name', [['Socket', `${variables}/WEBHOOK_SECRET`, 'x']], 'Socket'],
  ['EnvironmentHoldsNoSecret', 'an access key of AWS’s', [['Socket', `${variables}/NOTE`, 'AKIAIOSFODNN7EXAMPLE']], 'Socket'],
  ['EnvironmentHoldsNoSecret', 'a private key', [['Socket', `${variables}/NOTE`, '-----BEGIN PRIVATE KEY-----']], 'Socket'],
  [
    'EnvironmentHoldsNoSecret',
    'a secret written out at deployment',
    [['Socket', `${variables}/NOTE`, '{{resolve:secretsmanager:x}}']],
    'Socket',
  ],
  ['InvokerIsNamed', 'a function that a whole service may invoke', [['Permission', 'Properties/SourceArn', undefined]], 'Permission'],
  ['InvokerIsNamed', 'a function that anyone may invoke', [['Permission', 'Properties/Principal', '*']], 'Permission'],
];

describe('the rules of this project', () => {
  it('find nothing in a template that keeps them', () => {
    expect(findingsAfter([])).toEqual([]);
  });

  it.each(breaches)('%s finds %s', (rule, _what, changes, broken) => {
    expect(findingsAfter(changes)).toContain(`${rule}: ${broken}`);
  });

  it('are each broken by a case above', () => {
    expect([...new Set(breaches.map(([rule]) => rule))].sort()).toEqual(rules.map(({ name }) => name).sort());
  });

  it('find a route without authorizer, which an app may acknowledge', () => {
    const finding = findingsIn(aTemplate(), asked);
    expect(finding.map(({ rule, logicalIds }) => [rule.name, logicalIds])).toEqual([['RouteHasJwt', ['Door']]]);
  });

  it('find a WebSocket API without $connect', () => {
    expect(findingsAfter([['Connect', '', undefined]])).toContain('ConnectHasAuthorizer: Sockets');
  });

  it.each<[string, readonly Change[], Partial<Asked>]>([
    [
      'a table that may be deleted where the stage keeps nothing',
      [['Table', 'Properties/DeletionProtectionEnabled', false]],
      { keepsData: false },
    ],
    [
      'public functions without reservation where none is asked for',
      [
        ['Public', 'Properties/ReservedConcurrentExecutions', undefined],
        ['Authorize', 'Properties/ReservedConcurrentExecutions', undefined],
      ],
      { publicConcurrency: undefined },
    ],
    ['logs of a week', [['Log', 'Properties/RetentionInDays', 7]], {}],
    ['one origin by name', [['Authorize', `${variables}/ALLOWED_ORIGINS`, 'https://clinic.example']], {}],
    ['an access log without a variable', [['SocketStage', format, '{}']], {}],
  ])('accept %s', (_what, changes, given) => {
    expect(findingsAfter(changes, given)).toEqual([]);
  });
});

describe('synthesis', () => {
  const synthesis = (change?: (resourceAt: (path: string) => CfnResource) => void) => {
    const app = createApp({ context: { 'aws:cdk:bundling-stacks': [] }, pages: false });
    change?.((path) => {
      const found = app.node.findAll().find((construct) => construct.node.path === `WaitingArea-development/${path}`);
      if (found === undefined || !CfnResource.isCfnResource(found)) throw new Error(`no resource at ${path}`);
      return found;
    });
    checkRules(app);
    return () => app.synth();
  };

  it('succeeds where every finding is acknowledged', () => {
    expect(synthesis()).not.toThrow();
  });

  it('fails where an override breaks a rule that no property shows', () => {
    const traced = synthesis((resourceAt) =>
      resourceAt('SocketApi/Stage/Resource').addPropertyOverride('DefaultRouteSettings.DataTraceEnabled', true),
    );
    expect(traced).toThrow(/FramesAreNotTraced/);
  });

  it.each(['GET --clinics', 'POST --clinics--{clinicId}--tickets'])(
    'fails where %s loses its authorizer, which is not acknowledged',
    (route) => {
      const open = synthesis((resourceAt) => resourceAt(`HttpApi/${route}/Resource`).addPropertyOverride('AuthorizationType', 'NONE'));
      expect(open).toThrow(/RouteHasJwt/);
    },
  );
});
