import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import kuromoji from 'kuromoji';
import { createRandom, pick } from '../../../model/math/random.ts';
import { loadTokenizer, type Tokenizer } from '../../../model/reference/tokenizer.ts';
import { dictionaryFolder } from '../../../model/reference/tokenizer-identity.ts';
import type { UserDictionary } from '../../../model/reference/user-dictionary.ts';
import { readUserDictionaryFile, TAGS } from '../../../model/reference/user-dictionary-file.ts';
import { NORMALIZER_STEPS } from '../../../native/normalizer-steps.ts';

let folder: string;
let tokenizer: Tokenizer;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-words-'));
  tokenizer = await loadTokenizer();
});
after(() => rm(folder, { recursive: true }));

async function read(content: string | Uint8Array, steps: readonly string[] = []) {
  const file = join(folder, 'words.csv');
  await writeFile(file, content);
  return readUserDictionaryFile(file, { tokenizer, steps });
}

/** The ids of kuromoji's words with their first six features. */
function readKuromojiRecords(): Promise<{ leftId: number; rightId: number; features: string }[]> {
  return new Promise((resolve, reject) => {
    kuromoji.builder({ dicPath: dictionaryFolder() }).build((error, { token_info_dictionary: words }) => {
      if (error) reject(error);
      const offsets = Object.values(words.target_map).flat();
      resolve(
        offsets.map((offset) => ({
          leftId: words.dictionary.getShort(offset),
          rightId: words.dictionary.getShort(offset + 2),
          features: words.getFeatures(offset).split(',').slice(1, 7).join(),
        })),
      );
    });
  });
}

const surfacesOf = (text: string, dictionary: UserDictionary) =>
  tokenizer
    .withWords(dictionary)
    .tokenize(text)
    .map(({ surface }) => surface);

describe('a file of user words', () => {
  const lines = [
    '# 星の辞書',
    '',
    '推せる,619,619,3000,動詞,自立,*,*,一段,基本形,推せる,オセル,オセル',
    '神対応,1285,1285,-500,名詞',
    'リピ買い,リピ 買い,リピ ガイ,カスタムサ変名詞',
    '"コスパ",コスパ,コスパ,名詞',
  ];

  test('has words in both forms', async () => {
    const { dictionary, badWords } = await read(lines.join('\n'));
    assert.deepEqual(badWords, []);
    const [verb, noun, segmented, short] = dictionary.words;
    assert.deepEqual([verb?.leftId, verb?.cost, verb?.features[6]], [619, 3000, '推せる']);
    assert.deepEqual(noun?.features, ['名詞', '*', '*', '*', '*', '*', '*']);
    assert.deepEqual(
      segmented?.segments.map(({ surface, features }) => [surface, features[1], features[7]]),
      [
        ['リピ', 'サ変接続', 'リピ'],
        ['買い', 'サ変接続', 'ガイ'],
      ],
    );
    assert.deepEqual([short?.leftId, short?.rightId, short?.segments], [1285, 1285, []]);
    assert.deepEqual(surfacesOf('神対応だしリピ買い、コスパも推せる', dictionary), [
      ...['神対応', 'だ', 'し', 'リピ', '買い', '、', 'コスパ', 'も', '推せる'],
    ]);
  });

  test('is read in other encodings, with a byte order mark and CR LF', async () => {
    // Python 3.11.7: base64.b64encode('神対応,1285,1285,-500,名詞\r\n'.encode('cp932')); then with euc_jp
    const encoded = ['kF+RzomeLDEyODUsMTI4NSwtNTAwLJa8jowNCg==', 'v8DC0LH+LDEyODUsMTI4NSwtNTAwLMy+u+wNCg=='];
    const utf16 = Buffer.from('\ufeff神対応,1285,1285,-500,名詞\r\n', 'utf16le');
    const { dictionary } = await read('神対応,1285,1285,-500,名詞');
    for (const bytes of [...encoded.map((text) => Buffer.from(text, 'base64')), utf16])
      assert.deepEqual((await read(bytes)).dictionary.words, dictionary.words);
  });

  test('tells each wrong line with its number and its word, and returns the others', async () => {
    const wrong: readonly (readonly [line: string, reason: RegExp])[] = [
      [
        '神対応,神 対,カミ,名詞',
        /^神対応: expected one reading for each of the 2 tokens, found 1 readings, received 神対応,/,
      ],
      ['神対応,神 対,カミ タイ,名詞', /^神対応: expected tokens that make 神対応 together, found 神 対/],
      ['ふつう,ふつう,フツウ,謎', /^ふつう: expected one of these parts of speech, .*名詞.*; found 謎/],
      ['x😀,1,1,1,名詞', /expected a surface form without characters beyond U\+FFFF/],
      ['x\ue000,1,1,1,名詞', /expected a surface form without U\+E000/],
      [',1,1,1,名詞', /^: expected a surface form/],
      ['あ,1316,1,1,名詞', /^あ: expected a left id from 0 to 1315, received あ,1316/],
      ['あ,-1,1,1,名詞', /^あ: expected a left id from 0 to 1315/],
      ['あ,1,1,,名詞', /^あ: expected a cost from -32768 to 32767/],
      ['あ,1,1,1', /^あ: expected a part of speech after the cost/],
      ['あ,1285', /^あ: expected surface,left id,right id,cost,features … as in MeCab, or text,tokens,readings/],
      ['あ。い,あ。い,ア,名詞', /^あ。い: expected a surface form with 、 or 。 at most at its end/],
    ];
    const { dictionary, badWords } = await read([...wrong.map(([line]) => line), '良語,良語,リョウゴ,名詞'].join('\n'));
    assert.deepEqual(
      badWords.map(({ line }) => line),
      wrong.map((_, i) => i + 1),
    );
    for (const [i, { reason }] of badWords.entries()) assert.match(reason, wrong[i]?.[1] as RegExp);
    assert.deepEqual(
      dictionary.words.map(({ surface }) => surface),
      ['良語'],
    );
  });

  test('is refused if it is no CSV, no text, or a folder', async () => {
    await assert.rejects(read('"神'), /words\.csv: expected CSV, Quote Not Closed/);
    await assert.rejects(read('PK\x03\x04'), /expected a text file, received an Excel workbook/);
    await assert.rejects(
      readUserDictionaryFile(folder, { tokenizer, steps: [] }),
      /expected a user dictionary, found a folder/,
    );
  });

  test('has the surface forms that the normalizer writes, and the normalizer knows them', async () => {
    const { dictionary } = await read(
      'ｺｽﾊﾟ,1285,1285,0,名詞,一般,*,*,*,*,ｺｽﾊﾟ\nめっちゃーん,めっちゃーん,メ,名詞',
      NORMALIZER_STEPS,
    );
    assert.deepEqual(
      dictionary.words.map(({ surface, features }) => [surface, features[6]]),
      [
        ['コスパ', 'コスパ'],
        ['めっちゃーん', 'めっちゃーん'],
      ],
    );
  });
});

