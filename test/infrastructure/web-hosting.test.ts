import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createApp } from '../../lib/app.ts';
import { synthesize, text } from './synthesize.ts';

const pages = mkdtempSync(join(tmpdir(), 'waiting-area-pages-'));
for (const [file, content] of Object.entries({
  'dashboard/index.html': '<!doctype html><html><head><title>dashboard</title></head></html>',
  'waiting/index.html': '<!doctype html><html><head><title>waiting</title></head></html>',
  'assets/waiting-1a2b.js': 'export {};',
  'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  '.built-from': 'hash',
})) {
  mkdirSync(dirname(join(pages, file)), { recursive: true });
  writeFileSync(join(pages, file), content);
}
afterAll(() => rmSync(pages, { recursive: true, force: true }));

const ownPool = synthesize({}, pages);
const stack = synthesize({ oidcIssuer: 'https://login.example/realm', oidcAudience: 'waiting-area' }, pages);
const httpApi = stack.only('AWS::ApiGatewayV2::Api', ({ ProtocolType }) => ProtocolType === 'HTTP').id;
const webSocketApi = stack.only('AWS::ApiGatewayV2::Api', ({ ProtocolType }) => ProtocolType === 'WEBSOCKET').id;
const webSocketUrl = `wss://${webSocketApi}.execute-api.AWS::Region.AWS::URLSuffix/development`;
const bucket = stack.only('AWS::S3::Bucket');

// As CloudFormation shapes them.
type Behavior = { PathPattern?: string; CachePolicyId: string; ResponseHeadersPolicyId: unknown; ViewerProtocolPolicy: string } & Record<
  string,
  unknown
>;
const { DefaultCacheBehavior, CacheBehaviors, Origins } = stack.only('AWS::CloudFront::Distribution').Properties.DistributionConfig as {
  DefaultCacheBehavior: Behavior;
  CacheBehaviors: Behavior[];
  Origins: Record<string, unknown>[];
};
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const cachingOptimized = '658327ea-f89d-4fab-a63d-7e88639e58f6';

