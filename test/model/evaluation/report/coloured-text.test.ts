import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { piecesOf } from '../../../../model/evaluation/report/coloured-text.ts';

test('by hand: two words and their pair', () => {
  // とても 0–3, 良い 3–5; the pair's 0.5 is shared out by character: 0.3 and 0.2
  const terms = [
    { term: 'とても', offsets: [[0, 3] as const], contribution: 1 },
    { term: '良い', offsets: [[3, 5] as const], contribution: -0.25 },
    { term: 'とても 良い', offsets: [[0, 5] as const], contribution: 0.5 },
  ];
  const pieces = piecesOf('とても良い。', terms);
  assert.deepEqual(
    pieces.map(({ text, contribution, terms }) => [
      text,
      Math.round(contribution * 1e9) / 1e9,
      terms.map(({ term }) => term),
    ]),
    [
      ['とても', 1.3, ['とても', 'とても 良い']],
      ['良い', -0.05, ['とても 良い', '良い']],
      ['。', 0, []],
    ],
  );
});

test('a term in two places has half in each', () => {
  const terms = [{ term: '草', offsets: [[0, 1] as const, [2, 3] as const], contribution: -1 }];
  assert.deepEqual(
    piecesOf('草、草', terms).map(({ text, contribution }) => [text, contribution]),
    [
      ['草', -0.5],
      ['、', 0],
      ['草', -0.5],
    ],
  );
});

test('pieces make up the text, and add up to the contributions, however terms overlap', () => {
  const span = fc.tuple(fc.nat(30), fc.nat(9)).map(([start, more]) => [start, start + more + 1] as const);
  const term = fc.record({
    term: fc.string(),
    offsets: fc.uniqueArray(span, { minLength: 1, maxLength: 3, selector: String }),
    contribution: fc.double({ min: -2, max: 2, noNaN: true }),
  });
  const text = Array.from({ length: 40 }, (_, i) => String.fromCharCode(0x3042 + i)).join('');
  fc.assert(
    fc.property(fc.array(term, { maxLength: 8 }), (terms) => {
      const pieces = piecesOf(text, terms);
      assert.equal(pieces.map((piece) => piece.text).join(''), text);
      const [received, expected] = [pieces, terms].map((all) =>
        (all as readonly { contribution: number }[]).reduce((sum, { contribution }) => sum + contribution, 0),
      );
      assert.ok(Math.abs((received as number) - (expected as number)) < 1e-9);
    }),
  );
});

test('the empty text has no pieces', () => {
  assert.deepEqual(piecesOf('', []), []);
});
