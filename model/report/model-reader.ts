/**
 * What a report asks of a model: which terms a text's score is made of, how much of a text it does not know, and what its
 * trees split by. Narrow, so that whatever explains scores may stand behind it.
 */
import { type Bundle, readBundle } from '../bundle.ts';
import { holdWithin } from '../scorer.ts';
import { loadStages, type Stages } from '../stages.ts';
import { shortestWord, termsOf, wordsOf } from '../terms.ts';

/** UTF-16 offsets [start, end) of where a term stands in a text. */
export type Offsets = readonly [start: number, end: number];

export interface TermContribution {
  readonly term: string;
  /** Each place where it stands. */
  readonly offsets: readonly Offsets[];
  readonly contribution: number;
}

/** base + absent + the terms' contributions + held = score. */
export interface Explanation {
  readonly score: number;
  /** What the model says without looking at a text. */
  readonly base: number;
  /** What it takes from the terms that the text does not have. */
  readonly absent: number;
  /** What holding the score within its range takes away or adds. */
  readonly held: number;
  readonly terms: readonly TermContribution[];
}

export interface TermGain {
  readonly term: string;
  /** Sum of LightGBM's split_gain. */
  readonly gain: number;
  readonly splits: number;
}

export interface ModelReader {
  readonly scoreRange: readonly [number, number];
  /** The terms that trees split by, the highest gain first. */
  gains(): TermGain[];
  /** The share of a text's terms that the model does not know; NaN if it has none. */
  unknownShare(text: string): number;
  /** Not there where the model's scores are not a sum that can be told apart. */
  readonly explain?: (text: string) => Explanation;
}

/** `warn` is told what a report has to do without. */
export async function readModel(bundlePath: string, warn: (message: string) => void): Promise<ModelReader> {
  const [bundle, stages] = await Promise.all([readBundle(bundlePath), loadStages(warn)]);
  const known = new Set(bundle.vectorizer.tables.terms);
  const explain = await explainerOf(bundle, stages, warn);
  return {
    scoreRange: bundle.manifest.scoreRange,
    gains: () => gainsOf(bundle),
    unknownShare(text) {
      let [unknown, all] = [0, 0];
      for (const [term, offsets] of offsetsOf(bundle, stages, text)) {
        all += offsets.length;
        if (!known.has(term)) unknown += offsets.length;
      }
      return unknown / all;
    },
    ...(explain === undefined ? {} : { explain }),
  };
}

async function explainerOf(
  bundle: Bundle,
  stages: Stages,
  warn: (message: string) => void,
): Promise<ModelReader['explain']> {
  const { vectorizer, manifest, modelText, path } = bundle;
  const columns = new Map(vectorizer.tables.terms.map((term, column) => [term, column]));
  const { Booster } = await import('../../native/index.ts');
  const booster = Booster.fromModelText(modelText);
  try {
    booster.contributions(vectorizer.row([]));
  } catch (error) {
    warn(`${path} cannot be explained: ${(error as Error).message}`);
    return undefined;
  }
  return (text) => {
    const contributions = booster.contributions(vectorizer.row(stages.surfaces(text)));
    const base = contributions.at(-1) as number;
    const terms: TermContribution[] = [];
    for (const [term, offsets] of offsetsOf(bundle, stages, text)) {
      const contribution = contributions[columns.get(term) ?? -1];
      if (contribution !== undefined) terms.push({ term, offsets, contribution });
    }
    const sum = contributions.reduce((total, contribution) => total + contribution, 0);
    const score = holdWithin(manifest.scoreRange, sum);
    const present = terms.reduce((total, { contribution }) => total + contribution, 0);
    return { score, base, absent: sum - base - present, held: score - sum, terms };
  };
}

/** The terms of a text, each with all the places where it stands. */
function offsetsOf({ vectorizer }: Bundle, stages: Stages, text: string): Map<string, Offsets[]> {
  const { token_pattern, ngram_range } = vectorizer.parameters;
  const surfaces = stages.surfaces(text);
  const words: string[] = [];
  const wordOffsets: Offsets[] = [];
  let [token, tokenStart, from] = [0, 0, 0];
  for (const word of wordsOf(surfaces, shortestWord(token_pattern))) {
    for (; token < word.token; token++) {
      tokenStart += (surfaces[token] as string).length;
      from = 0;
    }
    const start = (surfaces[token] as string).indexOf(word.text, from);
    from = start + word.text.length;
    words.push(word.text);
    wordOffsets.push([tokenStart + start, tokenStart + from]);
  }
  const found = new Map<string, Offsets[]>();
  for (let length = ngram_range[0]; length <= ngram_range[1]; length++) {
    let first = 0;
    for (const term of termsOf(words, [length, length])) {
      const place: Offsets = [(wordOffsets[first] as Offsets)[0], (wordOffsets[first + length - 1] as Offsets)[1]];
      const offsets = found.get(term);
      if (offsets === undefined) found.set(term, [place]);
      else offsets.push(place);
      first++;
    }
  }
  return found;
}

function gainsOf({ modelText, vectorizer }: Bundle): TermGain[] {
  const gains = new Map<number, { gain: number; splits: number }>();
  const valuesOf = (name: string) =>
    Array.from(modelText.matchAll(new RegExp(`^${name}=(.*)$`, 'gm')), ([, values = '']) =>
      values === '' ? [] : values.split(' ').map(Number),
    );
  const treeGains = valuesOf('split_gain');
  valuesOf('split_feature').forEach((columns, tree) => {
    columns.forEach((column, node) => {
      const sum = gains.get(column) ?? { gain: 0, splits: 0 };
      sum.gain += treeGains[tree]?.[node] ?? 0;
      sum.splits++;
      gains.set(column, sum);
    });
  });
  return Array.from(gains, ([column, sum]) => ({ term: vectorizer.tables.terms[column] as string, ...sum })).sort(
    (a, b) => b.gain - a.gain || (a.term < b.term ? -1 : 1),
  );
}
