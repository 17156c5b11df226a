import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseChecker } from '../../../cli/loadtest/verdict.ts';

const wrong = { error: 'wrong answer' };
const malformed = { error: 'malformed answer' };

test('a text must always get the same score; the spelling of the number does not matter', () => {
  const checker = new ResponseChecker(['良い', '悪い', '良い'], true);
  assert.equal(checker.verdictOf(0, 200, '{"score":4.5}'), 'accepted');
  assert.equal(checker.verdictOf(0, 200, '{"score":4.5}'), 'accepted');
  assert.equal(checker.verdictOf(0, 200, '{"model": "b", "score": 4.50}'), 'accepted');
  assert.deepEqual(checker.verdictOf(0, 200, '{"score":4.500000000000001}'), wrong);
  assert.equal(checker.verdictOf(1, 200, '{"score":1}'), 'accepted');
  assert.deepEqual(checker.verdictOf(2, 200, '{"score":1}'), wrong, 'the same text as the first');
});

test('a score may be any finite number, because models have different ranges', () => {
  const scores = [0, 100, 0.99, 5.01, -3, 1e-9];
  const checker = new ResponseChecker(scores.map(String), true);
  for (const [i, score] of scores.entries())
    assert.equal(checker.verdictOf(i, 200, JSON.stringify({ score })), 'accepted', String(score));
  assert.deepEqual(checker.verdictOf(0, 200, '{"score":100}'), wrong, 'the first text had the score 0');
});

test('responses without a score are malformed', () => {
  const checker = new ResponseChecker(['a'], true);
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
  for (const body of bodies) assert.deepEqual(checker.verdictOf(0, 200, body), malformed, body);
  assert.equal(checker.verdictOf(0, 200, '{"score":5}'), 'accepted', 'malformed responses leave no expected score');
});

test('503 and 429 are refused; other statuses outside of 2xx are errors', () => {
  const checker = new ResponseChecker(['a'], true);
  assert.equal(checker.verdictOf(0, 503, ''), 'refused');
  assert.equal(checker.verdictOf(0, 429, ''), 'refused');
  assert.deepEqual(checker.verdictOf(0, 500, '{"score":5}'), { error: 'status 500' });
  assert.deepEqual(checker.verdictOf(0, 302, ''), { error: 'status 302' });
});

test('any body is accepted if responses are not checked', () => {
  const checker = new ResponseChecker(['a'], false);
  assert.equal(checker.verdictOf(0, 204, ''), 'accepted');
  assert.deepEqual(checker.verdictOf(0, 404, ''), { error: 'status 404' });
});
