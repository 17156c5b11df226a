import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type ComposedReview,
  type CompositionCounts,
  composeReviews,
  defaultCounts,
  formatReviews,
} from '../../../model/corpus/compose.ts';
import { type Corpus, type CorpusWord, domains, readCorpus, type Sentence } from '../../../model/corpus/read.ts';
import { readReviews } from '../../../model/io/reviews.ts';

const none: CompositionCounts = { sentences: 0, eachSentence: false, words: 0, contrasts: 0 };
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const textsOf = (reviews: readonly ComposedReview[]) => reviews.map(({ text }) => text);

/** Sentences that name where they come from, two of each: 〔5 movie 1〕です。 Phrases have no end, products end in ！. */
const marked: Sentence[] = domains.flatMap((domain) =>
  [0, 1, 2, 3, 4, 5].flatMap((stars) =>
    (stars === 0 && domain === 'phrase' ? [] : [1, 2]).map((number) => ({
      stars,
      domain,
      text: `〔${stars} ${domain} ${number}〕${domain === 'phrase' ? 'い' : domain === 'product' ? '！' : 'です。'}`,
    })),
  ),
);

const isSubject = (domain: string) => domain !== 'general' && domain !== 'phrase';

/** One word of each polarity. */
const fourWords: CorpusWord[] = [
  { polarity: 2, wordClass: 'i-adjective', text: '楽しい' },
  { polarity: 1, wordClass: 'i-adjective', text: '安い' },
  { polarity: -1, wordClass: 'i-adjective', text: 'つまらない' },
  { polarity: -2, wordClass: 'i-adjective', text: 'ひどい' },
];

const small: Corpus = { sentences: marked, words: fourWords };

