/** Events as they come, in both modes: which are read, which are refused and why, and the attributes of the answer. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventResponse, type ReceivedEvent, receiveEvent } from '../../../function/protocols/cloud-events.ts';
import { isTimestamp } from '../../../function/protocols/event-attributes.ts';
import { HttpError } from '../../../function/response.ts';

const LIMITS = { maxTexts: 10, setBy: 'HOSHI_TEXTS_LIMIT' } as const;
const EXAMPLE = '{"texts": "…"}';
const DATA = { texts: '良い' };
const REQUIRED = { specversion: '1.0', id: '7', source: '/test', type: 'test' };
type Attributes = Readonly<Record<string, unknown>>;

const structured = (event: unknown): ReceivedEvent =>
  receiveEvent(
    { 'content-type': 'application/cloudevents+json; charset=utf-8' },
    JSON.stringify(event),
    LIMITS,
    EXAMPLE,
  );
const binary = (attributes: Attributes): ReceivedEvent =>
  receiveEvent(headersOf(attributes), JSON.stringify(DATA), LIMITS, EXAMPLE);
const headersOf = (attributes: Attributes) =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [[`ce-${name}`, String(value)]])),
  );

/** `ok`, or the detail as it is written, and the pointer. */
async function outcome(receive: () => ReceivedEvent): Promise<string> {
  try {
    assert.deepEqual(receive().data, DATA);
    return 'ok';
  } catch (error) {
    assert.ok(error instanceof HttpError, String(error));
    assert.equal(error.status, 400);
    const { message, pointer } = await error.withAdvice();
    return pointer === undefined ? message : `${message} at ${pointer}`;
  }
}

const expected = (name: string, what: string, received: string) =>
  `Expected the attribute "${name}" of the CloudEvent to be ${what}, received ${received}`;
const version = (received: string) => expected('specversion', '"1.0" or "0.3"', received);
const filled = (name: string, received: string) => expected(name, 'a string that is not empty', received);
const time = (received: string) => expected('time', 'a time of RFC 3339, such as 2026-01-31T12:00:00Z', received);

/** A change of the required attributes, and what comes of it. undefined removes one. */
const both: [what: string, change: Attributes, expected: string, pointer?: string][] = [
  ['only the required attributes', {}, 'ok'],
  [
    'all attributes',
    {
      subject: 's',
      time: '2026-01-31T12:00:00Z',
      datacontenttype: 'application/json',
      dataschema: 'https://a/b',
      ext1: 'x',
    },
    'ok',
  ],
  ['no specversion', { specversion: undefined }, version('none'), '#'],
  ['specversion 2.0', { specversion: '2.0' }, version('another version'), '#/specversion'],
  ['specversion 1', { specversion: '1' }, version('another version'), '#/specversion'],
  ['an empty specversion', { specversion: '' }, version('another version'), '#/specversion'],
  ['an empty id', { id: '' }, filled('id', 'an empty one'), '#/id'],
  ['no id', { id: undefined }, filled('id', 'none'), '#'],
  ['no source', { source: undefined }, filled('source', 'none'), '#'],
  ['an empty source', { source: '' }, filled('source', 'an empty one'), '#/source'],
  ['no type', { type: undefined }, filled('type', 'none'), '#'],
  ['an empty type', { type: '' }, filled('type', 'an empty one'), '#/type'],
  ['a bad time', { time: 'yesterday' }, time('another string'), '#/time'],
  ['an empty time', { time: '' }, time('another string'), '#/time'],
  ['a leap second', { time: '2016-12-31T23:59:60Z' }, 'ok'],
  ['a time in lower case', { time: '2026-01-31t12:00:00.5z' }, 'ok'],
  ['a time with an offset', { time: '2026-01-31T12:00:00+09:00' }, 'ok'],
  [
    'an extension with a hyphen',
    { 'my-ext': 'x' },
    'Expected names of attributes of the letters a to z and digits, received another one as attribute 5 of the CloudEvent',
    '#',
  ],
  [
    'an extension with an underscore',
    { my_ext: 'x' },
    'Expected names of attributes of the letters a to z and digits, received another one as attribute 5 of the CloudEvent',
    '#',
  ],
  [
    'a slip in a name',
    { 'spec-version': '1.0' },
    'Expected names of attributes of the letters a to z and digits, received another one as attribute 5 of the CloudEvent. Did you mean specversion?',
    '#',
  ],
  ['a long name of an extension', { abcdefghijklmnopqrstuvwxyz0123456789: 'x' }, 'ok'],
  ['version 0.3', { specversion: '0.3' }, 'ok'],
  ['version 0.3 with a time that 1.0 does not allow', { specversion: '0.3', time: '2026-01-31' }, 'ok'],
];

describe('attributes, in both modes', () => {
  for (const [what, change, result, pointer] of both) {
    test(`${what}: ${result}`, async () => {
      const attributes = { ...REQUIRED, ...change };
      assert.equal(await outcome(() => binary(attributes)), result, 'binary');
      const place = pointer === undefined ? result : `${result} at ${pointer}`;
      assert.equal(await outcome(() => structured({ ...attributes, data: DATA })), place, 'structured');
    });
  }
});

