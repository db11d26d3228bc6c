import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { collectFiles } from '../../canaries/collect.ts';
import { expectNoLeaks, keepRefusal, keepSecrets } from '../../canaries/run-folder.ts';
import { LeakSearch } from '../../canaries/search.ts';
import { secretOfHeader, secretsIn } from '../../canaries/secrets.ts';

const token = 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6';

describe('the secrets of what is sent', () => {
  it.each([
    ['name', '{"name":"Xenia Smith"}'],
    ['phone', '{"caller":{"phone":"+61400000001"}}'],
    ['text', '{"type":"messagesAdded","messages":[{"text":"My knee hurts"}]}'],
    ['details', '{"details":{"reason":"left knee"}}'],
    ['callerToken', `{"callerToken":"${token}"}`],
    ['ticket', `{"ticket":"${token}demo"}`],
    ['code', `{"code":"${token}demo"}`],
    ['access_token', `{"access_token":"a.b.${token}"}`],
  ])('hold a %s, wherever it stands', (kind, sent) => {
    expect(secretsIn(sent).map((secret) => secret.kind)).toEqual([kind]);
  });

  it('hold no codes and details of errors, no ids, and no texts so short or plain that they stand anywhere', () => {
    expect(secretsIn('{"error":{"code":"caller-ended","details":{"reason":"ended-by-staff"}}}')).toEqual([]);
    expect(secretsIn('{"clinicId":"demo-clinic","callerId":"0123456789","name":"Sue","text":"before"}')).toEqual([]);
    expect(secretsIn('not JSON')).toEqual([]);
  });

  it('hold the token of a header', () => {
    expect(secretOfHeader(`Bearer ${token}`)).toEqual([{ kind: 'bearer', value: token }]);
  });
});

describe('the search', () => {
  const find = (value: string, written: string) => new LeakSearch([{ kind: 'text', value }]).in('log', `first\n${written}\nlast`);

  it.each([
    ['as it is', 'My knee hurts', 'level=INFO My knee hurts'],
    ['inside JSON', 'My "knee"\nhurts', JSON.stringify({ text: 'My "knee"\nhurts' })],
    ['inside a URL', 'zoë & co', `GET /?search=${encodeURIComponent('zoë & co')}`],
    ['cut off', `My knee hurts ${'x'.repeat(500)}`, `My knee hurts ${'x'.repeat(60)}…`],
    ['inside something longer', token, `ticket.${token}demo`],
    ['as a short word', 'Xenia1', '{"name":"Xenia1"}'],
  ])('finds a text %s, by its line', (_case, value, written) => {
    expect(find(value, written)).toEqual([{ file: 'log', line: 2, secret: { kind: 'text', value }, written }]);
  });

  it.each([
    ['another text', 'My knee hurts', 'My knees hurt'],
    ['a short word inside an id', 'Xenia1', '{"callerId":"abXenia1cd"}'],
  ])('does not find %s', (_case, value, written) => {
    expect(find(value, written)).toEqual([]);
  });
});

describe('a run of the tests', () => {
  const whole = { isWhole: true };
  let folder: string;
  let dataFolder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'waiting-area-search-'));
    for (const part of ['secrets', 'written']) mkdirSync(join(folder, part));
    dataFolder = join(folder, 'data-of-a-stack');
    for (const part of ['log', 'engine']) mkdirSync(join(dataFolder, part), { recursive: true });
    writeFileSync(join(dataFolder, 'log', 'broadcast.log'), '{"level":"DEBUG","message":"handled"}\n');
    keepSecrets(folder, [{ kind: 'text', value: `The secret of ${folder}` }]);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('passes where nothing leaked, and leaves nothing behind', () => {
    writeFileSync(join(dataFolder, 'engine', 'tables.db'), `The secret of ${folder}`); // the data itself is no leak
    collectFiles(folder, dataFolder);
    expectNoLeaks(folder, whole);
    expect(existsSync(folder)).toBe(false);
  });

  it('fails where a log holds a secret, and says which line of which file', () => {
    appendFileSync(join(dataFolder, 'log', 'broadcast.log'), `{"level":"DEBUG","text":"The secret of ${folder}"}\n`);
    collectFiles(folder, dataFolder);
    expect(() => expectNoLeaks(folder, whole)).toThrow(/1 lines hold.*broadcast\.log:2 holds a text/s);
  });

  it('fails where nothing was written, or there is no folder: nobody has looked at anything', () => {
    expect(() => expectNoLeaks(folder, whole)).toThrow('nothing to search');
    rmSync(folder, { recursive: true });
    expect(() => expectNoLeaks(folder, whole)).toThrow('nothing to search');
  });

  it('fails where no secret is known, unless only some tests were run', () => {
    rmSync(join(folder, 'secrets'), { recursive: true });
    collectFiles(folder, dataFolder);
    expect(() => expectNoLeaks(folder, whole)).toThrow('nothing to search for');
    expectNoLeaks(folder, { isWhole: false });
    expect(existsSync(folder)).toBe(false);
  });

  it('fails where an answer that refuses holds one', () => {
    keepRefusal(folder, `{"code":"invalid-request","detail":"no such thing as The secret of ${folder}"}`);
    expect(() => expectNoLeaks(folder, whole)).toThrow('refusals');
  });
});
