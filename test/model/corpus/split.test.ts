import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { composeReviews } from '../../../model/corpus/compose.ts';
import { type Corpus, readCorpus } from '../../../model/corpus/read.ts';
import { withoutEachDomain, withoutSomeSentences } from '../../../model/corpus/split.ts';

const small: Corpus = {
  sentences: [
    { stars: 5, domain: 'movie', text: '名作。' },
    { stars: 0, domain: 'movie', text: '昨日見た。' },
    { stars: 5, domain: 'movie', text: '傑作。' },
    { stars: 1, domain: 'hotel', text: '汚い部屋。' },
    { stars: 3, domain: 'general', text: '普通。' },
    { stars: 2, domain: 'phrase', text: 'いまいち' },
  ],
  words: [{ polarity: 2, wordClass: 'i-adjective', text: '楽しい' }],
};
const textsOf = (of: readonly { text: string }[]) => of.map(({ text }) => text);

test('by hand: without each domain that is one, measured on its sentences that say something', () => {
  const [movie, hotel, ...others] = withoutEachDomain(small);
  assert.deepEqual([movie?.name, hotel?.name, others.length], ['movie', 'hotel', 0]);
  assert.deepEqual(textsOf(movie?.training.sentences ?? []), ['汚い部屋。', '普通。', 'いまいち']);
  assert.deepEqual(movie?.training.words, small.words);
  assert.deepEqual(movie?.heldOut, [
    { stars: 5, text: '名作。' },
    { stars: 5, text: '傑作。' },
  ]);
  assert.deepEqual(hotel?.heldOut, [{ stars: 1, text: '汚い部屋。' }]);
});

test('by hand: without some sentences of each domain and number of stars', () => {
  const [first, second, ...others] = withoutSomeSentences(small, 2);
  assert.deepEqual([first?.name, second?.name, others.length], ['part 1 of 2', 'part 2 of 2', 0]);
  assert.deepEqual(textsOf(first?.heldOut ?? []), ['名作。', '汚い部屋。', '普通。', 'いまいち']);
  assert.deepEqual(textsOf(first?.training.sentences ?? []), ['傑作。']);
  assert.deepEqual(textsOf(second?.heldOut ?? []), ['傑作。']);
});

let corpus: Corpus;
before(async () => {
  corpus = await readCorpus();
});

test('on the corpus no sentence is on both sides, and each is heldOut once', () => {
  for (const all of [withoutEachDomain(corpus), withoutSomeSentences(corpus, 5)]) {
    const seen = new Set<string>();
    for (const { training, heldOut } of all) {
      const learned = new Set(textsOf(training.sentences));
      for (const { text } of heldOut) {
        assert.ok(!learned.has(text) && !seen.has(text), text);
        seen.add(text);
      }
    }
  }
});

test('reviews are composed of what is left', () => {
  for (const { name, training } of withoutEachDomain(corpus)) {
    const counts = { sentences: 100, eachSentence: false, words: 0, contrasts: 20 };
    const texts = textsOf(composeReviews(training, { seed: 1, counts })).join('');
    const apart = corpus.sentences.filter(({ domain, text }) => domain === name && text.length > 12);
    assert.deepEqual(
      apart.filter(({ text }) => texts.includes(text)),
      [],
    );
  }
});
