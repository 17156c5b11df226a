import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Corpus, domains, parseSentences, parseWords, readCorpus } from '../../../model/corpus/read.ts';

const sentenceFile = (...lines: string[]) => ['stars\tdomain\tsentence', ...lines, ''].join('\n');
const wordFile = (...lines: string[]) => ['polarity\tclass\tword', ...lines, ''].join('\n');

describe('parsing', () => {
  test('sentences of every domain and number of stars', () => {
    const content = sentenceFile(
      '0\tmovie\t金曜に見た。',
      '1\tproduct\t壊れた。',
      '2\thotel\t狭い。',
      '3\tgeneral\t普通 です。',
      '4\tphrase\t悪くない',
      '5\tapp\t最高！',
      '1\tgame\tクソゲー。',
      '2\tbook\t薄い。',
      '3\tservice\t並。',
      '4\trestaurant\tうまい。',
      '5\tshop\t安い！',
    );
    assert.deepEqual(domains, [
      'movie',
      'product',
      'app',
      'game',
      'book',
      'service',
      'hotel',
      'restaurant',
      'shop',
      'general',
      'phrase',
    ]);
    assert.deepEqual(parseSentences(content, 's.tsv'), [
      { stars: 0, domain: 'movie', text: '金曜に見た。' },
      { stars: 1, domain: 'product', text: '壊れた。' },
      { stars: 2, domain: 'hotel', text: '狭い。' },
      { stars: 3, domain: 'general', text: '普通 です。' },
      { stars: 4, domain: 'phrase', text: '悪くない' },
      { stars: 5, domain: 'app', text: '最高！' },
      { stars: 1, domain: 'game', text: 'クソゲー。' },
      { stars: 2, domain: 'book', text: '薄い。' },
      { stars: 3, domain: 'service', text: '並。' },
      { stars: 4, domain: 'restaurant', text: 'うまい。' },
      { stars: 5, domain: 'shop', text: '安い！' },
    ]);
  });

  test('words of every polarity; one word may have several classes', () => {
    const content = wordFile(
      '-2\tnoun\t手抜き',
      '-1\tna-adjective\t手抜き',
      '1\tverb-ichidan\t笑える',
      '2\ti-adjective\t楽しい',
    );
    assert.deepEqual(parseWords(content, 'w.tsv'), [
      { polarity: -2, wordClass: 'noun', text: '手抜き' },
      { polarity: -1, wordClass: 'na-adjective', text: '手抜き' },
      { polarity: 1, wordClass: 'verb-ichidan', text: '笑える' },
      { polarity: 2, wordClass: 'i-adjective', text: '楽しい' },
    ]);
  });

  test('a file with only a header is empty', () => {
    assert.deepEqual(parseSentences(sentenceFile(), 's.tsv'), []);
    assert.deepEqual(parseWords(wordFile(), 'w.tsv'), []);
  });
});

