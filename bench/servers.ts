/** Servers as processes: what starts one, how long it takes to its first answer, and what it has used. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '../native/package-root.ts';

export interface ServerCommand {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Server {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** From before the process was made to the first answer 200 to a text. */
  readonly startMs: number;
  stop(): Promise<void>;
}

const START_MS = 60_000;
const MS_PER_TICK = 10; // USER_HZ is 100 on every Linux that Node runs on

export function echoServer(node: string): ServerCommand {
  return { name: 'node:http echo', program: node, args: [join(packageRoot, 'dist', 'bench', 'echo.js')] };
}

export function hoshiServer(node: string, bundlePath: string, engine = 'native'): ServerCommand {
  return {
    name: engine === 'native' ? 'hoshi' : `hoshi, ${engine}`,
    program: node,
    args: [join(packageRoot, 'dist', 'function', 'main.js')],
    environment: { HOSHI_BUNDLE: bundlePath, HOSHI_ENGINE: engine },
  };
}

/** What images hold: one file, and what V8 compiled of it. It has to be packed by the Node that serves. */
export function packedServer(node: string, bundlePath: string): ServerCommand {
  const folder = join(packageRoot, 'build', 'bench', 'server');
  execFileSync(node, [join(packageRoot, 'dist', 'image', 'pack.js'), folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return {
    name: 'hoshi, packed',
    program: node,
    args: [join(folder, 'server.cjs')],
    environment: { HOSHI_BUNDLE: bundlePath, HOSHI_ENGINE: 'native' },
  };
}

export async function startServer({ name, program, args, environment }: ServerCommand, text: string): Promise<Server> {
  const port = await freePort();
  const request = firstRequest(JSON.stringify({ texts: text }));
  const began = performance.now();
  const child = spawn(program, args, {
    env: { ...process.env, ...environment, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let messages = '';
  child.stderr.on('data', (chunk) => {
    messages += chunk;
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  try {
    while (!(await isAnswered(port, request))) {
      if (child.exitCode !== null || performance.now() - began > START_MS)
        throw new Error(`Expected ${name} to serve on port ${port}, received: ${messages}`);
      await delay(1);
    }
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return { name, port, pid: child.pid as number, startMs: performance.now() - began, stop };
}

/** As bytes of HTTP/1.1. */
function firstRequest(body: string): Buffer {
  const head = [
    'POST /api/1/users HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Whether a request is answered with 200; false where nothing listens yet. */
function isAnswered(port: number, request: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.once('data', (chunk) => {
      resolve(chunk.subarray(0, 12).toString('latin1') === 'HTTP/1.1 200');
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

/** Processor time of a process so far, with the threads that have ended, to 10 ms. */
export function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may hold anything
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** As `processorMs`, to the nanosecond, of the threads that live. */
export function processorMsOfThreads(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((id) =>
    Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6;
}

/** VmRSS: resident now. VmHWM: the most so far. */
export function memoryMb(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`Expected process ${pid} to live, it has ended`);
  return (Number(kilobytes) * 1024) / 1e6;
}

/** A port of the loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
