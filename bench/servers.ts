/** Servers as separate processes: the commands that start them, and the time to the first response. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { transformSync } from 'esbuild';
import { packageRoot } from '../native/package-root.ts';
import { compiled } from './compile.ts';

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
  /** From just before the process is created to the first 200 response to a text. */
  readonly startMs: number;
  stop(): Promise<void>;
}

const MAX_START_MS = 60_000;

/** The route that all servers are measured on. */
export const SCORE_PATH = '/api/1/users';

export function echoServer(node: string): ServerCommand {
  return { name: 'node:http echo', program: node, args: [join(packageRoot, 'dist', 'bench', 'echo.js')] };
}

/** The same echo as CommonJS, which loads only the parts of node:http that it needs, as the packed server does. */
export function commonJsEchoServer(node: string): ServerCommand {
  const folder = join(packageRoot, 'build', 'bench');
  const file = join(folder, 'echo.cjs');
  mkdirSync(folder, { recursive: true });
  const code = readFileSync(join(packageRoot, 'dist', 'bench', 'echo.js'), 'utf8');
  writeFileSync(file, transformSync(code, { format: 'cjs' }).code);
  return { name: 'node:http echo, CommonJS', program: node, args: [file] };
}

/** An echo in C++ on epoll, without a library. Undefined if g++ is missing. */
export function bareEchoServer(): ServerCommand | undefined {
  const program = compiled('bare-echo', 'bare-echo.cc');
  return program === undefined ? undefined : { name: 'C++ echo', program, args: [] };
}

export function hoshiServer(node: string, bundlePath: string): ServerCommand {
  return {
    name: 'hoshi',
    program: node,
    args: [join(packageRoot, 'dist', 'function', 'main.js')],
    environment: { HOSHI_BUNDLE: bundlePath, HOSHI_ENGINE: 'native' },
  };
}

/**
 * The server as an image holds and starts it: packed, with V8's code cache and the arguments of the Dockerfile. The Node
 * that serves must also pack it.
 */
export function packedServer(node: string, bundlePath: string): ServerCommand {
  const folder = join(packageRoot, 'build', 'bench', 'server');
  execFileSync(node, [join(packageRoot, 'dist', 'image', 'pack.js'), folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { ...hoshiServer(node, bundlePath), name: 'hoshi, packed', args: imageArguments(folder) };
}

/** The arguments of the image's CMD, with the path of its file in `folder`. */
function imageArguments(folder: string): string[] {
  const [, list] = /^CMD (\[.*\])$/m.exec(readFileSync(join(packageRoot, 'image', 'Dockerfile'), 'utf8')) ?? [];
  if (list === undefined) throw new Error('Expected a CMD in image/Dockerfile, found none');
  return (JSON.parse(list) as string[]).map((argument) =>
    argument.endsWith('.cjs') ? join(folder, argument) : argument,
  );
}

/** Starts a server on a free port. Resolves after it has scored `text`; rejects if it ends or needs over a minute. */
export async function startServer({ name, program, args, environment }: ServerCommand, text: string): Promise<Server> {
  const port = await freePort();
  const request = requestBytes(JSON.stringify({ texts: text }));
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
      if (child.exitCode !== null || performance.now() - began > MAX_START_MS)
        throw new Error(`Expected ${name} to serve on port ${port} within a minute; its messages: ${messages}`);
      await delay(1);
    }
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return { name, port, pid: child.pid as number, startMs: performance.now() - began, stop };
}

/** A POST request as bytes of HTTP/1.1. */
function requestBytes(body: string): Buffer {
  const head = [
    `POST ${SCORE_PATH} HTTP/1.1`,
    'Host: localhost',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Whether the response is 200. False if nothing listens yet. */
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

/** A port of the loopback interface that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
