/** Each schema describes itself and checks a value. The values here are small enough to check by eye. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type BodySchema,
  boolean,
  checkedByHandler,
  constant,
  count,
  either,
  list,
  object,
  optional,
  string,
} from '../../function/body-schema.ts';
import type { HttpError } from '../../function/response.ts';

const LIMITS = { maxTexts: 3, setBy: 'HOSHI_TEXTS_LIMIT' } as const;

/** The problem of a value as text, or `ok`. */
function verdict(schema: BodySchema<unknown>, value: unknown): string {
  try {
    assert.equal(schema.check(value, 'the body', '#', LIMITS), value);
    return 'ok';
  } catch (error) {
    const { status, message, pointer } = error as { status: number; message: string; pointer: string };
    return `${status} ${message} at ${pointer}`;
  }
}

const body = object({
  texts: either('a string or a list of strings', string(), list(string(), { limitedAs: 'texts' })),
  explain: optional(boolean({ default: false })),
});

const verdicts: [what: string, schema: BodySchema<unknown>, value: unknown, expected: string][] = [
  ['a string', string(), '', 'ok'],
  ['not a string', string(), null, '400 Expected the body to be a string, received null at #'],
  ['not a boolean', boolean(), 1, '400 Expected the body to be true or false, received number at #'],
  ['a count', count(), 0, 'ok'],
  ['a negative count', count(), -1, '400 Expected the body to be a whole number, 0 or more, received -1 at #'],
  ['a count as a string', count(), '1', '400 Expected the body to be a whole number, 0 or more, received string at #'],
  ['a constant', constant('a'), 'a', 'ok'],
  ['another string is not quoted', constant('a'), 'b', '400 Expected the body to be "a", received another string at #'],
  ['an object', body, { texts: 'a' }, 'ok'],
  ['an object with all properties, and unknown ones', body, { texts: [], explain: true, x: 1 }, 'ok'],
  ['not an object', body, [], '400 Expected the body to be an object, received array at #'],
  ['a missing property', body, { explain: true }, '400 Expected "texts" in the body, received none at #'],
  ['an inherited property', body, Object.create({ texts: '' }), '400 Expected "texts" in the body, received none at #'],
  [
    'an optional property',
    body,
    { texts: '', explain: 0 },
    '400 Expected "explain" to be true or false, received number at #/explain',
  ],
  [
    'neither',
    body,
    { texts: 5 },
    '400 Expected "texts" to be a string or a list of strings, received number at #/texts',
  ],
  ['an item', body, { texts: ['', null] }, '400 Expected each of "texts" to be a string, received null at #/texts/1'],
  ['a list at the limit', body, { texts: ['', '', ''] }, 'ok'],
  [
    'a list over the limit',
    body,
    { texts: ['', '', '', 4] },
    '413 Expected at most 3 texts, received 4. HOSHI_TEXTS_LIMIT sets this limit at #/texts',
  ],
  [
    'too few items',
    list(string(), { minItems: 1 }),
    [],
    '400 Expected the body to have a length of at least 1, received 0 at #',
  ],
  [
    'too many items',
    list(string(), { maxItems: 1 }),
    ['', ''],
    '400 Expected the body to have a length of at most 1, received 2 at #',
  ],
  [
    'a property of an item',
    list(object({ a: string() })),
    [{}],
    '400 Expected "a" in the object, received none at #/0',
  ],
  ['anything for a handler to check', checkedByHandler(() => ({})), undefined, 'ok'],
];
for (const [what, schema, value, expected] of verdicts)
  test(`${what}: ${expected}`, () => assert.equal(verdict(schema, value), expected));

test('null means that an optional property is absent, at any depth, and the handler does not see it', () => {
  const schema = object({
    id: optional(string()),
    list: list(object({ size: optional(count()), inner: optional(object({ a: optional(boolean()) })) })),
    free: optional(checkedByHandler(() => ({}))),
  });
  const value = { id: null, list: [{ size: null, inner: { a: null } }, { inner: null }], free: null, other: null };
  assert.deepEqual(schema.check(value, 'the body', '#', LIMITS), { list: [{ inner: {} }, {}], other: null });
  assert.equal(
    verdict(object({ a: string() }), { a: null }),
    '400 Expected "a" to be a string, received null at #/a',
    'a property that is not optional',
  );
});

/** The detail as it is written. */
async function detailOf(schema: BodySchema<unknown>, value: unknown): Promise<string> {
  try {
    schema.check(value, 'the body', '#', LIMITS);
    return 'ok';
  } catch (error) {
    return (await (error as HttpError).withAdvice()).message;
  }
}

test('a missing property is looked for among similar names, and the example is shown otherwise', async () => {
  const texts = object({ texts: string() }, '{"texts": "…"}');
  const missing = 'Expected "texts" in the body, received none';
  const similar = `${missing}. Did you mean "texts"? There is a member of a similar name`;
  for (const name of [
    'text',
    'Texts',
    'TEXTS',
    'tetxs',
    'review',
    'Reviews',
    'ｔｅｘｔｓ',
    'te-xts',
    'instances',
    'body',
  ])
    assert.equal(await detailOf(texts, { [name]: 'x' }), similar, name);
  for (const name of ['', 'x', '星', 'explain', 'constructor', 'texts'.repeat(100_000)])
    assert.equal(await detailOf(texts, { [name]: 'x' }), `${missing}. Send {"texts": "…"}`, name.slice(0, 20));
  assert.equal(await detailOf(texts, {}), `${missing}. Send {"texts": "…"}`);
  assert.equal(await detailOf(texts, 'x'), 'Expected the body to be an object, received string. Send {"texts": "…"}');
  const instances = object({ instances: list(object({ text: string() })) });
  assert.match(await detailOf(instances, { instance: [] }), /Did you mean "instances"\?/);
  assert.match(
    await detailOf(instances, { instances: [{ texts: '' }] }),
    /^Expected "text" in the object.*mean "text"\?/,
  );
});

test('a schema describes itself as JSON Schema', () => {
  assert.deepEqual(body.describe(LIMITS.maxTexts), {
    type: 'object',
    properties: {
      texts: { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, maxItems: LIMITS.maxTexts }] },
      explain: { type: ['boolean', 'null'], default: false },
    },
    required: ['texts'],
  });
  const lists = list(count({ description: 'A size.' }), { minItems: 1, maxItems: 2 });
  assert.deepEqual(lists.describe(LIMITS.maxTexts), {
    type: 'array',
    items: { type: 'integer', minimum: 0, description: 'A size.' },
    minItems: 1,
    maxItems: 2,
  });
  assert.deepEqual(object({ a: optional(constant('b')) }).describe(LIMITS.maxTexts), {
    type: 'object',
    properties: { a: { oneOf: [{ const: 'b' }, { type: 'null' }] } },
  });
});
