/**
 * The body of a request: chunks → bytes → text → JSON. decompress.ts unpacks compressed bytes. A body that breaks the
 * contract is refused with an HttpError.
 */
import { isUtf8 } from 'node:buffer';
import type { TextLimits } from './config.ts';
import type { Coding } from './decompress.ts';
import type { HttpRequest } from './http-message.ts';
import { HttpError, setBy } from './response.ts';

export interface BodyLimit {
  readonly limitBytes: number;
  /** The variable that sets it. */
  readonly setBy: 'HOSHI_BODY_LIMIT_BYTES' | 'HOSHI_BIGQUERY_BODY_LIMIT_BYTES';
}

/** To make a typed array takes a quarter of a microsecond, also an empty one. */
export const NO_BYTES = new Uint8Array(0);

/** Whether the request's Content-Length is over the limit. */
export function announcesTooManyBytes(request: HttpRequest, limitBytes: number): boolean {
  return Number(request.headers['content-length'] ?? 0) > limitBytes;
}

/** The request whose body is read. */
export interface BodyReceiver {
  /** Called before more memory is taken for the body, with the number of bytes. May throw to refuse them. */
  reserve(bytes: number): void;
  /** That of decompress.ts. */
  checkWait(bodies: number, expectedMs: number): void;
  /** Either this or `onBodyError` is called, once. */
  onBody(body: Uint8Array): void;
  onBodyError(error: unknown): void;
}

/**
 * Reads the whole body for its receiver, and decompresses it.
 *
 * Throws at once a 415 for an unknown content coding, a 501 for an unknown transfer coding, or a 413 if Content-Length is
 * over the limit. Gives the receiver a 413 if the body grows over the limit, as sent or decompressed, or has too many
 * small chunks; or a 400 if the connection closes before its end, or if it cannot be decompressed.
 */
export function readBody(request: HttpRequest, limit: BodyLimit, receiver: BodyReceiver): void {
  const { limitBytes } = limit;
  const { rawBody } = request as HttpRequest & { rawBody?: Uint8Array }; // functions-framework has already read it
  const { headers } = request;
  const encoding = headers['content-encoding'];
  const codings = encoding === undefined || rawBody !== undefined ? NO_CODINGS : codingsOf(encoding);
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    throw new HttpError(501, 'Expected Transfer-Encoding: chunked or none, received another coding');
  if (announcesTooManyBytes(request, limitBytes) || (rawBody?.length ?? 0) > limitBytes) throw tooLarge(limit);
  if (rawBody !== undefined) {
    receiver.onBody(rawBody);
    return;
  }
  const body = new GrowingBody(Math.min(limitBytes, Number(headers['content-length'] ?? limitBytes)), receiver);
  let isDone = false;
  const failOnce = (error: unknown) => {
    if (isDone) return;
    isDone = true;
    body.take();
    receiver.onBodyError(error);
  };
  request.on('data', (chunk: Uint8Array) => {
    if (isDone) return; // the body was refused: drop the rest
    try {
      if (body.length + chunk.length > limitBytes) throw tooLarge(limit);
      body.add(chunk);
    } catch (error) {
      failOnce(error);
    }
  });
  request.on('end', () => {
    if (isDone) return;
    isDone = true;
    const bytes = body.take();
    if (codings.length === 0 || bytes.length === 0) receiver.onBody(bytes);
    else void decompressInto(receiver, bytes, codings, limitBytes);
  });
  request.on('error', (error) =>
    failOnce(
      error instanceof HttpError ? error : new HttpError(400, 'Expected a whole body, but the connection was closed'),
    ),
  );
}

function tooLarge({ limitBytes, setBy: variable }: BodyLimit): HttpError {
  return new HttpError(413, `Expected a body of at most ${limitBytes} bytes, received more${setBy(variable)}`);
}

const NO_CODINGS: readonly Coding[] = [];

