/**
 * gRPC with Connect's client, and with messages that no client sends. `make clients` tests Triton's client, gRPC's own
 * for Python, grpcurl and grpc-health-probe.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { Health, HealthCheckResponse_ServingStatus as Status } from '../../function/grpc/generated/health_pb.ts';
import { GRPCInferenceService, ModelInferRequestSchema } from '../../function/grpc/generated/open_inference_pb.ts';
import { fakeServer, type Host, leanServer, logged, start } from './hosts.ts';

const TEXTS = ['すごい！最高に興奮した！楽しい', 'ひどい', ''];

let host: Host;
let client: Client<typeof GRPCInferenceService>;
before(async () => {
  host = await start([leanServer]);
  client = createClient(GRPCInferenceService, createGrpcTransport({ baseUrl: host.url }));
});
after(() => host.stop());

/** The fields that a test sends. */
type Fields = MessageInitShape<typeof ModelInferRequestSchema>;

const bytesOf = (texts: readonly string[]) => texts.map((text) => new TextEncoder().encode(text));

function requestOf(texts: readonly string[]) {
  return {
    modelName: 'stars',
    inputs: [
      { name: 'text', datatype: 'BYTES', shape: [BigInt(texts.length)], contents: { bytesContents: bytesOf(texts) } },
    ],
  };
}

