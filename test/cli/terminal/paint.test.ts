import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { paint, printable, table } from '../../../cli/terminal/paint.ts';

const term = (text: string, contribution: number, ...offsets: [number, number][]) => ({
  term: text,
  offsets,
  value: 1,
  contribution,
});

describe('paint', () => {
  test('deeper is more, red is underlined, faint is not coloured, and occurrences share', () => {
    const terms = [term('良い', 2, [0, 2], [3, 5]), term('悪い', -0.5, [5, 7]), term('、', 0.01, [2, 3])];
    const good = '\x1b[38;5;16;48;5;41m良い\x1b[0m';
    assert.equal(paint('良い、良い悪い', terms), `${good}、${good}\x1b[4;38;5;16;48;5;210m悪い\x1b[0m`);
  });

  test('what lies over each other is added', () => {
    const terms = [term('a', 1, [0, 1]), term('a b', -1, [0, 3])];
    assert.equal(paint('a b', terms), 'a\x1b[4;38;5;16;48;5;203m b\x1b[0m');
  });

  test('no terms, no text, nothing that adds: no colours', () => {
    assert.equal(paint('良い', []), '良い');
    assert.equal(paint('', []), '');
    assert.equal(paint('良い', [term('良い', 0, [0, 2])]), '良い');
  });

  test('nothing steers the terminal', () => {
    assert.equal(printable('a\x1b[2J\n\0\x7f\x9b\u202eb\ud800😀'), 'a␛[2J␊␀���b�😀');
    assert.ok(paint('\x1b[2J', [term('x', 1, [0, 4])]).includes('m␛[2J\x1b[0m'));
  });
});

test('table: signs, occurrences, the others, and what is beside the terms', () => {
  const terms = [term('良い', 1.25, [0, 2], [3, 5]), term('悪い', -0.5, [5, 7])];
  assert.equal(
    table({ score: 4, base: 3, absent: -0.25, held: 0.25, others: 0.25, terms }),
    [
      '  +1.250  良い ×2',
      '  −0.500  悪い',
      '  +0.250  (other terms)',
      '  −0.250  (terms that it does not have)',
      '  +3.000  (mean of the model)',
      '  +0.250  (held within the range of stars)',
      '   4.000  stars\n',
    ].join('\n'),
  );
});
