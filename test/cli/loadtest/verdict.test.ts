import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Judge } from '../../../cli/loadtest/verdict.ts';

const wrong = { error: 'wrong answer' };
const malformed = { error: 'malformed answer' };

test('a score stays what it was; how it is written does not count', () => {
  const judge = new Judge(['良い', '悪い', '良い'], true);
  assert.equal(judge.verdictOf(0, 200, '{"score":4.5}'), 'accepted');
  assert.equal(judge.verdictOf(0, 200, '{"score":4.5}'), 'accepted');
  assert.equal(judge.verdictOf(0, 200, '{"model": "b", "score": 4.50}'), 'accepted');
  assert.deepEqual(judge.verdictOf(0, 200, '{"score":4.500000000000001}'), wrong);
  assert.equal(judge.verdictOf(1, 200, '{"score":1}'), 'accepted');
  assert.deepEqual(judge.verdictOf(2, 200, '{"score":1}'), wrong, 'the same text as the first');
});

test("stars may be any numbers: those of a model of one's own are not 1 to 5", () => {
  const scores = [0, 100, 0.99, 5.01, -3, 1e-9];
  const judge = new Judge(scores.map(String), true);
  for (const [i, score] of scores.entries())
    assert.equal(judge.verdictOf(i, 200, JSON.stringify({ score })), 'accepted', String(score));
  assert.deepEqual(judge.verdictOf(0, 200, '{"score":100}'), wrong, 'the text of the first has 0');
});

test('what is no answer', () => {
  const judge = new Judge(['a'], true);
  const scores = ['NaN', '1e999', '-1e999', '"5"', 'null', 'true', '[]', '[5]', '[5,5]', '{}'];
  const bodies = [
    '',
    'Hello',
    'null',
    '5',
    '[]',
    '{}',
    '{"scores":[5]}',
    ...scores.map((score) => `{"score":${score}}`),
  ];
  for (const body of bodies) assert.deepEqual(judge.verdictOf(0, 200, body), malformed, body);
  assert.equal(judge.verdictOf(0, 200, '{"score":5}'), 'accepted', 'they are no measure for later ones');
});

test('statuses: refused is what sheds load, the others are errors', () => {
  const judge = new Judge(['a'], true);
  assert.equal(judge.verdictOf(0, 503, ''), 'refused');
  assert.equal(judge.verdictOf(0, 429, ''), 'refused');
  assert.deepEqual(judge.verdictOf(0, 500, '{"score":5}'), { error: 'status 500' });
  assert.deepEqual(judge.verdictOf(0, 302, ''), { error: 'status 302' });
});

test('unchecked, any body will do', () => {
  const judge = new Judge(['a'], false);
  assert.equal(judge.verdictOf(0, 204, ''), 'accepted');
  assert.deepEqual(judge.verdictOf(0, 404, ''), { error: 'status 404' });
});
