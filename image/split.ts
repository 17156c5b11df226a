/**
 * Packs the server into two files: server.cjs has the modules that a start and a first response run, later.cjs all others.
 * One file with all of them would be twice as long. A start would read it whole, and V8 would make an object for each of
 * its functions.
 *
 * Each module is in one of the files, so that it has one state. `import()` of a module of later.cjs loads that file, which
 * gets the values of server.cjs that it uses by `start-modules`. The modules of the start are those that these import
 * statically:
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile, type OnResolveArgs, type Plugin, type PluginBuild } from 'esbuild';
import { packageRoot } from '../native/package-root.ts';

const ENTRY = 'function/main.ts';
const START = [ENTRY, 'model/scoring/native-engine.ts'];

type Imported = ReadonlyMap<string, ReadonlySet<string> | undefined>;

/** Marks the imports that the plugins below resolve by the others. */
const RESOLVED = Symbol('resolved');

/** Writes server.cjs and later.cjs into a folder. Returns the modules and packages that both have together. */
export async function packServer(folder: string, options: BuildOptions): Promise<Metafile> {
  const common = { ...options, bundle: true, absWorkingDir: packageRoot };
  const { metafile } = await build({ ...common, entryPoints: [ENTRY], metafile: true, write: false, outdir: folder });
  const start = importedBy(metafile);
  const later = dynamicTargets(metafile, start);
  const laterOptions = {
    ...common,
    stdin: {
      contents: later.map((path) => `exports[${quoted(path)}]=()=>require(${quoted(`./${path}`)});`).join('\n'),
      resolveDir: packageRoot,
    },
    plugins: [outside(start), ...(options.plugins ?? [])],
  };
  const imported = importedNames(await textOf({ ...laterOptions, format: 'esm' }));
  // A function of the `require` for modules of server.cjs.
  const text = await textOf(laterOptions);
  writeFileSync(
    join(folder, 'later.cjs'),
    `const outer=require;module.exports=(start)=>{const exports={},module={exports},require=(name)=>name.startsWith("start:")?start(name.slice(6)):outer(name);${text}\nreturn module.exports}\n`,
  );
  await build({
    ...common,
    entryPoints: { server: ENTRY },
    outdir: folder,
    plugins: [fromLater(new Set(later), imported), ...(options.plugins ?? [])],
  });
  return metafile;
}

/** The modules that START imports statically, with START. */
function importedBy({ inputs }: Metafile): Set<string> {
  const found = new Set<string>();
  const add = (path: string) => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: imported, kind, external } of inputs[path]?.imports ?? [])
      if (external !== true && kind !== 'dynamic-import') add(imported);
  };
  START.forEach(add);
  return found;
}

/** The modules that are imported by `import()`, and not at the start. */
function dynamicTargets({ inputs }: Metafile, start: ReadonlySet<string>): string[] {
  const targets = Object.values(inputs)
    .flatMap(({ imports }) => imports)
    .filter(({ kind, external, path }) => external !== true && kind === 'dynamic-import' && !start.has(path))
    .map(({ path }) => path);
  return [...new Set(targets)].sort();
}

/** Leaves the modules of the start out of later.cjs. */
function outside(start: ReadonlySet<string>): Plugin {
  return {
    name: 'modules of the start',
    setup(build) {
      build.onResolve({ filter: /./ }, async (args) => {
        const path = await resolvedPath(build, args);
        if (path === undefined || !start.has(path)) return undefined;
        // An `import()` of an external module would remain, and Node would look for a file.
        if (args.kind === 'dynamic-import') return { path, namespace: 'whole' };
        return { path: `start:${path}`, external: true };
      });
      build.onResolve({ filter: /^start:/ }, ({ path }) => ({ path, external: true }));
      build.onLoad({ filter: /./, namespace: 'whole' }, ({ path }) => ({
        contents: `module.exports = require(${quoted(`start:${path}`)});`,
      }));
    },
  };
}

