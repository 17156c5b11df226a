/** The body of a request → the texts in it. What is not as the contract says is an HttpError. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { HttpError } from './problem.ts';

export interface BodyLimits {
  readonly bodyLimitBytes: number;
  readonly textsLimit: number;
}

/** One text, or a list. */
export type Texts = string | readonly string[];

/** What a body asks. */
export interface Question {
  readonly texts: Texts;
  readonly explain: boolean;
}

export function readQuestion(request: IncomingMessage, limits: BodyLimits): Promise<Question> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new HttpError(415, 'Expected a body without Content-Encoding, received a compressed one', {
      headers: { 'Accept-Encoding': 'identity' },
    });
  }
  return readBytes(request, limits.bodyLimitBytes).then((bytes) => questionIn(parse(decode(bytes)), limits.textsLimit));
}

/** Whether a request announces more than the limit. */
export function announcesTooMuch(request: IncomingMessage, limitBytes: number): boolean {
  return Number(request.headers['content-length'] ?? 0) > limitBytes;
}

function readBytes(request: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  const { rawBody } = request as IncomingMessage & { rawBody?: Uint8Array }; // functions-framework has read it already
  const tooLarge = () => new HttpError(413, `Expected a body of at most ${limitBytes} bytes, received more`);
  if (announcesTooMuch(request, limitBytes) || (rawBody?.length ?? 0) > limitBytes) throw tooLarge();
  if (rawBody !== undefined) return Promise.resolve(rawBody);
  const chunks: Uint8Array[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Uint8Array) => {
      length += chunk.length;
      if (length <= limitBytes) chunks.push(chunk);
      else reject(tooLarge());
    });
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks)));
    request.on('error', () => reject(new HttpError(400, 'Expected a whole body, the connection was closed')));
  });
}

function decode({ buffer, byteOffset, byteLength }: Uint8Array): string {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  if (!isUtf8(bytes)) throw new HttpError(400, 'Expected the body to be UTF-8, received other bytes');
  const body = bytes.toString();
  return body.charCodeAt(0) === 0xfeff ? body.slice(1) : body; // a byte order mark is dropped
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    // V8's message may quote the body, which an answer must not carry; only the position is taken from it.
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    const where =
      body.trim() === ''
        ? 'received nothing'
        : position === undefined
          ? 'received something else'
          : `received something else at position ${position}`;
    throw new HttpError(400, `Expected the body to be JSON such as {"texts": "…"}, ${where}`, { pointer: '#' });
  }
}

function questionIn(body: unknown, limit: number): Question {
  if (kindOf(body) !== 'object')
    throw new HttpError(400, `Expected the body to be an object, received ${kindOf(body)}`, { pointer: '#' });
  if (!Object.hasOwn(body as object, 'texts'))
    throw new HttpError(400, 'Expected "texts" in the body, received none', { pointer: '#' });
  const { texts } = body as { texts: unknown };
  const explain = Object.hasOwn(body as object, 'explain') ? (body as { explain: unknown }).explain : false;
  if (typeof explain !== 'boolean') {
    throw new HttpError(400, `Expected "explain" to be true or false, received ${kindOf(explain)}`, {
      pointer: '#/explain',
    });
  }
  if (typeof texts === 'string') return { texts, explain };
  if (!Array.isArray(texts)) {
    throw new HttpError(400, `Expected "texts" to be a string or a list of strings, received ${kindOf(texts)}`, {
      pointer: '#/texts',
    });
  }
  if (texts.length > limit)
    throw new HttpError(413, `Expected at most ${limit} texts, received ${texts.length}`, { pointer: '#/texts' });
  texts.forEach((text: unknown, i) => {
    if (typeof text !== 'string')
      throw new HttpError(400, `Expected each of "texts" to be a string, received ${kindOf(text)}`, {
        pointer: `#/texts/${i}`,
      });
  });
  return { texts, explain };
}

/** JSON's name of what a value is. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
