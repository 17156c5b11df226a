import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  isWord,
  otherUnicodeVersions,
  type UnicodeVersion,
  wordCharacterRangesOf,
  wordPartsOf,
} from '../../../model/reference/word-parts.ts';
import { readGolden, type WordCharactersGolden } from '../../golden/golden.ts';

const golden = readGolden<WordCharactersGolden>('word-characters.json');
const CODE_POINTS = 0x110000;

/** By code point, 1 for characters in the ranges. */
function members(ranges: readonly (readonly [number, number])[]): Uint8Array {
  const marks = new Uint8Array(CODE_POINTS);
  for (const [first, last] of ranges) marks.fill(1, first, last + 1);
  return marks;
}

describe(`word characters, golden: ${golden.header.program} ${golden.header.version}`, () => {
  const own = members(golden.ranges);
  const versions: [version: string | undefined, expected: Uint8Array][] = [
    [undefined, own],
    ...Object.entries(golden.others).map(([version, { changed }]): [string, Uint8Array] => {
      const others = members(changed);
      return [version, own.map((mark, codePoint) => mark ^ (others[codePoint] as number))];
    }),
  ];
  for (const [version, expected] of versions)
    test(`of Unicode ${version ?? golden.header.unicode}`, () => {
      const unicode = version as UnicodeVersion | undefined;
      const received = Uint8Array.from({ length: CODE_POINTS }, (_, codePoint) =>
        Number(isWord(String.fromCodePoint(codePoint), unicode)),
      );
      assert.ok(Buffer.from(received).equals(Buffer.from(expected)));
      const ranges = wordCharacterRangesOf(unicode);
      assert.ok(ranges.every((end, i) => i === 0 || end > (ranges[i - 1] as number) || i % 2 === 1));
    });

  test('are known for the Unicode versions of Python 3.7 to 3.15', () => {
    const expected = ['11.0.0', '12.1.0', '13.0.0', '15.0.0', '15.1.0', '16.0.0', '17.0.0'];
    assert.deepEqual(otherUnicodeVersions, expected);
    assert.deepEqual(Object.keys(golden.others), expected);
  });
});

test('a letter that Unicode 15.0 added is a part of a word from then on', () => {
  const parts = (unicode?: UnicodeVersion) => wordPartsOf('a\u{1e4d0}b', unicode).map(({ text }) => text);
  assert.deepEqual(parts(), ['a', 'b']);
  assert.deepEqual(parts('13.0.0'), ['a', 'b']);
  assert.deepEqual(parts('15.0.0'), ['a\u{1e4d0}b']);
});
