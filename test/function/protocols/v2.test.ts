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

  /** Its texts, or where and why it is refused. */
  const outcome = (body: unknown, tail: Uint8Array = nothing) => {
    try {
      return read(body, tail).texts;
    } catch (error) {
      assert.ok(error instanceof HttpError && error.status === 400, String(error));
      return `${error.pointer} ${error.message}`;
    }
  };

  const one = { shape: [1], data: ['a'] };
  for (const [what, body] of [
    ['id', { id: null, ...input(one) }],
    ['parameters of the request', { ...input(one), parameters: null }],
    ['binary_data_output', { ...input(one), parameters: { binary_data_output: null } }],
    ['outputs', { ...input(one), outputs: null }],
    ['parameters of the output', { ...input(one), outputs: [{ name: 'score', parameters: null }] }],
    ['binary_data', { ...input(one), outputs: [{ name: 'score', parameters: { binary_data: null } }] }],
    ['parameters of the input', input({ ...one, parameters: null })],
    ['binary_data_size', input({ ...one, parameters: { binary_data_size: null } })],
    ['content_type', input({ ...one, parameters: { content_type: null } })],
  ] as const) {
    test(`null as ${what} means that it is absent`, () => {
      const inference = read(body, nothing);
      assert.deepEqual(inference, { texts: ['a'], shape: [1], id: undefined, wantsBinary: false });
      const response = inferResponse({ name: 'stars', version: '1' }, inference, Float64Array.of(3));
      assert.ok('json' in response && !('id' in response.json));
    });
  }

  const nulls: [what: string, body: unknown, expected: string][] = [
    ['the body', null, '# Expected the body to be an object, received null'],
    ['inputs', { inputs: null }, '#/inputs Expected "inputs" to be a list, received null'],
    ['an input', { inputs: [null] }, '#/inputs/0 Expected each of "inputs" to be an object, received null'],
    [
      'an output',
      { ...input(one), outputs: [null] },
      '#/outputs/0 Expected each of "outputs" to be an object, received null',
    ],
    ['name', { inputs: [{ ...one, name: null }] }, '#/inputs/0/name Expected "name" to be "text", received null'],
    ['shape', input({ shape: null }), '#/inputs/0/shape Expected "shape" to be a list, received null'],
    [
      'a size',
      input({ shape: [null] }),
      '#/inputs/0/shape/0 Expected each of "shape" to be a whole number, 0 or more, received null',
    ],
    ['data', input({ shape: [1], data: null }), '#/inputs/0 Expected "data" in the object, received none'],
    [
      'a text',
      input({ shape: [1], data: [null] }),
      '#/inputs/0/data/0 Expected each of "data" to be a string, as deep as "shape" says, received null',
    ],
  ];
  for (const [what, body, expected] of nulls)
    test(`null as ${what} is refused`, () => assert.equal(outcome(body), expected));

  const ragged = (pointer: string, size: number, dimension: number, received: number) =>
    `#/inputs/0/data${pointer} Expected ${size} elements in a list of dimension ${dimension}, as "shape" says, received ${received}`;
  const depth = (pointer: string, received: string) =>
    `#/inputs/0/data${pointer} Expected each of "data" to be a string, as deep as "shape" says, received ${received}`;
  const list = (pointer: string, dimension: number, received: string) =>
    `#/inputs/0/data${pointer} Expected lists of dimension ${dimension} of "shape" in "data", received ${received}`;
  const count = (expected: number, received: number | string) =>
    `#/inputs/0 Expected ${expected} texts, as the shape says, received ${received}`;
  const shapes: [shape: number[], data: unknown, expected: string | string[]][] = [
    [[2], ['a', 'b'], ['a', 'b']],
    [
      [2, 2],
      ['a', 'b', 'c', 'd'],
      ['a', 'b', 'c', 'd'],
    ],
    [
      [2, 2],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      ['a', 'b', 'c', 'd'],
    ],
    [[1, 2, 1], [[['a'], ['b']]], ['a', 'b']],
    [[1, 1, 1, 1, 1, 1, 1, 1], [[[[[[[['a']]]]]]]], ['a']],
    [[0], [], []],
    [[0, 3], [], []],
    [[2, 0], [], []],
    [[2, 0], [[], []], []],
    [[1_000_000, 1_000_000, 0], [], []],
    [[2, 0, 5], [[], []], []],
    [[0], ['a'], count(0, 1)],
    [[0], [[]], ragged('', 0, 1, 1)],
    [[2, 0], [[]], ragged('', 2, 1, 1)],
    [[2, 0], [[], ['a']], ragged('/1', 0, 2, 1)],
    [[2, 0], [[[]], []], ragged('/0', 0, 2, 1)],
    [[2, 2], ['a', 'b', 'c'], count(4, 3)],
    [[2, 2], [['a', 'b']], ragged('', 2, 1, 1)],
    [[2, 2], [['a', 'b', 'c', 'd']], ragged('', 2, 1, 1)],
    [[2, 2], [['a'], ['b', 'c', 'd']], ragged('/0', 2, 2, 1)],
    [[2, 2], [['a', 'b'], ['c']], ragged('/1', 2, 2, 1)],
    [[2, 2], [['a', 'b'], 'c'], list('/1', 2, 'string')],
    [
      [2, 2],
      [
        ['a', 'b'],
        ['c', ['d']],
      ],
      depth('/1/1', 'array'),
    ],
    [[2, 1, 2], [[['a', 'b']], [['c']]], ragged('/1/0', 2, 3, 1)],
    [
      [2, 1, 2],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      ragged('/0', 1, 2, 2),
    ],
    [
      [4],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      ragged('', 4, 1, 2),
    ],
    [[2], [['a'], ['b']], depth('/0', 'array')],
    [[2], ['a', ['b']], depth('/1', 'array')],
    [[1], [{}], depth('/0', 'object')],
    [[1], {}, '#/inputs/0/data Expected "data" to be a list, received object'],
  ];
  for (const [shape, data, expected] of shapes)
    test(`shape ${JSON.stringify(shape)}, data ${JSON.stringify(data)}`, () =>
      assert.deepEqual(outcome(input({ shape, data })), expected));

  const encoded = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
  const base64: [what: string, data: string, expected: string | string[]][] = [
    ['a text', encoded('最高'), ['最高']],
    ['an empty text', '', ['']],
    ['one =', encoded('ab'), ['ab']],
    ['two =', encoded('a'), ['a']],
    [
      'without padding',
      'YQ',
      '#/inputs/0 Expected text 0, as "content_type" is "base64", to be base64 of a length that is a multiple of 4, padded by =, received another length',
    ],
    [
      'with too much padding',
      'YQ===',
      '#/inputs/0 Expected text 0, as "content_type" is "base64", to be base64, received characters outside A–Z, a–z, 0–9, + and /',
    ],
    [
      'with = inside',
      'Y=Q=',
      '#/inputs/0 Expected text 0, as "content_type" is "base64", to be base64, received characters outside A–Z, a–z, 0–9, + and /',
    ],
    [
      'the alphabet for URLs',
      '5pyA6auY_-',
      '#/inputs/0 Expected text 0, as "content_type" is "base64", to be base64, received characters outside A–Z, a–z, 0–9, + and /',
    ],
    [
      'a line break',
      'YWJj\nYWJj',
      '#/inputs/0 Expected text 0, as "content_type" is "base64", to be base64, received characters outside A–Z, a–z, 0–9, + and /',
    ],
    [
      'a plain text',
      '最高',
      '#/inputs/0 Expected text 0, as "content_type" is "base64", to be base64, received characters outside A–Z, a–z, 0–9, + and /',
    ],
    [
      'bytes that are not UTF-8',
      encoded(Uint8Array.of(0xff)),
      '#/inputs/0 Expected text 0, as "content_type" is "base64", to be UTF-8 in base64, received other bytes',
    ],
  ];
  for (const [what, data, expected] of base64)
    test(`base64: ${what}`, () => {
      const parameters = { content_type: 'base64' };
      assert.deepEqual(outcome(input({ shape: [1], data: [data], parameters })), expected);
      const tail = bytesOf(data);
      const binary = input({ shape: [1], parameters: { ...parameters, binary_data_size: tail.length } });
      assert.deepEqual(outcome(binary, tail), expected, 'in a binary tensor');
    });

  test('content_type "str" is the default, and any other one is refused', () => {
    const of = (content_type: unknown) => outcome(input({ shape: [1], data: ['YQ=='], parameters: { content_type } }));
    assert.deepEqual(of('str'), ['YQ==']);
    const place = '#/inputs/0/parameters/content_type';
    assert.equal(of('np'), `${place} Expected "content_type" to be "str" or "base64", received another one`);
    assert.equal(of(5), `${place} Expected "content_type" to be a string, received number`);
  });

  test('a binary tensor of more texts than the shape says is not read to its end', () => {
    const tail = new Uint8Array(4_000_000); // a million empty texts
    const body = input({ shape: [3], parameters: { binary_data_size: tail.length } });
    assert.equal(outcome(body, tail), count(3, 'more'));
    assert.equal(outcome(input({ shape: [3], parameters: { binary_data_size: 8 } }), new Uint8Array(8)), count(3, 2));
  });

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
