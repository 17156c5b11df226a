/**
 * A large body of BigQuery, cut into slices: the bytes of some calls each, which are then parsed one by one. JSON.parse of
 * the whole body would hold the event loop for tens of milliseconds.
 */
import { isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import { decodeUtf8 } from '../body.ts';
import type { TextLimits } from '../config.ts';
import { HttpError, setBy } from '../response.ts';

/** A smaller body is parsed at once. */
export const MAX_WHOLE_BYTES = 1 << 18;

/** A slice ends with the call that reaches one of these. */
const SLICE_BYTES = 1 << 17;
const SLICE_CALLS = 1024;

/** How many bytes are looked at in one round of the event loop. */
const ROUND_BYTES = 1 << 19;

export interface SplitBody {
  /** The body with an empty list of calls, as JSON text. */
  readonly head: string;
  /** Calls with commas between them, in their order. */
  readonly slices: readonly Uint8Array[];
}

/**
 * Throws a 400 if the body has no list of calls, and a 413 if it has too many calls, or a call of more than
 * `maxCallBytes`. A body that is not JSON may pass: its parts are not JSON, either.
 */
export async function splitCalls(bytes: Uint8Array, limits: TextLimits, maxCallBytes: number): Promise<SplitBody> {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isUtf8(body)) decodeUtf8(bytes.subarray(0, MAX_WHOLE_BYTES)); // throws what it finds out about the encoding
  if (!isUtf8(body)) throw new HttpError(400, 'Expected the body to be UTF-8, received other bytes');
  const scan = new Scan(body, limits, maxCallBytes);
  while (!scan.isDone) {
    scan.run(ROUND_BYTES);
    await setImmediate(); // other requests run meanwhile
  }
  return scan.result();
}

/** The state of a walk through the bytes. */
class Scan {
  readonly #body: Buffer;
  readonly #limits: TextLimits;
  readonly #maxCallBytes: number;
  #position = 0;
  #depth = 0;
  /** Where the current string begins, at its quote, or -1 outside of strings. */
  #stringStart = -1;
  /** The last string in the outermost object, as it is written. */
  #name: string | undefined;
  /** Where the list of calls begins and ends, at its brackets. */
  #listStart = -1;
  #listEnd = -1;
  #sliceStart = 0;
  #callStart = 0;
  #callsInSlice = 0;
  #calls = 0;
  readonly #slices: Uint8Array[] = [];

  constructor(body: Buffer, limits: TextLimits, maxCallBytes: number) {
    this.#body = body;
    this.#limits = limits;
    this.#maxCallBytes = maxCallBytes;
  }

  get isDone(): boolean {
    return this.#position >= this.#body.length;
  }

  run(byteCount: number): void {
    const body = this.#body;
    const end = Math.min(body.length, this.#position + byteCount);
    while (this.#position < end) {
      const at = this.#position;
      const byte = body[at];
      if (this.#stringStart >= 0) {
        this.#endString(at, end);
        continue;
      }
      this.#position++;
      if (byte === QUOTE) this.#stringStart = at;
      else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) this.#open(at, byte);
      else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) this.#close(at);
      else if (byte === COMMA && this.#isInList && this.#depth === 2) this.#endCall(at);
    }
  }

  /** Looks for the end of the current string from `at` on, until `end`. */
  #endString(at: number, end: number): void {
    const start = this.#stringStart;
    for (let quote = at - 1; ; ) {
      quote = this.#body.indexOf(QUOTE, quote + 1);
      if (quote < 0 || quote >= end) {
        this.#position = quote < 0 ? this.#body.length : quote;
        return;
      }
      let before = quote;
      while (this.#body[before - 1] === BACKSLASH) before--;
      if ((quote - before) % 2 === 1) continue;
      this.#position = quote + 1;
      this.#stringStart = -1;
      if (this.#depth === 1)
        this.#name = this.#body.toString('latin1', start, Math.min(this.#position, start + MAX_NAME_BYTES));
      return;
    }
  }

  get #isInList(): boolean {
    return this.#listStart >= 0 && this.#listEnd < 0;
  }

  #open(at: number, byte: number): void {
    this.#depth++;
    if (this.#depth !== 2 || byte !== OPEN_BRACKET || this.#name !== '"calls"' || this.#listStart >= 0) return;
    this.#listStart = at;
    this.#sliceStart = at + 1;
    this.#callStart = at + 1;
  }

  #close(at: number): void {
    this.#depth--;
    if (!this.#isInList || this.#depth !== 1) return;
    const isBlank =
      at - this.#callStart < MAX_BLANK_BYTES && /^\s*$/.test(this.#body.toString('latin1', this.#callStart, at));
    if (isBlank && this.#calls > 0)
      throw new HttpError(400, 'Expected a call after the last comma of "calls", received none', {
        pointer: `#/calls/${this.#calls}`,
      });
    this.#endCall(at);
    this.#cut(at);
    this.#listEnd = at;
  }

  /** `at` is the comma after the call, or the end of the list. */
  #endCall(at: number): void {
    if (at - this.#callStart > this.#maxCallBytes)
      throw new HttpError(
        413,
        `Expected each of "calls" to have at most ${this.#maxCallBytes} bytes, received more${setBy('HOSHI_BODY_LIMIT_BYTES')}`,
        { pointer: `#/calls/${this.#calls}` },
      );
    this.#callStart = at + 1;
    this.#callsInSlice++;
    if (++this.#calls > this.#limits.maxTexts)
      throw new HttpError(
        413,
        `Expected at most ${this.#limits.maxTexts} calls, received more. Define the function with a smaller max_batching_rows${setBy(this.#limits.setBy)}`,
        { pointer: '#/calls' },
      );
    if (this.#callsInSlice >= SLICE_CALLS || at - this.#sliceStart >= SLICE_BYTES) this.#cut(at);
  }

  #cut(at: number): void {
    if (this.#callsInSlice > 0) this.#slices.push(this.#body.subarray(this.#sliceStart, at));
    this.#sliceStart = at + 1;
    this.#callsInSlice = 0;
  }

  result(): SplitBody {
    const headBytes = this.#body.length - (this.#listEnd - this.#listStart);
    if (this.#listEnd < 0 || headBytes > MAX_WHOLE_BYTES)
      throw new HttpError(
        400,
        `Expected the body to be JSON such as {"calls": [["…"]]}, with at most ${MAX_WHOLE_BYTES} bytes besides the calls, received something else`,
        { pointer: '#' },
      );
    const before = decodeUtf8(this.#body.subarray(0, this.#listStart + 1));
    return { head: before + decodeUtf8(this.#body.subarray(this.#listEnd)), slices: this.#slices };
  }
}

const MAX_NAME_BYTES = 16;
const MAX_BLANK_BYTES = 1024;
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];
