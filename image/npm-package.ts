/**
 * `node npm-package.js FOLDER PLATFORM…`: packs hoshi for npm, with the addons of `native/prebuild PLATFORM`. FOLDER gets
 *
 *     hoshi-VERSION.tgz           the package: it needs no compiler, no install script and no registry
 *     hoshi-VERSION.tgz.sha256    its checksum, for `sha256sum --check`
 *     files.txt                   the size and the name of each file in it
 *     sbom.cdx.json               software bill of materials
 *     hoshi/                      the files, before they are packed
 *
 * `files` in package.json selects hoshi's own files. Packages that hoshi needs are in the package, too (bundleDependencies), with
 * the files that some code of hoshi can load: their licences, package.json files, and modules, as esbuild finds them.
 * functions-framework is left to the user's project: a function registers itself in the framework that hosts it.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { COMMIT_FILE, commitOf } from '../native/commit.ts';
import { packageRoot } from '../native/package-root.ts';
import { LIBCXX, sbomOf } from './sbom.ts';

const FRAMEWORK = '@google-cloud/functions-framework';
const ADDONS = ['hoshi_engine.node', 'hoshi_lightgbm.node'];
/** Data that a package reads by itself. */
const DATA = ['node_modules/kuromoji/dict'];

interface PackageJson {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

interface Locked {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

async function pack(folder: string, platforms: readonly string[]): Promise<void> {
  const stage = join(folder, 'hoshi');
  rmSync(folder, { recursive: true, force: true });
  const copy = (path: string) => cpSync(join(packageRoot, path), join(stage, path), { recursive: true });

  const own = npmPack(packageRoot, '--dry-run').files.map(({ path }) => path);
  const dependencies = dependenciesOf();
  const modules = await modulesOf(own.filter((path) => /^dist\/.*\.js$/.test(path)));
  for (const path of [
    ...own,
    ...dependencies.flatMap(describingFiles),
    ...modules,
    ...modules.flatMap(jsonsAbove),
    ...DATA,
  ])
    copy(path);
  for (const path of own.filter((path) => /^dist\/.*\.js$/.test(path))) removeSourceMapName(join(stage, path));

  for (const platform of platforms)
    for (const addon of ADDONS)
      cpSync(join(packageRoot, 'build', 'prebuilds', platform, addon), join(stage, 'prebuilds', platform, addon));
  writeFileSync(join(stage, 'prebuilds', 'LICENSES.txt'), licencesOfAddons());
  writeFileSync(join(stage, COMMIT_FILE), `${commitOf(packageRoot) ?? 'unknown'}\n`);
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(packageJson(), null, 2)}\n`);

  const { filename, size, unpackedSize, files } = npmPack(stage, '--pack-destination', folder);
  const sum = createHash('sha256')
    .update(readFileSync(join(folder, filename)))
    .digest('hex');
  writeFileSync(join(folder, `${filename}.sha256`), `${sum}  ${filename}\n`);
  const list = files.map((file) => `${String(file.size).padStart(10)}  ${file.path}\n`).join('');
  writeFileSync(join(folder, 'files.txt'), list);
  const names = dependencies.map((path) => `${path.replace(/^.*node_modules\//, '')}@${lock()[path]?.version}`);
  const sbom = sbomOf([...new Set(names)], true, [LIBCXX]);
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
  console.log(summaryOf(files).join('\n'));
  console.log(`${filename}: ${mb(size)} MB, installed ${mb(unpackedSize)} MB, ${files.length} files, sha256 ${sum}`);
}

function npmPack(folder: string, ...options: string[]): Packed {
  const output = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--loglevel=error', ...options], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return (JSON.parse(output) as [Packed])[0];
}

function lock(): Readonly<Record<string, Locked>> {
  return JSON.parse(readFileSync(join(packageRoot, 'package-lock.json'), 'utf8')).packages;
}

/** The folders of all packages that hoshi's dependencies need, and their dependencies, without functions-framework. */
function dependenciesOf(): string[] {
  const packages = lock();
  const found = new Set<string>();
  const visit = (folder: string, names: readonly string[]): void => {
    for (const name of names) {
      const place = placesFor(folder, name).find((candidate) => packages[candidate] !== undefined);
      if (place === undefined || !existsSync(join(packageRoot, place))) continue; // optional
      if (found.has(place)) continue;
      found.add(place);
      const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = packages[place] as Locked;
      const peers = Object.keys(peerDependencies ?? {}).filter(
        (peer) => peerDependenciesMeta?.[peer]?.optional !== true,
      );
      visit(place, [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]);
    }
  };
  visit('', ownDependencies());
  return [...found].sort();
}

/** Where Node looks for a package that a file in `folder` names, in this order. */
function placesFor(folder: string, name: string): string[] {
  const here = join(folder, 'node_modules', name);
  return folder === ''
    ? [here]
    : [here, ...placesFor(folder.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, ''), name)];
}

function ownPackageJson(): PackageJson {
  return JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
}

function ownDependencies(): string[] {
  return Object.keys(ownPackageJson().dependencies).filter((name) => name !== FRAMEWORK);
}

/** package.json, licences and notices. */
function describingFiles(folder: string): string[] {
  return readdirSync(join(packageRoot, folder))
    .filter((name) => name === 'package.json' || /^(licen[cs]e|notice|copying)/i.test(name))
    .map((name) => join(folder, name));
}

/** The files of npm packages that the given files import or require, directly or not. */
async function modulesOf(files: readonly string[]): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [...files],
    absWorkingDir: packageRoot,
    outdir: 'build/none',
    write: false,
    bundle: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    conditions: [], // only the conditions that Node has
    external: [FRAMEWORK, '*.node'],
    logLevel: 'error',
  });
  return Object.keys(metafile.inputs).filter((path) => path.startsWith('node_modules/'));
}

