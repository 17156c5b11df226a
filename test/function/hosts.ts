/** Hosts of the function as processes, and an HTTP client that sends any bytes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../bench/servers.ts';
import { packageRoot } from '../../native/package-root.ts';

export interface Host {
  readonly child: ChildProcess;
  /** Waits for the end. Resolves with the exit code, or null if a signal ended it. Rejects if it takes too long. */
  readonly ended: () => Promise<number | null>;
  readonly port: number;
  readonly url: string;
  /** The text on standard error so far, in the form of `readable`. */
  readonly messages: () => string;
  /** The lines on standard error, as they were written. */
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
    env: { ...process.env, HOST: '', PORT: String(port), ...environment }, // some shells set HOST
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

/** Posts the texts to be scored. */
export function post(url: string, texts: unknown): Promise<Response> {
  return fetch(`${url}/api/1/users`, { method: 'POST', body: JSON.stringify({ texts }) });
}

/** A text for the fake server that is long enough for the scorer's threads. */
export const SLOW_TEXT = 'slow'.padEnd(20_000);

/** Waits until a host has written the message on standard error. */
export async function logged(host: Host, message: string): Promise<void> {
  for (let tries = 0; !host.messages().includes(message); tries++) {
    if (tries > 2000) throw new Error(`Expected the host to log ${message}, received: ${host.messages()}`);
    await delay(5);
  }
}

/** Lines of the log as `severity: message`. Other lines are not changed. */
export function readable(lines: string): string {
  return lines.replaceAll(/^\{.*\}$/gm, (line) => {
    const { severity, message } = JSON.parse(line) as { severity: string; message: string };
    return `${severity.toLowerCase()}: ${message}`;
  });
}

export const fakeServer = join('dist', 'test', 'fixtures', 'serve-fake.js');
export const leanServer = join('dist', 'function', 'main.js');
/** The lean server as it is packed for an image. */
export const packedServer = join('build', 'server', 'server.cjs');
export const functionsFramework = [
  join('node_modules', '.bin', 'functions-framework'),
  '--target=score',
  '--signature-type=http',
];

/** Sends the bytes. Returns everything that arrives until the server ends the connection, or within `ms`. */
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