const onlyStructured: [what: string, event: unknown, expected: string][] = [
  [
    'null for each optional attribute',
    {
      ...REQUIRED,
      subject: null,
      time: null,
      dataschema: null,
      datacontenttype: null,
      ext: null,
      data_base64: null,
      data: DATA,
    },
    'ok',
  ],
  ['null as the id', { ...REQUIRED, id: null }, `${filled('id', 'none')} at #`],
  ['null as the specversion', { ...REQUIRED, specversion: null }, `${version('none')} at #`],
  ['null as a bad name', { ...REQUIRED, 'my-ext': null, data: DATA }, 'ok'],
  ['a number as the id', { ...REQUIRED, id: 7 }, `${filled('id', 'number')} at #/id`],
  ['a number as the specversion', { ...REQUIRED, specversion: 1.0 }, `${version('number')} at #/specversion`],
  ['a number as the subject', { ...REQUIRED, subject: 7 }, `${expected('subject', 'a string', 'number')} at #/subject`],
  ['a number as the time', { ...REQUIRED, time: 7 }, `${time('number')} at #/time`],
  [
    'an extension that is an object',
    { ...REQUIRED, ext: { a: 1 } },
    `${expected('ext', 'a string, a number or a boolean', 'object')} at #/ext`,
  ],
  [
    'an extension that is an array',
    { ...REQUIRED, ext: [] },
    `${expected('ext', 'a string, a number or a boolean', 'array')} at #/ext`,
  ],
  [
    'such an extension with a long name',
    { ...REQUIRED, abcdefghijklmnopqrstu: [] },
    'Expected attribute 5 of the CloudEvent to be a string, a number or a boolean, received array at #',
  ],
  ['numbers and booleans as extensions', { ...REQUIRED, a: 1, b: true, c: false, d: 0, data: DATA }, 'ok'],
  [
    'a name in camel case',
    { id: '7', source: '/a', type: 'b', specVersion: '1.0' },
    `${version('none')}. Did you mean "specversion"? There is a member of a similar name at #`,
  ],
  [
    '__proto__',
    JSON.parse('{"__proto__": {"specversion": "1.0", "id": "7", "source": "/a", "type": "b"}}'),
    `${version('none')} at #`,
  ],
  [
    'a list',
    [REQUIRED],
    'Expected a CloudEvent to be an object, received something else. Send {"specversion": "1.0", "id": "1", "source": "/reviews", "type": "review", "data": {"texts": "…"}} at #',
  ],
  ['data as JSON in a string', { ...REQUIRED, data: JSON.stringify(DATA) }, 'ok'],
  ['data in base64', { ...REQUIRED, data_base64: Buffer.from(JSON.stringify(DATA)).toString('base64') }, 'ok'],
  [
    'data in base64 without padding',
    { ...REQUIRED, data_base64: 'e30' },
    'Expected "data_base64" to be a string of base64, padded by =, received something else at #/data_base64',
  ],
  [
    'data in base64 that is not UTF-8',
    { ...REQUIRED, data_base64: '//8=' },
    'Expected the body to be UTF-8, received other bytes. Send the text in UTF-8 at #/data_base64',
  ],
  [
    'data in base64 in version 0.3',
    {
      ...REQUIRED,
      specversion: '0.3',
      datacontentencoding: 'base64',
      data: Buffer.from(JSON.stringify(DATA)).toString('base64'),
    },
    'ok',
  ],
  [
    'data that is no JSON',
    { ...REQUIRED, data: "{'texts': 1}" },
    'Expected the body to be JSON such as {"texts": "…"}, received something else at position 1. JSON has double quotes, not single ones at #/data',
  ],
  [
    'a source that is no URI',
    { ...REQUIRED, source: 'a b', data: DATA },
    'Expected a CloudEvent with an id, with URIs as source and dataschema, and without attributes of another version, received something else',
  ],
  [
    '257 attributes',
    { ...REQUIRED, ...Object.fromEntries(Array.from({ length: 253 }, (_, i) => [`x${i}`, 1])) },
    'Expected a CloudEvent of at most 256 attributes, received 257 at #',
  ],
];

describe('attributes in structured mode', () => {
  for (const [what, event, result] of onlyStructured)
    test(`${what}: ${result}`, async () => assert.equal(await outcome(() => structured(event)), result));
});

