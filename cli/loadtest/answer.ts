/**
 * An answer of HTTP/1.1 as it comes, in whatever pieces: its status, its body, and whether the connection lives on. The body ends by its length, by
 * its chunks, or with the connection (RFC 9112, section 6.3). Bytes are kept as Latin-1: numbers and quotes are the same in UTF-8.
 */

const LONGEST_HEAD = 1 << 16;
const LONGEST_BODY = 1 << 24;

type Part = 'head' | 'sized body' | 'chunk size' | 'chunk' | 'trailers' | 'body until the end';

export class AnswerReader {
  status = 0;
  body = '';
  /** Whether another request may follow on the connection. */
  keepsAlive = false;
  readonly #hasBody: boolean;
  #part: Part = 'head';
  #received = ''; // what was not read yet
  #left = 0; // of a body or a chunk

  /** `hasBody` false: the answers to HEAD. */
  constructor(hasBody: boolean) {
    this.#hasBody = hasBody;
  }

  /** Before each answer. */
  reset(): void {
    this.#part = 'head';
    this.#received = '';
    this.body = '';
  }

  /** Takes what came; true if the answer is whole now. Throws if it is no answer. */
  push(bytes: Buffer): boolean {
    this.#received += bytes.toString('latin1');
    for (;;) {
      const isWhole = this.#read();
      if (isWhole === undefined) continue;
      if (isWhole && this.#received !== '') throw new Error('Expected the end of the answer, received more');
      return isWhole;
    }
  }

  /** The other side has ended: true if that is the end of the answer, too. */
  end(): boolean {
    return this.#part === 'body until the end';
  }

  /** Reads a part: true at the end of the answer, false if more has to come first, undefined if the next part may be there. */
  #read(): boolean | undefined {
    switch (this.#part) {
      case 'head':
        return this.#readHead();
      case 'sized body':
        if (this.#received.length < this.#left) return false;
        this.body = this.#take(this.#left);
        return true;
      case 'chunk size':
        return this.#readChunkSize();
      case 'chunk': {
        if (this.#received.length < this.#left + 2) return false;
        this.#append(this.#take(this.#left));
        if (this.#take(2) !== '\r\n') throw new Error('Expected the end of a chunk, received more');
        this.#part = 'chunk size';
        return undefined;
      }
      case 'trailers': {
        const line = this.#takeLine();
        if (line === undefined) return false;
        return line === '' ? true : undefined;
      }
      case 'body until the end':
        this.#append(this.#take(this.#received.length));
        return false;
    }
  }

  #readHead(): boolean | undefined {
    const length = this.#received.indexOf('\r\n\r\n');
    const start = this.#received.slice(0, 7);
    if (!'HTTP/1.'.startsWith(start)) throw new Error('Expected an answer of HTTP/1.1, received something else');
    if (length < 0 ? this.#received.length > LONGEST_HEAD : length > LONGEST_HEAD)
      throw new Error(`Expected a head of at most ${LONGEST_HEAD} bytes, received more`);
    if (length < 0) return false;
    const [statusLine = '', ...lines] = this.#take(length).split('\r\n');
    this.#take(4);
    const [, minor, status] = /^HTTP\/1\.([01]) (\d\d\d)(?: |$)/.exec(statusLine) ?? [];
    if (minor === undefined) throw new Error('Expected a line with a status, received something else');
    this.status = Number(status);
    if (this.status === 101) throw new Error('Expected an answer, received another protocol');
    if (this.status < 200) return undefined; // an interim one: the answer follows
    this.keepsAlive = minor === '1';
    this.#part = 'body until the end';
    for (const line of lines) this.#readHeader(line);
    if (!this.#hasBody || this.status === 204 || this.status === 304) return true;
    if (this.#part === 'body until the end') this.keepsAlive = false;
    return undefined;
  }

  #readHeader(line: string): void {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new Error('Expected a header, received something else');
    const name = line.slice(0, colon).toLowerCase();
    if (name === 'content-length') {
      const length = line.slice(colon + 1).trim();
      const isRepeated = this.#part === 'sized body' && Number(length) !== this.#left;
      if (!/^\d{1,15}$/.test(length) || isRepeated || Number(length) > LONGEST_BODY)
        throw new Error(`Expected one length of at most ${LONGEST_BODY} bytes, received ${length}`);
      if (this.#part === 'chunk size') return; // chunks say more than the length
      this.#part = 'sized body';
      this.#left = Number(length);
    } else if (name === 'transfer-encoding') {
      if (/(?:^|,|:)[ \t]*chunked[ \t]*$/i.test(line)) this.#part = 'chunk size';
    } else if (name === 'connection') {
      const value = line.slice(colon + 1);
      if (/\bclose\b/i.test(value)) this.keepsAlive = false;
      else if (/\bkeep-alive\b/i.test(value)) this.keepsAlive = true;
    }
  }

  #readChunkSize(): boolean | undefined {
    const line = this.#takeLine();
    if (line === undefined) return false;
    const size = /^([\da-f]{1,7})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
    if (size === undefined) throw new Error('Expected the size of a chunk, received something else');
    this.#left = Number.parseInt(size, 16);
    this.#part = this.#left === 0 ? 'trailers' : 'chunk';
    return undefined;
  }

  #append(piece: string): void {
    this.body += piece;
    if (this.body.length > LONGEST_BODY) throw new Error(`Expected at most ${LONGEST_BODY} bytes, received more`);
  }

  #takeLine(): string | undefined {
    const length = this.#received.indexOf('\r\n');
    if (length < 0 && this.#received.length > LONGEST_HEAD) throw new Error('Expected a line, received no end of it');
    if (length < 0) return undefined;
    const line = this.#take(length);
    this.#take(2);
    return line;
  }

  #take(length: number): string {
    const taken = this.#received.slice(0, length);
    this.#received = this.#received.slice(length);
    return taken;
  }
}