describe('a malformed file is refused, with file and line', () => {
  const good = '5\tmovie\t最高。';
  const clean = 'expected a text in NFC without control characters or surrounding spaces, received';
  const sentences: [what: string, content: string, message: string][] = [
    ['an empty file', '', 's.tsv:1: expected the header stars, domain, sentence, received ""'],
    [
      'another header',
      'stars\ttext\n',
      's.tsv:1: expected the header stars, domain, sentence, received "stars\\ttext"',
    ],
    [
      'a byte order mark',
      `\ufeff${sentenceFile(good)}`,
      's.tsv:1: expected the header stars, domain, sentence, received "\ufeffstars\\tdomain\\tsentence"',
    ],
    [
      'lines that end with CRLF',
      sentenceFile(good).replaceAll('\n', '\r\n'),
      's.tsv:1: expected the header stars, domain, sentence, received "stars\\tdomain\\tsentence\\r"',
    ],
    [
      'no line feed at the end',
      sentenceFile(good).slice(0, -1),
      's.tsv: expected a line feed at the end of the last line',
    ],
    [
      'a header without a line feed',
      'stars\tdomain\tsentence',
      's.tsv: expected a line feed at the end of the last line',
    ],
    [
      'stars above 5',
      sentenceFile(good, '6\tmovie\t良い。'),
      's.tsv:3: the stars: expected one of 0, 1, 2, 3, 4, 5, received "6"',
    ],
    [
      'stars below 0',
      sentenceFile('-1\tmovie\t良い。'),
      's.tsv:2: the stars: expected one of 0, 1, 2, 3, 4, 5, received "-1"',
    ],
    [
      'a fraction of a star',
      sentenceFile('4.5\tmovie\t良い。'),
      's.tsv:2: the stars: expected one of 0, 1, 2, 3, 4, 5, received "4.5"',
    ],
    [
      'stars with a leading zero',
      sentenceFile('05\tmovie\t良い。'),
      's.tsv:2: the stars: expected one of 0, 1, 2, 3, 4, 5, received "05"',
    ],
    ['no stars', sentenceFile('\tmovie\t良い。'), 's.tsv:2: the stars: expected one of 0, 1, 2, 3, 4, 5, received ""'],
    [
      'an unknown domain',
      sentenceFile(good, good.replace('最高', '良い'), '5\tmusic\t名曲。'),
      's.tsv:4: the domain: expected one of movie, product, app, game, book, service, hotel, restaurant, shop, general, phrase, received "music"',
    ],
    ['too few fields', sentenceFile('5\t最高。'), 's.tsv:2: expected 3 fields with tabs between them, received 2'],
    [
      'too many fields',
      sentenceFile(good, '5\tmovie\t良い\t。'),
      's.tsv:3: expected 3 fields with tabs between them, received 4',
    ],
    ['an empty line', sentenceFile(good, ''), 's.tsv:3: expected 3 fields with tabs between them, received 1'],
    ['an empty text', sentenceFile('5\tmovie\t'), `s.tsv:2: ${clean} ""`],
    ['a leading space', sentenceFile('5\tmovie\t 最高。'), `s.tsv:2: ${clean} " 最高。"`],
    ['a trailing ideographic space', sentenceFile('5\tmovie\t最高。\u3000'), `s.tsv:2: ${clean} "最高。\u3000"`],
    ['a control character', sentenceFile(good, '5\tmovie\t最\u0007高。'), `s.tsv:3: ${clean} "最\\u0007高。"`],
    ['a carriage return', sentenceFile('5\tmovie\t最高。\r'), `s.tsv:2: ${clean} "最高。\\r"`],
    ['a text that is not in NFC', sentenceFile('5\tmovie\tか\u3099っかり'), `s.tsv:2: ${clean} "か\u3099っかり"`],
    [
      'a duplicate text, even with other stars',
      sentenceFile(good, '4\tmovie\t良い。', '1\thotel\t最高。'),
      's.tsv:4: expected each text once, received "最高。" again, first at s.tsv:2',
    ],
  ];
  for (const [what, content, message] of sentences) {
    test(`sentences: ${what}`, () => assert.throws(() => parseSentences(content, 's.tsv'), { message }));
  }

  const polarities = 'expected one of -2, -1, 1, 2, received';
  const words: [what: string, content: string, message: string][] = [
    [
      'the header of sentences',
      sentenceFile(),
      'w.tsv:1: expected the header polarity, class, word, received "stars\\tdomain\\tsentence"',
    ],
    ['no polarity', wordFile('0\tnoun\t傑作'), `w.tsv:2: the polarity: ${polarities} "0"`],
    ['a polarity too high', wordFile('2\tnoun\t傑作', '3\tnoun\t名作'), `w.tsv:3: the polarity: ${polarities} "3"`],
    ['a polarity with a plus sign', wordFile('+1\tnoun\t傑作'), `w.tsv:2: the polarity: ${polarities} "+1"`],
    [
      'U+2212 in place of the ASCII minus sign',
      wordFile('−2\tnoun\t駄作'),
      `w.tsv:2: the polarity: ${polarities} "−2"`,
    ],
    [
      'an unknown class',
      wordFile('2\tverb\t笑う'),
      'w.tsv:2: the class: expected one of i-adjective, na-adjective, noun, verb-godan, verb-ichidan, verb-suru, received "verb"',
    ],
    [
      'a duplicate word of one class, even with another polarity',
      wordFile('2\tnoun\t傑作', '2\tnoun\t名作', '1\tnoun\t傑作'),
      'w.tsv:4: expected each text once, received "傑作" again, first at w.tsv:2',
    ],
    [
      'no line feed at the end',
      wordFile('2\tnoun\t傑作').slice(0, -1),
      'w.tsv: expected a line feed at the end of the last line',
    ],
  ];
  for (const [what, content, message] of words) {
    test(`words: ${what}`, () => assert.throws(() => parseWords(content, 'w.tsv'), { message }));
  }
});

