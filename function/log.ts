/**
 * The log: one line a message on standard error, never the text of a review. JSON with the fields of Google Cloud Logging
 * where a program reads it, words where a person does (a terminal).
 *
 * Lines are written in the order they come, without waiting for whoever reads them; a reader that stops reading costs lines
 * (counted), not memory or time.
 */
import { requireBuiltin } from '../native/builtin.ts';

export type Severity = 'info' | 'warning' | 'error';

const STDERR = 2;
/** Waiting for the reader; beyond it lines are dropped. */
const MAX_WAITING_BYTES = 1 << 20;
const RETRY_MS = 10;

let waiting: string[] = [];
let waitingBytes = 0;
let underway: Promise<void> | undefined;
let dropped = 0;

/** Lines that were not written, since the process began. */
export function droppedLines(): number {
  return dropped;
}

/** `fields` go into the JSON as they are; a terminal gets the message, and the whole of an error behind it. */
export function log(
  severity: Severity,
  message: string,
  error?: unknown,
  fields?: Readonly<Record<string, unknown>>,
): void {
  const whole = error === undefined ? '' : `: ${requireBuiltin('node:util').inspect(error)}`;
  if (isTerminal()) {
    writeLine(`hoshi: ${severity === 'info' ? '' : `${severity}: `}${message}${whole}`);
  } else {
    const time = new Date().toISOString();
    writeLine(JSON.stringify({ severity: severity.toUpperCase(), time, message: `${message}${whole}`, ...fields }));
  }
}

/** Resolves when all lines are written, or after `timeoutMs`: a process that ends waits for it. */
export async function flushLog(timeoutMs = 1000): Promise<void> {
  await Promise.race([underway, new Promise((resolve) => setTimeout(resolve, timeoutMs).unref())]);
}

let terminal: boolean | undefined;
function isTerminal(): boolean {
  terminal ??= requireBuiltin('node:tty').isatty(STDERR);
  return terminal;
}

function writeLine(line: string): void {
  if (waitingBytes + line.length > MAX_WAITING_BYTES) {
    dropped++;
    return;
  }
  waiting.push(`${line}\n`);
  waitingBytes += line.length;
  underway ??= writeWaiting();
}

async function writeWaiting(): Promise<void> {
  await new Promise(setImmediate); // the lines of one turn of the event loop go together
  while (waiting.length > 0) {
    const bytes = Buffer.from(waiting.join(''));
    waiting = [];
    waitingBytes = 0;
    for (let at = 0; at < bytes.length; ) at += await writeSome(bytes.subarray(at));
  }
  underway = undefined;
}

/** How many bytes are done with. */
function writeSome(bytes: Uint8Array): Promise<number> {
  return new Promise((resolve) => {
    requireBuiltin('node:fs').write(STDERR, bytes, (error, written) => {
      if (error === null) resolve(written);
      else if (error.code === 'EAGAIN') setTimeout(resolve, RETRY_MS, 0);
      else resolve(bytes.length); // nobody is there to be told
    });
  });
}
