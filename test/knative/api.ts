/**
 * Requests to the Kubernetes API server through `kubectl proxy`. A request takes one or two milliseconds. A kubectl
 * call takes 0.1 s of CPU time, which the measured programs need. There is one proxy per process, and it ends with the
 * process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

let started: Promise<string> | undefined;
let proxy: ChildProcess | undefined;

/** The URL of the proxy. Starts it at the first call. */
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
    once(child, 'exit').then(() => ['its exit']),
  ])) as [string];
  const port = /:(\d+)$/.exec(line)?.[1];
  if (port === undefined) throw new Error(`Expected \`kubectl proxy\` to print its port, received ${line}`);
  child.unref();
  child.stdout.destroy();
  return `http://127.0.0.1:${port}`;
}

/** Ends the proxy. Each test file calls it last, so that no process stays. */
export function endProxy(): void {
  proxy?.kill();
  started = undefined;
}

/** Returns the JSON of a GET. Rejects on any status other than 2xx. */
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

/** Sends a POST and returns the status of the response. */
export async function post(path: string, body: object): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${await address()}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  await response.arrayBuffer();
  return response.status;
}

/** Calls `onEvent` for each watch event until `signal` aborts. */
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
