import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contributionTable, paintText, printable } from '../../../cli/terminal/paint.ts';

const term = (text: string, contribution: number, ...offsets: [number, number][]) => ({
  term: text,
  name: text,
  offsets,
  value: 1,
  contribution,
});

describe('paintText', () => {
  test('a deeper colour means more, blue is underlined, small values have no colour, and occurrences share a contribution', () => {
    const terms = [term('良い', 2, [0, 2], [3, 5]), term('悪い', -0.5, [5, 7]), term('、', 0.01, [2, 3])];
    const good = '\x1b[38;5;16;48;5;214m良い\x1b[0m';
    assert.equal(paintText('良い、良い悪い', terms), `${good}、${good}\x1b[4;38;5;16;48;5;111m悪い\x1b[0m`);
  });

  test('the shares of overlapping terms are added', () => {
    const terms = [term('a', 1, [0, 1]), term('b', -1, [2, 3]), term('a b', -2, [0, 3])];
    assert.equal(paintText('a b', terms), 'a \x1b[4;38;5;16;48;5;69mb\x1b[0m');
  });

  test('no colours without terms, without text, or if all contributions are 0', () => {
    assert.equal(paintText('良い', []), '良い');
    assert.equal(paintText('', []), '');
    assert.equal(paintText('良い', [term('良い', 0, [0, 2])]), '良い');
  });

  test('no control character reaches the terminal', () => {
    assert.equal(printable('a\x1b[2J\n\0\x7f\x9b\u202eb\ud800😀'), 'a␛[2J␊␀���b�😀');
    assert.ok(paintText('\x1b[2J', [term('x', 1, [0, 4])]).includes('m␛[2J\x1b[0m'));
  });
});

test('the table has signs, occurrences, the sum of the other terms, and the other parts of the score', () => {
  const terms = [term('良い', 1.25, [0, 2], [3, 5]), term('悪い', -0.5, [5, 7])];
  assert.equal(
    contributionTable({ score: 4, base: 3, absent: -0.25, held: 0.25, others: 0.25, terms }),
    [
      '  +1.250  良い ×2',
      '  −0.500  悪い',
      '  +0.250  (other terms)',
      '  −0.250  (terms that the text does not have)',
      '  +3.000  (mean of the model)',
      '  +0.250  (the range of stars)',
      '   4.000  stars\n',
    ].join('\n'),
  );
});
