import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ResponseReader } from '../../../cli/loadtest/response.ts';

interface Response {
  readonly status: number;
  readonly body: string;
  readonly keepsAlive: boolean;
}

/** Parses the pieces. Undefined if the response is not complete after them. */
function read(pieces: readonly string[], hasBody = true): Response | undefined {
  const reader = new ResponseReader(hasBody);
  reader.reset();
  const isComplete = pieces.map((piece) => reader.push(Buffer.from(piece, 'latin1')));
  if (isComplete.slice(0, -1).includes(true)) throw new Error('complete too early');
  const { status, body, keepsAlive } = reader;
  return isComplete.at(-1) ? { status, body, keepsAlive } : undefined;
}

describe('a response in one piece, in two pieces cut anywhere, and byte by byte', () => {
  const responses: [what: string, bytes: string, expected: Response][] = [
    [
      'with a length',
      'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"score":5}',
      { status: 200, body: '{"score":5}', keepsAlive: true },
    ],
    ['with an empty body', 'HTTP/1.1 503 \r\ncontent-length:0\r\n\r\n', { status: 503, body: '', keepsAlive: true }],
    [
      'in chunks, with an extension and a trailer',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\n{"sco\r\n00a\r\nre":4.25}\n\r\n0\r\nTook: 1\r\n\r\n',
      { status: 200, body: '{"score":4.25}\n', keepsAlive: true },
    ],
    [
      'with a length and chunks: the chunks count',
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
      { status: 200, body: 'a', keepsAlive: true },
    ],
    [
      'that closes the connection',
      'HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 1\r\n\r\na',
      { status: 200, body: 'a', keepsAlive: false },
    ],
    ['with HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na', { status: 200, body: 'a', keepsAlive: false }],
    [
      'with HTTP/1.0 that keeps the connection',
      'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na',
      { status: 200, body: 'a', keepsAlive: true },
    ],
    ['whose status means no body', 'HTTP/1.1 204 No\r\n\r\n', { status: 204, body: '', keepsAlive: true }],
    [
      'after interim responses',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na',
      { status: 200, body: 'a', keepsAlive: true },
    ],
  ];
  for (const [what, bytes, expected] of responses) {
    test(what, () => {
      assert.deepEqual(read([bytes]), expected);
      assert.deepEqual(read(Array.from(bytes)), expected);
      for (let cut = 1; cut < bytes.length; cut++)
        assert.deepEqual(read([bytes.slice(0, cut), bytes.slice(cut)]), expected, `cut at ${cut}`);
    });
  }
});

test('the response to HEAD has no body, whatever its length', () => {
  const response = read(['HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n'], false);
  assert.deepEqual(response, { status: 200, body: '', keepsAlive: true });
});

test('only a body without length or chunks ends with the connection', () => {
  const reader = new ResponseReader(true);
  const pieceBeforeEnd = (bytes: string) => {
    reader.reset();
    assert.equal(reader.push(Buffer.from(bytes)), false);
    return reader.end();
  };
  assert.equal(pieceBeforeEnd('HTTP/1.1 200 OK\r\n\r\n{"score":5}'), true);
  assert.deepEqual([reader.body, reader.keepsAlive], ['{"score":5}', false]);
  assert.equal(pieceBeforeEnd(''), false);
  assert.equal(pieceBeforeEnd('HTTP/1.1 200 OK\r\nContent-Le'), false);
  assert.equal(pieceBeforeEnd('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd'), false);
  assert.equal(pieceBeforeEnd('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n'), false);
});

describe('a malformed response is refused', () => {
  const head = 'HTTP/1.1 200 OK\r\n';
  const malformed: [what: string, bytes: string, message: RegExp][] = [
    ['another protocol', 'SSH-2.0-x\r\n', /Expected a response of HTTP\/1\.1, received "/],
    ['another version', 'HTTP/2 200\r\n\r\n', /Expected a response of HTTP\/1\.1, received "/],
    ['a malformed status', 'HTTP/1.1 2000 OK\r\n\r\n', /Expected a status line, received "/],
    ['an upgrade', 'HTTP/1.1 101 Go\r\n\r\n', /received a switch to another protocol/],
    [
      'a header without a colon',
      `${head}Length 5\r\n\r\n`,
      /Expected a header such as "Name: value", received "Length 5"/,
    ],
    [
      'a length that is not a number',
      `${head}Content-Length: five\r\n\r\n`,
      /Expected one Content-Length .* received five/,
    ],
    [
      'two lengths',
      `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      /Expected one Content-Length .* received 2/,
    ],
    ['a length over the limit', `${head}Content-Length: 999999999\r\n\r\n`, /received 999999999/],
    [
      'a chunk without a size',
      `${head}Transfer-Encoding: chunked\r\n\r\nx\r\n`,
      /Expected the size of a chunk, received "x"/,
    ],
    [
      'a chunk longer than its size',
      `${head}Transfer-Encoding: chunked\r\n\r\n1\r\nabc`,
      /Expected the end of a chunk/,
    ],
    ['more bytes than the response', `${head}Content-Length: 1\r\n\r\nabc`, /Expected the end of the response/],
    ['a head without an end', `${head}A: ${'a'.repeat(1 << 16)}`, /Expected a head of at most 65536 bytes/],
  ];
  for (const [what, bytes, message] of malformed) test(what, () => assert.throws(() => read([bytes]), message));
});
