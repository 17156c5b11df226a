/** Options that several commands share, and what they turn into. */
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { BadRow } from '../model/io/reviews.ts';
import { loadScorer } from '../model/scoring/load.ts';
import { type EngineChoice, engineNames, type Scorer } from '../model/scoring/scorer.ts';
import { packageRoot } from '../native/package-root.ts';

export interface ScorerFlags {
  readonly bundle: string;
  readonly engine: EngineChoice;
}

export function addScorerOptions(command: Command): Command {
  return command
    .option('--bundle <folder>', 'the model to score with', join(packageRoot, 'model', 'stars'))
    .addOption(
      new Option('--engine <engine>', 'what computes the score').choices(['auto', ...engineNames]).default('auto'),
    );
}

export function scorerOf({ bundle, engine }: ScorerFlags): Promise<Scorer> {
  return loadScorer({ bundlePath: bundle, engine, warn: log });
}

/** A message for the person at the terminal. */
export function log(message: string): void {
  process.stderr.write(`hoshi: ${message}\n`);
}

/** Rows that cannot be used: the first ten by line, and how many there are. */
export function logBadRows(file: string, badRows: readonly BadRow[]): void {
  for (const { line, reason } of badRows.slice(0, 10)) log(`${file}:${line}: ${reason}`);
  if (badRows.length > 0) log(`${file}: ${badRows.length} rows cannot be used`);
}

/** The names of the fields `stars` and `text` in a file. */
export type ColumnNames = Partial<Record<'stars' | 'text', string>>;

/** A parser of `stars=rating,text=body` for commander. */
export function columnsFrom(text: string): ColumnNames {
  const names: ColumnNames = {};
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('=');
    const [field, name] = [pair.slice(0, equals), pair.slice(equals + 1)];
    if (equals < 0 || (field !== 'stars' && field !== 'text') || names[field] !== undefined || name === '')
      throw new InvalidArgumentError('Expected names of fields as in stars=rating,text=body.');
    names[field] = name;
  }
  return names;
}

/** A parser of numbers from `lowest` to `highest` for commander. */
export function numberFrom(
  lowest: number,
  highest: number,
  kind: 'integer' | 'number' = 'integer',
): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= lowest && value <= highest && (kind === 'number' || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(
      `Expected ${kind === 'integer' ? 'an integer' : 'a number'} from ${lowest} to ${highest}.`,
    );
  };
}