/**
 * The names that later.cjs imports from each module of the start; undefined for a module that it imports whole. As ES
 * modules, the names are in its import statements.
 */
function importedNames(text: string): Imported {
  const names = new Map<string, Set<string> | undefined>();
  for (const [, list = '', path = ''] of text.matchAll(/\bimport\s*\{([^}]*)\}\s*from\s*"start:([^"]+)"/g)) {
    const ofModule = names.get(path) ?? new Set();
    for (const name of list.split(',')) ofModule.add(name.trim().split(/\s+as\s+/)[0] as string);
    names.set(path, ofModule);
  }
  for (const [, path = ''] of text.matchAll(/(?:require\w*\(|\*\s*as\s+[\w$]+\s*from)\s*"start:([^"]+)"/g))
    names.set(path, undefined);
  return names;
}

/** In server.cjs: `import()` of a module of later.cjs, and the values that later.cjs uses. */
function fromLater(later: ReadonlySet<string>, imported: Imported): Plugin {
  return {
    name: 'modules of later.cjs',
    setup(build) {
      build.onResolve({ filter: /^(?:later-modules|start-modules)$/ }, ({ path }) => ({ path, namespace: 'split' }));
      build.onResolve({ filter: /^\.\/later\.cjs$/ }, ({ path }) => ({ path, external: true }));
      build.onResolve({ filter: /./ }, async (args) => {
        const path = args.kind === 'dynamic-import' ? await resolvedPath(build, args) : undefined;
        return path !== undefined && later.has(path) ? { path, namespace: 'later' } : undefined;
      });
      build.onLoad({ filter: /./, namespace: 'later' }, ({ path }) => ({
        contents: `module.exports = require("later-modules")[${quoted(path)}]();`,
        resolveDir: packageRoot,
      }));
      build.onLoad({ filter: /^later-modules$/, namespace: 'split' }, () => ({
        contents: 'module.exports = require("./later.cjs")(require("start-modules").startModule);',
        resolveDir: packageRoot,
      }));
      build.onLoad({ filter: /^start-modules$/, namespace: 'split' }, () => ({
        contents: startModules(imported),
        resolveDir: packageRoot,
      }));
    },
  };
}

/** Getters, because the value of an exported variable may change. */
function startModules(imported: Imported): string {
  const [imports, modules]: [string[], string[]] = [[], []];
  let count = 0;
  for (const [path, names] of imported) {
    const module = `m${count++}`;
    const from = `from ${quoted(`./${path}`)};`;
    if (names === undefined) {
      imports.push(`import * as ${module} ${from}`);
      modules.push(`${quoted(path)}: ${module},`);
      continue;
    }
    const sorted = [...names].sort();
    imports.push(`import { ${sorted.map((name) => `${name} as ${module}_${name}`).join(', ')} } ${from}`);
    const getters = sorted.map((name) => `get ${name}() { return ${module}_${name}; }`);
    modules.push(`${quoted(path)}: { ${getters.join(', ')} },`);
  }
  return [
    ...imports,
    'const modules = {',
    ...modules,
    '};',
    'export const startModule = (path) => modules[path];',
  ].join('\n');
}

/** The path from the root of the repository that the other plugins and esbuild give to an import. Undefined: a package. */
async function resolvedPath(build: PluginBuild, args: OnResolveArgs): Promise<string | undefined> {
  const { path, kind, importer, resolveDir, namespace, pluginData } = args;
  if (pluginData === RESOLVED || kind === 'entry-point') return undefined;
  const resolved = await build.resolve(path, { kind, importer, resolveDir, namespace, pluginData: RESOLVED });
  if (resolved.errors.length > 0 || resolved.external || !resolved.path.startsWith(join(packageRoot, '/')))
    return undefined;
  return resolved.path.slice(packageRoot.length + 1);
}

async function textOf(options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({ ...options, write: false });
  return outputFiles?.[0]?.text as string;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
