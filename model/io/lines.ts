/**
 * The bytes of a text file → its lines. The encoding is detected, or given. Memory is constant, except for the longest
 * line. A line end is a line feed with or without a carriage return. node:readline also splits at U+2028 and at a lone
 * carriage return, which are part of a text; only a table may end all its lines with a lone carriage return, as old
 * Macintosh programs wrote it.
 */
import { TextDecoder } from 'node:util';
import {
  type DecodeOptions,
  detectEncoding,
  type Encoding,
  encodingLabels,
  isAscii,
  markedEncoding,
  refuseBinary,
} from './encoding.ts';

export interface Line {
  /** 1-based. */
  readonly line: number;
  /** With its line end, without a byte order mark. */
  readonly text: string;
  /** The line as it came, if `keepBytes`. */
  readonly bytes?: Uint8Array;
}

export interface Lines {
  readonly lines: readonly Line[];
  /** UTF-8 as long as all bytes are ASCII. */
  readonly encoding: Encoding;
}

export interface LineOptions extends DecodeOptions {
  readonly keepBytes?: boolean;
  /** Lines of a table may end with a lone carriage return. The first line end decides; in CSV, the first outside quotes. */
  readonly table?: 'csv' | 'tsv';
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = '\ufeff';
const MAX_HEADER_BYTES = 1 << 20; // the first line end is looked for in so many bytes

/** The text of a line without its line end. */
export function contentOf(text: string): string {
  let end = text.length;
  if (text[end - 1] === '\n') end--;
  if (text[end - 1] === '\r') end--;
  return text.slice(0, end);
}

/** Bytes of a code unit. */
export function unitSizeOf(encoding: Encoding): 1 | 2 {
  return encoding === 'utf-16le' || encoding === 'utf-16be' ? 2 : 1;
}

/** The offsets behind the line ends in bytes that begin with a whole character. `lineEnd` is the last byte of one. */
export function lineEndsIn(bytes: Uint8Array, encoding: Encoding, lineEnd = LINE_FEED): number[] {
  const isWide = unitSizeOf(encoding) === 2;
  const low = encoding === 'utf-16be' ? 1 : 0; // the place of the low byte in a code unit
  const ends: number[] = [];
  for (let at = bytes.indexOf(lineEnd); at >= 0; at = bytes.indexOf(lineEnd, at + 1)) {
    if (!isWide) ends.push(at + 1);
    else if (at % 2 === low && bytes[at ^ 1] === 0) ends.push((at | 1) + 1);
  }
  return ends;
}

/**
 * The lines of a source, in chunks as they come. Throws an error that names the line with invalid bytes, after the lines
 * before it, or the kind of a file that is not text. `name` is the source's name, for messages.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  name: string,
  options: LineOptions = {},
): AsyncGenerator<Lines> {
  const splitter = new LineSplitter(name, options);
  for await (const chunk of source) yield* splitter.push(chunk);
  yield* splitter.end();
}

/** The whole text of a source, without a byte order mark. */
export async function readText(
  source: AsyncIterable<Uint8Array>,
  name: string,
  options?: DecodeOptions,
): Promise<string> {
  const texts: string[] = [];
  for await (const { lines } of readLines(source, name, options)) texts.push(...lines.map(({ text }) => text));
  return texts.join('');
}

/** The encoding in which readLines would read a file, so that parts of the file are read in the same one. */
export async function encodingOf(
  source: AsyncIterable<Uint8Array>,
  name: string,
  options: DecodeOptions,
): Promise<Encoding> {
  const detector = new EncodingDetector(name, options);
  for await (const chunk of source) {
    detector.add(chunk);
    if (detector.encoding !== undefined) return detector.encoding;
  }
  return 'utf-8';
}

/**
 * Chunks that are pure ASCII are the same in every encoding but UTF-16, so the encoding is detected from the first chunk
 * that is not.
 */
class EncodingDetector {
  /** Undefined as long as all bytes are ASCII. */
  encoding: Encoding | undefined;
  readonly #name: string;
  readonly #onNote: DecodeOptions['onNote'];
  #isStart = true;

  constructor(name: string, { encoding, onNote }: DecodeOptions) {
    this.#name = name;
    this.encoding = encoding;
    this.#onNote = onNote;
  }

