/** Runs programs as child processes. */
import { type ChildProcess, execFile } from 'node:child_process';

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

const TIMEOUT_MS = 180_000;
const MAX_BYTES = 1 << 26;

/** Returns the output of a program. Rejects with its output if it fails or takes longer than 180 s. */
export function run(program: string, args: readonly string[], input?: string): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_BYTES };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve({ stdout, stderr });
      const what = error.killed ? `did not end within ${TIMEOUT_MS / 1000} s` : `ended with ${error.code}`;
      reject(new Error(`${program} ${args.join(' ')}: ${what}: ${stderr.trim() || stdout.trim()}`));
    });
    child.stdin?.on('error', () => {}); // the program may close its input early
    child.stdin?.end(input);
  });
}

/** Sends a signal to a process and waits until it has ended. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}
