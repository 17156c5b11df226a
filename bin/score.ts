/** `hoshi score` alone, for the image: what trains, draws and loads stays out of it. */
import { scoreCommand } from '../cli/commands/score.ts';
import { run } from '../cli/run.ts';
import { endWithReader } from '../cli/terminal/reader.ts';

endWithReader();
// No `await` here: the image has this as CommonJS.
run(scoreCommand(), process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
