/**
 * The command line `hoshi`: data on stdin and stdout, messages and progress on stderr; exit code 2 for wrong usage,
 * 130 for what Ctrl-C cut short, as of a program that it ends, so that `hoshi train … && …` goes no further; 1 for a failure. Each
 * command is one file of `commands/`; whoever runs it may add commands of its own.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../native/package-root.ts';

/** By name. A command's file is loaded only when it is needed. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  score: () => import('./commands/score.ts').then(({ scoreCommand }) => scoreCommand()),
  tokenize: () => import('./commands/tokenize.ts').then(({ tokenizeCommand }) => tokenizeCommand()),
  explain: () => import('./commands/explain.ts').then(({ explainCommand }) => explainCommand()),
  train: () => import('./commands/train.ts').then(({ trainCommand }) => trainCommand()),
  'train-corpus': () => import('./commands/train-corpus.ts').then(({ trainCorpusCommand }) => trainCorpusCommand()),
  eval: () => import('./commands/eval.ts').then(({ evalCommand }) => evalCommand()),
  import: () => import('./commands/import.ts').then(({ importCommand }) => importCommand()),
  inspect: () => import('./commands/inspect.ts').then(({ inspectCommand }) => inspectCommand()),
  serve: () => import('./commands/serve.ts').then(({ serveCommand }) => serveCommand()),
  load: () => import('./commands/loadtest.ts').then(({ loadtestCommand }) => loadtestCommand()),
  compile: () => import('./commands/compile.ts').then(({ compileCommand }) => compileCommand()),
  'compile-dictionary': () =>
    import('./commands/compile-dictionary.ts').then(({ compileDictionaryCommand }) => compileDictionaryCommand()),
};

/** With the command that the arguments name; where they name none, as for --help, with all. */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const { version, description } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  const program = new Command('hoshi').description(String(description)).version(String(version));
  const all = Object.entries(commands);
  const named = all.filter(([name]) => name === args[0]);
  for (const [, make] of named.length > 0 ? named : all) program.addCommand(await make());
  return program;
}
