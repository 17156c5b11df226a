/** A program as a process of its own: how long it takes, what it uses, and what it prints. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as readAll } from 'node:stream/consumers';
import { memoryMb, processorMs } from './servers.ts';

export interface ProcessFigures {
  /** From before the process is made to its end. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

const SAMPLING_MS = 20;

/** `output`: a file descriptor that standard output goes to; without one it comes back. Rejects unless the program ends with 0. */
export async function runProcess(
  program: string,
  args: readonly string[],
  output?: number,
): Promise<ProcessFigures & { readonly stdout: string }> {
  const began = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', output ?? 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const stdout = child.stdout === null ? '' : readAll(child.stdout);
  const pid = child.pid as number;
  let [peakMb, cpuMs] = [0, 0];
  const sampling = setInterval(() => {
    try {
      [peakMb, cpuMs] = [memoryMb(pid, 'VmHWM'), processorMs(pid)]; // both only grow: the last sample is the one
    } catch {} // it is ending
  }, SAMPLING_MS);
  const [code] = await ended;
  const seconds = (performance.now() - began) / 1000;
  clearInterval(sampling);
  if (code !== 0) throw new Error(`Expected ${program} ${args[0]} to end with 0, it ended with ${code}`);
  return { seconds, cpuSeconds: cpuMs / 1000, peakMb, stdout: await stdout };
}
