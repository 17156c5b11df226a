/**
 * `node pack.js FOLDER [native|native-lightgbm|all]`: packs hoshi for an image, into a folder that can serve on its own.
 * It has the engine `native` alone, also `native-lightgbm` (the default), or all engines. Its paths are the same as in
 * the repository:
 *
 *     server.cjs            starts bundle/server.cjs, the modules of a start, with V8's code cache (server.cache)
 *     bundle/               also later.cjs, the other modules, and packages that the server loads at their first use
 *     score.cjs             `hoshi score`, for bulk jobs
 *     build/                the engine's addon, dictionary and tables of the normalizer; LightGBM's addon
 *     node_modules/         with `all`, kuromoji's dictionary
 *     model/reference/      with `all`, the tables of the normalizer as the reference engines read them
 *     model/stars/          the shipped model
 *     function/pages        the pages for browsers
 *     commit.txt            the commit, for `--version`
 *     THIRD-PARTY.txt       licences of the packages in the bundle
 *     sbom.cdx.json         software bill of materials
 *
 * image/cross sets HOSHI_TARGET and HOSHI_TARGET_NODE to pack for another processor.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { COMMIT_FILE, commitOf } from '../native/commit.ts';
import { packageRoot } from '../native/package-root.ts';
import { wrapped } from './compiled-script.ts';
import { licencesOf, packageIn, packagesIn } from './licences.ts';
import { sbomOf } from './sbom.ts';
import { packServer } from './split.ts';

const START_MS = 120_000; // qemu starts slowly

/** With HOSHI_TARGET=arm64, the addons that `native/build` has cross-compiled. */
const ADDONS = process.env.HOSHI_TARGET === 'arm64' ? 'build/arm64/addon/Release' : 'build/addon/Release';
/** The command of the node that makes V8's code cache, and is that of the image. */
const [NODE = process.execPath, ...NODE_ARGUMENTS] = process.env.HOSHI_TARGET_NODE?.split(' ') ?? [];

const COPIED = [
  'package.json',
  'LICENSE',
  'NOTICE',
  'build/addon/Release/hoshi_engine.node',
  'build/dictionary/ipadic.bin',
  'build/dictionary/normalizer.bin',
  'function/pages',
  'model/stars',
];
const LIGHTGBM_ADDON = 'build/addon/Release/hoshi_lightgbm.node';
/** For the engines `lightgbm` and `js`. */
const REFERENCE_FILES = [
  'node_modules/kuromoji/package.json',
  'node_modules/kuromoji/dict',
  'model/reference/normalization',
];

interface Contents {
  /** Besides COPIED. */
  readonly files: readonly string[];
  /** The modules of engines that are left out of the bundle. other-engines.ts replaces them. */
  readonly leftOut: RegExp | undefined;
  readonly withLightgbm: boolean;
}

/** By the argument of the engines. Engines that come later in `auto` come with more files. */
const CONTENTS: Readonly<Record<string, Contents>> = {
  native: { files: [], leftOut: /\/(native-lightgbm|reference)-engine\.ts$/, withLightgbm: false },
  'native-lightgbm': { files: [LIGHTGBM_ADDON], leftOut: /\/reference-engine\.ts$/, withLightgbm: true },
  all: { files: [LIGHTGBM_ADDON, ...REFERENCE_FILES], leftOut: undefined, withLightgbm: true },
};

/**
 * Packages that no start needs: the name of their file → the modules as the server imports them, and its source. In files
 * of their own, V8 does not read them at each start: they are most of the code.
 */
const LOADED_LATER: Readonly<Record<string, { readonly imported: readonly string[]; readonly source: string }>> = {
  'prom-client': { imported: ['prom-client'], source: 'prom-client' },
  cloudevents: { imported: ['cloudevents'], source: 'cloudevents' },
  markdown: { imported: ['./markdown.ts'], source: 'function/protocols/markdown.ts' },
  opentelemetry: { imported: ['./opentelemetry.ts'], source: 'function/opentelemetry.ts' },
  grpc: { imported: ['./packages.ts', '@bufbuild/protobuf/codegenv2'], source: 'function/grpc/packages.ts' },
};

/** ipadic.bin was compiled from the dictionary of this package. NOTICE has its licence. */
const DICTIONARY = packageIn('node_modules/kuromoji');

/** Leaves the code of some engines out of the bundle. */
function without(filter: RegExp): Plugin {
  return {
    name: 'without some engines',
    setup({ onResolve }) {
      onResolve({ filter }, () => ({ path: source('image', 'other-engines.ts') }));
    },
  };
}

/** CommonJS needs no `createRequire` for a `require`. */
const packedBuiltin: Plugin = {
  name: 'require of CommonJS',
  setup({ onResolve }) {
    onResolve({ filter: /\/builtin\.ts$/ }, () => ({ path: source('image', 'packed-builtin.ts') }));
  },
};

/** Readers of workbooks and Parquet, for training. Without them, `hoshi score` in an image says that it has none. */
const LEFT_OUT = ['@e965/xlsx', 'hyparquet'];