describe('values of headers', () => {
  const subjects: [header: string, subject: string][] = [
    ['plain', 'plain'],
    ['a%20b', 'a b'],
    ['%E6%98%9F', '星'],
    ['%e6%98%9f', '星'],
    ['%F0%9F%98%80', '😀'],
    ['100%', '100%'],
    ['%zz%4', '%zz%4'],
    ['%2525', '%25'],
    ['"quoted text"', 'quoted text'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['"%E6%98%9F"', '星'],
    ['a"b', 'a"b'],
    [Buffer.from('星').toString('latin1'), '星'], // the bytes of UTF-8, as some clients send them
    ['%0d%0aX-Evil: 1', '\r\nX-Evil: 1'],
  ];
  for (const [header, subject] of subjects) {
    test(`${JSON.stringify(header)} is ${JSON.stringify(subject)}, and comes back encoded`, () => {
      const received = binary({ ...REQUIRED, subject: header });
      assert.equal(received.event.subject, subject);
      const { headers = {} } = eventResponse(received, '/m', {});
      const answered = headers['ce-subject'] as string;
      assert.match(answered, /^[\x21\x23-\x7e]+$/, 'printable ASCII without spaces and double quotes');
      assert.equal(decodeURIComponent(answered), subject);
    });
  }

  test('a URI is not decoded and not encoded again, as SDKs do', async () => {
    const received = binary({ ...REQUIRED, source: '/a%20b/%E6%98%9F', dataschema: 'https://a/%20' });
    assert.equal(received.event.source, '/a%20b/%E6%98%9F');
    assert.equal(eventResponse(received, '/m/%E6%98%9F', {}).headers?.['ce-source'], '/m/%E6%98%9F');
  });

  test('bytes that are not UTF-8 are refused, and the attribute is named', async () => {
    for (const subject of ['%FF', '%E6%98', '\xe6'])
      assert.equal(
        await outcome(() => binary({ ...REQUIRED, subject })),
        'Expected the attribute "subject" of the CloudEvent to be percent-encoded UTF-8, received other bytes',
      );
  });
});

test('times of RFC 3339', () => {
  for (const text of [
    '1985-04-12T23:20:50.52Z',
    '1996-12-19T16:39:57-08:00',
    '1990-12-31T23:59:60Z',
    '1990-12-31T15:59:60-08:00',
    '1991-01-01T08:59:60+09:00',
    '1937-01-01T12:00:27.87+00:20',
    '2024-02-29t00:00:00z',
    '2000-02-29T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999999999999Z',
    '2026-01-31T12:00:00+23:59',
    '2026-01-31T12:00:00-00:00',
  ])
    assert.ok(isTimestamp(text), text);
  for (const text of [
    '2026-01-31',
    '2026-01-31T12:00:00',
    '2026-01-31 12:00:00Z',
    '2026-01-31T12:00Z',
    '2026-1-31T12:00:00Z',
    '2026-13-01T12:00:00Z',
    '2026-00-01T12:00:00Z',
    '2026-04-31T12:00:00Z',
    '2026-02-29T12:00:00Z',
    '2100-02-29T12:00:00Z',
    '2026-01-00T12:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:60:00Z',
    '2026-01-31T12:00:61Z',
    '2026-01-31T12:00:60Z',
    '1990-12-31T23:59:60+09:00',
    '2026-01-31T12:00:00.Z',
    '2026-01-31T12:00:00,5Z',
    '2026-01-31T12:00:00+24:00',
    '2026-01-31T12:00:00+09:60',
    '2026-01-31T12:00:00+0900',
    '2026-01-31T12:00:00Z\n',
    '２０２６-01-31T12:00:00Z',
  ])
    assert.ok(!isTimestamp(text), JSON.stringify(text));
});

describe('the answer', () => {
  const answers: [what: string, request: Attributes, answer: Attributes][] = [
    ['names its cause', {}, { causationid: '7' }],
    ['keeps subject and traceparent', { subject: '星', traceparent: '00-a' }, { subject: '星', traceparent: '00-a' }],
    [
      'passes a correlationid on, and answers it as a RequestReply awaits',
      { correlationid: 'c' },
      { correlationid: 'c', replyid: 'c' },
    ],
    ['has the replyid as its correlationid', { replyid: 'r' }, { correlationid: 'r', replyid: undefined }],
    ['answers both', { replyid: 'r', correlationid: 'c' }, { correlationid: 'r', replyid: 'c' }],
    ['has neither without them', { ext: 'x' }, { correlationid: undefined, replyid: undefined, ext: undefined }],
    [
      'of version 0.3 is of version 1.0',
      { specversion: '0.3', replyid: 'r' },
      { specversion: '1.0', correlationid: 'r' },
    ],
  ];
  for (const [what, request, answer] of answers) {
    test(what, () => {
      const attributes = { ...REQUIRED, ...request };
      const inBody = JSON.parse(
        String(eventResponse(structured({ ...attributes, data: DATA }), '/m', { score: 3 }).body),
      );
      const { headers = {}, body } = eventResponse(binary({ ...attributes, ...encoded(request) }), '/m', { score: 3 });
      assert.deepEqual(
        [inBody.type, inBody.data, JSON.parse(String(body))],
        ['hoshi.score', { score: 3 }, { score: 3 }],
      );
      for (const [name, value] of Object.entries(answer)) {
        assert.equal(inBody[name], value, name);
        const header = headers[`ce-${name}`];
        assert.equal(header && decodeURIComponent(header), value, name);
      }
    });
  }

  test('in structured mode, a correlationid may be a number', () => {
    const received = structured({ ...REQUIRED, correlationid: 5, data: DATA });
    const answer = JSON.parse(String(eventResponse(received, '/m', {}).body));
    assert.deepEqual([answer.correlationid, answer.replyid], [5, 5]);
  });
});

function encoded(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, encodeURIComponent(String(value))]),
  );
}
