import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ExplainedMove, explainMoves, LargestMoves, type Move } from '../../../model/evaluation/moves.ts';
import type { Pair } from '../../../model/evaluation/range-map.ts';
import { createRandom } from '../../../model/math/random.ts';
import type { Scorer } from '../../../model/scoring/scorer.ts';
import { loadPair, writeTinyPair, writeUnexplainable } from '../../fixtures/tiny-pair.ts';

const moveOf = (text: string, move: number): Move => ({ text, old: 3, new: 3 + move, move });

describe('the largest moves', () => {
  const largestOf = (most: number, moves: readonly Move[]) => {
    const largest = new LargestMoves(most);
    for (const move of moves) largest.add(move);
    return largest.moves.map(({ text, move }) => `${text} ${move}`);
  };

  test('by size, the first of equal ones first, each text once, none of size 0', () => {
    const moves = [moveOf('a', 1), moveOf('b', -2), moveOf('a', 1), moveOf('c', 0), moveOf('d', -1), moveOf('e', 2)];
    assert.deepEqual(largestOf(3, moves), ['b -2', 'e 2', 'a 1']);
    assert.deepEqual(largestOf(9, moves), ['b -2', 'e 2', 'a 1', 'd -1']);
    assert.deepEqual(largestOf(1, moves), ['b -2']);
    assert.deepEqual(largestOf(0, moves), []);
  });

  test('random moves: the same as sorting all of them', () => {
    const random = createRandom(4);
    const moves = Array.from({ length: 500 }, () => random.below(80)).map((n) => moveOf(`${n}`, (n % 23) - 11));
    const once = [...new Map(moves.map((move) => [move.text, move])).values()].filter(({ move }) => move !== 0);
    const sorted = once.sort((a, b) => Math.abs(b.move) - Math.abs(a.move)).map(({ text, move }) => `${text} ${move}`);
    for (const most of [1, 7, 40, 500]) assert.deepEqual(largestOf(most, moves), sorted.slice(0, most));
  });
});

describe('the words of a move', () => {
  let folder: string;
  let paths: Pair<string>;
  let unexplainable: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hoshi-moves-'));
    paths = await writeTinyPair(folder);
    unexplainable = await writeUnexplainable(folder);
  });
  after(() => rm(folder, { recursive: true }));

  const warnings: string[] = [];
  async function explain(scorers: Pair<Scorer>, text: string): Promise<ExplainedMove> {
    const [old, now] = [scorers.old.score(text), scorers.new.score(text)];
    warnings.length = 0;
    const [move] = await explainMoves(scorers, [{ text, old, new: now, move: now - old }], (m) => warnings.push(m));
    return move as ExplainedMove;
  }
  /** The sum of all parts of one side. */
  const sumOf = ({ terms, parts }: ExplainedMove, key: 'old' | 'new') =>
    [...terms, ...Object.values(parts)].reduce((sum, part) => sum + (part[key] ?? 0), 0);

  test('by hand: each term has both contributions, and the parts sum to both scores', async () => {
    const move = await explain(await loadPair(paths), '良い店、良い');
    assert.deepEqual([move.old, move.new, move.move], [5, 3, -2]);
    const [term] = move.terms;
    assert.deepEqual(
      [term?.term, term?.offsets, move.terms.length],
      [
        '良い',
        [
          [0, 2],
          [4, 6],
        ],
        1,
      ],
    );
    // OLD: the mean is 3, and 11/3 if 悪い is known to be missing. With 良い it is 5. The halves of both orders.
    assert.ok(Math.abs((term?.old ?? 0) - (5 - 3 + (5 - 11 / 3)) / 2) < 1e-12);
    // NEW: the mean is 8/3, and 11/3 without 悪い. With 良い it is 3.
    assert.ok(Math.abs((term?.new ?? 0) - (3 - 8 / 3 + (3 - 11 / 3)) / 2) < 1e-12);
    assert.equal(term?.contribution, (term?.new ?? 0) - (term?.old ?? 0));
    assert.ok(Math.abs(sumOf(move, 'old') - 5) < 1e-12 && Math.abs(sumOf(move, 'new') - 3) < 1e-12);
    assert.deepEqual(warnings, []);
  });

  test('another range: the contributions of OLD are mapped, and still sum to its mapped score', async () => {
    const scorers = await loadPair(paths);
    const old: Scorer = {
      engine: scorers.old.engine,
      bundle: { ...scorers.old.bundle, scoreRange: [1, 9] },
      score: (text) => scorers.old.score(text),
      maxUnits: (text) => scorers.old.maxUnits(text),
      scoreBatch: (texts) => scorers.old.scoreBatch(texts),
      scoreBatchWithWords: (texts) => scorers.old.scoreBatchWithWords(texts),
      explain: (text) => scorers.old.explain(text),
    };
    const move = await explain({ old, new: scorers.new }, '良い');
    assert.ok(Math.abs(sumOf(move, 'old') - 3) < 1e-12, String(sumOf(move, 'old'))); // 5 of [1, 9] is 3 of [1, 5]
  });

  test('a model that cannot be explained: the words of the other one, and a warning', async () => {
    const { old, new: now } = await loadPair({ old: unexplainable, new: paths.new });
    const before = await explain({ old, new: now }, '良い');
    assert.deepEqual(
      before.terms.map(({ term, old: o, new: n, contribution }) => [term, o, n === contribution]),
      [['良い', null, true]],
    );
    assert.equal(before.parts.base.old, null);
    assert.ok(Math.abs(sumOf(before, 'new') - 3) < 1e-12);
    assert.match(warnings.join(), /^the moves have no words of OLD: Expected a model that can be explained/);
    const after = await explain({ old: now, new: old }, '良い');
    assert.deepEqual(
      after.terms.map(({ old: o, new: n, contribution }) => [n, o === contribution]),
      [[null, true]],
    );
    const neither = await explain({ old, new: old }, '良い');
    assert.deepEqual([neither.terms, neither.parts.base], [[], { old: null, new: null }]);
  });

  test('no move: nothing is loaded or warned of', async () => {
    const { old } = await loadPair({ old: unexplainable, new: paths.new });
    assert.deepEqual(await explainMoves({ old, new: old }, [], (message) => assert.fail(message)), []);
  });
});
