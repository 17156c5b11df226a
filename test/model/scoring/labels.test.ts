import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelCutsOf, labelOf, labels } from '../../../model/scoring/labels.ts';

test('the cuts are 2.5 and 3.5 from 1 to 5, and linear on other ranges', () => {
  assert.deepEqual(labelCutsOf({ scoreRange: [1, 5] }), [2.5, 3.5]);
  assert.deepEqual(labelCutsOf({ scoreRange: [0, 100] }), [37.5, 62.5]);
  assert.deepEqual(labelCutsOf({ scoreRange: [-4, 4] }), [-1, 1]);
});

test('the cuts of a bundle that names them are its own', () => {
  assert.deepEqual(labelCutsOf({ scoreRange: [1, 5], labels: { negative: 2, positive: 4.25 } }), [2, 4.25]);
});

test('a score on a cut is neutral', () => {
  const names = [1, 2.499, 2.5, 3, 3.5, 3.501, 5].map((score) => labels[labelOf(score, [2.5, 3.5])]);
  assert.deepEqual(names, ['negative', 'negative', 'neutral', 'neutral', 'neutral', 'positive', 'positive']);
});
