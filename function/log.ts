/**
 * The log: one line for each message, on standard error. It never contains the text of a review. On a terminal, a line
 * is plain text; elsewhere it is JSON in the fields of Google Cloud Logging.
 *
 * Lines keep their order. No caller waits for the reader of standard error. If the reader stops, lines are dropped and
 * counted, so that a stopped reader costs neither memory nor time. A write goes through another thread, which takes about
 * 0.1 ms, so lines of successful requests are gathered.
 */
import { requireBuiltin } from '../native/builtin.ts';

export type Severity = 'info' | 'warning' | 'error';

const STDERR = 2;
/** The maximum number of bytes that wait for the reader. Lines beyond that are dropped. */
const MAX_WAITING_BYTES = 1 << 20;
const RETRY_MS = 10;
/** How long a line that may wait does so at most. Any other line takes it along. */
const GATHER_MS = 50;

let waiting: string[] = [];
let waitingBytes = 0;
let underway: Promise<void> | undefined;
let gathering: NodeJS.Timeout | undefined;
let dropped = 0;

/** How many lines were dropped since the process began. */
export function droppedLines(): number {
  return dropped;
}

/**
 * Writes the message, then the error with its stack. `fields` are added to the JSON; a terminal does not show them. A line
 * that may wait is written a little later.
 */
export function log(
  severity: Severity,
  message: string,
  error?: unknown,
  fields?: Readonly<Record<string, unknown>>,
  mayWait = false,
): void {
  const whole = error === undefined ? '' : `: ${requireBuiltin('node:util').inspect(error)}`;
  if (isTerminal()) {
    writeLine(`hoshi: ${severity === 'info' ? '' : `${severity}: `}${message}${whole}`, mayWait);
  } else {
    const time = new Date().toISOString();
    const line = { severity: severity.toUpperCase(), time, message: `${message}${whole}`, ...fields };
    writeLine(JSON.stringify(line), mayWait);
  }
}

/** Resolves when all lines are written, or after `timeoutMs`. Wait for it before the process ends. */
export async function flushLog(timeoutMs = 1000): Promise<void> {
  if (waiting.length > 0) startWriting();
  await Promise.race([underway, new Promise((resolve) => setTimeout(resolve, timeoutMs).unref())]);
}

let terminal: boolean | undefined;
/** node:tty is loaded only for a device: a pipe and a file need no question. */
function isTerminal(): boolean {
  terminal ??= isDevice() && requireBuiltin('node:tty').isatty(STDERR);
  return terminal;
}

function isDevice(): boolean {
  try {
    return requireBuiltin('node:fs').fstatSync(STDERR).isCharacterDevice();
  } catch {
    return false; // standard error is closed
  }
}

/**
 * The text with control characters as \\u escapes, so that no text of a client can change a terminal. Line feeds and tabs
 * stay. In JSON the escapes mean the same characters.
 */
export function escapeControls(text: string): string {
  return CONTROL.test(text)
    ? text.replace(EACH_CONTROL, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : text;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape
const CONTROL = /[\0-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/;
const EACH_CONTROL = new RegExp(CONTROL, 'g');

function writeLine(unescaped: string, mayWait: boolean): void {
  const line = escapeControls(unescaped);
  if (waitingBytes + line.length > MAX_WAITING_BYTES) {
    dropped++;
    return;
  }
  waiting.push(`${line}\n`);
  waitingBytes += line.length;
  if (mayWait) gathering ??= setTimeout(startWriting, GATHER_MS);
  else startWriting();
}

function startWriting(): void {
  clearTimeout(gathering);
  gathering = undefined;
  underway ??= writeWaiting();
}

async function writeWaiting(): Promise<void> {
  await new Promise(setImmediate); // so that the lines of one round of the event loop are written together
  while (waiting.length > 0) {
    const bytes = Buffer.from(waiting.join(''));
    waiting = [];
    waitingBytes = 0;
    for (let at = 0; at < bytes.length; ) at += await writeSome(bytes.subarray(at));
  }
  underway = undefined;
}

/** Resolves with the number of bytes that were written or given up. */
function writeSome(bytes: Uint8Array): Promise<number> {
  return new Promise((resolve) => {
    requireBuiltin('node:fs').write(STDERR, bytes, (error, written) => {
      if (error === null) resolve(written);
      else if (error.code === 'EAGAIN') setTimeout(resolve, RETRY_MS, 0);
      else resolve(bytes.length); // standard error is closed: there is no reader
    });
  });
}
