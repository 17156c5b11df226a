import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { contributionPieces, type PlacedTerm } from '../../../model/scoring/contribution-pieces.ts';

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
  test('by hand: two words and their pair', () => {
    // とても 0–3, 良い 3–5; the pair's 0.5 is shared by character: 0.3 and 0.2
    const terms = [
      { term: 'とても', offsets: [[0, 3] as const], contribution: 1 },
      { term: '良い', offsets: [[3, 5] as const], contribution: -0.25 },
      { term: 'とても 良い', offsets: [[0, 5] as const], contribution: 0.5 },
    ];
    const text = 'とても良い。';
    assert.deepEqual(
      contributionPieces(text.length, terms).map(({ start, end, contribution, share, terms }) => [
        text.slice(start, end),
        rounded(contribution),
        rounded(share),
        terms.map(({ term }) => term),
      ]),
      [
        ['とても', 1.5, 1.3, ['とても', 'とても 良い']],
        ['良い', 0.25, -0.05, ['良い', 'とても 良い']],
        ['。', 0, 0, []],
      ],
    );
  });

  test('a term with two occurrences has half of its contribution at each', () => {
    const terms = [{ term: '草', offsets: [[0, 1] as const, [2, 3] as const], contribution: -1 }];
    assert.deepEqual(
      contributionPieces(3, terms).map(({ start, contribution, share }) => [start, contribution, share]),
      [
        [0, -0.5, -0.5],
        [1, 0, 0],
        [2, -0.5, -0.5],
      ],
    );
  });

  test('a piece that two occurrences of one term cover lists the term twice', () => {
    const terms = [{ term: '草 草', offsets: [[0, 2] as const, [1, 3] as const], contribution: 1 }];
    assert.deepEqual(
      contributionPieces(3, terms).map(({ contribution, terms }) => [contribution, terms.length]),
      [
        [0.5, 1],
        [1, 2],
        [0.5, 1],
      ],
    );
  });

  test('the pieces cover the text, and the shares add up to the contributions, however terms overlap', () => {
    fc.assert(
      fc.property(anyTerms, (terms) => {
        const pieces = contributionPieces(40, terms);
        assert.deepEqual([pieces[0]?.start, pieces.at(-1)?.end], [0, 40]);
        pieces.slice(1).forEach(({ start }, i) => {
          assert.equal(start, pieces[i]?.end);
        });
        const received = pieces.reduce((sum, { share }) => sum + share, 0);
        const expected = terms.reduce((sum, { contribution }) => sum + contribution, 0);
        assert.ok(Math.abs(received - expected) < 1e-9);
      }),
    );
  });

  test('each unit has the contributions of the occurrences over it', () => {
    fc.assert(
      fc.property(anyTerms, (terms) => {
        const expected = new Float64Array(40);
        for (const { offsets, contribution } of terms)
          for (const [start, end] of offsets)
            for (let i = start; i < end; i++) expected[i] = (expected[i] as number) + contribution / offsets.length;
        for (const { start, end, contribution } of contributionPieces(40, terms))
          for (let i = start; i < end; i++) assert.equal(contribution, expected[i]);
      }),
    );
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
