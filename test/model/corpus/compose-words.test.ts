/** Reviews of inflected words. The expected stars follow the table of the corpus author, not the code. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { composeReviews } from '../../../model/corpus/compose.ts';
import { type CorpusWord, readCorpus } from '../../../model/corpus/read.ts';
import { fourWords, noReviews } from './small-corpus.ts';

/**
 * Stars of a clause with one of the four words, by the table of the corpus author; and the text before and after the
 * stem.
 */
function analyzeClause(clause: string): { stars: number; polarity: number; prefix: string; rest: string } {
  const stems: [stem: string, polarity: number][] = [
    ['つまらな', -1],
    ['楽し', 2],
    ['ひど', -2],
    ['安', 1],
  ];
  for (const [stem, polarity] of stems) {
    const at = clause.indexOf(stem);
    if (at < 0) continue;
    const [prefix, rest] = [clause.slice(0, at), clause.slice(at + stem.length)];
    const isNegated = rest.startsWith('くな');
    return { stars: isNegated ? negatedStars(polarity, prefix) : plainStars(polarity, prefix), polarity, prefix, rest };
  }
  throw new Error(`${clause} has none of the four words`);
}

const weak = ['少し', 'ちょっと', 'やや', 'まあまあ', 'それなりに', 'わりと'];
const notAtAll = ['全く', '全然', 'ちっとも', 'まったく', '少しも'];
const notVery = ['あまり', 'それほど', 'そこまで', '思ったほど'];

function plainStars(polarity: number, prefix: string): number {
  const [plain, strong, weakened] = { 2: [5, 5, 4], 1: [4, 4.5, 3], '-1': [2, 1.5, 3], '-2': [1, 1, 2] }[polarity] as [
    number,
    number,
    number,
  ];
  if (prefix === '') return plain;
  return weak.includes(prefix) ? weakened : strong;
}

function negatedStars(polarity: number, prefix: string): number {
  if (polarity < 0) {
    assert.ok(prefix === '' || notVery.includes(prefix), prefix);
    return polarity === -1 ? 3.5 : 3.6;
  }
  if (prefix === '') return 1.8;
  assert.ok(notAtAll.includes(prefix) || notVery.includes(prefix), prefix);
  return notAtAll.includes(prefix) ? 1.2 : 2.4;
}

