import { describe, expect, it } from '@jest/globals';
import { judgeFrame, judgeHttp } from '../../fuzz/judge.ts';

const frame = (answer: unknown, sent = '{}') => judgeFrame(JSON.stringify(answer), sent).complaints;
const refusal = (code: string, more: object = {}) => ({ type: 'error', error: { code, message: 'No.', ...more } });
const problem = (status: number, code: string, more: object = {}) => ({
  statusCode: status,
  body: JSON.stringify({ status, code, detail: 'No.', ...more }),
});

describe('the judge of a frame', () => {
  it.each([
    ['a success', { type: 'ok', requestId: 'r1', result: {} }],
    ['a refusal of the catalogue', refusal('invalid-request')],
  ])('takes %s', (_, answer) => {
    expect(frame(answer)).toEqual([]);
  });

  it.each([
    ['internal', refusal('internal')],
    ['unavailable', refusal('unavailable')],
    ['a code of nobody', refusal('constructor')],
    ['a refusal without a sentence', refusal('conflict', { message: '' })],
    ['the gateway’s own', { message: 'Internal server error' }],
    ['what is larger than a frame', { type: 'ok', result: 'x'.repeat(33 * 1024) }],
    ['a place in the code', refusal('conflict', { at: 'at handler (/var/task/index.mjs:1:2)' })],
    ['an error of the SDK', refusal('conflict', { cause: 'ValidationException' })],
  ])('complains of %s', (_, answer) => {
    expect(frame(answer)).not.toEqual([]);
  });

  it('does not take what the sender wrote for a leak', () => {
    const answer = refusal('invalid-request', { details: [{ path: 'TypeError', reason: 'unknown field' }] });
    expect(frame(answer)).not.toEqual([]);
    expect(frame(answer, '{"TypeError":1}')).toEqual([]);
  });
});

describe('the judge of an HTTP answer', () => {
  it.each([
    ['a success', { statusCode: 201, body: '{}' }],
    ['a success without content', { statusCode: 204 }],
    ['a problem of the catalogue', problem(404, 'not-found')],
  ])('takes %s', (_, answer) => {
    expect(judgeHttp(answer, '').complaints).toEqual([]);
  });

  it.each([
    ['a fault of the server', problem(500, 'internal')],
    ['a status that is not the code’s', problem(400, 'not-found')],
    ['another status in the body', problem(404, 'not-found', { status: 400 })],
    ['a success that is no JSON', { statusCode: 200, body: 'ok' }],
    ['a header of two lines', { statusCode: 204, headers: { location: 'a\r\nset-cookie: b' } }],
  ])('complains of %s', (_, answer) => {
    expect(judgeHttp(answer, '').complaints).not.toEqual([]);
  });
});
