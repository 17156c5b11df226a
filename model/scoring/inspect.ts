/**
 * What a bundle is, and all that is wrong with it: reading stops at the first mistake, this goes on and tells the rest.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileBundle } from '../bundle/compile.ts';
import { BundleError, compiledFiles, FILES, type FileName, type Manifest } from '../bundle/manifest.ts';
import { hashOf, parseLogarithms, parseVocabulary, readManifest } from '../bundle/read.ts';
import { parseModel, type Tree } from '../reference/model-text.ts';
import { Vectorizer, type VectorizerTables } from '../reference/vectorizer.ts';
import { loadScorer } from './load.ts';
import { type EngineName, engineNames } from './scorer.ts';

export interface Inspection {
  readonly path: string;
  /** What is wrong, each with its file, what was expected and what came; empty for a bundle that can be served. */
  readonly problems: readonly string[];
  /** Undefined where it cannot be read. */
  readonly manifest: Manifest | undefined;
  readonly files: readonly InspectedFile[];
  /** Of `report.html`; undefined for a bundle without one. */
  readonly reportBytes: number | undefined;
  readonly vocabulary: InspectedVocabulary | undefined;
  /** Undefined where the trees are damaged, or of a kind that only LightGBM reads. */
  readonly trees: InspectedTrees | undefined;
  readonly compiled: readonly { readonly file: string; readonly state: CompiledState }[];
  readonly engines: readonly { readonly engine: EngineName; readonly refusal: string | undefined }[];
}

export interface InspectedFile {
  readonly file: FileName;
  readonly bytes: number | undefined;
  readonly state: 'as the manifest says' | 'changed' | 'missing' | 'unknown';
}

export interface InspectedVocabulary {
  readonly terms: number;
  /** By the number of words in a term. */
  readonly ngrams: Readonly<Record<string, number>>;
  /** The terms with the highest and the lowest idf, which are the rarest and the commonest ones. */
  readonly rarest: readonly WeighedTerm[];
  readonly commonest: readonly WeighedTerm[];
}

export interface WeighedTerm {
  readonly term: string;
  readonly idf: number;
}

export interface InspectedTrees {
  readonly count: number;
  readonly leaves: number;
  /** Nodes on the longest way from a root to a leaf. */
  readonly depth: number;
  /** Columns on which a tree splits. */
  readonly columns: number;
}

export interface EngineReport {
  readonly engine: EngineName;
  /** Why it cannot serve the bundle; undefined if it can, and gives the golden scores. */
  readonly refusal: Error | undefined;
}

/** Stale: made from another model or by another version; the engine `native` then compiles at its start. */
export type CompiledState = 'fresh' | 'stale' | 'missing' | 'unknown';

const TOLD_TERMS = 5;

/** Rejects only where a file is there and cannot be read at all. */
export async function inspectBundle(path: string): Promise<Inspection> {
  const problems: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      problems.push(...(error as Error).message.split('\n'));
      return undefined;
    }
  };
  const manifest = await readManifest(path).catch((error: unknown) => {
    if (!(error instanceof BundleError)) throw error;
    return attempt((): never => {
      throw error;
    });
  });
  const contents = new Map<FileName, Buffer>();
  const files: InspectedFile[] = [];
  for (const file of FILES) {
    const content = await readIfThere(join(path, file));
    if (content === undefined) problems.push(`${join(path, file)}: expected a file of a bundle, found none`);
    else contents.set(file, content);
    const state = stateOf(content, manifest?.files[file].sha256);
    if (state === 'changed')
      problems.push(
        `${join(path, file)}: expected SHA-256 ${manifest?.files[file].sha256} (manifest.json), received ${hashOf(content as Buffer)}`,
      );
    files.push({ file, bytes: content?.length, state });
  }
  const parsed = <T>(file: FileName, parse: (text: string, where: string) => T): T | undefined => {
    const content = contents.get(file);
    return content && attempt(() => parse(content.toString('utf8'), join(path, file)));
  };
  const vocabulary = parsed('vocabulary.tsv', parseVocabulary);
  const logarithms = parsed('logarithms.txt', parseLogarithms);
  const tables = vocabulary && logarithms && { ...vocabulary, logarithms };
  const engines = await engineReports(path);
  // One engine that serves makes another's limits no damage; what is wrong with the bundle itself always is.
  const isServed = engines.some(({ refusal }) => refusal === undefined);
  for (const { refusal } of engines)
    if (refusal !== undefined && (!isServed || refusal instanceof BundleError))
      problems.push(...refusal.message.split('\n'));
  return {
    path,
    problems: [...new Set(problems)],
    manifest,
    files,
    reportBytes: (await readIfThere(join(path, 'report.html')))?.length,
    vocabulary: vocabulary && describeVocabulary(vocabulary),
    trees: describeTrees(contents.get('model.txt')?.toString('utf8') ?? ''),
    compiled: await compiledStates(path, manifest, contents.get('model.txt'), tables),
    engines: engines.map(({ engine, refusal }) => ({ engine, refusal: refusal?.message })),
  };
}

