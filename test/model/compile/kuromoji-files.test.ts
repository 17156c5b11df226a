/** A dictionary of two surfaces, "a" and "aあ", in the files of kuromoji. Then each file is damaged. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readKuromojiFiles } from '../../../model/compile/kuromoji-files.ts';

type Files = Record<string, Int32Array | Int16Array | Uint8Array>;

function tinyFiles(): Files {
  // Free nodes are negative. The root (0) has base 0; "a" is 0x61, あ is 0xe3 0x81 0x82.
  const [base, check] = [new Int32Array(1024).fill(-1), new Int32Array(1024).fill(-1)];
  const node = (at: number, parent: number, itsBase: number) => {
    base[at] = itsBase;
    check[at] = parent;
  };
  node(0, 0, 0);
  node(0x61, 0, 300);
  node(300, 0x61, -1 - 7); // the leaf of "a": key 7
  node(300 + 0xe3, 0x61, 400);
  node(400 + 0x81, 300 + 0xe3, 401);
  node(401 + 0x82, 400 + 0x81, 700);
  node(700, 401 + 0x82, -1 - 0); // the leaf of "aあ": key 0
  const record = (left: number, right: number, cost: number, feature: number) => [left, right, cost, feature, 0];
  const [verb, noun] = ['aあ,動詞,自立,*,*,*,*,aう,ア,ア', 'aあ,名詞,数,*,*,*,*,*,ア'];
  const conjunctiveParticle = 'a,助詞,接続助詞,*,*,*,*,a,ア,ア';
  const [interjection, symbol] = ['KANA,感動詞,*,*,*,*,*,*', 'OTHER,記号,一般,*,*,*,*,*'];
  const ofA = Buffer.byteLength(verb) + 1;
  const ofNoun = ofA + Buffer.byteLength(conjunctiveParticle) + 1;
  const ofOther = Buffer.byteLength(interjection) + 1;
  return {
    base,
    check,
    tid_map: Int32Array.of(2, 0, 2, 20, 0, 7, 1, 10, 0, 0, 0),
    tid: Int16Array.of(...record(0, 1, -5, 0), ...record(1, 0, 300, ofA), ...record(1, 1, 7, ofNoun), 0, 0),
    tid_pos: Buffer.from(`${verb}\0${conjunctiveParticle}\0${noun}\0\0\0`),
    unk_map: Int32Array.of(2, 0, 1, 0, 1, 2, 10, 0, 0, 0, 0),
    unk: Int16Array.of(...record(1, 1, 1000, 0), ...record(0, 0, 2000, ofOther), 0, 0, 0),
    unk_pos: Buffer.from(`${interjection}\0${symbol}\0\0`),
    unk_invoke: Buffer.from('\0\u0001\0\0\0\0KANA\0\u0001\0\u0002\0\0\0OTHER\0\0\0\0\0\0\0\0\0\0\0', 'latin1'),
    unk_char: new Uint8Array(65536).fill(1, 0x100),
    cc: Int16Array.of(2, 2, 1, -2, 3, 4),
  };
}

describe("kuromoji's files", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hoshi-kuromoji-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function read(files: Files) {
    for (const name of await readdir(folder)) await rm(join(folder, name));
    for (const [name, numbers] of Object.entries(files))
      await writeFile(
        join(folder, `${name}.dat.gz`),
        gzipSync(Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)),
      );
    return readKuromojiFiles(folder);
  }

  test('reads surfaces with words in order, categories and connections; ignores zeros at the end', async () => {
    const { surfaces, categories, categoryOf, connections } = await read(tinyFiles());
    assert.deepEqual(surfaces, [
      {
        text: 'a',
        words: [{ leftId: 1, rightId: 0, cost: 300, partOfSpeech: 'conjunctive particle', base: 'a' }],
      },
      {
        text: 'aあ',
        words: [
          { leftId: 1, rightId: 1, cost: 7, partOfSpeech: 'noun', base: undefined },
          { leftId: 0, rightId: 1, cost: -5, partOfSpeech: 'verb', base: 'aう' },
        ],
      },
    ]);
    assert.deepEqual(categories, [
      {
        name: 'KANA',
        isAlwaysInvoked: false,
        isGrouped: true,
        words: [{ leftId: 1, rightId: 1, cost: 1000, partOfSpeech: 'interjection', base: undefined }],
      },
      {
        name: 'OTHER',
        isAlwaysInvoked: true,
        isGrouped: false,
        words: [
          { leftId: 0, rightId: 0, cost: 2000, partOfSpeech: 'symbol', base: undefined },
          { leftId: 1, rightId: 1, cost: 1000, partOfSpeech: 'interjection', base: undefined },
        ],
      },
    ]);
    assert.deepEqual([categoryOf[0xff], categoryOf[0x100]], [0, 1]);
    assert.deepEqual(connections, { rightIds: 2, leftIds: 2, costs: Int16Array.of(1, -2, 3, 4) });
  });

  const damages: [what: string, damage: (files: Files) => void, message: RegExp][] = [
    ['a missing file', (files) => delete files.cc, /cc\.dat\.gz: expected a file of kuromoji's dictionary, ENOENT/],
    ['half a number', (files) => (files.tid_map = new Uint8Array(7)), /tid_map.* numbers of 4 bytes, received 7 bytes/],
    ['missing costs', (files) => (files.cc = Int16Array.of(2, 2, 1, 2)), /cc.* expected 2 × 2 costs, received 2/],
    [
      'no counts',
      (files) => (files.cc = Int16Array.of()),
      /cc.* expected counts of right and left ids, received 0 and 0/,
    ],
    ['a left id too high', (files) => files.tid?.set([2], 0), /tid.* expected left ids below 2, received 2/],
    ['a right id too low', (files) => files.unk?.set([-1], 1), /unk.* expected right ids below 2, received -1/],
    ['a word beyond the end', (files) => files.tid_map?.set([30], 3), /tid_map.* into tid \(34 bytes\), received 30/],
    ['a word before the start', (files) => files.tid_map?.set([-2], 3), /tid_map.* into tid .*, received -2/],
    [
      'a word that would end beyond the end',
      (files) => files.tid_map?.set([25], 3),
      /tid_map.* into tid \(34 bytes\), received 25/,
    ],
    ['features beyond the end', (files) => files.tid?.set([999], 3), /tid.* into tid_pos \(\d+ bytes\), received 999/],
    ['features before the start', (files) => files.unk?.set([-1], 4), /unk.* into unk_pos .*, received -65536/],
    [
      'features without a base form',
      (files) => (files.unk_pos = Buffer.from('KANA,感動詞,*,*,*,*,*\0')),
      /unk_pos.* eight features or more, received "KANA,感動詞/,
    ],
    [
      'features without an end',
      (files) => (files.unk_pos = Buffer.from('KANA,感動詞,*,*,*,*,*,*')),
      /unk_pos.* eight features or more, received ""/,
    ],
    ['a key twice', (files) => files.tid_map?.set([0], 5), /tid_map.* expected each key once, received 0 again/],
    ['a key without words', (files) => files.tid_map?.set([0], 6), /tid_map.* expected words for key 7, received 0/],
    ['too many keys', (files) => files.tid_map?.set([9], 0), /tid_map.* expected each key once, received 0 again/],
    [
      'a file that is cut off',
      (files) => (files.tid_map = Int32Array.of(1, 0, 2, 20)),
      /tid_map.* 1 keys .* received an end after 0 keys/,
    ],
    ['data after the keys', (files) => files.tid_map?.set([3], 10), /tid_map.* nothing after 2 keys, received 3/],
    [
      'a missing key',
      (files) => files.tid_map?.set([8], 5),
      /tid_map.* words for each surface form, received none for key 7/,
    ],
    [
      'a check file that is too short',
      (files) => (files.check = new Int32Array(4)),
      /check.* as many nodes as base \(1024\), received 4/,
    ],
    [
      'a leaf without a path to the root',
      (files) => files.check?.set([-1], 0x61),
      /check.* a path from leaf 300 to the root, received none/,
    ],
    ['a circle', (files) => files.check?.set([401 + 0x82], 400 + 0x81), /check.* a path from leaf 700 to the root/],
    [
      'a surface that is not UTF-8',
      (files) => {
        files.check?.set([401 + 0x41], 700);
        files.check?.set([400 + 0x81], 401 + 0x41);
        files.base?.set([700], 401 + 0x41);
      },
      /base.* surface forms in UTF-8, received other bytes at leaf 700/,
    ],
    ['a lost surface', (files) => files.check?.set([-1], 300), /base.* as many leaves as tid_map has keys, received 1/],
    [
      'an invoke of 2',
      (files) => files.unk_invoke?.set([2], 0),
      /unk_invoke.* 0 or 1 for invoke and group, received 2, 1/,
    ],
    ['a lost category', (files) => files.unk_invoke?.fill(0, 11), /unk_invoke.* expected 2 categories, received 1/],
    ['a category too many', (files) => files.unk_map?.set([1], 0), /unk_map.* nothing after 1 keys, received 1/],
    [
      'too few characters',
      (files) => (files.unk_char = new Uint8Array(4)),
      /unk_char.* expected 65536 bytes, received 4/,
    ],
    ['an unknown category', (files) => files.unk_char?.set([2], 9), /unk_char.* categories below 2, received 2 of 9/],
  ];
  for (const [what, damage, message] of damages) {
    test(`${what} is refused`, async () => {
      const files = tinyFiles();
      damage(files);
      await assert.rejects(read(files), message);
    });
  }

  test('the error for a file that is not gzip names the file', async () => {
    await read(tinyFiles());
    await writeFile(join(folder, 'unk.dat.gz'), 'unk');
    await assert.rejects(
      readKuromojiFiles(folder),
      /unk\.dat\.gz: expected a file of kuromoji's dictionary, incorrect/,
    );
  });
});
