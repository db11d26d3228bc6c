import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { buildPages, builtPages } from '../../lib/build-pages.ts';

beforeAll(() => buildPages());

const assets = join(builtPages, 'assets');

/** All that a page's scripts weigh for a caller of one language: what its HTML names, and the heaviest of what these load for a language. */
const kilobytesOfScript = (page: string): number => {
  const html = readFileSync(join(builtPages, page, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].flatMap(([, file]) => file ?? []);
  expect(named.length).toBeGreaterThan(0);
  const texts = named.map((file) => readFileSync(join(assets, file), 'utf8'));
  const loadedLater = readdirSync(assets).filter(
    (file) => file.endsWith('.js') && !named.includes(file) && texts.some((text) => text.includes(`./${file}`)),
  );
  // One catalogue a language, and nothing else: a page does not hide weight in later loads.
  expect(loadedLater.map((file) => file.slice(0, file.indexOf('-'))).toSorted()).toEqual(['ar.messages', 'en.messages', 'fr.messages']);
  const weights = (files: readonly string[]) => files.map((file) => gzipSync(readFileSync(join(assets, file)), { level: 9 }).length);
  const bytes = weights(named).reduce((sum, each) => sum + each, 0) + Math.max(...weights(loadedLater));
  return bytes / 1000;
};

describe('Scripts of the pages, compressed', () => {
  it('of the waiting page weigh at most 90 KB, whoever has built it: a phone on a slow network opens it', () => {
    expect(kilobytesOfScript('waiting')).toBeLessThanOrEqual(90);
  });

  it('of the dashboard weigh at most 200 KB', () => {
    expect(kilobytesOfScript('dashboard')).toBeLessThanOrEqual(200);
  });
});
