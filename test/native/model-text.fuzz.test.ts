import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../model/math/random.ts';
import { columnCount } from '../fixtures/random-models.ts';
import { randomTrees } from '../fixtures/random-trees.ts';
import { type SmallModel, smallModels } from '../fixtures/small-models.ts';
import { type Outcome, tryModels } from '../fixtures/try-models.ts';

const isRefused = (outcome: Outcome) => 'refusal' in outcome;

/** Asserts that each text was refused with the right error or gave a model that predicts. */
function checkOutcomes(outcomes: readonly Outcome[], texts: readonly string[]): void {
  outcomes.forEach((outcome, i) => {
    const refusals =
      'refusal' in outcome ? [outcome.refusal] : 'name' in outcome.contributions ? [outcome.contributions] : [];
    for (const { name, code, message } of refusals) {
      const isRight = name === 'NativeError' && (code === 'model' || code === 'lightgbm') && message.length > 10;
      assert.ok(isRight, `${name} ${code} ${message}: ${JSON.stringify(texts[i])}`);
    }
    if (!('refusal' in outcome)) {
      assert.ok(outcome.predictions.length > 0);
      for (const score of outcome.predictions) assert.match(score, /^(-?[\d.]+(e[+-]\d+)?|-?Infinity|NaN)$/);
    }
  });
}

/** A relative position in a text, in [0, 1): 0 is its start. */
const place = fc.nat(9999).map((n) => n / 10_000);

describe('the text of a trained model', () => {
  let models: SmallModel[];
  before(async () => {
    const linear = randomTrees(createRandom(6), { columnCount, maxLeaves: 5, trees: 2, hasLinearLeaf: true });
    models = [...(await smallModels()), ['a linear leaf before trees', linear]];
  });

  test('is refused if it is cut off anywhere before its end', () => {
    const cuts = models.flatMap(([, text]) => {
      const end = text.indexOf('end of trees\n') + 'end of trees\n'.length;
      const lengths = [...Array.from({ length: Math.ceil(text.length / 97) }, (_, i) => i * 97), end - 1, end];
      return lengths.map((length) => ({ text: text.slice(0, length), isWhole: length >= end }));
    });
    const texts = cuts.map(({ text }) => text);
    const outcomes = tryModels(texts);
    checkOutcomes(outcomes, texts);
    cuts.forEach(({ text, isWhole }, i) => {
      const outcome = outcomes[i] as Outcome;
      assert.equal(isRefused(outcome), !isWhole, JSON.stringify({ text, outcome }));
    });
  });

  /** Changes the trained texts at random, and asserts that some results are refused and others are still models. */
  const hostile = (change: fc.Arbitrary<(text: string) => string>, seed: number) => {
    const changed = fc
      .tuple(fc.nat(models.length - 1), change)
      .map(([i, change]) => change((models[i] as SmallModel)[1]));
    const texts = fc.sample(changed, { numRuns: 800, seed });
    const outcomes = tryModels(texts);
    checkOutcomes(outcomes, texts);
    const refusedCount = outcomes.filter(isRefused).length;
    assert.ok(refusedCount > 80 && refusedCount < 720, `${refusedCount} of 800 refused`);
  };

  test('is refused or predicts after characters were changed', () => {
    const flips = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 127 })), {
      minLength: 1,
      maxLength: 3,
    });
    hostile(
      flips.map((places) => (text) => {
        const characters = [...text];
        for (const [place, code] of places)
          characters[Math.floor(place * text.indexOf('end of trees'))] = String.fromCharCode(code);
        return characters.join('');
      }),
      1,
    );
  });

  test('is refused or predicts after bits were flipped', () => {
    const flips = fc.array(fc.tuple(place, fc.nat(7)), { minLength: 1, maxLength: 2 });
    hostile(
      flips.map((places) => (text) => {
        const bytes = Buffer.from(text);
        for (const [place, bit] of places) {
          const at = Math.floor(place * bytes.length);
          bytes[at] = (bytes[at] as number) ^ (1 << bit);
        }
        return bytes.toString('latin1');
      }),
      2,
    );
  });

  test('is refused or predicts after words were replaced and tree_sizes corrected', () => {
    const words = [
      '0',
      '1',
      '-1',
      '2',
      '3',
      '7',
      '8',
      '11',
      '-5',
      '1e308',
      '1e400',
      '1e-310',
      'inf',
      '-inf',
      'nan',
      '1.5',
      '1e5',
    ];
    words.push('2147483647', '-2147483648', '4294967295', '16777216', '=', '', ' ', '\n', 'Tree=0', '+1', '0x1');
    const swaps = fc.array(fc.tuple(place, fc.constantFrom(...words)), {
      minLength: 1,
      maxLength: 2,
    });
    hostile(
      swaps.map((places) => (text) => {
        const end = text.indexOf('end of trees');
        const parts = text.slice(0, end).split(/([\s=]+)/);
        for (const [place, word] of places) parts[2 * Math.floor((place * parts.length) / 2)] = word;
        const bodies = parts.join('').split(/^(?=Tree=)/m);
        const sizes = bodies.slice(1).map((body) => body.length);
        return bodies.join('').replace(/^tree_sizes=.*/m, `tree_sizes=${sizes.join(' ')}`) + text.slice(end);
      }),
      3,
    );
  });
});
