/** Compressed bodies: what is read, what is refused, and that a bomb takes neither memory nor the event loop. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { decompress } from '../../function/decompress.ts';
import { HttpError } from '../../function/response.ts';
import { packageRoot } from '../../native/package-root.ts';
import { until } from '../fixtures/until.ts';
import { fakeServer, type Host, leanServer, packedServer, sendRaw, start } from './hosts.ts';

type Coding = 'gzip' | 'deflate' | 'br' | 'zstd';
const MIB = 1 << 20;

const { zstdCompressSync } = zlib as unknown as { zstdCompressSync?: (bytes: Uint8Array | string) => Buffer };
const compress: Readonly<Record<Coding, ((bytes: Uint8Array | string) => Buffer) | undefined>> = {
  gzip: zlib.gzipSync,
  deflate: zlib.deflateSync,
  br: zlib.brotliCompressSync,
  zstd: zstdCompressSync,
};
const codings = (Object.keys(compress) as Coding[]).filter((coding) => compress[coding] !== undefined);
const packed = (coding: Coding, bytes: Uint8Array | string) => (compress[coding] as typeof zlib.gzipSync)(bytes);

/** Collects chunks and counts them. `roomBytes` is the number of bytes that it takes. */
class Counter {
  static chunks = 0;
  static bytes = 0;
  readonly #chunks: Uint8Array[] = [];
  readonly #roomBytes: number;
  length = 0;

  constructor(roomBytes: number) {
    this.#roomBytes = roomBytes;
  }

