/**
 * Inspects a bundle: lists its content and all its problems. `readBundle` stops at the first problem; this file
 * continues and lists all of them.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CompiledBundle, compileBundle } from '../bundle/compile.ts';
import { BundleError, compiledFiles, FILES, type FileName, hashOf, type Manifest } from '../bundle/manifest.ts';
import { parseLogarithms, parseVocabulary, readBundleFile, readFileOfBundle, readManifest } from '../bundle/read.ts';
import { parseModel, type Tree } from '../reference/model-text.ts';
import { parseTerm } from '../reference/parsed-terms.ts';
import { readableTerm } from '../reference/readable-terms.ts';
import type { TermRules } from '../reference/term-rules.ts';
import { Vectorizer, type VectorizerTables } from '../reference/vectorizer.ts';
import { loadScorer } from './load.ts';
import { type EngineName, engineNames } from './scorer.ts';

/** The JSON of `hoshi inspect --json`. */
export interface Inspection {
  readonly path: string;
  /** Each message has the file, the expected and the received value. Empty if the bundle can be served. */
  readonly problems: readonly string[];
  /** Undefined if it cannot be read. */
  readonly manifest: Manifest | undefined;
  readonly files: readonly InspectedFile[];
  /** The size of `report.html`. Undefined if there is none. */
  readonly reportBytes: number | undefined;
  readonly vocabulary: InspectedVocabulary | undefined;
  /** Undefined if the trees are damaged, or of a kind that only the engines with LightGBM can serve. */
  readonly trees: InspectedTrees | undefined;
  readonly compiled: readonly { readonly file: string; readonly state: CompiledState }[];
  /** `refusal` is the reason why an engine cannot serve the bundle. */
  readonly engines: readonly { readonly engine: EngineName; readonly refusal: string | undefined }[];
}

interface InspectedFile {
  readonly file: FileName;
  /** Undefined if the file is missing. */
  readonly bytes: number | undefined;
  /** `unknown`: there is no manifest to compare with. */
  readonly state: 'as the manifest says' | 'changed' | 'missing' | 'unknown';
}

export interface InspectedVocabulary {
  /** The number of terms. */
  readonly terms: number;
  /** N-grams by their number of words. */
  readonly ngrams: Readonly<Record<string, number>>;
  /** Other terms by their kind: `before`, `after`, `last`, `symbol`. Empty without term rules. */
  readonly others: Readonly<Record<string, number>>;
  /** The terms with the highest idf, the highest first. */
  readonly highestIdf: readonly WeighedTerm[];
  /** The terms with the lowest idf, the lowest first. */
  readonly lowestIdf: readonly WeighedTerm[];
}

export interface WeighedTerm {
  /** As people read it (reference/readable-terms.ts). */
  readonly term: string;
  readonly idf: number;
}

interface InspectedTrees {
  /** The number of coefficients of the linear leaf, which is then the first tree. Undefined without a linear leaf. */
  readonly coefficients: number | undefined;
  /** The number of trees without the linear leaf. The numbers below are of these trees. */
  readonly count: number;
  /** In all trees. */
  readonly leaves: number;
  /** Nodes on the longest path from a root to a leaf. */
  readonly depth: number;
  /** The number of columns that a node splits on. */
  readonly columns: number;
}

/**
 * `stale`: compiling again gives other bytes, because the model or hoshi has changed. `not for this model`: there is
 * no such file, because the engine `native` cannot serve the model, or its scores cannot be explained. `unknown`: the
 * bundle cannot be compiled.
 */
type CompiledState = 'fresh' | 'stale' | 'missing' | 'not for this model' | 'unknown';

interface EngineReport {
  readonly engine: EngineName;
  /** The reason why the engine cannot serve the bundle. Undefined if it can, and reproduces the golden scores. */
  readonly refusal: Error | undefined;
}

const SHOWN_TERMS = 5;

/** Rejects only if a file exists and the system cannot read it. */
export async function inspectBundle(path: string): Promise<Inspection> {
  const { problems, manifest, files, contents, tables } = await inspectFiles(path);
  const engines = await engineReports(path);
  problems.push(...problemsOf(engines));
  const modelText = contents.get('model.txt');
  return {
    path,
    problems: [...new Set(problems)],
    manifest,
    files,
    reportBytes: await sizeOf(join(path, 'report.html')),
    vocabulary: tables.terms && describeVocabulary(tables.terms, manifest?.vectorizer.rules),
    trees: describeTrees(modelText?.toString('utf8') ?? ''),
    compiled: compiledStates(path, recompile(manifest, modelText, tables)),
    engines: engines.map(({ engine, refusal }) => ({ engine, refusal: refusal?.message })),
  };
}

type Terms = Pick<VectorizerTables, 'terms' | 'idf'>;

/** The readable parts of a vectorizer's files. */
interface ReadableTables {
  readonly terms: Terms | undefined;
  readonly logarithms: Float64Array | undefined;
}