/** The package.json files that say how Node reads a module: those of its folder and of the folders above it. */
function jsonsAbove(file: string): string[] {
  const folder = dirname(file);
  if (/(^|\/)node_modules$/.test(folder)) return [];
  const json = join(folder, 'package.json');
  return [...(existsSync(join(packageRoot, json)) ? [json] : []), ...jsonsAbove(folder)];
}

/** The package has no source maps. */
function removeSourceMapName(file: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));
}

function packageJson(): object {
  const { devDependencies, files, scripts, workspaces, dependencies, ...rest } = ownPackageJson() as PackageJson &
    Record<string, unknown>;
  const bundled = ownDependencies();
  return {
    ...rest,
    dependencies: Object.fromEntries(bundled.map((name) => [name, dependencies[name]])),
    bundleDependencies: bundled,
    peerDependencies: { [FRAMEWORK]: `^${dependencies[FRAMEWORK]}` },
    peerDependenciesMeta: { [FRAMEWORK]: { optional: true } },
  };
}

/** The licences of the code that is linked statically into the addons. */
function licencesOfAddons(): string {
  const lightgbm = 'build/lightgbm-work/lightgbm-4.7.0';
  const parts = execFileSync(
    'find',
    [lightgbm, '-iname', 'LICEN[CS]E*', '-o', '-iname', 'COPYING.*', '-o', '-iname', 'NOTICE*'],
    {
      cwd: packageRoot,
      encoding: 'utf8',
    },
  );
  const texts: readonly (readonly [string, string])[] = [
    ...['libcxx', 'libcxxabi', 'libunwind'].map(
      (name) => [`LLVM's ${name}`, `build/zig/ziglang/lib/${name}/LICENSE.TXT`] as const,
    ),
    ['Zig, compiler-rt', 'build/zig/ziglang/LICENSE'],
    ['node-addon-api', 'node_modules/node-addon-api/LICENSE.md'],
    ...parts
      .trim()
      .split('\n')
      .sort()
      .map((file) => [file.replace('build/lightgbm-work/', ''), file] as const),
  ];
  const line = `\n${'-'.repeat(100)}\n\n`;
  const head = 'The code of others that is linked into the addons of this folder, each under its own licence.\n';
  return [
    head,
    ...texts.map(([name, file]) => `${name}\n\n${readFileSync(join(packageRoot, file), 'utf8').trim()}\n`),
  ].join(line);
}

/** The size of each part of the package, the largest first. */
function summaryOf(files: Packed['files']): string[] {
  const parts = new Map<string, { bytes: number; count: number }>();
  for (const { path, size } of files) {
    const part = /^(node_modules\/(@[^/]+\/)?[^/]+|prebuilds\/[^/]+|[^/]+\/[^/]+|[^/]+)/.exec(path)?.[0] ?? path;
    const { bytes, count } = parts.get(part) ?? { bytes: 0, count: 0 };
    parts.set(part, { bytes: bytes + size, count: count + 1 });
  }
  return [...parts]
    .sort(([, a], [, b]) => b.bytes - a.bytes)
    .filter(([, { bytes }]) => bytes >= 100_000)
    .map(([part, { bytes, count }]) => `${(bytes / 1e6).toFixed(1).padStart(6)} MB  ${part} (${count} files)`);
}

const [, , folder = '', ...platforms] = process.argv;
if (folder === '' || platforms.length === 0) throw new Error('usage: node npm-package.js FOLDER PLATFORM…');
await pack(resolve(folder), platforms);
