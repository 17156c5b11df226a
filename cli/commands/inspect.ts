/** `hoshi inspect`: what a bundle is, and what is wrong with it. */
import { join } from 'node:path';
import { Command } from 'commander';
import type { Manifest } from '../../model/bundle/manifest.ts';
import {
  type InspectedVocabulary,
  type Inspection,
  inspectBundle,
  type WeighedTerm,
} from '../../model/scoring/inspect.ts';
import { packageRoot } from '../../native/package-root.ts';
import { measureTexts } from '../terminal/measures.ts';

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('tell what a bundle is: its model, how it was made, its files, and whether all is well with it')
    .argument('[bundle]', 'the model', join(packageRoot, 'model', 'stars'))
    .option('--json', 'print it as JSON')
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
    const { count, leaves, depth, columns } = trees;
    lines.push(['trees', `${count} of ${(leaves / count).toFixed(1)} leaves, ${depth} deep, on ${columns} terms`]);
  }
  lines.push(
    ...files.map(({ file, bytes, state }): [string, string] => [file, `${bytes ?? 'no'} bytes, ${state}`]),
    ...(reportBytes === undefined ? [] : ([['report.html', `${reportBytes} bytes`]] satisfies [string, string][])),
    ...compiled.map(({ file, state }): [string, string] => [file, state]),
    // Of a damaged bundle the problems follow, and say why.
    ...engines.map(({ engine, refusal }): [string, string] => [
      engine,
      refusal === undefined ? 'serves it' : problems.length > 0 ? 'cannot serve it' : refusal,
    ]),
  );
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  return lines.map(([name, value]) => `${name.padEnd(width)}${value}\n`).join('');
}

function describe(manifest: Manifest): [string, string][] {
  const { name, version, made, scoreRange, tokenizer, lightgbm, vectorizer, training, measures, goldens } = manifest;
  return [
    ['model', `${name} ${version}`],
    ['made by', made.command],
    ...Object.entries(made).flatMap(([key, value]): [string, string][] =>
      key === 'command' ? [] : [[`  ${key}`, membersOf(value)]],
    ),
    ['scores', `${scoreRange.join(' to ')}; ${goldens.length} golden ones`],
    ['tokens', `${tokenizer.name} ${tokenizer.version}, dictionary ${tokenizer.dictionary.slice(0, 12)}`],
    ['rows', membersOf(vectorizer)],
    ['LightGBM', lightgbm],
    ...Object.entries(training).map(([key, value]): [string, string] => [`  ${key}`, membersOf(value)]),
    ...measureTexts(measures).map(([set, values]): [string, string] => [`on ${set}`, values]),
  ];
}

/** `7 unigrams, 1 bigram`: how many terms have how many words. */
function ngramsOf({ ngrams }: InspectedVocabulary): string {
  return Object.entries(ngrams)
    .map(([words, count]) => {
      const name = ['unigram', 'bigram', 'trigram'][Number(words) - 1] ?? `${words}-gram`;
      return `${count} ${name}${count === 1 ? '' : 's'}`;
    })
    .join(', ');
}

/** `name=value` for each member, on one line. */
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
