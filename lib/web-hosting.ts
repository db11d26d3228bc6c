import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLevel,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  ResponseHeadersPolicy,
  S3OriginAccessControl,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, type ISource, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { transformSync } from 'esbuild';
import type { OidcProvider } from './configuration.ts';
import { logRetention } from './log-retention.ts';
import { projectRoot } from './project-root.ts';
import { connectSources, contentSecurityPolicy, otherSecurityHeaders } from './web-hosting-headers.ts';

export interface WebHostingProps {
  /** The WebSocket API, as clients open it. */
  readonly webSocketUrl: string;
  /** Origins that the dashboard asks while staff sign in. */
  readonly signInOrigins: readonly string[];
}

export interface DeployPagesProps {
  /** The folder that the pages were built into; none: only the configuration is deployed. */
  readonly pages: string | undefined;
  readonly httpUrl: string;
  readonly oidcProvider: OidcProvider;
  readonly key: IKey;
  readonly keepsData: boolean;
}

/** Both pages need them: what a page says, it says in one of these files. */
const htmlFiles = ['dashboard/index.html', 'waiting/index.html'];

/** The dashboard and the waiting page: files in a private bucket, which CloudFront alone reads. */
export class WebHosting extends Construct {
  /** `https://…`, as a browser names it. */
  readonly origin: string;
  readonly #bucket: IBucket;
  readonly #props: WebHostingProps;

  constructor(scope: Construct, id: string, props: WebHostingProps) {
    super(scope, id);
    this.#props = props;
    // A Bucket is an IBucket but for exactOptionalPropertyTypes, which the CDK does not heed.
    this.#bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      // What anyone may download needs no key of ours, and CloudFront would need a grant of it that names the distribution.
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // Nothing here is data: every deployment brings the whole of it.
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
    }) as IBucket;

    // With LIST, what is missing is 404 instead of 403. No address reaches the list itself: `/` is redirected.
    const origin = S3BucketOrigin.withOriginAccessControl(this.#bucket, {
      originAccessControl: new S3OriginAccessControl(this, 'OriginAccess', { originAccessControlName: this.#globalName() }),
      originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
    });
    const behavior: Omit<BehaviorOptions, 'cachePolicy'> = {
      origin,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: this.#createHeaders(),
      compress: true,
    };
    const distribution = new Distribution(this, 'Distribution', {
      comment: `Waiting Area: pages of ${Stack.of(this).stackName}`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: {
        ...behavior,
        // A page that a deployment replaced would ask for files that its successor does not have.
        cachePolicy: CachePolicy.CACHING_DISABLED,
        functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: this.#createPaths() }],
      },
      additionalBehaviors: { '/assets/*': { ...behavior, cachePolicy: CachePolicy.CACHING_OPTIMIZED } },
    });
    Annotations.of(distribution).acknowledgeWarning(
      '@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
      'the function at the viewer request answers every address that is not a file, `/` among them',
    );
    this.origin = `https://${distribution.distributionDomainName}`;
  }

  /** Puts the pages into the bucket, and beside them `/config.json`, which tells them of this deployment. */
  deployPages({ pages, httpUrl, oidcProvider, key, keepsData }: DeployPagesProps): void {
    const logGroup: ILogGroup = new LogGroup(this, 'DeploymentLogs', {
      encryptionKey: key,
      retention: logRetention,
      removalPolicy: keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    // First, because the pages name them. It is also where the CDK puts the function that both deployments share.
    const assets = new BucketDeployment(this, 'Assets', {
      destinationBucket: this.#bucket,
      destinationKeyPrefix: 'assets',
      sources: pages === undefined ? [] : [Source.asset(join(pages, 'assets'))],
      cacheControl: [CacheControl.setPublic(), CacheControl.maxAge(Duration.days(365)), CacheControl.immutable()], // names hold a hash
      prune: false, // pages that are open since before the deployment still load parts of themselves
      logGroup,
    });
    const config = Source.jsonData('config.json', { http: httpUrl, issuer: oidcProvider.issuer, clientId: oidcProvider.audience });
    new BucketDeployment(this, 'Pages', {
      destinationBucket: this.#bucket,
      sources: [...(pages === undefined ? [] : this.#pageSources(pages, httpUrl)), config],
      cacheControl: [CacheControl.noCache()],
      prune: false, // it would take the assets, too
      logGroup,
    }).node.addDependency(assets);
  }

  /**
   * The security headers of every answer. The HTTP API lets this distribution's origin call it, so the distribution cannot name that API in
   * turn: its header allows the HTTP APIs of the Region, and the pages themselves narrow that to the one (see `#pageSources`).
   */
  #createHeaders(): ResponseHeadersPolicy {
    const { region, urlSuffix } = Stack.of(this);
    const { webSocketUrl, signInOrigins } = this.#props;
    return new ResponseHeadersPolicy(this, 'Headers', {
      responseHeadersPolicyName: this.#globalName(),
      comment: 'Waiting Area: security headers of the pages',
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy: contentSecurityPolicy({
            http: `https://*.execute-api.${region}.${urlSuffix}`,
            webSocket: webSocketUrl,
            signIn: signInOrigins,
          }),
          override: true,
        },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(730), includeSubdomains: true, override: true },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
      },
      customHeadersBehavior: {
        customHeaders: Object.entries(otherSecurityHeaders).map(([header, value]) => ({ header, value, override: true })),
      },
    });
  }

  /** CloudFront's names belong to the whole account, and the same stage may be deployed in several Regions. */
  #globalName(): string {
    const { stackName, region } = Stack.of(this);
    return `${stackName}-${region}`;
  }

  /** CloudFront runs plain JavaScript, and calls a global `handler`. */
  #createPaths(): EdgeFunction {
    const source = readFileSync(join(projectRoot, 'lib', 'web-hosting-paths.ts'), 'utf8');
    const { code } = transformSync(source, { loader: 'ts', target: 'es2020' });
    return new EdgeFunction(this, 'Paths', {
      comment: 'Waiting Area: which file an address means',
      code: FunctionCode.fromInline(code.replace(/^export /gm, '')),
      runtime: FunctionRuntime.JS_2_0,
    });
  }

  /** Everything but the assets. Each page carries the connections that it may make to this deployment: two policies allow what both allow. */
  #pageSources(pages: string, httpUrl: string): ISource[] {
    const { webSocketUrl, signInOrigins } = this.#props;
    const connections = connectSources({ http: `${httpUrl}/`, webSocket: webSocketUrl, signIn: signInOrigins });
    const meta = `<meta http-equiv="Content-Security-Policy" content="${connections}">`;
    const html = htmlFiles.map((file) => {
      const page = readFileSync(join(pages, file), 'utf8');
      if (!page.includes('<head>')) throw new Error(`${file} has no <head> to hold its content security policy.`);
      return Source.data(file, page.replace('<head>', `<head>${meta}`));
    });
    return [Source.asset(pages, { exclude: ['assets', '*.html', '**/*.html', '.*'] }), ...html];
  }
}
