import { describe, expect, it } from '@jest/globals';
import { isSignedWith, readAuthorization, type SignedRequest, signingHeaders } from '../../../../local/iam/signature.ts';

/** `get-vanilla` of AWS's test suite for Signature Version 4. */
const published = {
  secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  authorization:
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  request: { method: 'GET', url: '/', headers: { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' }, body: '' },
};

const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
const aRequest = { method: 'POST', url: '/stage/@connections/a%3D?x=%20&b=', headers: { host: 'here' }, body: '{"text":"é"}' };
const signed: SignedRequest = {
  ...aRequest,
  headers: { ...aRequest.headers, ...signingHeaders(credentials, 'execute-api', aRequest, 1_700_000_000_000) },
};

const verified = (request: SignedRequest, secret = credentials.secretAccessKey): boolean => {
  const authorization = readAuthorization(request.headers.authorization);
  if (authorization === undefined) throw new Error('no signature');
  return isSignedWith(secret, authorization, request);
};

describe('a signature', () => {
  it('is that which AWS publishes', () => {
    const authorization = readAuthorization(published.authorization);
    expect(authorization).toMatchObject({ accessKeyId: 'AKIDEXAMPLE', day: '20150830', region: 'us-east-1', service: 'service' });
    expect(authorization && isSignedWith(published.secret, authorization, published.request)).toBe(true);
    expect(authorization && isSignedWith('another', authorization, published.request)).toBe(false);
  });

  it('is verified with the secret that made it, and with no other', () => {
    expect(verified(signed)).toBe(true);
    expect(verified(signed, 'Secret')).toBe(false);
  });

  it.each([
    ['method', { method: 'DELETE' }],
    ['path', { url: '/stage/@connections/b%3D?x=%20&b=' }],
    ['query', { url: '/stage/@connections/a%3D?x=1&b=' }],
    ['body', { body: '{"text":"e"}' }],
    ['host', { headers: { ...signed.headers, host: 'there' } }],
    ['time', { headers: { ...signed.headers, 'x-amz-date': '20150830T123600Z' } }],
  ])('of a request whose %s was changed is refused', (_, more) => {
    expect(verified({ ...signed, ...more })).toBe(false);
  });

  it('that leaves out the host or the time means no request', () => {
    for (const header of ['host', 'x-amz-date']) {
      const authorization = { ...readAuthorization(signed.headers.authorization), signedHeaders: [header] };
      expect(
        isSignedWith('secret', { accessKeyId: 'key', day: '1', region: 'r', service: 's', signature: '', ...authorization }, signed),
      ).toBe(false);
    }
  });

  it.each([undefined, '', 'Bearer x', 'AWS4-HMAC-SHA256 Credential=local', `${published.authorization}0`])('%s is none', (header) => {
    expect(readAuthorization(header)).toBeUndefined();
  });
});
