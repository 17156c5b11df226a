/**
 * The command line `hoshi`. Data goes to stdout, messages and progress go to stderr. run.ts lists the exit codes. An
 * interrupted command exits with 130, so that the shell stops at `hoshi train … && …`, as after any Ctrl-C.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../native/package-root.ts';
import { addVersion } from './version.ts';

/** The commands by name. The file of a command is loaded only when it is needed. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  score: () => import('./commands/score.ts').then(({ scoreCommand }) => scoreCommand()),
  tokenize: () => import('./commands/tokenize.ts').then(({ tokenizeCommand }) => tokenizeCommand()),
  explain: () => import('./commands/explain.ts').then(({ explainCommand }) => explainCommand()),
  train: () => import('./commands/train.ts').then(({ trainCommand }) => trainCommand()),
  'train-corpus': () => import('./commands/train-corpus.ts').then(({ trainCorpusCommand }) => trainCorpusCommand()),
  eval: () => import('./commands/eval.ts').then(({ evalCommand }) => evalCommand()),
  compare: () => import('./commands/compare.ts').then(({ compareCommand }) => compareCommand()),
  import: () => import('./commands/import.ts').then(({ importCommand }) => importCommand()),
  inspect: () => import('./commands/inspect.ts').then(({ inspectCommand }) => inspectCommand()),
  serve: () => import('./commands/serve.ts').then(({ serveCommand }) => serveCommand()),
  load: () => import('./commands/loadtest.ts').then(({ loadtestCommand }) => loadtestCommand()),
  compile: () => import('./commands/compile.ts').then(({ compileCommand }) => compileCommand()),
  'compile-dictionary': () =>
    import('./commands/compile-dictionary.ts').then(({ compileDictionaryCommand }) => compileDictionaryCommand()),
  completion: () =>
    import('./commands/completion.ts').then(({ completionCommand }) => completionCommand(() => createProgram([]))),
};

/** The program with the one command that `args` names, or with all commands if it names none (`--help`). */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const { description } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  const program = await addVersion(new Command('hoshi').description(String(description)), args);
  const all = Object.entries(commands);
  const named = all.filter(([name]) => name === args[0]);
  for (const [, make] of named.length > 0 ? named : all) program.addCommand(await make());
  return program;
}
