import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { mutants } from '../simulation/mutants.ts';

const root = join(import.meta.dirname, '..', '..');
const markdown = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));
const documents = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...markdown('docs')];

describe.each(documents)('%s', (document) => {
  const text = readFileSync(join(root, document), 'utf8');

  it('names only files that are there', () => {
    const named = [...text.matchAll(/`((?:bin|lib|functions|protocol|client|local|web|test|operations|docs)\/[\w./-]+\.\w+)`/g)].flatMap(
      ([, path]) => path ?? [],
    );
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('links only to what is there', () => {
    const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].flatMap(([, path]) => path ?? []);
    expect(linked.filter((path) => !existsSync(join(root, dirname(document), path)))).toEqual([]);
  });
});

describe('docs/guarantees.md', () => {
  it('names only mutants that are tried', () => {
    const text = readFileSync(join(root, 'docs', 'guarantees.md'), 'utf8');
    const named = [...text.matchAll(/mutant "([^"]+)"/g)].flatMap(([, name]) => name ?? []);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !mutants.some((mutant) => mutant.name === name))).toEqual([]);
  });
});
