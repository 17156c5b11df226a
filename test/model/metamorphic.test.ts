/**
 * Pairs of texts whose scores must keep a relation (metamorphic.tsv: kind, margin, first, second, reason). No expected
 * score is needed, so the pairs hold for any good model:
 * - same: the normalizer and the term rules make the same row of both, so the scores are the same double.
 * - above: the first text scores higher by at least the margin.
 * - near: the scores differ by at most the margin.
 *
 * `\u{…}` is a code point that an editor does not show. The explanations of these texts, and of those of tricky.tsv, are
 * checked as well: their offsets, their sum, and that all engines give the same.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { Explanation } from '../../model/scoring/explain.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import { engineNames, type Scorer } from '../../model/scoring/scorer.ts';
import { packageRoot } from '../../native/package-root.ts';
import { createOccurrenceCheck, type OccurrenceCheck } from '../fixtures/occurrences.ts';

const bundlePath = join(packageRoot, 'model', 'stars');
const MIN_PAIRS = { same: 180, above: 80, near: 1 };

const rowsOf = (file: string) =>
  readFileSync(join(packageRoot, 'test', 'model', file), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'));
const unescaped = (text = '') =>
  text.replace(/\\u\{([0-9a-f]+)\}/g, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)));

const pairs = rowsOf('metamorphic.tsv').map(([kind = '', margin, first, second, reason = '']) => {
  return { kind, margin: Number(margin), first: unescaped(first), second: unescaped(second), reason };
});
const texts = [
  ...new Set([
    ...pairs.flatMap(({ first, second }) => [first, second]),
    ...rowsOf('tricky.tsv').map((row) => row[3] ?? ''),
  ]),
];

let scorer: Scorer;
before(async () => {
  scorer = await loadScorer({ bundlePath, engine: 'native' });
});

test('metamorphic pairs: the table is valid', () => {
  for (const { kind, margin, first, second, reason } of pairs) {
    assert.ok(kind === 'same' ? margin === 0 : margin > 0, first);
    assert.ok(first !== '' && second !== '' && first !== second && reason !== '', first);
  }
  for (const [kind, count] of Object.entries(MIN_PAIRS))
    assert.ok(pairs.filter((pair) => pair.kind === kind).length >= count, kind);
  assert.ok(pairs.every(({ kind }) => Object.hasOwn(MIN_PAIRS, kind)));
  assert.equal(new Set(pairs.map(({ first, second }) => `${first}\t${second}`)).size, pairs.length);
});

describe('metamorphic pairs', () => {
  const holds = (kind: string, margin: number, first: number, second: number) => {
    if (kind === 'same') return Object.is(first, second);
    return kind === 'above' ? first - second >= margin : Math.abs(first - second) <= margin;
  };
  for (const reason of new Set(pairs.map((pair) => pair.reason))) {
    test(reason, () => {
      const faults = pairs
        .filter((pair) => pair.reason === reason)
        .map((pair) => ({ ...pair, scores: [scorer.score(pair.first), scorer.score(pair.second)] as const }))
        .filter(({ kind, margin, scores }) => !holds(kind, margin, ...scores));
      assert.deepEqual(faults, []);
    });
  }

  test('no score is at the end of the range', () => {
    const [lowest, highest] = scorer.bundle.scoreRange;
    for (const text of texts) {
      const score = scorer.score(text);
      assert.ok(score > lowest && score < highest, `${score}: ${text}`);
    }
  });
});

describe('explanations of the pairs and of the tricky texts', () => {
  const explanations = new Map<string, Explanation>();
  let check: OccurrenceCheck;
  before(async () => {
    for (const text of texts) explanations.set(text, await scorer.explain(text));
    check = await createOccurrenceCheck(scorer.bundle, bundlePath);
  });

  test('the offsets of each term point at the words that make it', () => {
    let count = 0;
    for (const [text, { terms }] of explanations) {
      for (const term of terms) assert.equal(check(text, term), undefined);
      count += terms.reduce((sum, { offsets }) => sum + offsets.length, 0);
    }
    assert.ok(count > 5 * texts.length, `${count} occurrences`);
  });

  test('base, absent, held and the contributions sum to the score', () => {
    for (const [text, { score, base, absent, held, terms }] of explanations) {
      assert.ok(Object.is(score, scorer.score(text)), text);
      const sum = terms.reduce((total, { contribution }) => total + contribution, base + absent + held);
      assert.ok(Math.abs(sum - score) <= 1e-9, `${sum}, not ${score}: ${text}`);
    }
  });

  for (const engine of engineNames.filter((name) => name !== 'native')) {
    test(`the engine ${engine} gives the same`, async () => {
      const other = await loadScorer({ bundlePath, engine });
      for (const [text, explanation] of explanations) assert.deepEqual(await other.explain(text), explanation, text);
    });
  }
});
