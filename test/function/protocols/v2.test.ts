import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inferBody, inferenceOf, inferResponse, jsonLength } from '../../../function/protocols/v2.ts';
import { HttpError } from '../../../function/response.ts';

const nothing = new Uint8Array();
const LIMITS = { maxTexts: 10, setBy: 'HOSHI_TEXTS_LIMIT' } as const;

/** Checks a body and reads it, as the request lifecycle does. */
function read(body: unknown, tail: Uint8Array) {
  return inferenceOf(inferBody.check(body, 'the body', '#', LIMITS), tail, LIMITS);
}

const input = (more: object) => ({ inputs: [{ name: 'text', datatype: 'BYTES', ...more }] });

/** As Triton writes BYTES: lengths of four bytes, little-endian. */
function bytesOf(...texts: string[]): Uint8Array {
  return Buffer.concat(
    texts.flatMap((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(text));
      return [length, Buffer.from(text)];
    }),
  );
}

describe('a request', () => {
  test('in JSON, flat or nested', () => {
    const flat = read(input({ shape: [2], data: ['あ', ''] }), nothing);
    assert.deepEqual(flat, { texts: ['あ', ''], shape: [2], id: undefined, wantsBinary: false });
    const nested = read({ id: '7', ...input({ shape: [2, 1], data: [['あ'], ['い']] }) }, nothing);
    assert.deepEqual(nested, { texts: ['あ', 'い'], shape: [2, 1], id: '7', wantsBinary: false });
    assert.deepEqual(read(input({ shape: [0], data: [] }), nothing).texts, []);
  });

  test('with a binary tensor', () => {
    const tail = bytesOf('最高', '', 'a');
    const body = {
      ...input({ shape: [3], parameters: { binary_data_size: tail.length } }),
      parameters: { binary_data_output: true },
    };
    const request = read(body, tail);
    assert.deepEqual(request.texts, ['最高', '', 'a']);
    assert.equal(request.wantsBinary, true);
  });

  test('requests binary output for all outputs, or for "score"', () => {
    const wants = (more: object) => read({ ...input({ shape: [1], data: ['a'] }), ...more }, nothing).wantsBinary;
    assert.equal(wants({ outputs: [{ name: 'score', parameters: { binary_data: true } }] }), true);
    assert.equal(wants({ outputs: [{ name: 'score' }] }), false);
    const all = { parameters: { binary_data_output: true } };
    assert.equal(wants({ ...all, outputs: [{ name: 'score', parameters: { binary_data: false } }] }), false);
    assert.equal(wants({ ...all, outputs: [] }), true);
    const wanted = (value: unknown) =>
      wants({ ...all, outputs: [{ name: 'score', parameters: { binary_data: value } }] });
    assert.deepEqual([1, 'true', null].map(wanted), [false, false, true], 'null is absent');
  });

  const refused: [what: string, body: unknown, tail: Uint8Array, pointer: string][] = [
    ['a body that is not an object', [], nothing, '#'],
    ['no inputs', {}, nothing, '#'],
    ['inputs that are not a list', { inputs: {} }, nothing, '#/inputs'],
    ['two inputs', { inputs: [{}, {}] }, nothing, '#/inputs'],
    ['another name', { inputs: [{ name: 'x' }] }, nothing, '#/inputs/0/name'],
    ['another datatype', { inputs: [{ name: 'text', datatype: 'FP32' }] }, nothing, '#/inputs/0/datatype'],
    ['no shape', input({ data: ['a'] }), nothing, '#/inputs/0'],
    ['an empty shape', input({ shape: [], data: ['a'] }), nothing, '#/inputs/0/shape'],
    ['a negative size', input({ shape: [-1], data: ['a'] }), nothing, '#/inputs/0/shape/0'],
    ['fewer texts than the shape says', input({ shape: [2], data: ['a'] }), nothing, '#/inputs/0'],
    ['a number among the texts', input({ shape: [2], data: ['a', 5] }), nothing, '#/inputs/0/data/1'],
    [
      'lists nested too deep',
      input({ shape: [1], data: JSON.parse('['.repeat(5000) + ']'.repeat(5000)) }),
      nothing,
      '#/inputs/0/data/0',
    ],
    [
      'a size that differs from the number of bytes',
      input({ shape: [1], parameters: { binary_data_size: 9 } }),
      bytesOf('a'),
      '#/inputs/0',
    ],
    [
      'a text longer than the bytes',
      input({ shape: [1], parameters: { binary_data_size: 5 } }),
      bytesOf('ab').subarray(0, 5),
      '#/inputs/0',
    ],
    [
      'bytes that are not UTF-8',
      input({ shape: [1], parameters: { binary_data_size: 5 } }),
      Uint8Array.of(1, 0, 0, 0, 0xff),
      '#/inputs/0',
    ],
    [
      'another output',
      { ...input({ shape: [1], data: ['a'] }), outputs: [{ name: 'x' }] },
      nothing,
      '#/outputs/0/name',
    ],
  ];
  for (const [what, body, tail, pointer] of refused) {
    test(`${what}: refused`, () => {
      assert.throws(
        () => read(body, tail),
        (error: unknown) => error instanceof HttpError && error.status === 400 && error.pointer === pointer,
      );
    });
  }

  test('more texts than the limit: 413, before any text is read', () => {
    assert.throws(
      () => read(input({ shape: [1e6, 1e6], data: [] }), nothing),
      (error: unknown) => error instanceof HttpError && error.status === 413,
    );
  });

  test('the length of the JSON comes from the header, and must be within the body', () => {
    const header = (length: string) => ({ 'inference-header-content-length': length });
    assert.equal(jsonLength({}, 7), 7);
    assert.equal(jsonLength(header('5'), 7), 5);
    for (const length of ['8', '-1', 'x', '']) assert.throws(() => jsonLength(header(length), 7), HttpError);
  });
});

describe('a response', () => {
  const served = { name: 'stars', version: '1' };
  const scores = Float64Array.of(4.5, 1 / 3);

  test('in JSON', () => {
    const response = inferResponse(served, { texts: [], shape: [2, 1], id: 'x', wantsBinary: false }, scores);
    assert.deepEqual('json' in response && response.json, {
      model_name: 'stars',
      model_version: '1',
      id: 'x',
      outputs: [{ name: 'score', datatype: 'FP64', shape: [2, 1], data: [4.5, 1 / 3] }],
    });
  });

  test('in binary: the JSON, then the doubles', () => {
    const response = inferResponse(served, { texts: [], shape: [2], id: undefined, wantsBinary: true }, scores);
    assert.ok('body' in response);
    const { body, headers } = response;
    const length = Number(headers?.['Inference-Header-Content-Length']);
    const bytes = Buffer.from(body as Uint8Array);
    assert.deepEqual(JSON.parse(bytes.subarray(0, length).toString()).outputs, [
      { name: 'score', datatype: 'FP64', shape: [2], parameters: { binary_data_size: 16 } },
    ]);
    assert.deepEqual([bytes.readDoubleLE(length), bytes.readDoubleLE(length + 8)], [4.5, 1 / 3]);
    assert.equal(bytes.length, length + 16);
  });
});
