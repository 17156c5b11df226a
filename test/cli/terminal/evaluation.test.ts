import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { baselineText } from '../../../cli/terminal/baselines.ts';
import { evaluationText, mainFigures } from '../../../cli/terminal/evaluation.ts';
import { baselinesOf } from '../../../model/evaluation/baselines.ts';
import { measureScores } from '../../../model/evaluation/evaluate.ts';

const model = { scoreRange: [1, 5] } as const;
const evaluationOf = (stars: readonly number[], scores: readonly number[]) =>
  measureScores(
    stars.map((value, i) => ({ stars: value, text: `${i}` })),
    Float64Array.from(scores),
    model,
  );

const stars = Array.from({ length: 30 }, (_, i) => 1 + 2 * (i % 3));
const scores = stars.map((value, i) => Math.min(5, 1.5 + 0.75 * (value - 1) + (i % 10) / 10));

describe('the main figures', () => {
  test('AUC of the middle, labels and ends, each with its interval', () => {
    const [auc = '', labels = '', ends = '', few = ''] = mainFigures(evaluationOf(stars, scores), [1, 5]);
    assert.match(
      auc,
      /^AUC \d\.\d{4} \(\S+ … \S+\) of 1 against 3 stars, \d\.\d{4} \(\S+ … \S+\) of 3 against 5 stars$/,
    );
    assert.match(
      labels,
      /^right labels: \d\.\d{4} \(\S+ … \S+\); best cuts \d\.\d\d and \d\.\d\d, measured by folds; always negative: 0\.3333$/,
    );
    assert.match(
      ends,
      /^scores at the ends: \d\.\d{4} \(\S+ … \S+\); right: 0 of 0 near 1, \d of \d near 5; exactly at an end: 5$/,
    );
    assert.equal(few, 'FEW REVIEWS: There are only 30 reviews; from 300 on, the figures are more certain.');
  });

  test('without reviews in the middle there is no line for them; enough reviews are not marked', () => {
    const many = Array.from({ length: 400 }, (_, i) => 1 + 4 * (i % 2));
    const lines = mainFigures(evaluationOf(many, many), [1, 5]);
    assert.deepEqual(
      lines.map((line) => line.split(':')[0]),
      ['right labels', 'scores at the ends'],
    );
    const rare = many.map((_, i) => (i < 20 ? 1 : 5));
    assert.equal(
      mainFigures(evaluationOf(rare, rare), [1, 5]).at(-1),
      'FEW REVIEWS: Only 20 of the 400 reviews have 1 star; from 30 on, AUC is more certain.',
    );
  });
});

test('eval prints each AUC once: neighbours that are the lowest, the middle or the highest stars are not repeated', () => {
  const of = (given: readonly number[]) =>
    evaluationText(evaluationOf(given, given), [1, 5])
      .split('\n')
      .filter((line) => line.startsWith('AUC'))
      .map((line) => line.replace(/^.* {3}/, ''));
  assert.deepEqual(of([1, 3, 5]), ['1 against 5 stars', '1 against 3 stars', '3 against 5 stars']);
  assert.deepEqual(of([1, 2, 3, 4, 5]), [
    '1 against 5 stars',
    '1 against 3 stars',
    '3 against 5 stars',
    '1 against 2 stars',
    '2 against 3 stars',
    '3 against 4 stars',
    '4 against 5 stars',
  ]);
});

describe('the baselines', () => {
  const baselinesFor = (given: readonly number[], now: readonly number[], base?: readonly number[]) =>
    baselinesOf(
      Float64Array.from(given),
      { model: Float64Array.from(now), ...(base && { base: Float64Array.from(base) }) },
      3,
      model,
    );

  test('without a base: no model, the new one and its intervals', () => {
    const lines = baselineText(baselinesFor(stars, scores), evaluationOf(stars, scores)).trimEnd().split('\n');
    assert.equal(lines[0], '30 held-out reviews; AUC of 1 against 5 stars');
    assert.deepEqual(
      lines.slice(2).map((line) => line.split('  ')[0]),
      ['no model', 'new', '95 %'],
    );
  });

  test('with a base: its row, the differences, their intervals and the verdict', () => {
    const base = stars.map((value, i) => 3 + 0.1 * (value - 3) + (i % 4) / 10);
    const text = baselineText(baselinesFor(stars, scores, base), evaluationOf(stars, scores));
    const lines = text.trimEnd().split('\n');
    assert.deepEqual(
      lines.slice(2, -1).map((line) => line.split('  ')[0]),
      ['no model', 'base', 'new', '95 %', 'new − base', '95 %'],
    );
    assert.match(lines.at(-2) as string, /^95 % .*[+−]\d\.\d{4} … [+−]\d\.\d{4}$/);
    assert.equal(lines.at(-1), 'The new model is better than its base on these reviews.');
  });

  test('five reviews have an interval of AUC, and none by the bootstrap', () => {
    const five = [1, 3, 5, 1, 5];
    const lines = baselineText(baselinesFor(five, [2, 3, 4, 2.5, 3.5], five), evaluationOf(five, five)).split('\n');
    assert.match(lines[5] as string, /^95 % +0\.\d{4} … 1\.0000 +too few +too few +too few$/);
    assert.match(lines[7] as string, /^95 % +too few +too few +too few +too few$/);
  });
});