/** Which engines can serve a bundle and give its golden scores. */
export async function engineReports(path: string): Promise<EngineReport[]> {
  const reports: EngineReport[] = [];
  for (const engine of engineNames) {
    try {
      await loadScorer({ bundlePath: path, engine });
      reports.push({ engine, refusal: undefined });
    } catch (error) {
      reports.push({ engine, refusal: error as Error });
    }
  }
  return reports;
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function stateOf(content: Buffer | undefined, sha256: string | undefined): InspectedFile['state'] {
  if (content === undefined) return 'missing';
  if (sha256 === undefined) return 'unknown';
  return hashOf(content) === sha256 ? 'as the manifest says' : 'changed';
}

function describeVocabulary({ terms, idf }: Pick<VectorizerTables, 'terms' | 'idf'>): InspectedVocabulary {
  const ngrams: Record<string, number> = {};
  for (const term of terms) {
    const words = term.split(' ').length;
    ngrams[words] = (ngrams[words] ?? 0) + 1;
  }
  const sorted = terms.map((term, column) => ({ term, idf: idf[column] as number })).sort((a, b) => b.idf - a.idf);
  return {
    terms: terms.length,
    ngrams,
    rarest: sorted.slice(0, TOLD_TERMS),
    commonest: sorted.slice(-TOLD_TERMS).reverse(),
  };
}

function describeTrees(modelText: string): InspectedTrees | undefined {
  try {
    const { trees } = parseModel(modelText);
    return {
      count: trees.length,
      leaves: trees.reduce((sum, { leafValue }) => sum + leafValue.length, 0),
      depth: trees.reduce((deepest, tree) => Math.max(deepest, depthOf(tree)), 0),
      columns: new Set(trees.flatMap(({ splitFeature }) => [...splitFeature])).size,
    };
  } catch {
    return undefined; // the engines say why
  }
}

function depthOf({ leftChild, rightChild }: Tree): number {
  let deepest = 0;
  const stack = leftChild.length > 0 ? [{ node: 0, depth: 1 }] : [];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, depth } = top;
    deepest = Math.max(deepest, depth);
    for (const child of [leftChild[node] as number, rightChild[node] as number])
      if (child >= 0) stack.push({ node: child, depth: depth + 1 });
  }
  return deepest;
}

/** A compiled file is fresh if compiling anew gives the same bytes. */
async function compiledStates(
  path: string,
  manifest: Manifest | undefined,
  modelText: Buffer | undefined,
  tables: VectorizerTables | undefined,
): Promise<Inspection['compiled']> {
  const names = ['vocabulary', 'forest'] as const;
  const present = await Promise.all(names.map((name) => readIfThere(join(path, compiledFiles[name]))));
  const anew = compiledAnew(manifest, modelText, tables);
  return names.map((name, i) => ({ file: compiledFiles[name], state: compiledState(present[i], anew?.[name]) }));
}

function compiledState(present: Buffer | undefined, anew: Buffer | undefined): CompiledState {
  if (present === undefined) return 'missing';
  if (anew === undefined) return 'unknown';
  return present.equals(anew) ? 'fresh' : 'stale';
}

/** Undefined where the bundle cannot be compiled, because it is damaged or not for the engine `native`. */
function compiledAnew(
  manifest: Manifest | undefined,
  modelText: Buffer | undefined,
  tables: VectorizerTables | undefined,
): ReturnType<typeof compileBundle> | undefined {
  if (manifest === undefined || modelText === undefined || tables === undefined) return undefined;
  try {
    const vectorizer = new Vectorizer(manifest.vectorizer, tables);
    return compileBundle({ manifest, modelText: modelText.toString('utf8'), vectorizer });
  } catch {
    return undefined;
  }
}