/** The texts as a binary tensor. */
function rawOf(texts: readonly string[]): Uint8Array {
  return Buffer.concat(
    bytesOf(texts).flatMap((bytes) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}

async function scoresByHttp(texts: readonly string[]): Promise<readonly number[]> {
  const response = await fetch(host.url, { method: 'POST', body: JSON.stringify({ texts }) });
  return ((await response.json()) as { scores: number[] }).scores;
}

describe('the Open Inference Protocol', () => {
  test('the server and the model', async () => {
    assert.equal((await client.serverLive({})).live, true);
    assert.equal((await client.serverReady({})).ready, true);
    assert.equal((await client.modelReady({ name: 'stars' })).ready, true);
    const { version, extensions } = await client.serverMetadata({});
    assert.deepEqual(extensions, ['binary_tensor_data']);
    const { name, versions, inputs, outputs } = await client.modelMetadata({ name: 'stars', version });
    assert.deepEqual([name, versions], ['stars', [version]]);
    assert.deepEqual([inputs[0]?.name, inputs[0]?.datatype, inputs[0]?.shape], ['text', 'BYTES', [-1n]]);
    assert.deepEqual([outputs[0]?.name, outputs[0]?.datatype, outputs[0]?.shape], ['score', 'FP64', [-1n]]);
  });

  test('the scores of HTTP, to the last bit, as contents and as a raw tensor', async () => {
    const expected = await scoresByHttp(TEXTS);
    const plain = await client.modelInfer({ ...requestOf(TEXTS), id: '7', outputs: [{ name: 'score' }] });
    assert.deepEqual(plain.outputs[0]?.contents?.fp64Contents, expected);
    assert.deepEqual([plain.modelName, plain.id, plain.outputs[0]?.shape], ['stars', '7', [3n]]);
    const raw = await client.modelInfer({
      modelName: 'stars',
      inputs: [{ name: 'text', datatype: 'BYTES', shape: [3n, 1n] }],
      rawInputContents: [rawOf(TEXTS)],
    });
    const [bytes = new Uint8Array()] = raw.rawOutputContents;
    const tensor = Buffer.from(bytes);
    assert.deepEqual(
      expected.map((_, i) => tensor.readDoubleLE(8 * i)),
      expected,
    );
    assert.deepEqual(raw.outputs[0]?.shape, [3n, 1n]);
  });

  const input = (more: object) => ({
    modelName: 'stars',
    inputs: [{ name: 'text', datatype: 'BYTES', shape: [1n], contents: { bytesContents: bytesOf(['a']) }, ...more }],
  });
  const refused: [what: string, request: Fields, code: Code, message: RegExp][] = [
    ['another model', { ...requestOf(['a']), modelName: 'none' }, Code.NotFound, /Expected the model stars/],
    ['another version', { ...requestOf(['a']), modelVersion: 'x' }, Code.NotFound, /Expected the version/],
    ['no input', { modelName: 'stars' }, Code.InvalidArgument, /"inputs" to have a length of at least 1/],
    ['another tensor', input({ name: 'other' }), Code.InvalidArgument, /"name" to be "text"/],
    ['another datatype', input({ datatype: 'INT32' }), Code.InvalidArgument, /"datatype" to be "BYTES"/],
    ['a shape that does not fit', input({ shape: [2n] }), Code.InvalidArgument, /Expected 2 texts/],
    ['a shape below zero', input({ shape: [-1n] }), Code.InvalidArgument, /whole number, 0 or more/],
    ['a shape of nine dimensions', input({ shape: Array(9).fill(1n) }), Code.InvalidArgument, /length of at most 8/],
    [
      'bytes that are not UTF-8',
      input({ contents: { bytesContents: [Buffer.of(0x83, 0x65)] } }),
      Code.InvalidArgument,
      /UTF-8/,
    ],
    ['another output', { ...requestOf(['a']), outputs: [{ name: 'x' }] }, Code.InvalidArgument, /"name" to be "score"/],
    [
      'a raw tensor that is cut',
      { ...input({ contents: {} }), rawInputContents: [rawOf(['abc']).subarray(0, 5)] },
      Code.InvalidArgument,
      /end within the tensor/,
    ],
    [
      'two raw tensors',
      { ...input({ contents: {} }), rawInputContents: [rawOf(['a']), rawOf(['a'])] },
      Code.InvalidArgument,
      /one for each input/,
    ],
    ['too long a message', requestOf(['x'.repeat((1 << 20) + 1)]), Code.ResourceExhausted, /1048576 bytes/],
  ];
  for (const [what, request, code, message] of refused)
    test(what, async () => {
      await assert.rejects(client.modelInfer(request), (error) => {
        assert.ok(error instanceof ConnectError);
        assert.equal(error.code, code, error.message);
        assert.match(error.rawMessage, message);
        return true;
      });
    });

  test('a failed call is logged and counted with the status that it has by HTTP', async () => {
    await assert.rejects(client.modelReady({ name: 'none' }));
    await logged(host, 'POST /inference.GRPCInferenceService/ModelReady 404');
    const metrics = await (await fetch(`${host.url}/metrics`)).text();
    assert.match(metrics, /http_route="\/inference\.GRPCInferenceService\/ModelReady",.*"404"/);
  });

  test('a deadline that is over', async () => {
    const transport = createGrpcTransport({ baseUrl: host.url, defaultTimeoutMs: 1 });
    const hurried = createClient(GRPCInferenceService, transport);
    await assert.rejects(
      hurried.modelInfer(requestOf(Array(16).fill('x'.repeat(60_000)))),
      (error) => (error as ConnectError).code === Code.DeadlineExceeded,
    );
  });
});

describe('health', () => {
  test('Check and List', async () => {
    const health = createClient(Health, createGrpcTransport({ baseUrl: host.url }));
    for (const service of ['', 'inference.GRPCInferenceService'])
      assert.equal((await health.check({ service })).status, Status.SERVING);
    await assert.rejects(health.check({ service: 'other' }), (error) => (error as ConnectError).code === Code.NotFound);
    const { statuses } = await health.list({});
    assert.deepEqual(Object.keys(statuses).sort(), ['', 'inference.GRPCInferenceService']);
  });

  test('Watch tells of the end; a watch of an unknown service stays until then', async () => {
    const own = await start([fakeServer]);
    const health = createClient(Health, createGrpcTransport({ baseUrl: own.url }));
    const seen: Record<string, Status[]> = { '': [], other: [] };
    const watching = Object.entries(seen).map(async ([service, statuses]) => {
      for await (const { status } of health.watch({ service })) {
        statuses.push(status);
        if (statuses.length === 1 && Object.values(seen).every(({ length }) => length > 0)) own.child.kill('SIGTERM');
      }
    });
    await Promise.all(watching);
    assert.deepEqual(seen, { '': [Status.SERVING, Status.NOT_SERVING], other: [Status.SERVICE_UNKNOWN] });
    assert.equal(await own.ended(), 0);
  });

  test('a watch outlives the time for a request, as long as its client answers a PING', async () => {
    const own = await start([fakeServer], { HOSHI_REQUEST_TIMEOUT_MS: '200', HOSHI_HEADERS_TIMEOUT_MS: '200' });
    const health = createClient(Health, createGrpcTransport({ baseUrl: own.url }));
    const seen: Status[] = [];
    const watching = (async () => {
      for await (const { status } of health.watch({})) seen.push(status);
    })();
    await delay(2000);
    own.child.kill('SIGTERM');
    await watching;
    assert.deepEqual(seen, [Status.SERVING, Status.NOT_SERVING]);
    assert.equal(await own.ended(), 0);
  });

  test('at most 128 watches are open, and one that ends makes room', async () => {
    const sessions = [0, 1].map(() => connect(host.url));
    const watch = (i: number) => {
      const path = '/grpc.health.v1.Health/Watch';
      const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc' };
      const stream = (sessions[i % 2] as ClientHttp2Session).request(headers);
      stream.on('error', () => {}).end(framed(Buffer.alloc(0)));
      return stream;
    };
    const statusOf = async (stream: ClientHttp2Stream) => {
      const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
      return head['grpc-status'];
    };
    const open = Array.from({ length: 128 }, (_, i) => watch(i));
    assert.deepEqual(await Promise.all(open.map(statusOf)), Array(128).fill(undefined));
    assert.equal(await statusOf(watch(0)), '14');
    open[0]?.close(constants.NGHTTP2_CANCEL);
    for (let tries = 0; (await statusOf(watch(0))) !== undefined; tries++) assert.ok(tries < 100, 'there is no room');
    for (const session of sessions) session.destroy();
  });

  test('a watch that the client leaves holds nothing', async () => {
    const health = createClient(Health, createGrpcTransport({ baseUrl: host.url }));
    for await (const { status } of health.watch({})) {
      assert.equal(status, Status.SERVING);
      break;
    }
    for (let tries = 0; ; tries++) {
      const metrics = await (await fetch(`${host.url}/metrics`)).text();
      if (/^http_server_active_requests 1$/m.test(metrics)) break; // the scrape itself
      assert.ok(tries < 200, 'a request is still active');
    }
  });
});

// ------------------------------------------------------------------------------------------- what no client sends

interface RawAnswer {
  readonly status: number;
  readonly grpcStatus: string | undefined;
  readonly message: string;
}

async function sendBytes(path: string, bytes: Uint8Array, headers: OutgoingHttpHeaders = {}): Promise<RawAnswer> {
  const session = connect(host.url);
  const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', ...headers });
  let trailers: Record<string, unknown> = {};
  stream.on('trailers', (received) => {
    trailers = received;
  });
  stream.end(bytes);
  const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
  stream.resume();
  await once(stream, 'end');
  session.close();
  const all = { ...head, ...trailers };
  return {
    status: Number(head[':status']),
    grpcStatus: all['grpc-status'] as string | undefined,
    message: decodeURIComponent(String(all['grpc-message'] ?? '')),
  };
}

function framed(message: Uint8Array, flag = 0): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

const INFER = '/inference.GRPCInferenceService/ModelInfer';
const message = (fields: Fields) => toBinary(ModelInferRequestSchema, create(ModelInferRequestSchema, fields));

/** A field of bytes: its tag, the length, and the value. */
function field(number: number, value: Uint8Array): Buffer {
  const length: number[] = [];
  for (let rest = value.length; ; rest >>>= 7) {
    length.push(rest < 128 ? rest : (rest & 127) | 128);
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.of((number << 3) | 2, ...length), value]);
}

/** `contents` with so many empty texts, after these bytes. */
const texts = (count: number, ...before: number[]) =>
  field(5, field(5, Buffer.concat([Buffer.from(before), Buffer.alloc(2 * count, Buffer.of(0x42, 0))])));
const GROUP = [0xa3, 0x06, 0xa4, 0x06]; // field 100, which no message has, as an empty group
const HALF_A_MILLION = 500_000;

describe('messages that no client sends', () => {
  const cases: [what: string, bytes: () => Uint8Array, headers: OutgoingHttpHeaders, code: string][] = [
    ['no message', () => Buffer.alloc(0), {}, '12'],
    [
      'two messages',
      () => Buffer.concat([framed(message(requestOf(['a']))), framed(message(requestOf(['a'])))]),
      {},
      '12',
    ],
    ['a cut prefix', () => Buffer.of(0, 0, 0), {}, '3'],
    ['a cut message', () => framed(message(requestOf(['a']))).subarray(0, 20), {}, '3'],
    ['bytes that are not protobuf', () => framed(Buffer.alloc(100, 0xff)), {}, '3'],
    ['a compressed message', () => framed(message(requestOf(['a'])), 1), { 'grpc-encoding': 'gzip' }, '12'],
    ['a bad time-out', () => framed(message(requestOf(['a']))), { 'grpc-timeout': 'soon' }, '3'],
    [
      'half a million empty texts',
      () =>
        framed(
          message({
            modelName: 'stars',
            inputs: [
              {
                name: 'text',
                datatype: 'BYTES',
                shape: [1n],
                contents: { bytesContents: Array(500_000).fill(Buffer.alloc(0)) },
              },
            ],
          }),
        ),
      {},
      '8',
    ],
    [
      'a million numbers',
      () =>
        framed(message({ modelName: 'stars', inputs: [{ contents: { boolContents: Array(1_000_000).fill(true) } }] })),
      {},
      '8',
    ],
    [
      'a shape of a million ones',
      () => framed(message({ modelName: 'stars', inputs: [{ shape: Array(1_000_000).fill(1n) }] })),
      {},
      '8',
    ],
    ['three hundred thousand inputs', () => framed(message({ inputs: Array(300_000).fill({}) })), {}, '8'],
    // A reader skips a group, and drops the upper bits of a length. So must the one that counts.
    ['texts after a group', () => framed(Buffer.concat([Buffer.from(GROUP), texts(HALF_A_MILLION)])), {}, '8'],
    ['texts after a group among them', () => framed(texts(HALF_A_MILLION, ...GROUP)), {}, '8'],
    [
      'texts after a length of more than 32 bits',
      () => framed(Buffer.concat([Buffer.of(0x0a, 0x81, 0x80, 0x80, 0x80, 0x80, 0x01, 0x61), texts(HALF_A_MILLION)])),
      {},
      '8',
    ],
    ['two hundred thousand groups', () => framed(Buffer.alloc(800_000, Buffer.from(GROUP))), {}, '8'],
    [
      'a parameter that is given half a million times',
      () => framed(field(4, field(2, Buffer.alloc(1_000_000, Buffer.of(0x1a, 0))))),
      {},
      '8',
    ],
    ['a second message', () => Buffer.concat([framed(Buffer.alloc(0)), framed(texts(HALF_A_MILLION))]), {}, '12'],
    ['JSON', () => framed(Buffer.from('['.repeat(500_000))), { 'content-type': 'application/grpc+json' }, '12'],
    ['a deadline in 11,000 years', () => framed(message(requestOf(['a']))), { 'grpc-timeout': '99999999H' }, '0'],
    [
      'another spelling of the type',
      () => framed(message(requestOf(['a']))),
      { 'content-type': 'Application/gRPC+proto' },
      '0',
    ],
  ];
  for (const [what, bytes, headers, code] of cases)
    test(what, async () => {
      const answer = await sendBytes(INFER, bytes(), headers);
      assert.deepEqual([answer.status, answer.grpcStatus], [200, code], answer.message);
      assert.doesNotMatch(host.messages(), /Warning: /); // Node's own, for a time that no timer has
      assert.equal((await client.serverLive({})).live, true);
    });

  test('no message repeats a value of the client', async () => {
    for (const headers of [
      { 'grpc-timeout': 'SECRET' },
      { 'content-type': 'application/grpc+SECRET' },
      { 'grpc-x': 'SECRET' },
    ])
      assert.doesNotMatch((await sendBytes(INFER, framed(Buffer.alloc(0)), headers)).message, /SECRET/);
  });

  test('a watch whose message is broken is refused', async () => {
    const answer = await sendBytes('/grpc.health.v1.Health/Watch', framed(Buffer.alloc(100, 0xff)));
    assert.equal(answer.grpcStatus, '3');
  });

  test('a call is a POST', async () => {
    const session = connect(host.url);
    const stream = session.request({ ':method': 'PUT', ':path': INFER, 'content-type': 'application/grpc' });
    stream.end();
    const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
    assert.equal(head[':status'], 405);
    session.destroy();
  });

  test('an unknown method is not implemented, whatever its path', async () => {
    for (const path of [
      '/inference.GRPCInferenceService/ModelLoad',
      '/other.Service/Method',
      '/v1/models/stars:predict',
    ])
      assert.equal((await sendBytes(path, framed(Buffer.alloc(0)))).grpcStatus, '12', path);
  });

  test('a request that is no gRPC call gets a problem document', async () => {
    const response = await fetch(host.url + INFER, {
      method: 'POST',
      body: '{}',
      headers: { 'Content-Type': 'application/grpc' },
    });
    assert.equal(response.status, 415);
    assert.match(await response.text(), /Expected a gRPC call, by HTTP\/2/);
    assert.equal((await sendBytes(INFER, Buffer.from('{}'), { 'content-type': 'application/json' })).status, 415);
  });
});
