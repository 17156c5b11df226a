/** Runs a command line and returns its exit code. A failure prints one message on stderr. */
import { type Command, CommanderError } from 'commander';
import { writeError } from '../model/io/file-errors.ts';
import { Interrupted } from '../model/io/interrupted.ts';

/** Exit codes: 0 for success, 1 for a failure, 2 for wrong usage, 130 for work that was interrupted. */
export async function run(program: Command, args: readonly string[]): Promise<number> {
  process.stdout.on('error', exitOnFailedOutput);
  process.stderr.on('error', () => {}); // the work goes on without its messages
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed the reason
    process.stderr.write(`hoshi: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof Interrupted ? 130 : 1;
  }
}

/**
 * A reader such as `head` closes the pipe when it has enough. This is not a failure: the process exits with 0.
 * Other errors, such as a full disk, are failures.
 */
function exitOnFailedOutput(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`hoshi: ${(writeError('standard output', error) as Error).message}\n`);
  process.exit(1);
}