describe('the bucket of the pages', () => {
  it('is private, encrypted and read over TLS only', () => {
    expect(bucket.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
    expect(bucket.Properties).not.toHaveProperty('WebsiteConfiguration');
    expect(statements()).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  });

  it('lets this distribution read, and nobody else', () => {
    const readers = statements().filter(({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes('s3:GetObject'));
    expect(readers).toEqual([
      expect.objectContaining({
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Condition: { StringEquals: { 'AWS:SourceArn': expect.anything() } },
      }),
    ]);
    expect(text(readers[0]?.Condition?.StringEquals?.['AWS:SourceArn'])).toBe(
      `arn:AWS::Partition:cloudfront::AWS::AccountId:distribution/${stack.only('AWS::CloudFront::Distribution').id}`,
    );
    expect(Origins).toEqual([expect.objectContaining({ OriginAccessControlId: expect.anything() })]);
  });

  it('goes with the stack, for it holds no data', () => {
    expect(synthesize({ stage: 'production' }, pages).only('AWS::S3::Bucket')).toMatchObject({ DeletionPolicy: 'Delete' });
    stack.only('Custom::S3AutoDeleteObjects');
  });

  function statements() {
    const { Statement } = stack.only('AWS::S3::BucketPolicy').Properties.PolicyDocument as {
      Statement: { Effect: string; Action: string | string[]; Principal: unknown; Condition?: Record<string, Record<string, unknown>> }[];
    };
    return Statement;
  }
});

describe('the distribution', () => {
  it('speaks TLS only, and adds the security headers to every answer', () => {
    const policy = { Ref: stack.only('AWS::CloudFront::ResponseHeadersPolicy').id };
    for (const behavior of [DefaultCacheBehavior, ...CacheBehaviors]) {
      expect(behavior).toMatchObject({ ViewerProtocolPolicy: 'redirect-to-https', ResponseHeadersPolicyId: policy, Compress: true });
    }
  });

  it('caches files whose names hold a hash, and no page', () => {
    expect(DefaultCacheBehavior.CachePolicyId).toBe(cachingDisabled);
    expect(CacheBehaviors).toEqual([expect.objectContaining({ PathPattern: '/assets/*', CachePolicyId: cachingOptimized })]);
  });

  it('shares no name with the same stage in another Region', () => {
    const names = [
      stack.only('AWS::CloudFront::ResponseHeadersPolicy').Properties.ResponseHeadersPolicyConfig,
      stack.only('AWS::CloudFront::OriginAccessControl').Properties.OriginAccessControlConfig,
      stack.only('AWS::CloudFront::Function').Properties,
    ].map((config) => text((config as { Name: unknown }).Name));
    for (const name of names) expect(name).toContain('AWS::Region');
  });
});

describe('the security headers', () => {
  const configOf = (synthesized: typeof stack) =>
    synthesized.only('AWS::CloudFront::ResponseHeadersPolicy').Properties.ResponseHeadersPolicyConfig as {
      SecurityHeadersConfig: { ContentSecurityPolicy: { ContentSecurityPolicy: unknown; Override: boolean } } & Record<string, unknown>;
      CustomHeadersConfig: { Items: { Header: string; Value: string }[] };
    };
  const directives = (synthesized: typeof stack) =>
    text(configOf(synthesized).SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy).split('; ');

  it('allow the page its own files, no inline script, no frame', () => {
    expect(directives(stack)).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      "media-src 'self'",
      expect.stringMatching(/^connect-src /),
      "manifest-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'self'",
    ]);
  });

  it('allow connections to the APIs and to whoever signs staff in, and to nobody else', () => {
    const connections = (synthesized: typeof stack) =>
      directives(synthesized)
        .find((directive) => directive.startsWith('connect-src '))
        ?.split(' ');
    const apis = ['connect-src', "'self'", 'https://*.execute-api.AWS::Region.AWS::URLSuffix', webSocketUrl];
    const domain = ownPool.only('AWS::Cognito::UserPoolDomain').id;
    expect(connections(stack)).toEqual([...apis, 'https://login.example']);
    expect(connections(ownPool)).toEqual([
      ...apis,
      'https://cognito-idp.AWS::Region.amazonaws.com',
      `https://${domain}.auth.AWS::Region.amazoncognito.com`,
    ]);
  });

  it('are the others that a browser heeds, too', () => {
    const { SecurityHeadersConfig, CustomHeadersConfig } = configOf(stack);
    expect(SecurityHeadersConfig).toMatchObject({
      StrictTransportSecurity: { AccessControlMaxAgeSec: 63_072_000, IncludeSubdomains: true, Override: true },
      ContentTypeOptions: { Override: true },
      FrameOptions: { FrameOption: 'DENY', Override: true },
      ReferrerPolicy: { ReferrerPolicy: 'no-referrer', Override: true },
    });
    expect(CustomHeadersConfig.Items.map(({ Header }) => Header)).toEqual([
      'Permissions-Policy',
      'Cross-Origin-Opener-Policy',
      'Cross-Origin-Resource-Policy',
    ]);
  });
});

describe('the function that knows the addresses', () => {
  const { id, Properties } = stack.only('AWS::CloudFront::Function');
  const route = (uri: string): unknown => {
    const answer = runInNewContext(`${String(Properties.FunctionCode)}; JSON.stringify(handler(event))`, { event: { request: { uri } } });
    const { statusCode, headers, ...request } = JSON.parse(answer);
    return statusCode === undefined ? request.uri : [statusCode, headers.location?.value].filter((each) => each !== undefined);
  };

  it('runs before the cache, for all but the assets', () => {
    expect(DefaultCacheBehavior.FunctionAssociations).toEqual([
      { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': [id, 'FunctionARN'] } },
    ]);
    expect(CacheBehaviors[0]).not.toHaveProperty('FunctionAssociations');
    expect(Properties).toMatchObject({ AutoPublish: true, FunctionConfig: { Runtime: 'cloudfront-js-2.0' } });
  });

  it.each([
    ['/', [302, '/dashboard/']],
    ['/dashboard', [302, '/dashboard/']],
    ['/dashboard/', '/dashboard/index.html'],
    ['/dashboard/callers/anna', '/dashboard/index.html'],
    ['/riverside', '/waiting/index.html'],
    ['/riverside/', '/waiting/index.html'],
    ['/A-z_9', '/waiting/index.html'],
    ['/dashboards', '/waiting/index.html'],
    [`/${'a'.repeat(64)}`, '/waiting/index.html'],
    [`/${'a'.repeat(65)}`, [404]],
    ['/config.json', '/config.json'],
    ['/favicon.svg', '/favicon.svg'],
    ['/.built-from', [404]],
    ['/riverside/callers', [404]],
    ['/waiting/index.html', [404]],
    ['/river%20side', [404]],
    ['//', [404]],
    ['/../config.json', [404]],
  ])('%s', (uri, expected) => expect(route(uri)).toEqual(expected));
});

describe('the deployment of the pages', () => {
  const deployments = Object.entries(stack.all('Custom::CDKBucketDeployment'));
  const [assets] = deployments.filter(([, { Properties }]) => Properties.DestinationBucketKeyPrefix === 'assets');
  const [files] = deployments.filter(([, { Properties }]) => Properties.DestinationBucketKeyPrefix === undefined);
  const contents = contentsOf(pages);

  it('brings the assets, to be kept for a year, before the pages that name them', () => {
    expect(deployments).toHaveLength(2);
    expect(assets?.[1].Properties).toMatchObject({
      Prune: false,
      SystemMetadata: { 'cache-control': 'public, max-age=31536000, immutable' },
    });
    expect(files?.[1].Properties).toMatchObject({ Prune: false, SystemMetadata: { 'cache-control': 'no-cache' } });
    expect(files?.[1].DependsOn).toContain(assets?.[0]);
  });

  it('brings both pages, the other files and the configuration, and nothing hidden', () => {
    expect(Object.keys(contents).sort()).toEqual([
      'config.json',
      'dashboard/index.html',
      'favicon.svg',
      'waiting-1a2b.js',
      'waiting/index.html',
    ]);
  });

  it('tells the pages where they are deployed', () => {
    expect(JSON.parse(contents['config.json'] ?? '')).toEqual({
      http: `${httpApi}.ApiEndpoint`,
      issuer: 'https://login.example/realm',
      clientId: 'waiting-area',
    });
  });

  it.each(['dashboard', 'waiting'])('narrows the connections of the %s page to this HTTP API', (page) => {
    expect(contents[`${page}/index.html`]).toBe(
      `<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="connect-src 'self' ${httpApi}.ApiEndpoint/ ${webSocketUrl} https://login.example"><title>${page}</title></head></html>`,
    );
  });

  it('needs nothing built where nothing is bundled', () => {
    const assembly = createApp({ context: { 'aws:cdk:bundling-stacks': [] } }).synth();
    const { Resources } = assembly.stacks[0]?.template ?? {};
    rmSync(assembly.directory, { recursive: true });
    expect(Object.keys(Resources).filter((id) => id.startsWith('WebHostingPages'))).not.toEqual([]);
  });

  /** The files of all sources, with the markers replaced as the deployment does. */
  function contentsOf(folder: string): Record<string, string> {
    const assembly = createApp({
      context: { oidcIssuer: 'https://login.example/realm', oidcAudience: 'waiting-area', 'aws:cdk:bundling-stacks': [] },
      pages: folder,
    }).synth();
    const sources = Object.values(stack.all('Custom::CDKBucketDeployment')).flatMap(({ Properties }) => {
      const { SourceObjectKeys: keys, SourceMarkers: markers = [] } = Properties as {
        SourceObjectKeys: string[];
        SourceMarkers?: Record<string, unknown>[];
      };
      return keys.map((key, index) => ({
        directory: join(assembly.directory, `asset.${key.replace('.zip', '')}`),
        markers: markers[index] ?? {},
      }));
    });
    const files = Object.fromEntries(
      sources.flatMap(({ directory, markers }) =>
        readdirSync(directory, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .map((file) => [file.slice(directory.length + 1), replaced(readFileSync(file, 'utf8'), markers)]),
      ),
    );
    rmSync(assembly.directory, { recursive: true });
    return files;
  }

  function replaced(content: string, markers: Record<string, unknown>): string {
    return Object.entries(markers).reduce((result, [marker, value]) => result.replaceAll(marker, text(value)), content);
  }
});
