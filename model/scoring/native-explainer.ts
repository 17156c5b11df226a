/**
 * Explanations of the native engines: rows, contributions and their order in C++, outside the event loop. The bundle's compiled
 * contributions are mapped. If they are missing or stale, they are compiled in memory from the model's text.
 */
import { NativeContributions, type NativeExtractor, type NativeVectorizer } from '../../native/index.ts';
import { identitiesOf } from '../bundle/manifest.ts';
import { checkFeatureCount } from '../bundle/read.ts';
import type { BundleSource } from './bundle-source.ts';
import { Explainer, type Explanation, orUnexplainable } from './explain.ts';
import { mapCompiled } from './native-tables.ts';

/** Explains scores of one bundle. Immutable. */
export class NativeExplainer {
  readonly #contributions: NativeContributions;
  readonly #explainer: Explainer;

  private constructor(contributions: NativeContributions, explainer: Explainer) {
    this.#contributions = contributions;
    this.#explainer = explainer;
  }

  /** Rejects with a BundleError, or an UnexplainableError if the model's scores are not a sum. */
  static async load(
    source: BundleSource,
    vectorizer: NativeVectorizer,
    warn: (message: string) => void,
  ): Promise<NativeExplainer> {
    await source.checkVersion();
    const contributions =
      mapCompiled(source, 'contributions', NativeContributions.load, warn) ?? (await compileInMemory(source, warn));
    checkFeatureCount(source.path, vectorizer.columnCount, contributions.columnCount);
    return new NativeExplainer(contributions, new Explainer(source.manifest));
  }

  /** `extractor` makes the rows of the bundle. */
  async explain(extractor: NativeExtractor, text: string): Promise<Explanation> {
    return this.#explainer.explain(text, await this.#contributions.explain(extractor, text));
  }
}

async function compileInMemory(source: BundleSource, warn: (message: string) => void): Promise<NativeContributions> {
  const { compileContributions } = await import('../compile/contributions.ts');
  const modelText = await source.readModelText();
  const { contributions } = identitiesOf(source.manifest);
  const compiled = orUnexplainable(() => compileContributions(modelText, contributions));
  warn(
    `${source.path}: compiled at the first explanation; run \`hoshi compile ${source.path}\` to make it faster at the next start`,
  );
  return NativeContributions.load(compiled);
}
