/** Options that several commands share, the parsers of options, and messages to the terminal. */
import { once } from 'node:events';
import { basename, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { escapeControls } from '../function/log.ts';
import { checkModelName } from '../model/bundle/model-name.ts';
import { type DecodeOptions, type Encoding, encodingNamed, encodings } from '../model/io/encoding.ts';
import { type RecordFormat, recordFormats } from '../model/io/records.ts';
import type { BadRow } from '../model/io/reviews.ts';
import { loadScorer } from '../model/scoring/load.ts';
import { type EngineChoice, engineNames, type Scorer } from '../model/scoring/scorer.ts';
import { shippedBundle } from '../native/package-root.ts';
import { prepareEngine } from './lightgbm.ts';

export interface ScorerFlags {
  readonly bundle: string;
  readonly engine: EngineChoice;
}

export function addScorerOptions(command: Command): Command {
  return addEngineOption(command.option('--bundle <folder>', "folder of the model's bundle", shippedBundle));
}

export function addEngineOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--engine <engine>',
      'engine that computes the scores; auto takes the first engine that can serve the model',
    )
      .choices(['auto', ...engineNames])
      .default('auto'),
  );
}

export function scorerOf({ bundle, engine }: ScorerFlags): Promise<Scorer> {
  return loadScorer({ bundlePath: bundle, engine, warn: log, prepare: prepareEngine });
}

/** The option of commands that make a bundle. */
export function addNameOption(command: Command): Command {
  return command.option('--name <name>', 'name of the model (default: name of the folder)', nameFrom);
}

/** A parser of `--name` for commander. Shells and file systems may give が as two characters; the name has one. */
function nameFrom(text: string): string {
  return parsedBy((name) => {
    checkModelName(name, 'it');
    return name;
  })(text.normalize('NFC'));
}

/** The name that `--name` gives, or the name of the folder. Throws if a model cannot have it. */
export function modelNameOf({ name, out }: { readonly name?: string; readonly out: string }): string {
  if (name !== undefined) return name;
  const folderName = basename(resolve(out)).normalize('NFC');
  checkModelName(folderName, 'the name of the folder, which becomes the name of the model unless --name gives one,');
  return folderName;
}

export interface TextFileFlags {
  readonly column: string;
  readonly format?: RecordFormat;
  readonly encoding?: Encoding;
}

/** The option of commands that read files of people. Without it, the encoding is detected. */
export function addEncodingOption(command: Command): Command {
  return command.option(
    '--encoding <name>',
    `encoding of the input: ${encodings.join(', ')} or another name of these, such as cp932 (default: detected)`,
    encodingFrom,
  );
}

/** A parser of `--encoding` for commander. */
function encodingFrom(name: string): Encoding {
  const encoding = encodingNamed(name);
  if (encoding === undefined) throw new InvalidArgumentError(`Expected one of ${encodings.join(', ')}.`);
  return encoding;
}

/** How files are read, with a message for what is detected. */
export function readingOf({ encoding }: { readonly encoding?: Encoding }): DecodeOptions {
  return { onNote: log, ...(encoding && { encoding }) };
}

/** Options of commands that read texts from files of any format. */
export function addTextFileOptions(command: Command): Command {
  return addEncodingOption(command)
    .option(
      '--column <name>',
      'field with the text in a table; text stands for 本文, レビュー and other usual names, too',
      'text',
    )
    .addOption(
      new Option('--format <format>', 'format of the input (default: the file name decides)').choices([
        ...recordFormats,
      ]),
    );
}

/** Prints a message on stderr. */
export function log(message: string): void {
  process.stderr.write(`hoshi: ${escapeControls(message)}\n`);
}

/** Writes to stdout, and waits while its buffer is full. */
export async function print(text: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** "1 wrong line" or "2 wrong lines", for the noun "wrong line". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Logs the first ten unusable rows with their line numbers, and the number of all unusable rows. */
export function logBadRows(file: string, badRows: readonly BadRow[]): void {
  for (const { line, reason } of badRows.slice(0, 10)) log(`${file}:${line}: ${reason}`);
  if (badRows.length > 0) log(`${file}: found ${counted(badRows.length, 'unusable row')}`);
}

/** The names that a file has for the fields `stars` and `text`. */
export type ColumnNames = Partial<Record<'stars' | 'text', string>>;

/**
 * Parses `stars=rating,text=body`. Like all parsers here, it throws commander's InvalidArgumentError, which is wrong
 * usage.
 */
export function columnsFrom(text: string): ColumnNames {
  const names: ColumnNames = {};
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('=');
    const [field, name] = [pair.slice(0, equals), pair.slice(equals + 1)];
    if (equals < 0 || (field !== 'stars' && field !== 'text') || names[field] !== undefined || name === '')
      throw new InvalidArgumentError('Expected names of fields such as stars=rating,text=body.');
    names[field] = name;
  }
  return names;
}

/** Makes a parser of numbers from `lowest` to `highest`. */
export function numberFrom(
  lowest: number,
  highest: number,
  kind: 'integer' | 'number' = 'integer',
): (text: string) => number {
  return (text) => {
    const value = finiteNumber(text);
    if (value >= lowest && value <= highest && (kind === 'number' || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(
      `Expected ${kind === 'integer' ? 'an integer' : 'a number'} from ${lowest} to ${highest}.`,
    );
  };
}

/** The number in the text. NaN if the text is blank, infinite, or not a number. */
export function finiteNumber(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}

/** Turns a function that throws any error into a parser of options. */
export function parsedBy<Parsed>(parse: (text: string) => Parsed): (text: string) => Parsed {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
}
