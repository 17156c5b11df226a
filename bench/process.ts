/** Programs as separate processes, and the time and memory that a process has used, on Linux. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { compiled } from './compile.ts';

export interface ProcessUsage {
  /** From just before the process is created to its end. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

const SAMPLING_MS = 20;
const MS_PER_TICK = 10; // USER_HZ is 100 on every Linux that Node runs on

/**
 * Runs a program to its end. `output` is the file descriptor for its standard output; without it, the output is
 * returned. Rejects unless the program exits with 0.
 */
export async function runProcess(
  program: string,
  args: readonly string[],
  output?: number,
): Promise<ProcessUsage & { readonly stdout: string }> {
  const began = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', output ?? 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const stdout = child.stdout === null ? '' : readAll(child.stdout);
  const pid = child.pid as number;
  let [peakMb, cpuMs] = [0, 0];
  const sampling = setInterval(() => {
    try {
      [peakMb, cpuMs] = [memoryMb(pid, 'VmHWM'), roughProcessorMs(pid)]; // both only grow, so the last sample counts
    } catch {} // the process is ending
  }, SAMPLING_MS);
  const [code] = await ended;
  const seconds = (performance.now() - began) / 1000;
  clearInterval(sampling);
  if (code !== 0) throw new Error(`Expected \`${program} ${args[0]}\` to exit with 0, it exited with ${code}`);
  return { seconds, cpuSeconds: cpuMs / 1000, peakMb, stdout: await stdout };
}

/** The processor time of a running process so far, with threads that have ended. Takes some milliseconds itself. */
export function processorMs(pid: number): number {
  const program = compiled('processor-time', 'processor-time.cc');
  if (program === undefined) throw new Error('Expected g++ to compile bench/processor-time.cc, but it failed');
  return Number(execFileSync(program, [String(pid)], { encoding: 'utf8', stdio: 'pipe' })) / 1e6;
}

/** The same to 10 ms, in little time. */
function roughProcessorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may contain spaces and parentheses
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** VmRSS: resident memory now. VmHWM: its peak so far. Throws if the process has ended. */
export function memoryMb(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`Expected process ${pid} to run, it has ended`);
  return (Number(kilobytes) * 1024) / 1e6;
}
