import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { LocalStackError } from '../errors.ts';
import { arrayOf, isObject, objectOf, stringOf, stringsOf } from '../json.ts';
import type { Template } from '../template.ts';

/** How the template's CloudFront distribution answers, without the files. */
export interface PageHosting {
  readonly domainName: string;
  /** What the function at the viewer request makes of a path. */
  route(path: string): RoutedPath;
  /** The headers that the distribution adds to every answer, names in small letters. */
  headers(path: string): Readonly<Record<string, string>>;
  /** The `Cache-Control` with which a file lies in the bucket. */
  cacheControl(path: string): string | undefined;
  /** `/config.json`, as it is deployed. */
  readonly config: string;
}

export type RoutedPath =
  | { readonly file: string }
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string };

interface Behavior {
  readonly matches: (path: string) => boolean;
  readonly route: (path: string) => RoutedPath;
  readonly headers: Readonly<Record<string, string>>;
}

/** undefined: the template hosts no pages. */
export const readPageHosting = (template: Template): PageHosting | undefined => {
  const [distribution, ...more] = template.ofType('AWS::CloudFront::Distribution');
  if (distribution === undefined) return undefined;
  if (more.length > 0) throw new LocalStackError('The local stack knows one CloudFront distribution, the template has more.');
  const config = objectOf(distribution.properties.DistributionConfig);
  const behaviors = [
    ...arrayOf(config.CacheBehaviors).map((each) => behaviorOf(template, objectOf(each), patternOf(String(objectOf(each).PathPattern)))),
    behaviorOf(template, objectOf(config.DefaultCacheBehavior), () => true),
  ];
  const behaviorFor = (path: string): Behavior | undefined => behaviors.find(({ matches }) => matches(path));
  const deployments = template.ofType('Custom::CDKBucketDeployment').map(({ properties }) => ({
    prefix: `/${stringOf(properties.DestinationBucketKeyPrefix) ?? ''}`,
    cacheControl: stringOf(objectOf(properties.SystemMetadata)['cache-control']),
  }));
  return {
    domainName: template.attribute(distribution.logicalId, 'DomainName'),
    route: (path) => behaviorFor(path)?.route(path) ?? { file: path },
    headers: (path) => behaviorFor(path)?.headers ?? {},
    cacheControl: (path) =>
      deployments.filter(({ prefix }) => path.startsWith(prefix)).sort((a, b) => b.prefix.length - a.prefix.length)[0]?.cacheControl,
    config: configOf(template),
  };
};

const behaviorOf = (template: Template, properties: Record<string, unknown>, matches: Behavior['matches']): Behavior => ({
  matches,
  route: routeOf(template, properties),
  headers: headersOf(template, properties.ResponseHeadersPolicyId),
});

/** `*` and `?` as in a path pattern: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html */
const patternOf = (pattern: string): Behavior['matches'] => {
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return (path) => new RegExp(`^${pattern.startsWith('/') ? '' : '/'}${expression}$`).test(path);
};

const routeOf = (template: Template, properties: Record<string, unknown>): Behavior['route'] => {
  const [association, ...more] = arrayOf(properties.FunctionAssociations).map(objectOf);
  if (association === undefined) return (path) => ({ file: path });
  if (more.length > 0 || association.EventType !== 'viewer-request')
    throw new LocalStackError('The local stack knows one CloudFront function for a behavior, at the viewer request.');
  const code = template
    .ofType('AWS::CloudFront::Function')
    .find(({ logicalId }) => template.attribute(logicalId, 'FunctionARN') === association.FunctionARN)?.properties.FunctionCode;
  const context = createContext({ event: undefined });
  runInContext(String(code), context);
  return (path) => {
    context.event = { request: { method: 'GET', uri: path, headers: {}, querystring: {}, cookies: {} } };
    const answer = objectOf(JSON.parse(String(runInContext('JSON.stringify(handler(event))', context))));
    if (typeof answer.statusCode !== 'number') return { file: String(answer.uri) };
    const headers = Object.entries(objectOf(answer.headers)).map(([name, header]) => [name, String(objectOf(header).value)]);
    return { status: answer.statusCode, headers: Object.fromEntries(headers), body: stringOf(answer.body) ?? '' };
  };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudfront-responseheaderspolicy.html */
const headersOf = (template: Template, policyId: unknown): Record<string, string> => {
  const policy = template.ofType('AWS::CloudFront::ResponseHeadersPolicy').find(({ logicalId }) => logicalId === policyId);
  const config = objectOf(policy?.properties.ResponseHeadersPolicyConfig);
  const custom = arrayOf(objectOf(config.CustomHeadersConfig).Items).map(objectOf);
  const headers = Object.fromEntries(custom.map((item) => [String(item.Header).toLowerCase(), String(item.Value)]));
  for (const [name, value] of Object.entries(objectOf(config.SecurityHeadersConfig))) {
    const [header, text] = securityHeader(name, objectOf(value));
    headers[header] = text;
  }
  return headers;
};

const securityHeader = (name: string, value: Record<string, unknown>): [name: string, value: string] => {
  switch (name) {
    case 'ContentSecurityPolicy':
      return ['content-security-policy', String(value.ContentSecurityPolicy)];
    case 'ContentTypeOptions':
      return ['x-content-type-options', 'nosniff'];
    case 'FrameOptions':
      return ['x-frame-options', String(value.FrameOption)];
    case 'ReferrerPolicy':
      return ['referrer-policy', String(value.ReferrerPolicy)];
    case 'StrictTransportSecurity':
      return [
        'strict-transport-security',
        `max-age=${String(value.AccessControlMaxAgeSec)}${value.IncludeSubdomains === true ? '; includeSubDomains' : ''}${value.Preload === true ? '; preload' : ''}`,
      ];
    default:
      throw new LocalStackError(`The local stack does not know the security header ${name} of CloudFront.`);
  }
};

/** The asset in which `config.json` is deployed, its markers replaced as the deployment replaces them. */
const configOf = (template: Template): string => {
  for (const { properties } of template.ofType('Custom::CDKBucketDeployment')) {
    for (const [index, key] of stringsOf(properties.SourceObjectKeys).entries()) {
      const markers = arrayOf(properties.SourceMarkers)[index];
      const text = readIfThere(join(template.assetDirectory(key), 'config.json'));
      if (text === undefined || !isObject(markers)) continue;
      return Object.entries(markers).reduce((replaced, [marker, value]) => replaced.replaceAll(marker, String(value)), text);
    }
  }
  throw new LocalStackError('The template deploys no config.json for its pages.');
};

const readIfThere = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};
