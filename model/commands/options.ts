/** Options that several commands share, and what they turn into. */
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { packageRoot } from '../../native/package-root.ts';
import { type EngineChoice, engineNames, loadScorer, type Scorer } from '../scorer.ts';

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
  return loadScorer({ bundlePath: bundle, engine, warn: tell });
}

/** A message for the person at the terminal. */
export function tell(message: string): void {
  process.stderr.write(`hoshi: ${message}\n`);
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