/** Reads and checks each file by itself. A problem with one file does not end the inspection of the others. */
async function inspectFiles(path: string) {
  const problems: string[] = [];
  const addProblem = (error: unknown): undefined => {
    problems.push(...(error as Error).message.split('\n'));
  };
  const manifest = await readManifest(path).catch((error: unknown) => {
    if (error instanceof BundleError) return addProblem(error);
    throw error;
  });
  const contents = new Map<FileName, Buffer>();
  const files: InspectedFile[] = [];
  for (const name of FILES) {
    const content = usable(() => readFileOfBundle(join(path, name)), addProblem);
    if (content !== undefined) contents.set(name, content);
    const state = stateOf(content, manifest?.files[name].sha256);
    // It fails again, with the message that a scorer gives.
    if (manifest !== undefined && state === 'changed') usable(() => readBundleFile(path, manifest, name), addProblem);
    files.push({ file: name, bytes: content?.length, state });
  }
  const parsed = <T>(name: FileName, parse: (text: string, file: string) => T): T | undefined => {
    try {
      return contents.has(name) ? parse(String(contents.get(name)), join(path, name)) : undefined;
    } catch (error) {
      return addProblem(error);
    }
  };
  const tables: ReadableTables = {
    terms: parsed('vocabulary.tsv', parseVocabulary),
    logarithms: parsed('logarithms.txt', parseLogarithms),
  };
  return { problems, manifest, files, contents, tables };
}

/**
 * If one engine can serve the bundle, the limits of another engine are not a problem. A BundleError always is a
 * problem.
 */
function problemsOf(engines: readonly EngineReport[]): string[] {
  const isServed = engines.some(({ refusal }) => refusal === undefined);
  return engines.flatMap(({ refusal }) =>
    refusal !== undefined && (!isServed || refusal instanceof BundleError) ? refusal.message.split('\n') : [],
  );
}

/** Checks for each engine whether it can serve the bundle and reproduce its golden scores. */
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

/** Undefined if there is no file, or something else than a file. */
function usable<Content>(read: () => Content, onProblem: (error: BundleError) => void = () => {}): Content | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    onProblem(error);
    return undefined;
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  const stats = await stat(file).catch(() => undefined);
  return stats?.isFile() ? stats.size : undefined;
}

function stateOf(content: Buffer | undefined, sha256: string | undefined): InspectedFile['state'] {
  if (content === undefined) return 'missing';
  if (sha256 === undefined) return 'unknown';
  return hashOf(content) === sha256 ? 'as the manifest says' : 'changed';
}

function describeVocabulary({ terms, idf }: Terms, rules: TermRules | undefined): InspectedVocabulary {
  const ngrams: Record<string, number> = {};
  const others: Record<string, number> = {};
  for (const term of terms) {
    const parsed = parseTerm(term, rules);
    if (parsed.kind === 'ngram') ngrams[parsed.words.length] = (ngrams[parsed.words.length] ?? 0) + 1;
    else others[parsed.kind] = (others[parsed.kind] ?? 0) + 1;
  }
  const sorted = terms.map((term, column) => ({ term, idf: idf[column] as number })).sort((a, b) => b.idf - a.idf);
  const shown = (some: readonly WeighedTerm[]) =>
    some.map(({ term, idf }) => ({ term: readableTerm(term, rules), idf }));
  return {
    terms: terms.length,
    ngrams,
    others,
    highestIdf: shown(sorted.slice(0, SHOWN_TERMS)),
    lowestIdf: shown(sorted.slice(-SHOWN_TERMS).reverse()),
  };
}

function describeTrees(modelText: string): InspectedTrees | undefined {
  try {
    const { linearLeaf, trees } = parseModel(modelText);
    return {
      coefficients: linearLeaf?.count,
      count: trees.length,
      leaves: trees.reduce((sum, { leafValue }) => sum + leafValue.length, 0),
      depth: trees.reduce((deepest, tree) => Math.max(deepest, depthOf(tree)), 0),
      columns: new Set(trees.flatMap(({ splitFeature }) => [...splitFeature])).size,
    };
  } catch {
    return undefined; // the engines report the reason
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

/** `recompiled` is undefined if the bundle cannot be compiled. */
function compiledStates(path: string, recompiled: CompiledBundle | undefined): Inspection['compiled'] {
  const names = ['vocabulary', 'forest', 'contributions'] as const;
  const present = names.map((name) => usable(() => readFileOfBundle(join(path, compiledFiles[name]))));
  return names.map((name, i) => ({ file: compiledFiles[name], state: compiledState(present[i], recompiled?.[name]) }));
}

function compiledState(present: Buffer | undefined, recompiled: Buffer | Error | undefined): CompiledState {
  if (present === undefined) return recompiled instanceof Error ? 'not for this model' : 'missing';
  if (recompiled === undefined) return 'unknown';
  if (recompiled instanceof Error) return 'stale';
  return present.equals(recompiled) ? 'fresh' : 'stale';
}

/** Undefined if the bundle cannot be compiled, because it is damaged. */
function recompile(
  manifest: Manifest | undefined,
  modelText: Buffer | undefined,
  { terms, logarithms }: ReadableTables,
): CompiledBundle | undefined {
  if (manifest === undefined || modelText === undefined || terms === undefined || logarithms === undefined)
    return undefined;
  if (hashOf(modelText) !== manifest.files['model.txt'].sha256) return undefined;
  try {
    const vectorizer = new Vectorizer(manifest.vectorizer, { ...terms, logarithms });
    return compileBundle({ manifest, modelText: modelText.toString('utf8'), vectorizer });
  } catch {
    return undefined;
  }
}
