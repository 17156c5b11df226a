/**
 * The command line `hoshi`: data on stdin and stdout, messages and progress on stderr; exit code 2 for wrong usage,
 * 130 for what Ctrl-C cut short, as of a program that it ends, so that `hoshi train … && …` goes no further; 1 for a failure. Each
 * command is one file of `commands/`; whoever runs it may add commands of its own.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../native/package-root.ts';

/** What makes each command, by its name. */
export type Commands = Readonly<Record<string, () => Command | Promise<Command>>>;

/** Each is loaded from its file when it is asked for, so that none waits for what the others need. */
const commands: Commands = {
  score: () => import('./commands/score.ts').then(({ scoreCommand }) => scoreCommand()),
  tokenize: () => import('./commands/tokenize.ts').then(({ tokenizeCommand }) => tokenizeCommand()),
  explain: () => import('./commands/explain.ts').then(({ explainCommand }) => explainCommand()),
  train: () => import('./commands/train.ts').then(({ trainCommand }) => trainCommand()),
  'train-corpus': () => import('./commands/train-corpus.ts').then(({ trainCorpusCommand }) => trainCorpusCommand()),
  eval: () => import('./commands/eval.ts').then(({ evalCommand }) => evalCommand()),
  import: () => import('./commands/import.ts').then(({ importCommand }) => importCommand()),
  inspect: () => import('./commands/inspect.ts').then(({ inspectCommand }) => inspectCommand()),
  load: () => import('./commands/load.ts').then(({ loadCommand }) => loadCommand()),
  compile: () => import('./commands/compile.ts').then(({ compileCommand }) => compileCommand()),
  'compile-dictionary': () =>
    import('./commands/compile-dictionary.ts').then(({ compileDictionaryCommand }) => compileDictionaryCommand()),
};

/** With the command that the arguments name; where they name none, as for --help, with all. */
export async function createProgram(args: readonly string[], further: Commands = {}): Promise<Command> {
  const { version, description } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  const program = new Command('hoshi').description(String(description)).version(String(version));
  const all = Object.entries({ ...commands, ...further });
  const named = all.filter(([name]) => name === args[0]);
  for (const [, make] of named.length > 0 ? named : all) program.addCommand(await make());
  return program;
}
