import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../lib/project-root.ts';
import { type Licensed, mayBeUsed } from './licences.ts';
import { packageIn, type Shipped, shippedPackages } from './shipped-packages.ts';

/** Of CycloneDX 1.5 what is read or written here: https://cyclonedx.org/docs/1.5/json/ */
interface Component {
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly { readonly license?: { readonly id?: string; readonly name?: string }; readonly expression?: string }[];
  readonly properties?: readonly Property[];
}

interface Property {
  readonly name: string;
  readonly value: string;
}

/** Writes `sbom.json`: npm's list of all that is installed, and of each package where it ships. */
const file = join(projectRoot, 'sbom.json');

const listInstalled = (): { metadata: { component: object }; components: Component[] } => {
  // What is only developed with, too: npm leaves it out where NODE_ENV says production, as Vite does.
  const npm = ['sbom', '--include', 'dev', '--include', 'optional', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
  // npm's own format, which it documents as CycloneDX.
  return JSON.parse(
    execFileSync('npm', npm, { cwd: projectRoot, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'inherit'] }),
  );
};

const licenceOf = ({ licenses = [] }: Component): string | undefined => {
  const said = licenses.flatMap(({ license, expression }) => expression ?? license?.id ?? license?.name ?? []);
  return said.length === 0 ? undefined : said.join(' AND ');
};

const keyOf = ({ name, version }: { readonly name: string; readonly version: string }): string => `${name}@${version}`;

const whereShipped = (shipped: readonly Shipped[]): Map<string, string[]> => {
  const where = new Map<string, string[]>();
  for (const { what, folders } of shipped)
    for (const folder of folders) {
      const key = keyOf(packageIn(folder));
      where.set(key, [...(where.get(key) ?? []), what]);
    }
  return where;
};

const shipped = await shippedPackages();
const where = whereShipped(shipped);
const sbom = listInstalled();
const components = sbom.components.map((component) => {
  const places = (where.get(keyOf(component)) ?? []).map((value) => ({ name: 'waiting-area:ships-in', value }));
  return { ...component, properties: [...(component.properties ?? []), ...places] };
});
// npm calls the project by the name of its folder.
const metadata = { ...sbom.metadata, component: { ...sbom.metadata.component, name: 'waiting-area' } };
writeFileSync(file, `${JSON.stringify({ ...sbom, metadata, components }, undefined, 2)}\n`);

const licensed = sbom.components.map(
  (component): Licensed => ({
    name: component.name,
    version: component.version,
    licence: licenceOf(component),
    ships: where.has(keyOf(component)),
  }),
);
const licences = new Map(licensed.map((each) => [keyOf(each), each.licence]));
for (const { what, folders } of shipped) {
  console.log(what);
  for (const folder of folders) {
    const key = keyOf(packageIn(folder));
    console.log(`  ${key}  ${licences.get(key) ?? 'not in the list of what is installed'}`);
  }
}
console.log(`\n${file}: ${licensed.length} packages, of which ${where.size} ship.`);

const unlisted = [...where.keys()].filter((key) => !licences.has(key));
const refused = licensed.filter((each) => !mayBeUsed(each));
for (const key of unlisted) console.error(`${key} ships and is not in npm's list.`);
for (const each of refused)
  console.error(
    `${keyOf(each)} ${each.ships ? 'ships' : 'is developed with'} under ${each.licence ?? 'no licence'}: see operations/licences.ts.`,
  );
if (unlisted.length + refused.length > 0) process.exitCode = 1;
