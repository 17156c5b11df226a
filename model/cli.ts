/**
 * The command line `hoshi`: data on stdin and stdout, messages and progress on stderr; exit code 2 for wrong usage,
 * 130 for what Ctrl-C cut short, as of a program that it ends, so that `hoshi train … && …` goes no further; 1 for a failure. Each command is one file of `commands/`; whoever runs it may add commands of its own.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../native/package-root.ts';
import { compileCommand } from './commands/compile.ts';
import { compileDictionaryCommand } from './commands/compile-dictionary.ts';
import { evalCommand } from './commands/eval.ts';
import { explainCommand } from './commands/explain.ts';
import { importCommand } from './commands/import.ts';
import { inspectCommand } from './commands/inspect.ts';
import { loadCommand } from './commands/load.ts';
import { scoreCommand } from './commands/score.ts';
import { tokenizeCommand } from './commands/tokenize.ts';
import { trainCommand } from './commands/train.ts';
import { trainCorpusCommand } from './commands/train-corpus.ts';

export function createProgram(): Command {
  const { version, description } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  return new Command('hoshi')
    .description(String(description))
    .version(String(version))
    .addCommand(scoreCommand())
    .addCommand(tokenizeCommand())
    .addCommand(explainCommand())
    .addCommand(trainCommand())
    .addCommand(trainCorpusCommand())
    .addCommand(evalCommand())
    .addCommand(importCommand())
    .addCommand(inspectCommand())
    .addCommand(loadCommand())
    .addCommand(compileCommand())
    .addCommand(compileDictionaryCommand());
}