describe('words of the short form', () => {
  test('have the ids that IPADIC gives to most words with their features', async () => {
    const records = await readKuromojiRecords();
    for (const [tag, { id, features }] of TAGS) {
      const counts = new Map<number, number>();
      for (const record of records)
        if (record.features === features && record.leftId === record.rightId)
          counts.set(record.leftId, (counts.get(record.leftId) ?? 0) + 1);
      const [most] = Array.from(counts).sort(([, a], [, b]) => b - a);
      assert.equal(most?.[0], id, tag);
    }
  });

  test('win against every other way to tokenize exactly their text', async () => {
    const random = createRandom(7);
    const texts =
      '対応が神すぎて推せるしかない。配送が爆速でありがたい、買ってよかったものランキング上位。味噌汁うますぎ問題';
    const surfaces = new Set<string>();
    while (surfaces.size < 60) {
      const start = random.below(texts.length - 8);
      const surface = texts.slice(start, start + 2 + random.below(5));
      if (!/[、。]/.test(surface)) surfaces.add(surface);
    }
    const neighbours = ['', 'の', 'が', 'とても', '東京', '食べ', '1', 'ー', '？', 'www', 'お', 'って'];
    for (const surface of surfaces) {
      const { dictionary } = await read(`${surface},${surface},ア,${pick(random, [...TAGS.keys()])}`);
      const border = (text: string, at: number) => {
        const ends = tokenizer.withWords(dictionary).tokenize(text);
        return at === 0 || ends.some(({ end }) => end === at);
      };
      for (const before of neighbours)
        for (const after of neighbours) {
          const text = `${before}${surface}${after}`;
          const isBordered = border(text, before.length) && border(text, before.length + surface.length);
          if (isBordered) assert.ok(surfacesOf(text, dictionary).includes(surface), `${before}|${surface}|${after}`);
        }
    }
  });

  test('that contain shorter ones win against them', async () => {
    const { dictionary } = await read('対応,対応,タイオウ,名詞\n神対応,神対応,カミタイオウ,名詞\n神,神,カミ,名詞');
    assert.deepEqual(surfacesOf('神対応の神が対応', dictionary), ['神対応', 'の', '神', 'が', '対応']);
  });
});
