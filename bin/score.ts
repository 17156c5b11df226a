/** `hoshi score` alone, for the image: what trains, draws and loads stays out of it. */
import { scoreCommand } from '../model/commands/score.ts';
import { run } from '../model/run.ts';
import { endWithReader } from './reader.ts';

endWithReader();
// No `await` here: the image has this as CommonJS.
run(scoreCommand(), process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
