import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { contributionPieces, type PlacedTerm, writtenTerm } from '../../../model/scoring/contribution-pieces.ts';
import { loadScorer } from '../../../model/scoring/load.ts';
import { shippedBundle } from '../../fixtures/shipped-scorer.ts';

const rounded = (value: number) => Math.round(value * 1e9) / 1e9;

const anyTerms = fc.array(
  fc.record({
    term: fc.string(),
    offsets: fc.uniqueArray(
      fc.tuple(fc.nat(30), fc.nat(9)).map(([start, more]) => [start, start + more + 1] as const),
      { minLength: 1, maxLength: 3, selector: String },
    ),
    contribution: fc.double({ min: -2, max: 2, noNaN: true }),
  }),
  { maxLength: 8 },
);

describe('contribution pieces', () => {
  test('by hand: words share their pair by what they add or take on their own', () => {
    // とても 0–3 adds 1, 良い 3–5 takes 0.25: the pair's 0.5 is shared 4 to 1.
    const terms = [
      { term: 'とても', offsets: [[0, 3] as const], contribution: 1 },
      { term: '良い', offsets: [[3, 5] as const], contribution: -0.25 },
      { term: 'とても 良い', offsets: [[0, 5] as const], contribution: 0.5 },
    ];
    const text = 'とても良い。';
    assert.deepEqual(
      contributionPieces(text.length, terms).map(({ start, end, share, parts }) => [
        text.slice(start, end),
        rounded(share),
        parts.map(({ term, share }) => [term.term, rounded(share)]),
      ]),
      [
        [
          'とても',
          1.4,
          [
            ['とても', 1],
            ['とても 良い', 0.4],
          ],
        ],
        [
          '良い',
          -0.15,
          [
            ['良い', -0.25],
            ['とても 良い', 0.1],
          ],
        ],
        ['。', 0, []],
      ],
    );
  });

  test('a function word and the punctuation within an n-gram get nothing of it', () => {
    const terms = [
      { term: '悪い', offsets: [[3, 5] as const], contribution: -1 },
      { term: 'が 悪い', offsets: [[0, 5] as const], contribution: -0.5 },
    ];
    assert.deepEqual(
      contributionPieces(5, terms).map(({ share }) => share),
      [0, -1.5],
    );
  });

  test('words without a term of their own share by length', () => {
    const terms = [
      { term: 'a bcd', offsets: [[0, 4] as const], contribution: 1 },
      { term: 'bcd e', offsets: [[1, 5] as const], contribution: 0 },
    ];
    assert.deepEqual(
      contributionPieces(5, terms).map(({ share }) => share),
      [0.25, 0.75, 0],
    );
  });

  test('a term with two occurrences has half of its contribution at each', () => {
    const terms = [{ term: '草', offsets: [[0, 1] as const, [2, 3] as const], contribution: -1 }];
    assert.deepEqual(
      contributionPieces(3, terms).map(({ start, share }) => [start, share]),
      [
        [0, -0.5],
        [1, 0],
        [2, -0.5],
      ],
    );
  });

  test('a piece that two occurrences of one term cover has a part of each', () => {
    const terms = [{ term: '草 草', offsets: [[0, 2] as const, [1, 3] as const], contribution: 1 }];
    assert.deepEqual(
      contributionPieces(3, terms).map(({ share, parts }) => [share, parts.length]),
      [
        [0.25, 1],
        [0.5, 2],
        [0.25, 1],
      ],
    );
  });

  test('the pieces cover the text, parts sum to shares, and shares to contributions, however terms overlap', () => {
    fc.assert(
      fc.property(anyTerms, (terms) => {
        const pieces = contributionPieces(40, terms);
        assert.deepEqual([pieces[0]?.start, pieces.at(-1)?.end], [0, 40]);
        pieces.slice(1).forEach(({ start }, i) => {
          assert.equal(start, pieces[i]?.end);
        });
        const sum = (values: readonly { readonly share: number }[]) =>
          values.reduce((all, { share }) => all + share, 0);
        for (const { share, parts } of pieces) assert.ok(Math.abs(share - sum(parts)) < 1e-9);
        const expected = terms.reduce((all, { contribution }) => all + contribution, 0);
        assert.ok(Math.abs(sum(pieces) - expected) < 1e-9);
      }),
    );
  });

  test('with base, absent and held, the shares sum to the score of the shipped model', async () => {
    const scorer = await loadScorer({ bundlePath: shippedBundle, engine: 'auto' });
    for (const text of [
      '',
      'すごい！最高に興奮した！楽しい',
      '昨日から気分が悪い。店員の態度は良いけど、味は全く美味しくない。残念。残念',
    ]) {
      const { score, base, absent, held, terms } = await scorer.explain(text);
      const shares = contributionPieces(text.length, terms).reduce((sum, { share }) => sum + share, 0);
      assert.ok(Math.abs(base + absent + held + shares - score) < 1e-9, text);
    }
  });

  test('the empty text has no pieces', () => {
    assert.deepEqual(contributionPieces(0, []), []);
  });

  test('its source runs alone, as in the page', () => {
    const alone: typeof contributionPieces = runInNewContext(`(${contributionPieces.toString()})`);
    fc.assert(
      fc.property(anyTerms, (terms: PlacedTerm[]) => {
        assert.equal(JSON.stringify(alone(40, terms)), JSON.stringify(contributionPieces(40, terms)));
      }),
    );
  });
});

describe('a term as a person writes it', () => {
  const written = (text: string, span: readonly [number, number], edges: readonly number[], write = writtenTerm) =>
    write(
      text,
      edges.slice(1).map((end, i) => ({ start: edges[i] as number, end })),
      span,
    );

  for (const [what, text, span, edges, expected] of [
    ['a particle: with the known word before it', '昨日から気分が悪い', [6, 9], [0, 2, 4, 6, 7, 9], '気分が悪い'],
    ['a particle: with the last run of unknown words', 'とても気分が悪い', [5, 8], [0, 5, 6, 8], '気分が悪い'],
    ['two particles', '店には無い', [2, 5], [0, 1, 2, 3, 5], '店には無い'],
    ['nothing before the particle', 'が悪い', [0, 3], [0, 1, 3], 'が悪い'],
    ['punctuation before the particle', '。が悪い', [1, 4], [0, 1, 2, 4], 'が悪い'],
    ['a particle alone', '気分が', [2, 3], [0, 2, 3], 'が'],
    ['no particle', '味は悪い', [2, 4], [0, 1, 2, 4], '悪い'],
    ['across a line', '味\n 悪い', [0, 5], [0, 1, 3, 5], '味 悪い'],
  ] as const)
    test(what, () => {
      assert.equal(written(text, span, edges), expected);
      assert.equal(written(text, span, edges, runInNewContext(`(${writtenTerm.toString()})`)), expected);
    });
});