describe('reviews of words', () => {
  const reviews = composeReviews(
    { sentences: [], words: fourWords },
    { seed: 6, counts: { ...noReviews, words: 4000 } },
  );
  const parts = reviews.map(({ stars, text }) => {
    const clauses = Array.from(text.matchAll(/(.+?)(?:。|！！|！|…)/g), ([, clause]) => clause as string);
    assert.match(text, /[。！…]$/);
    return { stars, clauses: clauses.map(analyzeClause) };
  });
  const clauses = parts.flatMap((part) => part.clauses);
  const labelOf = (text: string) => {
    const labels = new Set(reviews.filter((review) => review.text === text).map(({ stars }) => stars));
    assert.equal(labels.size, 1, `${text}: ${[...labels]}`);
    return [...labels][0];
  };

  test('have one to three words that are all positive or all negative', () => {
    assert.deepEqual([...new Set(parts.map((part) => part.clauses.length))].sort(), [1, 2, 3]);
    for (const part of parts) {
      assert.equal(new Set(part.clauses.map(({ polarity }) => Math.sign(polarity))).size, 1);
    }
    const good = parts.filter((part) => (part.clauses[0]?.polarity as number) > 0).length;
    // 4,000: half of them, standard deviation 32
    assert.ok(Math.abs(good - 2000) < 5 * 32, `${good}`);
  });

  test('have the mean of their clauses as label, rounded to a tenth', () => {
    for (const { stars, clauses } of parts) {
      const mean = clauses.reduce((sum, clause) => sum + clause.stars, 0) / clauses.length;
      assert.ok(Math.abs(stars - mean) < 0.05 + 1e-9, `${stars} ${mean}`);
    }
  });

  test('that consist of one word have the stars of that word', () => {
    assert.deepEqual(['楽しい。', '安い。', 'つまらない。', 'ひどい。'].map(labelOf), [5, 4, 2, 1]);
  });

  test('a negation lowers the label of a positive word: 楽しくない', () => {
    assert.deepEqual(['楽しくない。', '楽しくなかった。', '安くない。'].map(labelOf), [1.8, 1.8, 1.8]);
    assert.ok(clauses.some(({ polarity, prefix }) => polarity > 0 && notAtAll.includes(prefix)));
    assert.ok(clauses.some(({ polarity, prefix }) => polarity > 0 && notVery.includes(prefix)));
  });

  test('a negation raises the label of a negative word: つまらなくない', () => {
    assert.deepEqual(['つまらなくない。', 'つまらなくなかった。', 'ひどくない。'].map(labelOf), [3.5, 3.5, 3.6]);
    assert.ok(clauses.some(({ polarity, prefix }) => polarity < 0 && notVery.includes(prefix)));
  });

  test('no word that denies something is negated again: 無駄がない, but つまらない is', async () => {
    const { words } = await readCorpus();
    const texts = composeReviews({ sentences: [], words }, { seed: 6, counts: { ...noReviews, words: 40_000 } }).map(
      ({ text }) => text,
    );
    const twice = texts.flatMap((text) => text.match(/[^。！…]*なく(?:ない|なかった)|[^。！…]*がなすぎる/g) ?? []);
    for (const text of twice)
      assert.match(
        text,
        /つまらなく|つまんなく|少なく|足りなく|切なく|くだらなく|下らなく|情けなく|なさけなく|危なく|あぶなく|アブなく|きたなく|はしたなく|甲斐なく|ふがいなく|頼りなく|たよりなく|許なく|もとなく|味気なく|あじけなく|っけなく|素っ気なく|つたなく|だらしなく|えげつなく/,
      );
    assert.ok(twice.length > 0);
    assert.ok(texts.some((text) => text.includes('無駄がない')));
    assert.ok(!texts.some((text) => text.includes('あらない')));
  });

  test('contain every form', () => {
    for (const rest of [
      'い',
      'いです',
      'かった',
      'かったです',
      'くない',
      'くなかった',
      'くないです',
      'くて',
      'すぎる',
      'いと思います',
      'いと思った',
      'いと感じた',
      'いと言える',
    ]) {
      assert.ok(
        clauses.some((clause) => clause.polarity === 2 && clause.rest === rest),
        `楽し${rest}`,
      );
    }
    for (const { rest } of clauses) assert.doesNotMatch(rest, /ですと|だと|ますと/, 'と follows the plain form');
  });

  test('すぎる does not follow a word of polarity 1', () => {
    const ofTooMuch = new Set(clauses.filter(({ rest }) => rest === 'すぎる').map(({ polarity }) => polarity));
    assert.deepEqual([...ofTooMuch].sort(), [-1, -2, 2]);
  });

  test('intensifiers keep the label within 1 to 5', () => {
    const strong = clauses.filter(({ prefix, rest }) => prefix === '本当に' && !rest.startsWith('くな'));
    const worth = Object.fromEntries(strong.map(({ polarity, stars }) => [polarity, stars]));
    assert.deepEqual(worth, { 2: 5, 1: 4.5, '-1': 1.5, '-2': 1 });
  });

  test('nouns and na-adjectives occur without だ, verbs in their plain form', () => {
    const words: CorpusWord[] = [
      { polarity: 2, wordClass: 'noun', text: '傑作' },
      { polarity: 1, wordClass: 'verb-suru', text: '満足する' },
      { polarity: -1, wordClass: 'verb-ichidan', text: '飽きる' },
      { polarity: -2, wordClass: 'na-adjective', text: '残念' },
    ];
    const texts = new Set(
      composeReviews({ sentences: [], words }, { seed: 7, counts: { ...noReviews, words: 4000 } }).map(
        ({ text }) => text,
      ),
    );
    for (const text of [
      '傑作。',
      '傑作でした！',
      '満足する。',
      '満足しなかった…',
      '飽きる。',
      '飽きません。',
      '残念！！',
      '残念ではない。',
      '残念すぎる。',
    ])
      assert.ok(texts.has(text), text);
    for (const text of texts) assert.doesNotMatch(text, /傑作すぎる|undefined/);
  });

  test('a corpus without words of one polarity is refused', () => {
    const words = fourWords.filter(({ polarity }) => polarity !== -2);
    assert.throws(
      () => composeReviews({ sentences: [], words }, { seed: 1, counts: { ...noReviews, words: 100 } }),
      /^Error: Expected values to pick from, received none$/,
    );
  });
});
