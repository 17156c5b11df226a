/** Entry point of `score.cjs` in the image: `hoshi score` without the code for training, reports and load tests. */
import { scoreCommand } from '../cli/commands/score.ts';
import { run } from '../cli/run.ts';

// The image bundles this file as CommonJS, which has no top-level `await`.
run(scoreCommand(), process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
