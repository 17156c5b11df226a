/**
 * Text → what made its score: each of its terms with the places where it stands and what it adds, as SHAP values
 * (contributions.ts). All of it sums to the score: base + absent + contributions of the terms + held. One way for every engine.
 */
import { BundleError, type Manifest } from '../bundle/manifest.ts';
import { checkFeatureCount, readBundle } from '../bundle/read.ts';
import { Contributions } from '../reference/contributions.ts';
import { shortestWord, wordsOf } from '../reference/terms.ts';
import type { Token } from '../reference/tokenizer.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';

export interface ExplainedTerm {
  readonly term: string;
  /** Each occurrence as [start, end) in UTF-16 units of the text; that of an n-gram spans all its words. */
  readonly offsets: readonly (readonly [start: number, end: number])[];
  /** Its TF-IDF value in the row. */
  readonly value: number;
  /** Stars. */
  readonly contribution: number;
}

export interface Explanation {
  readonly score: number;
  /** The mean of the model over the reviews that it was trained on. */
  readonly base: number;
  /** What the terms add that this text does not have. */
  readonly absent: number;
  /** What holding the score within its range added. */
  readonly held: number;
  /** Those of the vocabulary, the largest contribution first, of either sign; of equal ones the first by code point. */
  readonly terms: readonly ExplainedTerm[];
}

/** A model whose scores are not a sum that can be told apart: the message says what was expected of it. */
export class UnexplainableError extends BundleError {}

export class Explainer {
  readonly #vectorizer: Vectorizer;
  readonly #contributions: Contributions;

  private constructor(vectorizer: Vectorizer, contributions: Contributions) {
    this.#vectorizer = vectorizer;
    this.#contributions = contributions;
  }

  /** Reads the bundle that a scorer was loaded from. Rejects with a BundleError or an UnexplainableError. */
  static async load(bundlePath: string, { version }: Manifest): Promise<Explainer> {
    const { manifest, modelText, vectorizer } = await readBundle(bundlePath);
    if (manifest.version !== version) {
      throw new BundleError(
        `${bundlePath}/manifest.json: expected version ${version}, the one that scores, received ${manifest.version}`,
      );
    }
    const contributions = contributionsOf(modelText);
    checkFeatureCount(bundlePath, vectorizer.columnCount, contributions.columnCount);
    return new Explainer(vectorizer, contributions);
  }

  /** Given the UTF-16 offset after each token of the text, and its score. */
  explain(text: string, ends: Iterable<number>, score: number): Explanation {
    const tokens = tokensOf(text, ends);
    const row = this.#vectorizer.row(tokens.map(({ surface }) => surface));
    const places = this.#placesOf(tokens);
    const { sum, base, absent, ofColumns } = this.#contributions.of(row);
    const terms = Array.from(row.columns, (column, i): ExplainedTerm => {
      const term = this.#vectorizer.tables.terms[column] as string;
      const offsets = places.get(column) ?? [];
      return { term, offsets, value: row.values[i] as number, contribution: ofColumns[i] as number };
    });
    // Stable: columns are in the order of code points.
    terms.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
    return { score, base, absent, held: score - sum, terms };
  }

  /** Where each of the row's columns stands. */
  #placesOf(tokens: readonly Token[]): Map<number, (readonly [number, number])[]> {
    const { token_pattern, ngram_range } = this.#vectorizer.parameters;
    const words = placedWords(tokens, shortestWord(token_pattern));
    const places = new Map<number, (readonly [number, number])[]>();
    for (let first = 0; first < words.length; first++) {
      let term = '';
      for (let n = 1; n <= Math.min(ngram_range[1], words.length - first); n++) {
        const last = words[first + n - 1] as PlacedWord;
        term = n === 1 ? last.text : `${term} ${last.text}`;
        const column = n < ngram_range[0] ? undefined : this.#vectorizer.columnOf(term);
        if (column === undefined) continue;
        const offsets = places.get(column) ?? [];
        offsets.push([(words[first] as PlacedWord).start, last.end]);
        places.set(column, offsets);
      }
    }
    return places;
  }
}

interface PlacedWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function placedWords(tokens: readonly Token[], shortest: number): PlacedWord[] {
  let after = 0; // the word before
  const words = wordsOf(
    tokens.map(({ surface }) => surface),
    shortest,
  );
  return Array.from(words, ({ text, token }) => {
    const { surface, start: tokenStart } = tokens[token] as Token;
    // What stands between two words is no word, or one that is too short for the pattern: neither holds this one.
    const start = tokenStart + surface.indexOf(text, Math.max(0, after - tokenStart));
    after = start + text.length;
    return { text, start, end: after };
  });
}

function tokensOf(text: string, ends: Iterable<number>): Token[] {
  let start = 0;
  return Array.from(ends, (end) => {
    const token = { surface: text.slice(start, end), start, end };
    start = end;
    return token;
  });
}

function contributionsOf(modelText: string): Contributions {
  try {
    return Contributions.fromModelText(modelText);
  } catch (error) {
    throw new UnexplainableError(`Expected a model that can be explained: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
