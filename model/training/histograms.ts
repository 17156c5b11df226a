/**
 * The histograms of a bundle: of the scores of reviews, and of their shares of unknown words. A server compares the texts
 * that it scores with them. They are of reviews that the model has not learned from, by the vocabulary of that model:
 * scores of its own reviews would be too near their stars, and few of their words unknown.
 */
import { binBounds, HISTOGRAM_BINS, type Histograms } from '../bundle/manifest.ts';
import type { Review } from '../io/reviews.ts';
import type { ScoreRange } from '../reference/score-range.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';
import type { FeatureExtractor } from '../scoring/feature-extractor.ts';

/** Held-out reviews, their scores, and the vectorizer of the model that gave them. */
export interface ScoredReviews {
  readonly vectorizer: Vectorizer;
  readonly heldOut: readonly Review[];
  readonly scores: Float64Array;
}

/** Of this many reviews, the words are counted: more would take time, and hardly change the histogram. */
const MAX_COUNTED = 10_000;
/** For so many texts, the vocabulary is compiled, if it is not yet. */
const MIN_TEXTS_IN_BATCH = 3000;

/** `parts` are of one training, such as its folds. Undefined if there is no review, or none with a word. */
export async function histogramsOf(
  parts: readonly ScoredReviews[],
  extractor: FeatureExtractor,
  scoreRange: ScoreRange,
): Promise<Histograms | undefined> {
  const bounds = binBounds(HISTOGRAM_BINS.scores, scoreRange);
  const scores = new Array<number>(bounds.length).fill(0);
  // As function/counters.ts finds the bin. No score is above the last bound.
  const binOf = (score: number) => bounds.findIndex((bound) => score <= bound);
  for (const part of parts) for (const score of part.scores) count(scores, binOf(score));
  const step = Math.ceil(parts.reduce((sum, { heldOut }) => sum + heldOut.length, 0) / MAX_COUNTED);
  const unknownShare = new Array<number>(HISTOGRAM_BINS.unknownShare).fill(0);
  let place = 0;
  for (const { vectorizer, heldOut } of parts) {
    const texts = heldOut.filter(() => place++ % step === 0).map(({ text }) => text);
    for (const [words, unknownWords] of await wordCountsOf(texts, vectorizer, extractor))
      if (words > 0) count(unknownShare, binOfShare(unknownWords, words, unknownShare.length));
  }
  const isEmpty = (counts: readonly number[]) => counts.every((one) => one === 0);
  return isEmpty(scores) || isEmpty(unknownShare) ? undefined : { scores, unknownShare };
}

/** For each text, the number of its words, and of those that are not a term of the vocabulary on their own. */
async function wordCountsOf(
  texts: readonly string[],
  vectorizer: Vectorizer,
  extractor: FeatureExtractor,
): Promise<[words: number, unknownWords: number][]> {
  if (texts.length < MIN_TEXTS_IN_BATCH || extractor.countBatches === undefined)
    return texts.map((text) => {
      const { words, unknownWords } = vectorizer.rowWithWords(extractor.tokens(text).tokens);
      return [words, unknownWords];
    });
  const { words, unknownWords } = await extractor.countBatches(vectorizer)(texts);
  return Array.from(words, (count, i) => [count, unknownWords[i] as number]);
}

function count(counts: number[], bin: number): void {
  counts[bin] = (counts[bin] as number) + 1;
}

/** As native/texts.h finds the bin, without rounding. */
function binOfShare(unknownWords: number, words: number, bins: number): number {
  return unknownWords === 0 ? 0 : Math.floor((bins * unknownWords - 1) / words);
}