/** Leaves the packages of LOADED_LATER out of the bundle of the server, which requires them from the files beside it. */
const loadLater: Plugin = {
  name: 'packages in files of their own',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ kind, path, importer }) => {
      const isWithin = importer.includes('/node_modules/');
      for (const [file, { imported, source: own }] of Object.entries(LOADED_LATER))
        if (imported.includes(path) && kind !== 'entry-point' && !isWithin && importer !== source(own))
          return { path: `./${file}.cjs`, external: true };
      return undefined;
    });
  },
};

async function pack(folder: string, { files, leftOut, withLightgbm }: Contents): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const filter = (path: string) => !path.endsWith('report.html'); // it quotes reviews
  for (const path of [...COPIED, ...files]) {
    const from = source(path.replace('build/addon/Release', ADDONS));
    cpSync(from, join(folder, path), { recursive: true, filter });
  }
  writeFileSync(join(folder, COMMIT_FILE), `${commitOf(packageRoot) ?? ''}\n`);
  const options: BuildOptions = {
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    mainFields: ['module', 'main'], // unused parts of OpenTelemetry's packages can be left out of their ES modules only
    target: 'node20',
    // Not ESM: there, Node's own modules would load at start even if only a lazily loaded module imports them.
    format: 'cjs',
    banner: { js: '"use strict";const moduleUrl=require("node:url").pathToFileURL(__filename).href;' },
    define: { 'import.meta.url': 'moduleUrl' },
    external: LEFT_OUT,
    minifyWhitespace: true,
    minifySyntax: true, // names are kept, because the log shows stack traces
    legalComments: 'none', // THIRD-PARTY.txt has them
    plugins: [packedBuiltin, loadLater, ...(leftOut === undefined ? [] : [without(leftOut)])],
  };
  const { metafile } = await build({
    ...options,
    absWorkingDir: packageRoot,
    entryPoints: {
      server: 'image/start.ts',
      score: 'bin/score.ts',
      ...Object.fromEntries(Object.entries(LOADED_LATER).map(([file, { source }]) => [`bundle/${file}`, source])),
    },
    outdir: folder,
    metafile: true,
  });
  const ofServer = await packServer(join(folder, 'bundle'), options);
  const server = join(folder, 'bundle', 'server.cjs');
  writeFileSync(server, wrapped(toAscii(readFileSync(server, 'utf8'))));
  const packages = packagesIn({ ...metafile, outputs: { ...metafile.outputs, ...ofServer.outputs } });
  writeFileSync(join(folder, 'THIRD-PARTY.txt'), licencesOf(packages));
  const held = new Set([...packages, DICTIONARY].map(({ name, version }) => `${name}@${version}`));
  const bom = sbomOf([...held], withLightgbm);
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(bom, null, 2)}\n`);
  await makeCodeCache(server);
}

/** For compiled-script.ts. esbuild escapes strings, but leaves the characters of regular expressions as they are. */
function toAscii(code: string): string {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Serves one request in another process, so that the cache has the code for a start and a first response. */
async function makeCodeCache(file: string): Promise<void> {
  const server = fork(join(import.meta.dirname, 'code-cache.js'), [file], {
    env: { PORT: '0', HOSHI_ENGINE: 'native' },
    silent: true,
    execPath: NODE,
    execArgv: [...NODE_ARGUMENTS, '--random-seed=1'], // the same server gives the same bytes; at run time V8 uses a random seed
  });
  let messages = '';
  server.stderr?.on('data', (chunk) => {
    messages += chunk;
  });
  const ended = once(server, 'exit');
  try {
    const url = await urlWhenReady(file, server, () => messages);
    const body = JSON.stringify({ texts: 'とても楽しかったです。' });
    const response = await fetch(`${url}/api/1/users`, { method: 'POST', body });
    if (!response.ok)
      throw new Error(`Expected ${file} to score, received ${response.status} ${await response.text()}`);
    server.send('write');
    const [code] = await ended;
    if (code !== 0) throw new Error(`Expected the code cache of ${file}, the process exited with ${code}: ${messages}`);
  } finally {
    server.kill('SIGKILL'); // needed only after a failure
  }
}

/** Reads the port from the log, because the system chooses it. */
async function urlWhenReady(file: string, server: ChildProcess, messages: () => string): Promise<string> {
  for (const began = performance.now(); performance.now() - began < START_MS; await delay(10)) {
    if (server.exitCode !== null || server.signalCode !== null) break;
    const [, port] = /listening on port (\d+)/.exec(messages()) ?? [];
    const url = `http://127.0.0.1:${port}`;
    if (port !== undefined && (await fetch(`${url}/readyz`).catch(() => undefined))?.ok) return url;
  }
  throw new Error(`Expected ${file} to be ready within ${START_MS} ms, it logged: ${messages()}`);
}

function source(...path: string[]): string {
  return join(packageRoot, ...path);
}

const [, , folder, engines = 'native-lightgbm'] = process.argv;
const names = Object.keys(CONTENTS);
if (folder === undefined)
  throw new Error(`Expected a folder to pack into, received none. Usage: node pack.js FOLDER [${names.join('|')}]`);
const contents = Object.hasOwn(CONTENTS, engines) ? CONTENTS[engines] : undefined;
if (contents === undefined) throw new Error(`Expected one of ${names.join(', ')} as engines, received ${engines}`);
await pack(resolve(folder), contents);
console.log(`${folder}: ${readdirSync(folder).join(' ')}`);
