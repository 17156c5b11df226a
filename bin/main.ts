/** Entry point of `bin/hoshi`. */
import { createProgram } from '../cli/program.ts';
import { run } from '../cli/run.ts';

const args = process.argv.slice(2);
process.exitCode = await run(await createProgram(args), args);
