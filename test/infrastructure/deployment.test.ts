import { rmSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createApp } from '../../lib/app.ts';
import { synthesize, text } from './synthesize.ts';

const ownPool = synthesize({ allowedOrigins: 'https://clinic.example' });
const ownProvider = synthesize({ oidcIssuer: 'https://login.example/realm', oidcAudience: 'waiting-area' });

function outputsOf(stack: ReturnType<typeof synthesize>): Record<string, string> {
  return Object.fromEntries(Object.entries(stack.template.findOutputs('*')).map(([name, output]) => [name, text(output.Value)]));
}

describe('a deployment', () => {
  it('tells the addresses that clients need', () => {
    expect(outputsOf(ownProvider)).toEqual({
      WebUrl: expect.stringMatching(/^https:\/\/WebHosting\w+\.DomainName$/),
      HttpApiUrl: expect.stringMatching(/^HttpApi\w+\.ApiEndpoint$/),
      WebSocketUrl: expect.stringMatching(/^wss:\/\/SocketApi\w+\.execute-api\.AWS::Region\.AWS::URLSuffix\/development$/),
      Issuer: 'https://login.example/realm',
      Audience: 'waiting-area',
    });
  });

  it('needs no account, and is a stack of its own for each stage', () => {
    const { stacks, directory } = createApp({ context: { stage: 'production', 'aws:cdk:bundling-stacks': [] } }).synth();
    rmSync(directory, { recursive: true });
    expect(
      stacks.map(({ stackName, environment, terminationProtection }) => ({
        stackName,
        account: environment.account,
        terminationProtection,
      })),
    ).toEqual([{ stackName: 'WaitingArea-production', account: 'unknown-account', terminationProtection: true }]);
  });
});

describe('without an identity provider', () => {
  it('has a user pool to which only an administrator adds people, with strong passwords', () => {
    expect(ownPool.resource('UserPool').Properties).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      MfaConfiguration: 'OPTIONAL',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      Policies: {
        PasswordPolicy: { MinimumLength: 12, RequireLowercase: true, RequireUppercase: true, RequireNumbers: true, RequireSymbols: true },
      },
    });
  });

  it('has a public client that signs in by authorization code and returns to the dashboard, or to the given origins', () => {
    const { Properties } = ownPool.only('AWS::Cognito::UserPoolClient');
    const returnUrls = [
      `https://${ownPool.only('AWS::CloudFront::Distribution').id}.DomainName/dashboard/`,
      'https://clinic.example/dashboard/',
      'https://clinic.example/',
    ];
    expect(Properties).toMatchObject({
      GenerateSecret: false,
      AllowedOAuthFlows: ['code'],
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
    });
    // As CloudFormation shapes them.
    expect((Properties.CallbackURLs as unknown[]).map(text)).toEqual(returnUrls);
    expect((Properties.LogoutURLs as unknown[]).map(text)).toEqual(returnUrls);
  });

  it('checks tokens of that pool and client, at the gateway and in public-http', () => {
    const issuer = 'https://cognito-idp.AWS::Region.amazonaws.com/UserPool';
    const client = ownPool.only('AWS::Cognito::UserPoolClient').id;
    const { JwtConfiguration } = ownPool.only('AWS::ApiGatewayV2::Authorizer', ({ AuthorizerType }) => AuthorizerType === 'JWT').Properties;
    // As CloudFormation shapes them.
    const jwt = JwtConfiguration as { Issuer: unknown; Audience: unknown };
    const { Variables } = ownPool.function('public-http').Properties.Environment as { Variables: Record<string, unknown> };
    expect([text(jwt.Issuer), text(jwt.Audience)]).toEqual([issuer, client]);
    expect([text(Variables.JWT_ISSUER), text(Variables.JWT_AUDIENCE)]).toEqual([issuer, client]);
    expect(outputsOf(ownPool)).toMatchObject({ Issuer: issuer, Audience: client, UserPoolId: 'UserPool' });
  });
});

describe('with an identity provider', () => {
  it('has no user pool', () => {
    expect(ownProvider.all('AWS::Cognito::UserPool')).toEqual({});
    expect(ownProvider.all('AWS::Cognito::UserPoolClient')).toEqual({});
  });
});
