/**
 * An incremental parser of HTTP/1.1 responses: status, body, and whether the connection stays open. Bytes may arrive in
 * pieces of any size. The body ends by its length, by its chunks, or with the connection (RFC 9112, section 6.3). The
 * text is decoded as Latin-1, because numbers and quotes have the same bytes in UTF-8.
 */

const MAX_HEAD_BYTES = 1 << 16;
const MAX_BODY_BYTES = 1 << 24;

type Part = 'head' | 'sized body' | 'chunk size' | 'chunk' | 'trailers' | 'body until the end';

export class ResponseReader {
  status = 0;
  body = '';
  /** Whether the connection can take another request. */
  keepsAlive = false;
  readonly #hasBody: boolean;
  #part: Part = 'head';
  #received = ''; // bytes that are not parsed yet
  #left = 0; // length of the body or of the chunk

  /** `hasBody` is false for responses to HEAD. */
  constructor(hasBody: boolean) {
    this.#hasBody = hasBody;
  }

  /** Call it before each response. */
  reset(): void {
    this.#part = 'head';
    this.#received = '';
    this.body = '';
  }

  /** Parses more bytes, and returns true if the response is complete. Throws if the bytes are not an HTTP response. */
  push(bytes: Buffer): boolean {
    this.#received += bytes.toString('latin1');
    for (;;) {
      const isComplete = this.#read();
      if (isComplete === undefined) continue;
      if (isComplete && this.#received !== '') throw new Error('Expected the end of the response, received more bytes');
      return isComplete;
    }
  }

  /** Call it when the server closes the connection. Returns true if this completes the response. */
  end(): boolean {
    return this.#part === 'body until the end';
  }

  /**
   * Reads one part. Returns true at the end of the response, false if bytes are missing, undefined to read the next
   * part.
   */
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
        if (this.#take(2) !== '\r\n') throw new Error('Expected the end of a chunk, received more bytes');
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
    if (!'HTTP/1.'.startsWith(start))
      throw new Error(`Expected a response of HTTP/1.1, received ${JSON.stringify(start)}`);
    if (length < 0 ? this.#received.length > MAX_HEAD_BYTES : length > MAX_HEAD_BYTES)
      throw new Error(`Expected a head of at most ${MAX_HEAD_BYTES} bytes, received more`);
    if (length < 0) return false;
    const [statusLine = '', ...lines] = this.#take(length).split('\r\n');
    this.#take(4);
    const [, minor, status] = /^HTTP\/1\.([01]) (\d\d\d)(?: |$)/.exec(statusLine) ?? [];
    if (minor === undefined) throw new Error(`Expected a status line, received ${JSON.stringify(statusLine)}`);
    this.status = Number(status);
    if (this.status === 101) throw new Error('Expected an HTTP response, received a switch to another protocol');
    if (this.status < 200) return undefined; // an interim response; the final one follows
    this.keepsAlive = minor === '1';
    this.#part = 'body until the end';
    for (const line of lines) this.#readHeader(line);
    if (!this.#hasBody || this.status === 204 || this.status === 304) return true;
    if (this.#part === 'body until the end') this.keepsAlive = false;
    return undefined;
  }

  #readHeader(line: string): void {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new Error(`Expected a header such as "Name: value", received ${JSON.stringify(line)}`);
    const name = line.slice(0, colon).toLowerCase();
    if (name === 'content-length') {
      const length = line.slice(colon + 1).trim();
      const isRepeated = this.#part === 'sized body' && Number(length) !== this.#left;
      if (!/^\d{1,15}$/.test(length) || isRepeated || Number(length) > MAX_BODY_BYTES)
        throw new Error(`Expected one Content-Length of at most ${MAX_BODY_BYTES} bytes, received ${length}`);
      if (this.#part === 'chunk size') return; // Transfer-Encoding overrides Content-Length
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
    if (size === undefined) throw new Error(`Expected the size of a chunk, received ${JSON.stringify(line)}`);
    this.#left = Number.parseInt(size, 16);
    this.#part = this.#left === 0 ? 'trailers' : 'chunk';
    return undefined;
  }

  #append(piece: string): void {
    this.body += piece;
    if (this.body.length > MAX_BODY_BYTES)
      throw new Error(`Expected a body of at most ${MAX_BODY_BYTES} bytes, received more`);
  }

  #takeLine(): string | undefined {
    const length = this.#received.indexOf('\r\n');
    if (length < 0 && this.#received.length > MAX_HEAD_BYTES)
      throw new Error(`Expected a line of at most ${MAX_HEAD_BYTES} bytes, received more`);
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
