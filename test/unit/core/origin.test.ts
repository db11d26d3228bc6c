import { describe, expect, it } from '@jest/globals';
import { mayConnectFrom } from '../../../functions/core/origin.ts';

const allowed = new Set(['https://web.example', 'http://localhost:4700']);

describe('mayConnectFrom', () => {
  it.each([
    ['a page of an allowed origin', ['https://web.example']],
    ['a page on another port that is allowed', ['http://localhost:4700']],
    ['a client that is no browser and names no origin', []],
  ])('lets %s in', (_who, origins) => {
    expect(mayConnectFrom(origins, allowed)).toBe(true);
  });

  it.each([
    ['a page of another origin', ['https://evil.example']],
    ['a page that hides its origin', ['null']],
    ['an empty origin', ['']],
    ['another scheme', ['http://web.example']],
    ['another port', ['https://web.example:8443']],
    ['a port that a browser would leave out', ['https://web.example:443']],
    ['a case that no browser writes', ['https://Web.example']],
    ['a subdomain', ['https://a.web.example']],
    ['a domain that begins like an allowed one', ['https://web.example.evil.example']],
    ['an origin with a path', ['https://web.example/']],
    ['two origins in one header', ['https://web.example, https://evil.example']],
    ['two headers, one of which is allowed', ['https://evil.example', 'https://web.example']],
    ['two headers that are both allowed', ['https://web.example', 'https://web.example']],
  ])('refuses %s', (_who, origins) => {
    expect(mayConnectFrom(origins, allowed)).toBe(false);
  });
});
