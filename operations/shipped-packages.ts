import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';
import { build, type Rolldown } from 'vite';
import { bundleOptions } from '../lib/bundle-handler.ts';
import { projectRoot } from '../lib/project-root.ts';

/** Something that a deployment puts somewhere, and the folders of the packages of which it holds code, within `node_modules`. */
export interface Shipped {
  /** `function staff-http`, `page dashboard`. */
  readonly what: string;
  readonly folders: readonly string[];
}

/** Every function and page, as built now. What a build leaves out is not shipped. */
export const shippedPackages = async (): Promise<Shipped[]> => [...functions(), ...(await pages()), deployment];

/** The CDK's own functions, which fill and empty the bucket of the pages while a deployment runs. */
const deployment: Shipped = { what: 'deployment', folders: ['@aws-cdk/asset-awscli-v1', 'aws-cdk-lib'] };

const functions = (): Shipped[] =>
  readdirSync(join(projectRoot, 'functions'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => {
      const entry = join(projectRoot, 'functions', file);
      const { metafile } = buildSync({ ...bundleOptions(entry, join(projectRoot, '.local', 'sbom')), metafile: true, write: false });
      const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
      const held = inputs.flatMap(([module, { bytesInOutput }]) => (bytesInOutput > 0 ? [module] : []));
      return { what: `function ${basename(file, '.ts')}`, folders: foldersOf(held) };
    });

const pages = async (): Promise<Shipped[]> => {
  const web = join(projectRoot, 'web');
  const built = await build({ root: web, configFile: join(web, 'vite.config.ts'), logLevel: 'error', build: { write: false } });
  // Not watching, so there is an output for each build.
  const chunks = [built].flat().flatMap((each) => ('output' in each ? each.output.filter((file) => file.type === 'chunk') : []));
  return chunks
    .filter(({ isEntry }) => isEntry)
    .map((entry) => ({ what: `page ${entry.name}`, folders: foldersOf(modulesBehind(entry, chunks)) }));
};

/** The modules of a chunk and of all that it loads, now or later. */
const modulesBehind = (entry: Rolldown.OutputChunk, chunks: readonly Rolldown.OutputChunk[]): string[] => {
  const behind = new Set([entry]);
  for (const chunk of behind) {
    const loaded = [...chunk.imports, ...chunk.dynamicImports];
    for (const each of chunks) if (loaded.includes(each.fileName)) behind.add(each);
  }
  return [...behind].flatMap(({ modules }) => Object.entries(modules).flatMap(([id, { code }]) => (code ? [id] : [])));
};

/** The packages of modules, each once. */
export const foldersOf = (modules: readonly string[]): string[] => {
  const folders = modules.flatMap((module) => {
    const [, inside] = /.*?node_modules\/(.*)$/s.exec(module) ?? [];
    const [, folder] = /^((?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//s.exec(inside ?? '') ?? [];
    return folder ?? [];
  });
  return [...new Set(folders)].sort();
};

/** Name and version of an installed package. */
export const packageIn = (folder: string): { readonly name: string; readonly version: string } => {
  const { name, version } = JSON.parse(readFileSync(join(projectRoot, 'node_modules', folder, 'package.json'), 'utf8'));
  return { name: String(name), version: String(version) };
};