  add(chunk: Uint8Array): void {
    if (this.#isStart) this.#checkStart(chunk);
    if (this.encoding === undefined && !isAscii(chunk)) {
      this.encoding = detectEncoding(chunk, this.#isStart) ?? 'utf-8'; // its error names the line
      if (this.encoding !== 'utf-8')
        this.#onNote?.(`${this.#name}: read as ${encodingLabels[this.encoding]}; --encoding names another encoding`);
    }
    this.#isStart = false;
  }

  #checkStart(chunk: Uint8Array): void {
    refuseBinary(chunk, this.#name);
    const marked = markedEncoding(chunk);
    if (marked === undefined || this.encoding === undefined || marked === this.encoding) return;
    throw new Error(
      `${this.#name}: expected ${encodingLabels[this.encoding]}, found the byte order mark of ${encodingLabels[marked]}`,
    );
  }
}

class LineSplitter {
  readonly #name: string;
  readonly #options: LineOptions;
  readonly #detector: EncodingDetector;
  #decoder: TextDecoder | undefined;
  /** The last byte of a line end. */
  #lineEnd: number | undefined;
  /** The chunks of an incomplete line. They are joined only once, at its end. */
  #held: Uint8Array[] = [];
  #line = 0;

  constructor(name: string, options: LineOptions) {
    this.#name = name;
    this.#options = options;
    this.#detector = new EncodingDetector(name, options);
  }

  *push(chunk: Uint8Array): Generator<Lines> {
    this.#detector.add(chunk);
    const { encoding = 'utf-8' } = this.#detector;
    const whole = unitSizeOf(encoding) === 2 ? this.#aligned(chunk) : chunk;
    this.#lineEnd ??= this.#findLineEnd(whole, encoding);
    const end = this.#lineEnd && lineEndsIn(whole, encoding, this.#lineEnd).at(-1);
    if (end === undefined) {
      this.#held.push(whole);
      return;
    }
    const complete = Buffer.concat([...this.#held, whole.subarray(0, end)]);
    this.#held = [whole.subarray(end)];
    yield* this.#linesOf(complete, encoding);
  }

  #findLineEnd(chunk: Uint8Array, encoding: Encoding): number | undefined {
    const { table } = this.#options;
    if (table === undefined) return LINE_FEED;
    const start = Buffer.concat([...this.#held, chunk]);
    return start.length > MAX_HEADER_BYTES ? LINE_FEED : firstLineEnd(start, encoding, table);
  }

  *end(): Generator<Lines> {
    const rest = Buffer.concat(this.#held);
    if (rest.length > 0) yield* this.#linesOf(rest, this.#detector.encoding ?? 'utf-8');
  }

  /** The chunk from the beginning of a code unit on: with the held byte of a unit that was cut, if there is one. */
  #aligned(chunk: Uint8Array): Uint8Array {
    const length = this.#held.reduce((sum, part) => sum + part.length, 0);
    const last = this.#held.findLastIndex((part) => part.length > 0);
    if (length % 2 === 0 || last < 0) return chunk;
    const cut = this.#held[last] as Uint8Array;
    this.#held[last] = cut.subarray(0, -1);
    return Buffer.concat([cut.subarray(-1), chunk]);
  }

  *#linesOf(bytes: Uint8Array, encoding: Encoding): Generator<Lines> {
    const ends = lineEndsIn(bytes, encoding, this.#lineEnd);
    if (ends.at(-1) !== bytes.length) ends.push(bytes.length);
    this.#decoder ??=
      this.#detector.encoding && new TextDecoder(this.#detector.encoding, { fatal: true, ignoreBOM: true });
    let texts: string[];
    try {
      texts = this.#split(this.#decode(bytes));
    } catch {
      texts = []; // One line after the other, to find the line at fault.
      for (const [i, end] of ends.entries()) {
        try {
          texts.push(this.#decode(bytes.subarray(ends[i - 1] ?? 0, end)));
        } catch (cause) {
          if (texts.length > 0) yield { lines: this.#number(texts, ends, bytes), encoding };
          throw this.#invalid(encoding, cause);
        }
      }
    }
    yield { lines: this.#number(texts, ends, bytes), encoding };
  }

  #decode(bytes: Uint8Array): string {
    return this.#decoder === undefined ? Buffer.from(bytes).toString('latin1') : this.#decoder.decode(bytes);
  }

  #split(text: string): string[] {
    const lineEnd = this.#lineEnd === CARRIAGE_RETURN ? '\r' : '\n';
    const texts = [];
    for (let start = 0; start < text.length; ) {
      const end = text.indexOf(lineEnd, start);
      texts.push(text.slice(start, end < 0 ? text.length : end + 1));
      start = end < 0 ? text.length : end + 1;
    }
    return texts;
  }

  #number(texts: readonly string[], ends: readonly number[], bytes: Uint8Array): Line[] {
    return texts.map((all, i) => {
      const line = ++this.#line;
      const text = line === 1 && all.startsWith(BYTE_ORDER_MARK) ? all.slice(1) : all;
      return this.#options.keepBytes
        ? { line, text, bytes: bytes.subarray(ends[i - 1] ?? 0, ends[i]) }
        : { line, text };
    });
  }

  #invalid(encoding: Encoding, cause: unknown): Error {
    const other = this.#options.encoding === undefined ? '; --encoding names another encoding' : '';
    return new Error(
      `${this.#name}: expected ${encodingLabels[encoding]}, found other bytes in line ${this.#line + 1}${other}`,
      { cause },
    );
  }
}

/** The last byte of the first line end. Undefined if there is none yet, or if a line feed may follow. */
export function firstLineEnd(start: Uint8Array, encoding: Encoding, table: 'csv' | 'tsv'): number | undefined {
  const text = new TextDecoder(encoding).decode(start, { stream: true }); // the last character may be cut
  const unquoted = table === 'csv' ? text.replace(/"[^"]*(?:"|$)/g, '') : text;
  const first = /\r\n|\r(?!$)|\n/.exec(unquoted)?.[0];
  if (first === undefined) return undefined;
  return first === '\r' ? CARRIAGE_RETURN : LINE_FEED;
}
