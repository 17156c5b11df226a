import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Checks, isObject, parseJson, show } from '../../../model/io/checks.ts';

test('an error lists the problems after the name of the file', () => {
  const checks = new Checks();
  checks.throwIfAny('a.json');
  checks.expect(true, 'name', 'a string', 'x');
  checks.expect(false, 'size', 'a number', '5');
  checks.expect(false, 'list', 'a list', undefined);
  assert.throws(() => checks.throwIfAny('a.json'), {
    name: 'Error',
    message: 'a.json: expected size to be a number, received "5"\na.json: expected list to be a list, received nothing',
  });
  assert.throws(() => checks.throwIfAny('a.json', RangeError), RangeError);
});

test('an error lists ten problems, and counts the others', () => {
  const checks = new Checks();
  for (let i = 0; i < 12; i++) checks.expect(false, `[${i}]`, 'a word', i);
  assert.throws(() => checks.throwIfAny('a.json'), {
    message: /^(a\.json: expected \[\d\] to be a word, received \d\n){10}a\.json: and 2 more problems$/,
  });
});

test('only the beginning of a long value is shown', () => {
  assert.equal(show('五'.repeat(200)), `"${'五'.repeat(79)}…`);
  assert.equal(show({ a: [1, null] }), '{"a":[1,null]}');
  assert.equal(show(undefined), 'nothing');
});

test('null and arrays are not objects', () => {
  assert.deepEqual([{}, null, [], 'x', undefined].map(isObject), [true, false, false, false, false]);
});

test('the error for invalid JSON names the file', () => {
  assert.deepEqual(parseJson('[1]', 'a.json'), [1]);
  assert.throws(() => parseJson('{', 'a.json'), /^Error: a\.json: expected JSON, /);
  assert.throws(() => parseJson('{', 'a.json', 'a list', RangeError), /^RangeError: a\.json: expected a list, /);
});

test('show: a bigint, which JSON does not have, is shown by its digits', () => {
  assert.equal(show(9007199254740993n), '"9007199254740993"');
  assert.equal(show([1n]), '["1"]');
});
