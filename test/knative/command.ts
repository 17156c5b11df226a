/** Programs as child processes: what they print, or an error that says what they printed. */
import { type ChildProcess, execFile } from 'node:child_process';

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

const TIMEOUT_MS = 180_000;
const MAX_BYTES = 1 << 26;

export function run(program: string, args: readonly string[], input?: string): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_BYTES };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve({ stdout, stderr });
      const what = error.killed ? `did not end within ${TIMEOUT_MS / 1000} s` : `ended with ${error.code}`;
      reject(new Error(`${program} ${args.join(' ')}: ${what}: ${stderr.trim() || stdout.trim()}`));
    });
    child.stdin?.on('error', () => {}); // it did not want to read it all
    child.stdin?.end(input);
  });
}

/** Ends a process, and waits until it has. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}