describe('a folder', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hoshi-corpus-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** A corpus with these sentence files and one word. */
  async function corpusOf(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const path = join(folder, name);
    await mkdir(join(path, 'sentences'), { recursive: true });
    for (const [file, content] of Object.entries(files)) await writeFile(join(path, 'sentences', file), content);
    await writeFile(join(path, 'words.tsv'), wordFile('2\tnoun\t傑作'));
    return path;
  }

  test('returns the words and the sentences of all files, in the order of the file names', async () => {
    const path = await corpusOf('several', {
      'b.tsv': sentenceFile('5\tmovie\t最高。', '1\tmovie\t最低。'),
      'a.tsv': sentenceFile('4\tbook\t良い。'),
      'c.tsv': sentenceFile(),
      'notes.md': 'not a part of the corpus',
    });
    assert.deepEqual(await readCorpus(path), {
      sentences: [
        { stars: 4, domain: 'book', text: '良い。' },
        { stars: 5, domain: 'movie', text: '最高。' },
        { stars: 1, domain: 'movie', text: '最低。' },
      ],
      words: [{ polarity: 2, wordClass: 'noun', text: '傑作' }],
    });
  });

  test('with the same text in two files is refused, even with other stars', async () => {
    const path = await corpusOf('twice', {
      'a.tsv': sentenceFile('4\tbook\t良い。', '5\tmovie\t最高。'),
      'b.tsv': sentenceFile(),
      'c.tsv': sentenceFile('1\thotel\t最低。', '3\thotel\t最高。'),
    });
    await assert.rejects(readCorpus(path), {
      message: `${join(path, 'sentences')}: expected each text once, found "最高。" in a.tsv and in c.tsv`,
    });
  });

  test('with a malformed file is refused, with its path and line', async () => {
    const path = await corpusOf('wrong', {
      'a.tsv': sentenceFile('4\tbook\t良い。'),
      'b.tsv': sentenceFile('5\tmovie\t最高。', '7\tmovie\t良作。'),
    });
    const startsWith = (file: string) => (error: Error) => error.message.startsWith(`${join(path, file)}:3: `);
    await assert.rejects(readCorpus(path), startsWith(join('sentences', 'b.tsv')));
    await writeFile(join(path, 'sentences', 'b.tsv'), sentenceFile());
    await writeFile(join(path, 'words.tsv'), wordFile('2\tnoun\t傑作', '2\tnoun\t'));
    await assert.rejects(readCorpus(path), startsWith('words.tsv'));
  });

  test('with missing files is refused', async () => {
    await assert.rejects(readCorpus(join(folder, 'none')), { code: 'ENOENT' });
    const path = await corpusOf('wordless', { 'a.tsv': sentenceFile() });
    await rm(join(path, 'words.tsv'));
    await assert.rejects(readCorpus(path), { code: 'ENOENT' });
  });
});

describe('the shipped corpus', () => {
  let corpus: Corpus;
  before(async () => {
    corpus = await readCorpus();
  });

  const countOf = (stars: number, domain: string) =>
    corpus.sentences.filter((sentence) => sentence.stars === stars && sentence.domain === domain).length;

  test('has enough sentences of each domain and number of stars, but no neutral phrase', () => {
    for (const domain of domains) {
      for (const stars of [0, 1, 2, 3, 4, 5]) {
        const count = countOf(stars, domain);
        if (stars === 0 && domain === 'phrase') assert.equal(count, 0);
        else assert.ok(count >= (stars === 0 ? 8 : 15), `${count} of ${stars} stars, ${domain}`);
      }
    }
  });

  test('has no number of stars twice as often as another one', () => {
    const counts = [1, 2, 3, 4, 5].map(
      (stars) => corpus.sentences.filter((sentence) => sentence.stars === stars).length,
    );
    assert.ok(Math.max(...counts) < 2 * Math.min(...counts), `${counts}`);
  });

  test('has about as many good words as bad words, and enough of each polarity', () => {
    const counts = [-2, -1, 1, 2].map((polarity) => corpus.words.filter((word) => word.polarity === polarity).length);
    const [worst, bad, good, best] = counts as [number, number, number, number];
    assert.ok(Math.min(...counts) >= 150, `${counts}`);
    assert.ok(Math.abs(worst + bad - good - best) < 0.2 * corpus.words.length, `${counts}`);
  });
});