describe('the default composition', () => {
  let corpus: Corpus;
  let reviews: ComposedReview[];
  before(async () => {
    corpus = await readCorpus();
    reviews = composeReviews(corpus, { seed: 1 });
  });

  test('is these bytes', () => {
    assert.equal(sha256(formatReviews(reviews)), 'd649efe657c33bd6d06e9f6466d041ee63ab17e914fb9d2a21d32873fd3e999b');
  });

  test('is another one with another seed', () => {
    const others = new Set(textsOf(composeReviews(corpus, { seed: 2 }).filter(({ kind }) => kind !== 'sentence')));
    const longOnes = reviews.filter(({ kind, text }) => kind === 'sentences' && text.length > 60);
    assert.ok(longOnes.length > 500);
    assert.ok(longOnes.filter(({ text }) => others.has(text)).length === 0);
  });

  test('has as many of each kind as asked, in this order', () => {
    const kinds = reviews.map(({ kind }) => kind);
    const expected = [
      ...new Array(2500).fill('sentences'),
      ...new Array(corpus.sentences.length).fill('sentence'),
      ...new Array(4000).fill('words'),
      ...new Array(400).fill('contrast'),
    ];
    assert.deepEqual(kinds, expected);
    assert.deepEqual(defaultCounts, { sentences: 2500, eachSentence: true, words: 4000, contrasts: 400 });
  });

  test('has labels from 1 to 5, to a tenth', () => {
    for (const { stars, text } of reviews) {
      assert.ok(stars >= 1 && stars <= 5, `${stars} ${text}`);
      assert.equal(Number(stars.toFixed(1)), stars, text);
    }
  });

  test('has no empty text and none with a tab or a line end, all in NFC', () => {
    for (const { text } of reviews) {
      assert.match(text, /\S/);
      assert.doesNotMatch(text, /[\t\n\v\f\r\u0085\u2028\u2029]|undefined/);
      assert.equal(text, text.normalize('NFC'));
    }
  });

  test('has each sentence alone once, as it is; a neutral one with 3 stars', () => {
    assert.deepEqual(
      reviews.filter(({ kind }) => kind === 'sentence').map(({ stars, text }) => ({ stars, text })),
      corpus.sentences.map(({ stars, text }) => ({ stars: stars === 0 ? 3 : stars, text })),
    );
  });

  test('has reviews of sentences of every number of stars, roughly as many of each', () => {
    // 2,500: 500 each, standard deviation 20
    for (const given of [1, 2, 3, 4, 5]) {
      const count = reviews.filter(({ kind, stars }) => kind === 'sentences' && stars === given).length;
      assert.ok(Math.abs(count - 500) < 5 * 20, `${count} of ${given} stars`);
    }
  });

  test('is read back by the command line as it was written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hoshi-compose-'));
    try {
      await writeFile(join(folder, 'reviews.tsv'), formatReviews(reviews));
      const read = await readReviews(join(folder, 'reviews.tsv'));
      assert.deepEqual(read.badRows, []);
      assert.deepEqual(
        read.reviews,
        reviews.map(({ stars, text }) => ({ stars, text })),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

test('a file of reviews, by hand', () => {
  const reviews: ComposedReview[] = [
    { stars: 4.5, text: '最高。', kind: 'words' },
    { stars: 1, text: '「"」', kind: 'sentence' },
  ];
  assert.equal(formatReviews(reviews), 'stars\ttext\n4.5\t最高。\n1\t「"」\n');
  assert.equal(formatReviews([]), 'stars\ttext\n');
});

test('the same seed gives the same reviews, and counts are kept, on any corpus and seed', () => {
  fc.assert(
    fc.property(seeds, fc.nat(20), fc.boolean(), fc.nat(20), fc.nat(20), (seed, sentences, each, words, contrasts) => {
      const counts = { sentences, eachSentence: each, words, contrasts };
      const reviews = composeReviews(small, { seed, counts });
      assert.deepEqual(composeReviews(small, { seed, counts }), reviews);
      const countOf = (kind: ComposedReview['kind']) => reviews.filter((review) => review.kind === kind).length;
      assert.deepEqual(
        [countOf('sentences'), countOf('sentence'), countOf('words'), countOf('contrast')],
        [sentences, each ? marked.length : 0, words, contrasts],
      );
    }),
    { numRuns: 50 },
  );
});

/** A marked sentence as it stands in a review: a phrase with an end of its own, the others as they are. */
const MARK = /〔(\d) (\w+) \d〕(です。|！|い[。！])/y;

/** What the marked sentences from `start` say, with a space between all of them or none, up to where they end. */
function marksOf(text: string): { stars: number; domain: string; end: string }[] {
  const separator = text.includes('！ 〔') || text.includes('。 〔') ? ' ' : '';
  const marks = [];
  for (let at = 0; at < text.length; at += separator.length) {
    MARK.lastIndex = at;
    const match = MARK.exec(text);
    assert.ok(match, `${text} at ${at}`);
    const [, stars, domain, end] = match as unknown as [string, string, string, string];
    marks.push({ stars: Number(stars), domain, end });
    at = MARK.lastIndex;
    if (at < text.length) assert.ok(text.startsWith(separator, at), text);
  }
  return marks;
}

describe('reviews of sentences', () => {
  const reviews = composeReviews(small, { seed: 4, counts: { ...none, sentences: 3000 } });
  const parts = reviews.map(({ stars, text }) => ({ stars, marks: marksOf(text) }));

  test('have one to six sentences, each count roughly as often', () => {
    // 3,000: 500 each, standard deviation 20
    const counts = [0, 0, 0, 0, 0, 0];
    for (const { marks } of parts) (counts[marks.length - 1] as number)++;
    assert.equal(counts.length, 6, 'none has more');
    for (const count of counts) assert.ok(Math.abs(count - 500) < 5 * 20, `${counts}`);
  });

  test('are of the one number of stars, with neutral sentences but never of these alone', () => {
    for (const { stars, marks } of parts) {
      const said = marks.filter((mark) => mark.stars !== 0);
      assert.ok(said.length > 0);
      for (const mark of said) assert.equal(mark.stars, stars);
    }
    // 25 to 40 percent of all sentences but one a review: of 2.5 on average
    const all = parts.flatMap(({ marks }) => marks);
    const neutral = all.filter(({ stars }) => stars === 0).length;
    assert.ok(neutral > 0.25 * 2.5 * 3000 && neutral < 0.4 * 2.5 * 3000, `${neutral} of ${all.length}`);
  });

  test('are of the one subject, general or a phrase', () => {
    const subjects = parts.map(({ marks }) => new Set(marks.map(({ domain }) => domain).filter(isSubject)));
    for (const ofOne of subjects) assert.ok(ofOne.size <= 1);
    // of 24 reviews so many; those that are of general sentences and phrases alone name none
    const shares = { movie: 7, product: 6, book: 2, service: 2, hotel: 2, restaurant: 2, app: 1, game: 1, shop: 1 };
    const naming = subjects.filter(({ size }) => size > 0).length;
    assert.ok(naming > 2000, `${naming}`);
    for (const [domain, share] of Object.entries(shares)) {
      const count = subjects.filter((ofOne) => ofOne.has(domain)).length;
      const expected = (naming * share) / 24;
      assert.ok(Math.abs(count - expected) < 5 * Math.sqrt(expected), `${count} of ${domain}, expected ${expected}`);
    }
    assert.deepEqual(Object.keys(shares).sort(), domains.filter(isSubject).sort());
    for (const domain of ['general', 'phrase']) {
      assert.ok(parts.some(({ marks }) => marks.some((mark) => mark.domain === domain)));
    }
  });

  test('begin with a neutral sentence now and then, as those between are turned around', () => {
    const first = parts.filter(({ marks }) => marks.length > 1).map(({ marks }) => marks[0]?.stars);
    assert.ok(first.includes(0));
    assert.ok(parts.some(({ marks }) => marks.at(-1)?.stars === 0));
  });

  test('end each phrase with 。, or with ！ roughly 15 times of a hundred', () => {
    const ends = parts.flatMap(({ marks }) => marks.filter(({ domain }) => domain === 'phrase').map(({ end }) => end));
    const excited = ends.filter((end) => end === 'い！').length;
    assert.ok(ends.length > 500);
    assert.ok(excited > 0.1 * ends.length && excited < 0.2 * ends.length, `${excited} of ${ends.length}`);
  });

  test('have a space between the sentences roughly 12 times of a hundred', () => {
    const joined = reviews.filter(({ text }) => text.indexOf('〔', 1) > 0);
    const spaced = joined.filter(({ text }) => /[。！] 〔/.test(text)).length;
    assert.ok(spaced > 0.09 * joined.length && spaced < 0.15 * joined.length, `${spaced} of ${joined.length}`);
  });
});

describe('contrasts', () => {
  const reviews = composeReviews(small, { seed: 5, counts: { ...none, contrasts: 1000 } });
  const CONTRAST =
    /^〔(\d) (\w+) \d〕(?:(です|い)(けど、|が、|けれど、|のに、)|(です。|い。|い！|！)(しかし|ただ、|でも|とはいえ、|ただし|それでも))〔(\d) (\w+) \d〕(?:です。|い。|い！|！)$/;
  const parts = reviews.map(({ stars, text }) => {
    const match = CONTRAST.exec(text);
    assert.ok(match, text);
    return { stars, first: match[1], last: match[7], domains: [match[2], match[8]], joint: match[4], turn: match[6] };
  });

  test('carry the label that is worked out by hand: 0.35 of the first and 0.65 of the last, halves rounded up', () => {
    const labels: Record<string, number> = {
      '4 1': 2.1, // 1.40 + 0.65 = 2.05
      '4 2': 2.7, // 1.40 + 1.30
      '5 1': 2.4, // 1.75 + 0.65
      '5 2': 3.1, // 1.75 + 1.30 = 3.05
      '1 4': 3, // 0.35 + 2.60 = 2.95
      '1 5': 3.6, // 0.35 + 3.25
      '2 4': 3.3, // 0.70 + 2.60
      '2 5': 4, // 0.70 + 3.25 = 3.95
    };
    const seen = new Map<string, Set<number>>();
    for (const { stars, first, last } of parts) {
      const key = `${first} ${last}`;
      seen.set(key, (seen.get(key) ?? new Set()).add(stars));
    }
    assert.deepEqual(
      Object.fromEntries(Array.from(seen, ([key, stars]) => [key, [...stars]]).sort()),
      Object.fromEntries(
        Object.entries(labels)
          .sort()
          .map(([key, stars]) => [key, [stars]]),
      ),
    );
  });

  test('are of the one subject, general or a phrase', () => {
    for (const { domains } of parts) {
      const subjects = domains.filter((domain) => isSubject(domain as string));
      assert.ok(new Set(subjects).size <= 1, `${domains}`);
    }
  });

  test('join clauses and sentences by each of the words for it', () => {
    assert.deepEqual([...new Set(parts.flatMap(({ joint }) => joint ?? []))].sort(), [
      'が、',
      'けど、',
      'けれど、',
      'のに、',
    ]);
    assert.deepEqual(
      [...new Set(parts.flatMap(({ turn }) => turn ?? []))].sort(),
      ['しかし', 'ただ、', 'ただし', 'でも', 'とはいえ、', 'それでも'].sort(),
    );
  });
});

/** What a clause about the four words is worth, by the table of the corpus's maker; the word and the prefix apart. */
function worthOf(clause: string): { stars: number; polarity: number; prefix: string; rest: string } {
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
  throw new Error(`${clause} is of none of the words`);
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
  const reviews = composeReviews(small, { seed: 6, counts: { ...none, words: 4000 } });
  const parts = reviews.map(({ stars, text }) => {
    const clauses = Array.from(text.matchAll(/(.+?)(?:。|！！|！|…)/g), ([, clause]) => clause as string);
    assert.match(text, /[。！…]$/);
    return { stars, clauses: clauses.map(worthOf) };
  });
  const clauses = parts.flatMap((part) => part.clauses);
  const labelOf = (text: string) => {
    const labels = new Set(reviews.filter((review) => review.text === text).map(({ stars }) => stars));
    assert.equal(labels.size, 1, `${text}: ${[...labels]}`);
    return [...labels][0];
  };

  test('have one to three words of one direction', () => {
    assert.deepEqual([...new Set(parts.map((part) => part.clauses.length))].sort(), [1, 2, 3]);
    for (const part of parts) {
      assert.equal(new Set(part.clauses.map(({ polarity }) => Math.sign(polarity))).size, 1);
    }
    const good = parts.filter((part) => (part.clauses[0]?.polarity as number) > 0).length;
    // 4,000: half of them, standard deviation 32
    assert.ok(Math.abs(good - 2000) < 5 * 32, `${good}`);
  });

  test('carry the mean of what their clauses are worth, to a tenth', () => {
    for (const { stars, clauses } of parts) {
      const mean = clauses.reduce((sum, clause) => sum + clause.stars, 0) / clauses.length;
      assert.ok(Math.abs(stars - mean) < 0.05 + 1e-9, `${stars} ${mean}`);
    }
  });

  test('say it plainly: the word alone', () => {
    assert.deepEqual(['楽しい。', '安い。', 'つまらない。', 'ひどい。'].map(labelOf), [5, 4, 2, 1]);
  });

  test('a negation lowers what is good: 楽しくない', () => {
    assert.deepEqual(['楽しくない。', '楽しくなかった。', '安くない。'].map(labelOf), [1.8, 1.8, 1.8]);
    assert.ok(clauses.some(({ polarity, prefix }) => polarity > 0 && notAtAll.includes(prefix)));
    assert.ok(clauses.some(({ polarity, prefix }) => polarity > 0 && notVery.includes(prefix)));
  });

  test('a negation raises what is bad: つまらなくない', () => {
    assert.deepEqual(['つまらなくない。', 'つまらなくなかった。', 'ひどくない。'].map(labelOf), [3.5, 3.5, 3.6]);
    assert.ok(clauses.some(({ polarity, prefix }) => polarity < 0 && notVery.includes(prefix)));
  });

  test('hold every form', () => {
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

  test('すぎる is said of what is very good or bad, not of what is merely good', () => {
    const ofTooMuch = new Set(clauses.filter(({ rest }) => rest === 'すぎる').map(({ polarity }) => polarity));
    assert.deepEqual([...ofTooMuch].sort(), [-1, -2, 2]);
  });

  test('intensifiers keep to the range', () => {
    const strong = clauses.filter(({ prefix, rest }) => prefix === '本当に' && !rest.startsWith('くな'));
    const worth = Object.fromEntries(strong.map(({ polarity, stars }) => [polarity, stars]));
    assert.deepEqual(worth, { 2: 5, 1: 4.5, '-1': 1.5, '-2': 1 });
  });

  test('nouns and na-adjectives stand without だ, verbs as they are', () => {
    const words: CorpusWord[] = [
      { polarity: 2, wordClass: 'noun', text: '傑作' },
      { polarity: 1, wordClass: 'verb-suru', text: '満足する' },
      { polarity: -1, wordClass: 'verb-ichidan', text: '飽きる' },
      { polarity: -2, wordClass: 'na-adjective', text: '残念' },
    ];
    const texts = new Set(
      textsOf(composeReviews({ sentences: [], words }, { seed: 7, counts: { ...none, words: 4000 } })),
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

  test('a corpus without words of a polarity is refused', () => {
    const words = fourWords.filter(({ polarity }) => polarity !== -2);
    assert.throws(
      () => composeReviews({ sentences: [], words }, { seed: 1, counts: { ...none, words: 100 } }),
      /^Error: Expected values to pick from, received none$/,
    );
  });
});
