/**
 * The API server, through `kubectl proxy`: a look at it takes a millisecond or two, where kubectl takes a tenth of a second of a processor that
 * what is measured needs. One proxy for the process, ended with it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

let started: Promise<string> | undefined;
let proxy: ChildProcess | undefined;

/** The proxy's URL. */
function address(): Promise<string> {
  started ??= startProxy();
  return started;
}

async function startProxy(): Promise<string> {
  const child = spawn('kubectl', ['proxy', '--port=0', '--reject-paths=^$', '--reject-methods=^$'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  proxy = child;
  process.once('exit', () => child.kill());
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => ['its end']),
  ])) as [string];
  const port = /:(\d+)$/.exec(line)?.[1];
  if (port === undefined) throw new Error(`Expected \`kubectl proxy\` to say where it serves, received ${line}`);
  child.unref();
  child.stdout.destroy();
  return `http://127.0.0.1:${port}`;
}

/** For the end of a test file: no process stays. */
export function endProxy(): void {
  proxy?.kill();
  started = undefined;
}

export async function get<T>(path: string): Promise<T> {
  const response = await fetch(`${await address()}${path}`);
  if (!response.ok) throw new Error(`GET ${path}: expected 200, received ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

export async function remove(path: string): Promise<void> {
  const response = await fetch(`${await address()}${path}`, { method: 'DELETE' });
  const body = await response.text();
  if (!response.ok) throw new Error(`DELETE ${path}: expected 200, received ${response.status}: ${body}`);
}

/** The status that a POST is answered with. */
export async function post(path: string, body: object): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${await address()}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  await response.arrayBuffer();
  return response.status;
}

/** What changes, as it is told, until `signal`. */
export async function watch<T>(path: string, signal: AbortSignal, onEvent: (event: T) => void): Promise<void> {
  const response = await fetch(`${await address()}${path}`, { signal });
  if (!response.ok || response.body === null)
    throw new Error(`watch ${path}: expected 200, received ${response.status}`);
  const read = async () => {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') onEvent(JSON.parse(line) as T);
    }
  };
  void read().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
