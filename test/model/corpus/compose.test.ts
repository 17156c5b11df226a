import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { type ComposedReview, composeReviews, defaultCounts } from '../../../model/corpus/compose.ts';
import { type Corpus, type Domain, domains, isSubject, readCorpus } from '../../../model/corpus/read.ts';
import { readReviews } from '../../../model/io/reviews.ts';
import { formatReviews } from '../../fixtures/review-file.ts';
import { markedSentences, noReviews, smallCorpus } from './small-corpus.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const textsOf = (reviews: readonly ComposedReview[]) => reviews.map(({ text }) => text);

describe('the default composition', () => {
  let corpus: Corpus;
  let reviews: ComposedReview[];
  before(async () => {
    corpus = await readCorpus();
    reviews = composeReviews(corpus, { seed: 1 });
  });

  test('has exactly these bytes', () => {
    assert.equal(sha256(formatReviews(reviews)), '13a6ff26818a1a5ab0d4a85938b54c4c3e4eb93286bcd63321813383b23a9653');
  });

  test('differs with another seed', () => {
    const others = new Set(textsOf(composeReviews(corpus, { seed: 2 }).filter(({ kind }) => kind !== 'sentence')));
    const longOnes = reviews.filter(({ kind, text }) => kind === 'sentences' && text.length > 60);
    assert.ok(longOnes.length > 500);
    assert.ok(longOnes.filter(({ text }) => others.has(text)).length === 0);
  });

  test('has the requested number of reviews of each kind, in this order', () => {
    const kinds = reviews.map(({ kind }) => kind);
    const expected = [
      ...new Array(2500).fill('sentences'),
      ...new Array(corpus.sentences.length).fill('sentence'),
      ...new Array(4000).fill('words'),
      ...new Array(400).fill('contrast'),
      ...new Array(200).fill('rating'),
    ];
    assert.deepEqual(kinds, expected);
    assert.deepEqual(defaultCounts, { sentences: 2500, eachSentence: true, words: 4000, contrasts: 400, ratings: 200 });
  });

  test('has labels from 1 to 5 in steps of 0.1', () => {
    for (const { stars, text } of reviews) {
      assert.ok(stars >= 1 && stars <= 5, `${stars} ${text}`);
      assert.equal(Number(stars.toFixed(1)), stars, text);
    }
  });

  test('has only non-empty texts in NFC without tabs and line ends', () => {
    for (const { text } of reviews) {
      assert.match(text, /\S/);
      assert.doesNotMatch(text, /[\t\n\v\f\r\u0085\u2028\u2029]|undefined/);
      assert.equal(text, text.normalize('NFC'));
    }
  });

  test('has a review for each sentence, unchanged; a neutral one gets 3 stars', () => {
    assert.deepEqual(
      reviews.filter(({ kind }) => kind === 'sentence').map(({ stars, text }) => ({ stars, text })),
      corpus.sentences.map(({ stars, text }) => ({ stars: stars === 0 ? 3 : stars, text })),
    );
  });

  test('has about the same number of reviews of sentences for each number of stars', () => {
    // 2,500: 500 each, standard deviation 20
    for (const given of [1, 2, 3, 4, 5]) {
      const count = reviews.filter(({ kind, stars }) => kind === 'sentences' && stars === given).length;
      assert.ok(Math.abs(count - 500) < 5 * 20, `${count} of ${given} stars`);
    }
  });

  test('reads back unchanged from a file', async () => {
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

test('by hand: the file that formatReviews writes', () => {
  const reviews: ComposedReview[] = [
    { stars: 4.5, text: '最高。', kind: 'words' },
    { stars: 1, text: '「"」', kind: 'sentence' },
  ];
  assert.equal(formatReviews(reviews), 'stars\ttext\n4.5\t最高。\n1\t「"」\n');
  assert.equal(formatReviews([]), 'stars\ttext\n');
});

test('for any counts and seed: the same seed gives the same reviews, with the requested counts', () => {
  fc.assert(
    fc.property(seeds, fc.nat(20), fc.boolean(), fc.nat(20), fc.nat(20), (seed, sentences, each, words, contrasts) => {
      const counts = { sentences, eachSentence: each, words, contrasts };
      const reviews = composeReviews(smallCorpus, { seed, counts });
      assert.deepEqual(composeReviews(smallCorpus, { seed, counts }), reviews);
      const countOf = (kind: ComposedReview['kind']) => reviews.filter((review) => review.kind === kind).length;
      assert.deepEqual(
        [countOf('sentences'), countOf('sentence'), countOf('words'), countOf('contrast')],
        [sentences, each ? markedSentences.length : 0, words, contrasts],
      );
    }),
    { numRuns: 50 },
  );
});

/** A marked sentence in a review, or a neutral one with a number, which has no mark. Only a phrase gets an end mark. */
const MARK = /〔(\d) (\w+) \d〕(です。|！|い[。！])|[^〔〕 。]*[\d０-９一二三四五六七八九十百][^〔〕 。]*。/y;

/** The marks of a review's sentences. Either all of them or none have a space between them. */
function marksOf(text: string): { stars: number; domain: Domain; end: string }[] {
  const separator = text.includes('！ ') || text.includes('。 ') ? ' ' : '';
  const marks = [];
  for (let at = 0; at < text.length; at += separator.length) {
    MARK.lastIndex = at;
    const match = MARK.exec(text);
    assert.ok(match, `${text} at ${at}`);
    const [, stars = '0', domain = 'general', end = '。'] = match as unknown as [string, string?, Domain?, string?];
    marks.push({ stars: Number(stars), domain, end });
    at = MARK.lastIndex;
    if (at < text.length) assert.ok(text.startsWith(separator, at), text);
  }
  return marks;
}

describe('reviews of ratings', () => {
  const reviews = composeReviews(smallCorpus, { seed: 7, counts: { ...noReviews, ratings: 5000 } });
  const labelsOf = (pattern: RegExp) => [
    ...new Set(reviews.filter(({ text }) => pattern.test(text)).map(({ stars }) => stars)),
  ];

  test('have the stars that they name', () => {
    const named: [pattern: RegExp, stars: number][] = [
      [/^100点(?:です)?。?$/, 5],
      [/^評価は50点。?$/, 3],
      [/^百点満点中０点。?|^百点満点中0点。?$/, 1],
      [/^八十五点(?:です)?。?$/, 4.4],
      [/^10点満点で7点。?$/, 3.8],
      [/^3\/10。?$/, 2.2],
      [/^★★☆☆☆$/, 2],
      [/^星ふたつ。?$/, 2],
      [/^5つ星のうち四。?$/, 4],
      [/^星3\.5。?$/, 3.5],
      [/^評価１。?$/, 1],
    ];
    for (const [pattern, stars] of named) assert.deepEqual(labelsOf(pattern), [stars], `${pattern}`);
  });

  test('cover all stars evenly', () => {
    const mean = reviews.reduce((sum, { stars }) => sum + stars, 0) / reviews.length;
    assert.ok(Math.abs(mean - 3) < 0.1, `${mean}`);
    for (const { stars, kind } of reviews) assert.ok(kind === 'rating' && stars >= 1 && stars <= 5);
  });
});

describe('reviews of sentences', () => {
  const reviews = composeReviews(smallCorpus, { seed: 4, counts: { ...noReviews, sentences: 3000 } });
  const parts = reviews.map(({ stars, text }) => ({ stars, marks: marksOf(text) }));

  test('have one to eight sentences, each number about equally often', () => {
    // 3,000: 375 each, standard deviation 18
    const counts = [0, 0, 0, 0, 0, 0, 0, 0];
    for (const { marks } of parts) (counts[marks.length - 1] as number)++;
    assert.equal(counts.length, 8, 'no review has more');
    for (const count of counts) assert.ok(Math.abs(count - 375) < 5 * 18, `${counts}`);
  });

  test('have one number of stars, with neutral sentences but never only neutral ones', () => {
    for (const { stars, marks } of parts) {
      const said = marks.filter((mark) => mark.stars !== 0);
      assert.ok(said.length > 0);
      for (const mark of said) assert.equal(mark.stars, stars);
    }
    // Neutral are 25 to 40 percent of the sentences after a review's first, which are 3.5 on average.
    const all = parts.flatMap(({ marks }) => marks);
    const neutral = all.filter(({ stars }) => stars === 0).length;
    assert.ok(neutral > 0.25 * 3.5 * 3000 && neutral < 0.4 * 3.5 * 3000, `${neutral} of ${all.length}`);
  });

  test('use one subject, general sentences and phrases', () => {
    const subjects = parts.map(({ marks }) => new Set(marks.map(({ domain }) => domain).filter(isSubject)));
    for (const ofOne of subjects) assert.ok(ofOne.size <= 1);
    // Reviews of each subject out of 24. A review of only general sentences and phrases has no subject.
    const shares = { movie: 7, product: 6, book: 2, service: 2, hotel: 2, restaurant: 2, app: 1, game: 1, shop: 1 };
    const naming = subjects.filter(({ size }) => size > 0).length;
    assert.ok(naming > 2000, `${naming}`);
    for (const [domain, share] of Object.entries(shares)) {
      const count = subjects.filter((ofOne) => ofOne.has(domain as Domain)).length;
      const expected = (naming * share) / 24;
      assert.ok(Math.abs(count - expected) < 5 * Math.sqrt(expected), `${count} of ${domain}, expected ${expected}`);
    }
    assert.deepEqual(Object.keys(shares).sort(), domains.filter(isSubject).sort());
    for (const domain of ['general', 'phrase']) {
      assert.ok(parts.some(({ marks }) => marks.some((mark) => mark.domain === domain)));
    }
  });

  test('sometimes begin with a neutral sentence, because the sentences are rotated', () => {
    const first = parts.filter(({ marks }) => marks.length > 1).map(({ marks }) => marks[0]?.stars);
    assert.ok(first.includes(0));
    assert.ok(parts.some(({ marks }) => marks.at(-1)?.stars === 0));
  });

  test('end each phrase with 。, or in about 15 percent of cases with ！', () => {
    const ends = parts.flatMap(({ marks }) => marks.filter(({ domain }) => domain === 'phrase').map(({ end }) => end));
    const excited = ends.filter((end) => end === 'い！').length;
    assert.ok(ends.length > 500);
    assert.ok(excited > 0.1 * ends.length && excited < 0.2 * ends.length, `${excited} of ${ends.length}`);
  });

  test('have spaces between the sentences in about 12 percent of cases', () => {
    const joined = reviews.filter(({ text }) => text.indexOf('〔', 1) > 0);
    const spaced = joined.filter(({ text }) => /[。！] 〔/.test(text)).length;
    assert.ok(spaced > 0.09 * joined.length && spaced < 0.15 * joined.length, `${spaced} of ${joined.length}`);
  });
});

describe('contrasts', () => {
  const reviews = composeReviews(smallCorpus, { seed: 5, counts: { ...noReviews, contrasts: 1000 } });
  const CONTRAST =
    /^〔(\d) (\w+) \d〕(?:(です|い)(けど、|が、|けれど、|のに、)|(です。|い。|い！|！)(しかし|ただ、|でも|とはいえ、|ただし|それでも))〔(\d) (\w+) \d〕(?:です。|い。|い！|！)$/;
  const parts = reviews.map(({ stars, text }) => {
    const match = CONTRAST.exec(text);
    assert.ok(match, text);
    return { stars, first: match[1], last: match[7], domains: [match[2], match[8]], joint: match[4], turn: match[6] };
  });

  test('by hand: the label is 0.35 of the first plus 0.65 of the second, halves rounded up', () => {
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

  test('use one subject, general sentences and phrases', () => {
    for (const { domains } of parts) {
      const subjects = domains.filter((domain) => isSubject(domain as Domain));
      assert.ok(new Set(subjects).size <= 1, `${domains}`);
    }
  });

  test('use every contrastive particle and conjunction', () => {
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
