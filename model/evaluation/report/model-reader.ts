/**
 * What a report asks of a model: what made a text's score, how much of a text it does not know, and what its trees split
 * by. Narrow, so that a test may stand in for it.
 */
import { type Bundle, readBundle } from '../../bundle/read.ts';
import { shortestWord, termsOf, wordsOf } from '../../reference/terms.ts';
import { type Explanation, UnexplainableError } from '../../scoring/explain.ts';
import type { Scorer } from '../../scoring/scorer.ts';
import { loadStages } from '../../scoring/stages.ts';

export interface TermSplits {
  readonly term: string;
  /** Nodes that split by it. */
  readonly splits: number;
  /** Sum of LightGBM's split_gain over them; not there where the model does not keep it. */
  readonly gain?: number;
}

export interface ModelReader {
  readonly scoreRange: readonly [number, number];
  /** The terms that trees split by: the highest gain first, or the most splits where no gain is kept. */
  splits(): TermSplits[];
  /** The share of a text's terms that the model does not know; NaN if it has none. */
  unknownShare(text: string): number;
  /** Not there where the model's scores are not a sum that can be told apart. */
  readonly explain?: (text: string) => Promise<Explanation>;
}

/** `scorer`: of the same bundle. `warn` is told what a report has to do without. */
export async function readModel(
  bundlePath: string,
  scorer: Scorer,
  warn: (message: string) => void,
): Promise<ModelReader> {
  const [bundle, stages] = await Promise.all([readBundle(bundlePath), loadStages(warn)]);
  const { vectorizer, manifest } = bundle;
  const { token_pattern, ngram_range } = vectorizer.parameters;
  const shortest = shortestWord(token_pattern);
  return {
    scoreRange: manifest.scoreRange,
    splits: () => splitsOf(bundle),
    unknownShare(text) {
      let [unknown, all] = [0, 0];
      const words = Array.from(wordsOf(stages.surfaces(text), shortest), (word) => word.text);
      for (const term of termsOf(words, ngram_range)) {
        all++;
        if (vectorizer.columnOf(term) === undefined) unknown++;
      }
      return unknown / all;
    },
    ...((await isExplained(scorer, warn)) ? { explain: (text: string) => scorer.explain(text) } : {}),
  };
}

async function isExplained(scorer: Scorer, warn: (message: string) => void): Promise<boolean> {
  try {
    await scorer.explain('');
    return true;
  } catch (error) {
    if (!(error instanceof UnexplainableError)) throw error;
    warn(`the report explains no score: ${error.message}`);
    return false;
  }
}

function splitsOf({ modelText, vectorizer }: Bundle): TermSplits[] {
  const found = new Map<number, { splits: number; gain: number }>();
  let isGainKept = true;
  for (const tree of modelText.split(/^(?=Tree=)/m).slice(1)) {
    const valuesOf = (name: string) =>
      (new RegExp(`^${name}=(.+)$`, 'm').exec(tree)?.[1] ?? '').split(' ').filter((value) => value !== '');
    const gains = valuesOf('split_gain');
    const columns = valuesOf('split_feature').map(Number);
    isGainKept &&= gains.length === columns.length;
    columns.forEach((column, node) => {
      const sum = found.get(column) ?? { splits: 0, gain: 0 };
      sum.splits++;
      sum.gain += Number(gains[node]);
      found.set(column, sum);
    });
  }
  return Array.from(found, ([column, { splits, gain }]): TermSplits => {
    const term = vectorizer.tables.terms[column] as string;
    return isGainKept ? { term, splits, gain } : { term, splits };
  }).sort((a, b) => (b.gain ?? b.splits) - (a.gain ?? a.splits) || (a.term < b.term ? -1 : 1));
}
