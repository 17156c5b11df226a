/** Hosts of the handler as processes, and a bare HTTP client that sends what it is told. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../bench/servers.ts';
import { packageRoot } from '../../native/package-root.ts';

export interface Host {
  readonly child: ChildProcess;
  /** How it ends: its exit code, or null where a signal ends it. Rejects where it goes on for long after it is waited for. */
  readonly ended: () => Promise<number | null>;
  readonly port: number;
  readonly url: string;
  /** What it has written on standard error, as `readable` tells it. */
  readonly messages: () => string;
  /** The same, line by line as it was written. */
  readonly lines: () => readonly string[];
  stop(): Promise<void>;
}

const START_MS = 60_000;
const END_MS = 30_000;

/** Starts `node ARGS` with PORT set, and waits until /livez answers. */
export async function start(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Host> {
  const port = await freePort();
  const child = spawn(process.execPath, args, {
    cwd: packageRoot,
    env: { ...process.env, PORT: String(port), ...environment },
  });
  let messages = '';
  child.stderr.on('data', (chunk) => {
    messages += chunk;
  });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const ended = async () => {
    const late = delay(END_MS, undefined, { ref: false }).then(() => {
      throw new Error(`Expected the server to end within ${END_MS / 1000} s, received: ${readable(messages)}`);
    });
    const [code] = await Promise.race([exit, late]);
    return code;
  };
  const stop = async () => {
    child.kill('SIGKILL');
    await exit;
  };
  const url = `http://127.0.0.1:${port}`;
  const began = performance.now();
  while (
    !(await fetch(`${url}/livez`, { signal: AbortSignal.timeout(5000) }).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode === null && child.signalCode === null && performance.now() - began < START_MS) await delay(50);
    else {
      await stop();
      throw new Error(`Expected a server on port ${port}, received: ${readable(messages)}`);
    }
  }
  return { child, ended, port, url, messages: () => readable(messages), lines: () => messages.split('\n'), stop };
}

/** Lines of the log as `severity: message`; other lines as they are. */
export function readable(lines: string): string {
  return lines.replaceAll(/^\{.*\}$/gm, (line) => {
    const { severity, message } = JSON.parse(line) as { severity: string; message: string };
    return `${severity.toLowerCase()}: ${message}`;
  });
}

export const fakeServer = join('dist', 'test', 'fixtures', 'serve-fake.js');
export const leanServer = join('dist', 'function', 'main.js');
/** The same, as an image has it. */
export const packedServer = join('build', 'server', 'server.cjs');
export const functionsFramework = [
  join('node_modules', '.bin', 'functions-framework'),
  '--target=score',
  '--signature-type=http',
];

/** Sends bytes as they are, and returns all that comes until the other side hangs up, or for `ms`. */
export async function sendRaw(port: number, bytes: string | Uint8Array, ms = 3000): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.write(bytes);
  await Promise.race([once(socket, 'close'), delay(ms)]);
  socket.destroy();
  return received;
}
