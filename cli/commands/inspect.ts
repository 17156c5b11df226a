/** `hoshi inspect`: describes a bundle and checks it. */
import { Command } from 'commander';
import type { Histograms, Manifest } from '../../model/bundle/manifest.ts';
import type { EndMap } from '../../model/reference/score-range.ts';
import type { TermRules } from '../../model/reference/term-rules.ts';
import {
  type InspectedVocabulary,
  type Inspection,
  inspectBundle,
  type WeighedTerm,
} from '../../model/scoring/inspect.ts';
import { labelCutsOf } from '../../model/scoring/labels.ts';
import { shippedBundle } from '../../native/package-root.ts';
import { counted } from '../options.ts';
import { measureTexts } from '../terminal/measures.ts';
import { plainList } from '../terminal/table.ts';

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('describe a model and check it: how it was made, its files, and the engines that can serve it')
    .argument('[bundle]', "folder of the model's bundle", shippedBundle)
    .option('--json', 'print the description as JSON')
    .action(async (path: string, { json }: { readonly json?: boolean }) => {
      const inspection = await inspectBundle(path);
      process.stdout.write(json ? `${JSON.stringify(inspection)}\n` : format(inspection));
      const { problems } = inspection;
      if (problems.length > 0) throw new Error(`${path} cannot be served:\n${problems.join('\n')}`);
    });
}

function format(inspection: Inspection): string {
  const { problems, manifest, files, reportBytes, vocabulary, trees, compiled, engines } = inspection;
  const lines: [name: string, value: string][] = manifest === undefined ? [] : describe(manifest);
  if (vocabulary !== undefined) {
    lines.push(
      ['terms', `${vocabulary.terms}: ${kindsOf(vocabulary)}`],
      ['highest idf', listOf(vocabulary.highestIdf)],
      ['lowest idf', listOf(vocabulary.lowestIdf)],
    );
  }
  if (trees !== undefined) {
    const { coefficients, count, leaves, depth, columns } = trees;
    if (coefficients !== undefined) lines.push(['linear leaf', `${coefficients} coefficients, before the trees`]);
    lines.push([
      'trees',
      count === 0 ? 'none' : `${count} of ${(leaves / count).toFixed(1)} leaves, ${depth} deep, on ${columns} terms`,
    ]);
  }
  lines.push(
    ...files.map(({ file, bytes, state }): [string, string] => [file, `${bytes ?? 'no'} bytes, ${state}`]),
    ...(reportBytes === undefined ? [] : ([['report.html', `${reportBytes} bytes`]] satisfies [string, string][])),
    ...compiled.map(({ file, state }): [string, string] => [file, state]),
    // The problems of a damaged bundle are printed below, so they need no repetition here.
    ...engines.map(({ engine, refusal }): [string, string] => [
      engine,
      refusal === undefined ? 'serves it' : problems.length > 0 ? 'cannot serve it' : refusal,
    ]),
  );
  return plainList(lines);
}

function describe(manifest: Manifest): [string, string][] {
  const { name, version, made, scoreRange, goldens, endMap, tokenizer, normalizer, lightgbm, training, measures } =
    manifest;
  const { rules, ...rows } = manifest.vectorizer;
  const [negativeBelow, positiveAbove] = labelCutsOf(manifest);
  return [
    ['model', `${name} ${version}`],
    ['made by', made.command],
    ...Object.entries(made).flatMap(([key, value]): [string, string][] =>
      key === 'command' ? [] : [[`  ${key}`, membersOf(value)]],
    ),
    ['scores', `${scoreRange.join(' to ')}; ${goldens.length} golden ones`],
    ...lineIf('end map', endMap && endMapOf(endMap)),
    ['labels', `negative below ${negativeBelow}, positive above ${positiveAbove}`],
    ...lineIf('normalizer', normalizer?.steps.join(', ')),
    ['tokens', `${tokenizer.name} ${tokenizer.version}, dictionary ${tokenizer.dictionary.slice(0, 12)}`],
    ...lineIf('term rules', rules && rulesOf(rules)),
    ['rows', membersOf(rows)],
    ['LightGBM', lightgbm],
    ...Object.entries(training).map(([key, value]): [string, string] => [`  ${key}`, membersOf(value)]),
    ...measureTexts(measures).map(([set, values]): [string, string] => [`on ${set}`, values]),
    ...lineIf('histograms', manifest.histograms && histogramsOf(manifest.histograms)),
  ];
}

function histogramsOf({ scores, unknownShare }: Histograms): string {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  return `scores of ${sum(scores)} held-out reviews, and unknown words of ${sum(unknownShare)}`;
}

function lineIf(name: string, value: string | undefined): [name: string, value: string][] {
  return value === undefined ? [] : [[name, value]];
}

/** `raw sums from -21.30 to 27.12, by 18 knots; from 1.5 to 4.5 they are the scores`. */
function endMapOf({ raw, scores }: EndMap): string {
  const [first, last] = [raw[0] as number, raw.at(-1) as number];
  const same = raw.filter((sum, i) => sum === scores[i]);
  const middle = same.length > 1 ? `; from ${same[0]} to ${same.at(-1)} they are the scores` : '';
  return `raw sums from ${first.toFixed(2)} to ${last.toFixed(2)}, by ${raw.length} knots${middle}`;
}

/** In short: the lists of words that are not long, and the lengths of the others. */
function rulesOf({ spellings, negation, concessive, last_sentence, symbols }: TermRules): string {
  const parts = ['base forms'];
  const count = Object.keys(spellings).length;
  if (count > 0) parts.push(`${count} spellings`);
  if (negation !== null)
    parts.push(
      `negation of up to ${negation.scope} words by ${Object.keys(negation.negators).join(' ')} (${negation.exceptions.length} exceptions)`,
    );
  if (concessive.length > 0) parts.push(`clauses at ${concessive.join(' ')}`);
  if (last_sentence) parts.push('last sentence');
  if (symbols) parts.push('symbols');
  return parts.join('; ');
}

const KINDS = {
  before: 'before a concessive particle',
  after: 'after a concessive particle',
  last: 'in the last sentence',
  symbol: 'symbols',
} as const;

/** `7 unigrams, 1 bigram, 2 symbols`: the number of terms of each kind; n-grams by their number of words. */
function kindsOf({ ngrams, others }: InspectedVocabulary): string {
  const words = Object.entries(ngrams).map(([length, count]) => {
    const name = ['unigram', 'bigram', 'trigram'][Number(length) - 1] ?? `${length}-gram`;
    return counted(count, name);
  });
  const rest = Object.entries(others).map(([kind, count]) => `${count} ${KINDS[kind as keyof typeof KINDS]}`);
  return [...words, ...rest].join(', ');
}

/** All members of an object on one line, as `name=value name=value`. */
function membersOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, member]) => {
      const text = typeof member === 'object' ? JSON.stringify(member) : String(member);
      return `${key}=${text}`;
    })
    .join(' ');
}

function listOf(terms: readonly WeighedTerm[]): string {
  return terms.map(({ term, idf }) => `${term} ${idf.toFixed(2)}`).join(', ');
}
