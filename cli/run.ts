/** Runs a command line and tells the exit code; every failure is one message on stderr. */
import { type Command, CommanderError } from 'commander';
import { Interrupted } from '../model/io/interrupted.ts';

export async function run(program: Command, args: readonly string[]): Promise<number> {
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has said why
    process.stderr.write(`hoshi: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof Interrupted ? 130 : 1;
  }
}