/** Few clients compress, so decompress.ts is loaded on first use. */
async function decompressInto(
  receiver: BodyReceiver,
  body: Uint8Array,
  codings: readonly Coding[],
  limitBytes: number,
): Promise<void> {
  const checkWait = (bodies: number, expectedMs: number) => receiver.checkWait(bodies, expectedMs);
  const collect = () => new GrowingBody(limitBytes, receiver);
  let bytes: Uint8Array;
  try {
    const { decompress } = await import('./decompress.ts');
    bytes = await decompress(body, codings, limitBytes, collect, checkWait);
  } catch (error) {
    receiver.onBodyError(error);
    return;
  }
  receiver.onBody(bytes);
}

/** The known content codings. `zstd` needs Node 22.15 or newer. */
const CODINGS: readonly Coding[] = [
  'gzip',
  'deflate',
  'br',
  ...(process.versions.zstd === undefined ? [] : ['zstd' as const]),
];

/** To compress a body twice makes it larger, and each coding needs a buffer of the limit. */
const MAX_CODINGS = 2;

/** The codings of Content-Encoding, in the order in which they were applied. Throws a 415 if one is unknown. */
function codingsOf(encoding: string): readonly Coding[] {
  const codings: Coding[] = [];
  for (const written of encoding.split(',')) {
    const name = written.trim().toLowerCase();
    if (name === '' || name === 'identity') continue;
    const coding = CODINGS.find((known) => known === (name === 'x-gzip' ? 'gzip' : name)); // RFC 9110, section 8.4.1.3
    if (coding === undefined)
      throw unsupported(`the content codings ${CODINGS.join(', ')} or identity, received another`);
    codings.push(coding);
  }
  if (codings.length > MAX_CODINGS)
    throw unsupported(`at most ${MAX_CODINGS} content codings, received ${codings.length}`);
  return codings;
}

function unsupported(expected: string): HttpError {
  return new HttpError(415, `Expected ${expected}`, {
    headers: { 'Accept-Encoding': `${CODINGS.join(', ')}, identity` },
  });
}

/** More small chunks than this are refused: each takes time on the event loop, whatever its size. */
const MAX_SMALL_CHUNKS = 4096;
const SMALL_CHUNK_BYTES = 16;
const MIN_CAPACITY = 1024;

/**
 * The bytes of a body as they arrive. The first chunk is kept as it is, because most bodies have no other. Later ones are
 * copied into one block, since each chunk that is kept takes hundreds of bytes besides its own. A chunk that is a small
 * part of a buffer is copied, too, since it would keep the whole buffer in memory.
 */
class GrowingBody {
  readonly #mostBytes: number;
  readonly #receiver: Pick<BodyReceiver, 'reserve'>;
  /** The first chunk, or the block. */
  #block: Uint8Array = NO_BYTES;
  #chunks = 0;
  length = 0;

  /** The body has at most `mostBytes`. */
  constructor(mostBytes: number, receiver: Pick<BodyReceiver, 'reserve'>) {
    this.#mostBytes = mostBytes;
    this.#receiver = receiver;
  }

