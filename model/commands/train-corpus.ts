/** `hoshi train-corpus`: the authored corpus → the shipped model; or how good such models are on what they have not seen. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { type CorpusSides, withoutEachDomain, withoutSomeSentences } from '../corpus/cross.ts';
import { type Corpus, readCorpus } from '../corpus/read.ts';
import { starsRecipe } from '../corpus/recipe.ts';
import { type Evaluation, evaluate } from '../evaluate.ts';
import { loadScorer } from '../scorer.ts';
import { train } from '../train.ts';
import { tell } from './options.ts';
import { createProgress } from './progress.ts';

const PARTS = 5;

interface Flags {
  readonly out?: string;
  readonly cross?: 'domain' | 'sentence';
}

export function trainCorpusCommand(): Command {
  return new Command('train-corpus')
    .description('make the shipped model from the authored corpus')
    .option('--out <folder>', 'where the bundle goes')
    .addOption(
      new Option(
        '--cross <by>',
        'print a table instead: models without one domain, or a part of the sentences, on these',
      )
        .choices(['domain', 'sentence'])
        .conflicts('out'),
    )
    .action(trainCorpus);
}

async function trainCorpus({ out, cross }: Flags, command: Command): Promise<void> {
  const corpus = await readCorpus();
  if (cross !== undefined)
    return printCross(cross === 'domain' ? withoutEachDomain(corpus) : withoutSomeSentences(corpus, PARTS));
  if (out === undefined)
    return command.error('error: expected --out <folder> or --cross <by>, received neither', { exitCode: 2 });
  await trainOn(corpus, out);
}

async function trainOn(corpus: Corpus, out: string): Promise<void> {
  const { reviews, options } = starsRecipe(corpus);
  const { onStage, onProgress, onRound, pause } = await createProgress(false);
  const { manifest } = await train(out, reviews, { ...options, onStage, onProgress, onRound }).finally(pause);
  tell(`${out} holds ${manifest.name} ${manifest.version}`);
}

/** A table in Markdown, row by row as models are done; each takes as long as the shipped one. */
async function printCross(sides: readonly CorpusSides[]): Promise<void> {
  const row = (cells: readonly string[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
  row(['without', 'sentences', 'AUC', 'Spearman', 'mean scores of 1 … 5 stars']);
  row(['---', '---', '---', '---', '---']);
  for (const { name, learning, unseen } of sides) {
    tell(`without ${name}`);
    const folder = await mkdtemp(join(tmpdir(), 'hoshi-cross-'));
    try {
      await trainOn(learning, join(folder, 'stars'));
      const scorer = await loadScorer({ bundlePath: join(folder, 'stars'), engine: 'native' });
      row([name, String(unseen.length), ...cellsOf(await evaluate(scorer, unseen))]);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

function cellsOf({ auc, spearman, means }: Evaluation): string[] {
  return [auc.value.toFixed(3), spearman.toFixed(3), means.map(({ score }) => score.toFixed(2)).join(' ')];
}