  add(chunk: Uint8Array): void {
    if (this.length + chunk.length > this.#roomBytes) throw new HttpError(503, 'no room');
    this.#chunks.push(chunk);
    this.length += chunk.length;
    Counter.chunks++;
    Counter.bytes += chunk.length;
  }

  take(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}

async function unpack(
  body: Uint8Array,
  applied: readonly Coding[],
  { limitBytes = MIB, roomBytes = Number.POSITIVE_INFINITY } = {},
): Promise<string> {
  Counter.chunks = 0;
  Counter.bytes = 0;
  return Buffer.from(
    await decompress(
      body,
      applied,
      limitBytes,
      () => new Counter(roomBytes),
      () => {},
    ),
  ).toString();
}

const isError = (status: number, message: RegExp) => (error: unknown) =>
  error instanceof HttpError && error.status === status && message.test(error.message);

const text = '{"texts":"すごい！最高に興奮した！楽しい"}'.repeat(1000);

for (const coding of codings) {
  describe(coding, () => {
    const whole = packed(coding, text);

    test('gives the bytes that were compressed', async () => {
      assert.equal(await unpack(whole, [coding]), text);
      assert.equal(await unpack(packed(coding, ''), [coding]), '');
    });

    test('cut off anywhere: 400, a part of such data', async () => {
      for (let length = 1; length < whole.length; length += Math.ceil(whole.length / 40))
        await assert.rejects(
          unpack(whole.subarray(0, length), [coding]),
          isError(
            400,
            new RegExp(`^Expected the body to be ${coding} data, as Content-Encoding says, received a part`),
          ),
          `${length} bytes`,
        );
    });

    test('of other bytes, and with other bytes after its end: 400', async () => {
      await assert.rejects(unpack(Buffer.from(`{"a":1}${text}`), [coding]), isError(400, /received something else$/));
      const more = Buffer.concat([whole, Buffer.from('{"texts":"x"}')]);
      await assert.rejects(unpack(more, [coding]), isError(400, /received (something else|more bytes after it)$/));
      const zeros = Buffer.concat([whole, Buffer.alloc(8)]);
      await assert.rejects(unpack(zeros, [coding]), isError(400, /received (something else|more bytes after it)$/));
    });

    test('with any bytes changed, cut out or added: the text, another one, 400 or 413, and nothing else', async () => {
      const small = packed(coding, '{"texts":"最高の映画"}');
      const damage = fc.record({
        at: fc.nat({ max: small.length }),
        cut: fc.nat({ max: 8 }),
        added: fc.uint8Array({ maxLength: 8 }),
      });
      await fc.assert(
        fc.asyncProperty(damage, async ({ at, cut, added }) => {
          const bytes = Buffer.concat([small.subarray(0, at), added, small.subarray(at + cut)]);
          if (bytes.length === 0) return;
          await unpack(bytes, [coding]).catch((error) => {
            assert.ok(error instanceof HttpError && (error.status === 400 || error.status === 413), error);
          });
        }),
        { numRuns: 300 },
      );
    });

    test('of one byte more than the limit: 413', async () => {
      const bytes = Buffer.alloc(100_000, 'x');
      assert.equal((await unpack(packed(coding, bytes), [coding], { limitBytes: 100_000 })).length, 100_000);
      await assert.rejects(
        unpack(packed(coding, bytes), [coding], { limitBytes: 99_999 }),
        isError(413, /^Expected a body of at most 99999 bytes after decompression, received more$/),
      );
    });

    test('a bomb of 64 MiB stops at the limit, and the event loop turns between its chunks', async () => {
      const bomb = packed(coding, Buffer.alloc(64 * MIB));
      let turns = 0;
      let isOver = false;
      const turn = () => {
        turns++;
        if (!isOver) setImmediate(turn);
      };
      setImmediate(turn);
      await assert.rejects(unpack(bomb, [coding]), isError(413, /at most 1048576 bytes/));
      isOver = true;
      assert.ok(Counter.bytes <= MIB, `${Counter.bytes} bytes were collected`);
      assert.ok(turns >= Counter.chunks / 2, `${turns} turns for ${Counter.chunks} chunks`);
      assert.ok(Counter.chunks >= 8);
    });

    test('for which there is no room: the error of the collector, and nothing more is collected', async () => {
      await assert.rejects(
        unpack(packed(coding, Buffer.alloc(MIB, 'x')), [coding], { roomBytes: 300_000 }),
        isError(503, /^no room$/),
      );
      const { bytes } = Counter;
      await delay(20);
      assert.equal(Counter.bytes, bytes);
      assert.ok(bytes <= 300_000);
    });
  });
}

test('gzip: members one after the other are one body, and a wrong checksum or length is refused', async () => {
  const members = ['{"texts":', '"最高"', '}'].map((part) => zlib.gzipSync(part));
  assert.equal(await unpack(Buffer.concat(members), ['gzip']), '{"texts":"最高"}');
  const empty = Array.from({ length: 1000 }, () => zlib.gzipSync(''));
  assert.equal(await unpack(Buffer.concat([...empty, ...members]), ['gzip']), '{"texts":"最高"}');
  for (const fromEnd of [8, 4]) {
    const whole = zlib.gzipSync(text);
    whole[whole.length - fromEnd] = (whole[whole.length - fromEnd] as number) ^ 1;
    await assert.rejects(unpack(whole, ['gzip']), isError(400, /received something else$/));
  }
});

test('deflate: with the header of zlib or without it; a wrong checksum and a needed dictionary are refused', async () => {
  assert.equal(await unpack(zlib.deflateRawSync(text), ['deflate']), text);
  assert.equal(await unpack(zlib.deflateRawSync(text, { level: 0 }), ['deflate']), text);
  for (const windowBits of [9, 12, 15])
    assert.equal(await unpack(zlib.deflateSync(text, { windowBits }), ['deflate']), text);
  const wrong = zlib.deflateSync(text);
  wrong[wrong.length - 1] = (wrong.at(-1) as number) ^ 1;
  await assert.rejects(unpack(wrong, ['deflate']), isError(400, /received something else$/));
  const needy = zlib.deflateSync(text, { dictionary: Buffer.from('texts') });
  await assert.rejects(unpack(needy, ['deflate']), isError(400, /received something else$/));
});

test('several codings are undone from the last to the first, and each result has the limit', async () => {
  assert.equal(await unpack(zlib.brotliCompressSync(zlib.gzipSync(text)), ['gzip', 'br']), text);
  await assert.rejects(unpack(zlib.brotliCompressSync(zlib.gzipSync(text)), ['br', 'gzip']), isError(400, /gzip data/));
  // 2 MiB of empty members, which become nothing
  const member = zlib.gzipSync('');
  const nothing = Buffer.alloc(member.length * Math.ceil((2 * MIB) / member.length), member);
  await assert.rejects(unpack(zlib.gzipSync(nothing), ['gzip', 'gzip']), isError(413, /at most 1048576 bytes/));
  await assert.rejects(unpack(zlib.gzipSync(''), ['deflate', 'gzip']), isError(400, /deflate data, .* a part/));
});

test('two bodies at a time have a decoder, others wait in order, and a wait that is too long is refused', async () => {
  const body = zlib.gzipSync(Buffer.alloc(MIB / 2, 'x'));
  const begun: number[] = [];
  const waits: number[] = [];
  let open = 0;
  let most = 0;
  class Open extends Counter {
    override take(): Uint8Array {
      open--; // the last call for a body
      return super.take();
    }
  }
  const one = async (i: number) => {
    const collector = () => {
      begun.push(i);
      most = Math.max(most, ++open);
      return new Open(MIB);
    };
    const checkWait = (bodies: number, expectedMs: number) => {
      waits.push(bodies);
      if (bodies === 40) {
        assert.ok(expectedMs > 0 && expectedMs < 40_000, `${expectedMs}`);
        throw new HttpError(503, 'too long');
      }
    };
    await decompress(body, ['gzip'], MIB, collector, checkWait);
  };
  const all = await Promise.allSettled(Array.from({ length: 45 }, (_, i) => one(i)));
  const upTo = (end: number) => Array.from({ length: end }, (_, i) => i);
  assert.deepEqual(
    all.map(({ status }) => status === 'rejected'),
    upTo(45).map((i) => i >= 42),
  );
  assert.deepEqual(waits, [...upTo(40), 40, 40, 40]);
  assert.deepEqual(begun, upTo(42));
  assert.equal(most, 2);
  assert.equal(await unpack(body, ['gzip']), 'x'.repeat(MIB / 2));
});

for (const [name, file] of Object.entries({ lean: leanServer, packed: packedServer })) {
  test(`the ${name} server loads node:zlib for the first compressed body, not before`, async () => {
    const probe = `process.on('message', () => process.send(process.moduleLoadList.includes('NativeModule zlib')))`;
    const child = fork(file, {
      cwd: packageRoot,
      execArgv: ['--import', `data:text/javascript,${encodeURIComponent(probe)}`],
      env: { ...process.env, PORT: '0' },
      silent: true,
    });
    try {
      let log = '';
      child.stderr?.on('data', (chunk) => {
        log += chunk;
      });
      await until('the server listens', async () => log.includes('"ready: ') || child.exitCode !== null);
      const url = /http:\/\/localhost:\d+\//.exec(log)?.[0] ?? '';
      const status = async (headers: Record<string, string>, body: string | Uint8Array) =>
        (await fetch(url, { method: 'POST', headers, body })).status;
      const isLoaded = async () => {
        child.send('?');
        return (await once(child, 'message'))[0];
      };
      assert.equal(await status({}, '{"texts":"最高"}'), 200);
      assert.equal(await status({ 'Content-Encoding': 'identity' }, '{"texts":"最高"}'), 200);
      assert.equal(await status({ 'Content-Encoding': 'compress' }, '{"texts":"最高"}'), 415);
      assert.equal(await isLoaded(), false);
      assert.equal(await status({ 'Content-Encoding': 'gzip' }, zlib.gzipSync('{"texts":"最高"}')), 200);
      assert.equal(await isLoaded(), true);
    } finally {
      child.kill('SIGKILL');
    }
  });
}

describe('a server', () => {
  let host: Host;
  before(async () => {
    host = await start([fakeServer], { HOSHI_BODY_LIMIT_BYTES: '100000', HOSHI_BUFFER_LIMIT_BYTES: '200000' });
  });
  after(() => host.stop());

  const metric = async (line: RegExp) => line.test(await (await fetch(`${host.url}/metrics`)).text());
  const holdsNothing = () =>
    until('no byte is reserved', async () => {
      const isFree = await metric(/^http_server_buffered_bytes 0$/m);
      return isFree && (await metric(/^http_server_active_requests 1$/m)); // the scrape itself
    });
  const head = (headers: string) =>
    `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Encoding: gzip\r\n${headers}\r\n\r\n`;

  test('a compressed body in chunks of one byte is read', async () => {
    const body = zlib.gzipSync('{"texts":"最高"}');
    const chunks = [...body].map((byte) => Buffer.from([0x31, 13, 10, byte, 13, 10]));
    const answer = await sendRaw(
      host.port,
      Buffer.concat([Buffer.from(head('Transfer-Encoding: chunked')), ...chunks, Buffer.from('0\r\n\r\n')]),
    );
    assert.match(answer, /^HTTP\/1\.1 200 OK[\s\S]*\{"score":2\}$/);
    await holdsNothing();
  });

  test('a client that disconnects in a compressed body, or right after it, leaves nothing reserved', async () => {
    const body = zlib.gzipSync(JSON.stringify({ texts: 'x'.repeat(90_000) }));
    for (const length of [1, 10, body.length - 1, body.length]) {
      const socket = connect(host.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(Buffer.concat([Buffer.from(head(`Content-Length: ${body.length}`)), body.subarray(0, length)]));
      await delay(5);
      socket.resetAndDestroy();
    }
    await holdsNothing();
  });

  test('the decompressed bytes are reserved: without room for them, the answer is 503, and nothing stays reserved', async () => {
    const body = zlib.gzipSync('x'.repeat(100_000));
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const answer = await sendRaw(
          host.port,
          Buffer.concat([Buffer.from(head(`Content-Length: ${body.length}`)), body]),
        );
        return answer.slice(9, 12);
      }),
    );
    assert.deepEqual([...new Set(statuses)].sort(), ['400', '503'], 'a body is not JSON, or is shed');
    assert.ok(await metric(/^http_server_shed_requests_total\{reason="memory"\} [1-9]/m));
    await holdsNothing();
  });

  test('while more bodies wait to be decompressed than fit into HOSHI_DELAY_LIMIT_MS, others get 503', async () => {
    const hasty = await start([fakeServer], { HOSHI_DELAY_LIMIT_MS: '1' });
    try {
      const body = zlib.gzipSync('{"texts":"最高"}');
      const one = `POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n`;
      const all = Array.from({ length: 200 }, (_, i) => [
        Buffer.from(`${one}${i === 199 ? 'Connection: close\r\n' : ''}\r\n`),
        body,
      ]);
      const answer = await sendRaw(hasty.port, Buffer.concat(all.flat()), 20_000);
      const answers = Array.from(answer.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => Number(status));
      assert.equal(answers.length, 200);
      const shed = answers.filter((status) => status === 503).length;
      assert.equal(answers.filter((status) => status === 200).length, 200 - shed);
      assert.ok(shed > 0 && shed < 200 - 32, `${shed} were shed`);
      assert.match(answer, /Retry-After: 1/);
      const metrics = await (await fetch(`${hasty.url}/metrics`)).text();
      assert.match(metrics, new RegExp(`^http_server_shed_requests_total\\{reason="loop"\\} ${shed}$`, 'm'));
      assert.match(metrics, /^http_server_buffered_bytes 0$/m);
    } finally {
      await hasty.stop();
    }
  });

  test('an unknown coding is refused before the body is sent, and the response lists the known ones', async () => {
    const answer = await sendRaw(
      host.port,
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: compress\r\nContent-Length: 90000\r\n\r\n',
    );
    assert.match(answer, /^HTTP\/1\.1 415 [\s\S]*\r\nAccept-Encoding: gzip, deflate, br(, zstd)?, identity\r\n/);
    assert.match(answer, /Connection: close/);
  });
});