  /** Throws a 413 for too many small chunks, and what `reserve` throws. */
  add(chunk: Uint8Array): void {
    if (++this.#chunks > MAX_SMALL_CHUNKS && this.length < this.#chunks * SMALL_CHUNK_BYTES)
      throw new HttpError(
        413,
        `Expected a body in chunks of at least ${SMALL_CHUNK_BYTES} bytes on average, received ${this.#chunks} chunks of ${this.length} bytes`,
      );
    const length = this.length + chunk.length;
    if (this.#chunks === 1) {
      this.#receiver.reserve(length);
      this.#block = 2 * length < chunk.buffer.byteLength ? new Uint8Array(chunk) : chunk;
    } else {
      if (length > this.#block.length) this.#grow(length);
      this.#block.set(chunk, this.length);
    }
    this.length = length;
  }

  /** The whole body. This object holds nothing afterwards, because it lives as long as its request. */
  take(): Uint8Array {
    const bytes = this.#bytes();
    this.#block = NO_BYTES;
    return bytes;
  }

  #bytes(): Uint8Array {
    return this.length === this.#block.length ? this.#block : this.#block.subarray(0, this.length);
  }

  /** Doubles the block, so that all copies together take linear time. */
  #grow(length: number): void {
    const doubled = Math.max(MIN_CAPACITY, 2 * this.#block.length);
    const capacity = Math.max(length, Math.min(doubled, this.#mostBytes));
    this.#receiver.reserve(capacity - this.#block.length);
    const block = new Uint8Array(capacity);
    block.set(this.#bytes());
    this.#block = block;
  }
}

// To parse a megabyte of brackets, of members or of numbers would take the event loop for 0.05 to 0.1 s. The values that
// the default limits allow take 13 ms at most: objects whose members all have different names.
const MAX_JSON_DEPTH = 64;
const MAX_MEMBERS = 1024; // of one object
const MAX_VALUES_BESIDE_TEXTS = 4096;
const MAX_VALUES_PER_TEXT = 2; // an object or a list, with the text

/**
 * Looks over a text before it is parsed. Throws a 400 if lists and objects are nested too deep or an object has too many
 * members, and a 413 if there are too many values. A text that is not JSON may pass.
 */
function checkStructure(json: string, limits: TextLimits): void {
  const maxValues = MAX_VALUES_BESIDE_TEXTS + MAX_VALUES_PER_TEXT * limits.maxTexts;
  const members = [0]; // by depth
  let values = 1;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) i = endOfString(json, i);
    else if (code === COMMA) {
      if (++values > maxValues) throw tooManyValues(maxValues, limits);
    } else if (code === COLON) {
      const count = (members.at(-1) ?? 0) + 1;
      members[members.length - 1] = count;
      if (count > MAX_MEMBERS) throw tooComplex(`objects of at most ${MAX_MEMBERS} members`, i);
    } else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      if (++values > maxValues) throw tooManyValues(maxValues, limits);
      if (members.push(0) > MAX_JSON_DEPTH + 1) throw tooComplex(`at most ${MAX_JSON_DEPTH} levels`, i);
    } else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) members.pop();
  }
}

function tooManyValues(maxValues: number, { maxTexts, setBy: variable }: TextLimits): HttpError {
  const detail = `Expected JSON of at most ${maxValues} values, received more; a request may have at most ${maxTexts} texts`;
  return new HttpError(413, detail + setBy(variable), { pointer: '#' });
}

function tooComplex(expected: string, position: number): HttpError {
  return new HttpError(400, `Expected JSON of ${expected}, received more at position ${position}`, { pointer: '#' });
}

const [QUOTE, BACKSLASH, COMMA, COLON] = Array.from('"\\,:', (character) => character.charCodeAt(0));
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = Array.from('[]{}', (character) =>
  character.charCodeAt(0),
);

/** The index of the quote that ends the string, or the length of the text if there is none. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let before = end;
    while (json.charCodeAt(before - 1) === BACKSLASH) before--;
    if ((end - before) % 2 === 0) return end;
  }
  return json.length;
}

/** The text of UTF-8 bytes, or undefined for other bytes. A byte order mark stays. */
export function utf8TextOf(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  if (Buffer.isBuffer(bytes)) return bytes.toString();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

/** The text of UTF-8 bytes, without a byte order mark. Throws a 400 for bytes that are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  const body = utf8TextOf(bytes);
  if (body === undefined)
    throw new HttpError(400, 'Expected the body to be UTF-8, received other bytes', {
      advice: async () => (await import('./hints/encodings.ts')).encodingAdvice(bytes),
    });
  return body.charCodeAt(0) === 0xfeff ? body.slice(1) : body;
}

/**
 * The value of a JSON text. `example` is a body that would be right. Throws a 400 for a text that is not JSON, and what
 * `checkStructure` throws.
 */
export function parseJson(body: string, limits: TextLimits, example: string): unknown {
  checkStructure(body, limits);
  try {
    return JSON.parse(body);
  } catch (error) {
    // V8's message may quote the body, which a problem must not contain. Only the position is used.
    const [, position] = /position (\d+)/.exec((error as Error).message) ?? [];
    const where =
      body.trim() === ''
        ? 'received nothing'
        : position === undefined
          ? 'received something else'
          : `received something else at position ${position}`;
    throw new HttpError(400, `Expected the body to be JSON such as ${example}, ${where}`, {
      pointer: '#',
      advice: async () => (await import('./hints/json-faults.ts')).jsonAdvice(body, position !== undefined),
    });
  }
}
