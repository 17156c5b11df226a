/// <reference lib="esnext.disposable" preserve="true" />
/** The types of the library. They name no type of other folders, so that a program needs only these two declarations. */

/**
 * The program parts that compute scores. All give the same scores to the last bit. `native` is in C++. `native-lightgbm`
 * and `lightgbm` predict with LightGBM, which `make lightgbm` builds. `js` needs no addon.
 */
export type Engine = 'native' | 'native-lightgbm' | 'lightgbm' | 'js';

/** The options of {@link loadScorer}. */
export interface LoadOptions {
  /** The folder of a model: a path, or a URL of the form `file:`. The default is the model that hoshi ships. */
  readonly bundle?: string | URL | undefined;
  /** The default is `auto`: the first engine that can serve the model. */
  readonly engine?: Engine | 'auto' | undefined;
  /**
   * Gets a message if an engine is skipped, or if compiled tables are missing and the load is slower. The default is
   * `process.emitWarning`.
   */
  readonly warn?: ((message: string) => void) | undefined;
}

/** The loaded model. */
export interface Model {
  readonly name: string;
  /** A hash of all that a score depends on. */
  readonly version: string;
  /** Every score is from `lowest` to `highest`, in stars. */
  readonly range: readonly [lowest: number, highest: number];
}

/** One token of a text: a word or a symbol. */
export interface Token {
  /** The word as it is in the text, after the model's normalization: サイコー for ｻｲｺｰ. */
  readonly surface: string;
  /** The base form of the dictionary: 楽しい for 楽しく. The surface form if the dictionary has none. */
  readonly baseForm: string;
  readonly partOfSpeech: PartOfSpeech;
  /** Where the token starts in your text, in UTF-16 units. */
  readonly start: number;
  /** Where it ends: the offset after its last unit. */
  readonly end: number;
}

/** `particle` does not include conjunctive particles (接続助詞). */
export type PartOfSpeech =
  | 'noun'
  | 'verb'
  | 'adjective'
  | 'adverb'
  | 'auxiliary'
  | 'particle'
  | 'conjunctive particle'
  | 'symbol'
  | 'conjunction'
  | 'adnominal'
  | 'prefix'
  | 'interjection'
  | 'filler'
  | 'other';

/** How a score came about: base + absent + the contributions of the terms + held = score, up to rounding. In stars. */
export interface Explanation {
  /** The same number as {@link Scorer.score} returns. */
  readonly score: number;
  /** The score of no text in particular: the mean over the training reviews. */
  readonly base: number;
  /** The sum of the contributions of terms that the text does not have. */
  readonly absent: number;
  /** What the ends of the range take away or add. */
  readonly held: number;
  /** The terms of the text that the model knows, by |contribution| from the largest. */
  readonly terms: readonly ExplainedTerm[];
}

/** One term of an {@link Explanation}: a word, or several words in a row. */
export interface ExplainedTerm {
  /** In words of the text, with marks such as （ない）. */
  readonly term: string;
  /** The same for every text: base forms with such marks. */
  readonly name: string;
  /** Each occurrence in your text, as [start, end) in UTF-16 units. */
  readonly offsets: readonly (readonly [start: number, end: number])[];
  /** The TF-IDF value of the term in this text. */
  readonly value: number;
  /** In stars. A positive contribution raises the score. */
  readonly contribution: number;
}

/** A loaded model. {@link loadScorer} returns one. Any string is a text, the empty string and lone surrogates included. */
export interface Scorer extends Disposable, AsyncDisposable {
  readonly model: Model;
  /** The engine that computes the scores. */
  readonly engine: Engine;

  /**
   * The score of one text, in stars. A short text takes about ten microseconds on the engine `native`.
   *
   * @throws TypeError if the text is not a string.
   * @throws Error after {@link dispose}.
   * @example
   * ```ts
   * scorer.score('すごい！最高に興奮した！楽しい'); // 4.818050441920917
   * ```
   */
  score(text: string): number;

  /**
   * The scores of many texts, in their order. The native engines compute them on threads of their own; the event loop is
   * free meanwhile.
   *
   * @throws TypeError (as a rejection) if `texts` is not an array of strings.
   * @throws Error (as a rejection) after {@link dispose}.
   * @example
   * ```ts
   * const [good, bad] = await scorer.scoreBatch(['最高に楽しい', '全くだめ、駄作']);
   * ```
   */
  scoreBatch(texts: readonly string[]): Promise<number[]>;

  /**
   * The terms that made the score of a text. The first call reads what an explanation needs.
   *
   * @throws TypeError (as a rejection) if the text is not a string.
   * @throws Error (as a rejection) if the model's scores are not a plain sum, and after {@link dispose}.
   * @example
   * ```ts
   * const { terms } = await scorer.explain('全然楽しくない');
   * for (const { term, contribution } of terms) console.log(term, contribution.toFixed(2));
   * ```
   */
  explain(text: string): Promise<Explanation>;

  /**
   * The tokens of a text, as the model reads it: after its normalization, with its user dictionary. The first call loads
   * the tokenizer.
   *
   * @throws TypeError (as a rejection) if the text is not a string.
   * @throws Error (as a rejection) after {@link dispose}.
   * @example
   * ```ts
   * for (const { surface, baseForm, partOfSpeech } of await scorer.tokenize('楽しくない'))
   *   console.log(surface, baseForm, partOfSpeech);
   * ```
   */
  tokenize(text: string): Promise<Token[]>;

  /**
   * Releases the model. Its memory is free after the next garbage collection. Work that runs still ends; later calls of
   * the other methods throw. A second call does nothing. `using` and `await using` call it.
   */
  dispose(): void;
}
