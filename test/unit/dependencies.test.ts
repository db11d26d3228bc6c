import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const read = (file: string) => JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8'));

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly optionalDependencies: Record<string, string>;
  readonly overrides: Record<string, string>;
  readonly allowScripts: Record<string, boolean>;
}
interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly inBundle?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

/** What a lock file may not hold, each as `path: why`. */
const oddIn = (packages: Readonly<Record<string, Locked>>): string[] =>
  Object.entries(packages).flatMap(([path, { resolved, integrity, inBundle, link }]) => {
    if (path === '') return [];
    if (link) return [`${path}: is a link`];
    if (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')) return [`${path}: comes from ${resolved}`];
    // What a package brings in its own archive is held by that archive's hash.
    return inBundle || /^sha512-[\w+/]{86}==$/.test(integrity ?? '') ? [] : [`${path}: has no SHA-512`];
  });

// npm's own formats.
const manifest: Manifest = read('package.json');
const lock: { packages: Record<string, Locked> } = read('package-lock.json');

describe('package.json', () => {
  it('names every version exactly', () => {
    const { dependencies = {}, devDependencies, optionalDependencies, overrides } = manifest;
    const ranges = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(ranges).toEqual([]);
  });

  it('lets no package run a script when it is installed', () => {
    expect(Object.values(manifest.allowScripts)).not.toContain(true);
    const scripted = Object.entries(lock.packages).flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript ? [path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)] : [],
    );
    expect(scripted.filter((name) => manifest.allowScripts[name] === undefined)).toEqual([]);
  });
});

describe('package-lock.json', () => {
  it('holds each package by its hash and sends nobody to another host than the npm registry', () => {
    expect(oddIn(lock.packages)).toEqual([]);
    expect(JSON.stringify(lock)).not.toMatch(/"resolved":"(?!https:\/\/registry\.npmjs\.org\/)/);
  });

  it.each<[string, Locked]>([
    ['another host', { version: '1.0.0', resolved: 'https://registry.evil.example/x.tgz', integrity: `sha512-${'a'.repeat(86)}==` }],
    ['a repository', { version: '1.0.0', resolved: 'git+ssh://git@github.com/x/y.git#abc' }],
    ['no hash', { version: '1.0.0' }],
    ['a weak hash', { version: '1.0.0', integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }],
    ['a folder', { link: true, resolved: '../x' }],
  ])('would be refused with %s', (_what, locked) => {
    expect(oddIn({ 'node_modules/x': locked })).toHaveLength(1);
  });
});
