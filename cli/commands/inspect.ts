/** `hoshi inspect`: describes a bundle and checks it. */
import { Command } from 'commander';
import type { Manifest } from '../../model/bundle/manifest.ts';
import {
  type InspectedVocabulary,
  type Inspection,
  inspectBundle,
  type WeighedTerm,
} from '../../model/scoring/inspect.ts';
import { shippedBundle } from '../options.ts';
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
      ['terms', `${vocabulary.terms}: ${ngramsOf(vocabulary)}`],
      ['rarest', listOf(vocabulary.rarest)],
      ['commonest', listOf(vocabulary.commonest)],
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
  const { name, version, made, tokenizer, normalizer, lightgbm, vectorizer, training, measures } = manifest;
  return [
    ['model', `${name} ${version}`],
    ['made by', made.command],
    ...Object.entries(made).flatMap(([key, value]): [string, string][] =>
      key === 'command' ? [] : [[`  ${key}`, membersOf(value)]],
    ),
    ['scores', scoresOf(manifest)],
    ...(normalizer === undefined ? [] : ([['normalizer', normalizer.steps.join(', ')]] satisfies [string, string][])),
    ['tokens', `${tokenizer.name} ${tokenizer.version}, dictionary ${tokenizer.dictionary.slice(0, 12)}`],
    ['rows', membersOf(vectorizer)],
    ['LightGBM', lightgbm],
    ...Object.entries(training).map(([key, value]): [string, string] => [`  ${key}`, membersOf(value)]),
    ...measureTexts(measures).map(([set, values]): [string, string] => [`on ${set}`, values]),
  ];
}

/** `1 to 5, of raw sums from -21.30 to 27.12; 9 golden ones`. Without an end map, the raw sums are left out. */
function scoresOf({ scoreRange, endMap, goldens }: Manifest): string {
  const bounds = endMap === undefined ? [] : [endMap.raw[0] as number, endMap.raw.at(-1) as number];
  const sums = bounds.map((bound) => bound.toFixed(2)).join(' to ');
  return `${scoreRange.join(' to ')}${sums && `, of raw sums from ${sums}`}; ${goldens.length} golden ones`;
}

/** `7 unigrams, 1 bigram`: the number of terms by their number of words. */
function ngramsOf({ ngrams }: InspectedVocabulary): string {
  return Object.entries(ngrams)
    .map(([words, count]) => {
      const name = ['unigram', 'bigram', 'trigram'][Number(words) - 1] ?? `${words}-gram`;
      return `${count} ${name}${count === 1 ? '' : 's'}`;
    })
    .join(', ');
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
