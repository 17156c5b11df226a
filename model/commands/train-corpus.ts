/** `hoshi train-corpus`: the authored corpus → the shipped model. */
import { Command } from 'commander';
import { readCorpus } from '../corpus/read.ts';
import { starsRecipe } from '../corpus/recipe.ts';
import { train } from '../train.ts';
import { tell } from './options.ts';
import { createProgress } from './progress.ts';

export function trainCorpusCommand(): Command {
  return new Command('train-corpus')
    .description('make the shipped model from the authored corpus')
    .requiredOption('--out <folder>', 'where the bundle goes')
    .action(async ({ out }: { out: string }) => {
      const { reviews, options } = starsRecipe(await readCorpus());
      const { onStage, onProgress, onRound, pause } = await createProgress(false);
      const { manifest } = await train(out, reviews, { ...options, onStage, onProgress, onRound }).finally(pause);
      tell(`${out} holds ${manifest.name} ${manifest.version}`);
    });
}
