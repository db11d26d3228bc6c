import { describe, expect, it } from '@jest/globals';
import { readConfiguration } from '../../lib/configuration.ts';

const read = (context: Record<string, unknown>) => readConfiguration((name) => context[name]);

describe('the configuration', () => {
  it('is a development stage with a user pool of its own when nothing is given', () => {
    expect(read({})).toEqual({
      stage: 'development',
      keepsData: false,
      oidcProvider: undefined,
      allowedOrigins: [],
      operators: [],
      alarmEmail: undefined,
      publicConcurrency: undefined,
      checkInPerMinute: undefined,
    });
  });

  it('is what the context says', () => {
    const context = {
      stage: 'production',
      oidcIssuer: 'https://login.example/realm/',
      oidcAudience: 'waiting-area',
      allowedOrigins: 'https://clinic.example, http://localhost:4700,https://clinic.example',
      operators: 'auth0|5f7c, operator@example',
      alarmEmail: 'on-call@clinic.example',
      publicConcurrency: '50',
      checkInPerMinute: '300',
    };
    expect(read(context)).toEqual({
      stage: 'production',
      keepsData: true,
      oidcProvider: { issuer: 'https://login.example/realm/', audience: 'waiting-area' },
      allowedOrigins: ['https://clinic.example', 'http://localhost:4700'],
      operators: ['auth0|5f7c', 'operator@example'],
      alarmEmail: 'on-call@clinic.example',
      publicConcurrency: 50,
      checkInPerMinute: 300,
    });
  });

  it('takes an empty value as none', () => {
    expect(read({ stage: '', allowedOrigins: ' , ', operators: '', oidcIssuer: '', oidcAudience: '' })).toEqual(read({}));
  });

  it.each([
    [{ stage: 'Production' }, 'Context "stage" must begin with a small letter'],
    [{ stage: 'two words' }, 'Context "stage" must begin with a small letter'],
    [{ stage: 'a'.repeat(33) }, 'Context "stage" must begin with a small letter'],
    [{ stage: 7 }, 'Context "stage" must be text; it is "7".'],
    [{ oidcIssuer: 'https://login.example' }, 'Context "oidcIssuer" needs "oidcAudience" beside it.'],
    [{ oidcAudience: 'waiting-area' }, 'Context "oidcAudience" needs "oidcIssuer" beside it.'],
    [{ oidcIssuer: 'http://login.example', oidcAudience: 'a' }, 'Context "oidcIssuer" must be an https URL'],
    [{ oidcIssuer: 'login.example', oidcAudience: 'a' }, 'Context "oidcIssuer" must be an https URL'],
    [{ oidcIssuer: 'https://login.example?a=b', oidcAudience: 'a' }, 'Context "oidcIssuer" must be an https URL'],
    [{ allowedOrigins: '*' }, 'Context "allowedOrigins" must be an origin'],
    [{ allowedOrigins: 'clinic.example' }, 'Context "allowedOrigins" must be an origin'],
    [{ allowedOrigins: 'http://clinic.example' }, 'Context "allowedOrigins" must be an origin'],
    [{ allowedOrigins: 'https://clinic.example/' }, 'Context "allowedOrigins" must be an origin'],
    [{ operators: 'two words' }, 'Context "operators" must be the `sub` of a user'],
    [{ publicConcurrency: '0' }, 'Context "publicConcurrency" must be a whole number from 1 to 999999; it is "0".'],
    [{ publicConcurrency: 'many' }, 'Context "publicConcurrency" must be a whole number'],
    [{ checkInPerMinute: '30.5' }, 'Context "checkInPerMinute" must be a whole number'],
    [{ checkInPerMinute: '-1' }, 'Context "checkInPerMinute" must be a whole number'],
    [{ alarmEmail: 'nobody' }, 'Context "alarmEmail" must be one e-mail address'],
  ])('refuses %j with a sentence', (context, sentence) => {
    expect(() => read(context)).toThrow(sentence);
  });
});
