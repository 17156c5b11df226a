/** Entry point of `score.cjs` in the image: `hoshi score` without the code for training, reports and load tests. */
import { scoreCommand } from '../cli/commands/score.ts';
import { run } from '../cli/run.ts';
import { addVersion } from '../cli/version.ts';

const args = process.argv.slice(2);
// The image bundles this file as CommonJS, which has no top-level `await`.
addVersion(scoreCommand(), args)
  .then((command) => run(command, args))
  .then((code) => {
    process.exitCode = code;
  });
