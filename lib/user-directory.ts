import { Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountRecovery, type CfnUserPool, Mfa, OAuthScope, UserPool, UserPoolClientIdentityProvider } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { OidcProvider } from './configuration.ts';

export interface UserDirectoryProps {
  readonly stage: string;
  readonly keepsData: boolean;
}

/** A Cognito user pool for the staff of a deployment that has no identity provider of its own. People are added by an administrator. */
export class UserDirectory extends Construct {
  readonly issuer: string;
  readonly userPoolId: string;
  /** Cognito's pages for signing in, and its token endpoint. */
  readonly signInUrl: string;
  readonly #userPool: UserPool;

  constructor(scope: Construct, id: string, props: UserDirectoryProps) {
    super(scope, id);
    const userPool = new UserPool(this, 'UserPool', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      standardAttributes: { email: { required: true, mutable: true } },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { sms: false, otp: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      deletionProtection: props.keepsData,
      removalPolicy: props.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    // The L1 under a UserPool is always a CfnUserPool.
    (userPool.node.defaultChild as CfnUserPool).overrideLogicalId('UserPool');

    const domain = userPool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: `waiting-area-${props.stage}-${Aws.ACCOUNT_ID}` }, // unique among all accounts of a Region
    });

    this.#userPool = userPool;
    this.userPoolId = userPool.userPoolId;
    this.signInUrl = domain.baseUrl();
    this.issuer = `https://cognito-idp.${Stack.of(this).region}.amazonaws.com/${userPool.userPoolId}`;
  }

  /** The dashboard's registration. @param returnUrls where staff return after signing in or out */
  addClient(returnUrls: string[]): OidcProvider {
    const client = this.#userPool.addClient('Client', {
      generateSecret: false, // a page cannot keep one: authorization code with PKCE
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.hours(12), // a shift
      supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
      authFlows: { userSrp: true, adminUserPassword: true }, // the second needs AWS credentials: the operator's first token
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls: returnUrls,
        logoutUrls: returnUrls,
      },
    });
    return { issuer: this.issuer, audience: client.userPoolClientId };
  }
}
