import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { composeReviews } from '../../../model/corpus/compose.ts';
import { type Corpus, readCorpus } from '../../../model/corpus/read.ts';
import { everySentence, leaveOneDomainOut, sentenceFolds } from '../../../model/corpus/split.ts';

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

test('by hand: leave one domain out; its sentences with 1 to 5 stars are held out', () => {
  const [movie, hotel, ...others] = leaveOneDomainOut(small);
  assert.deepEqual([movie?.name, hotel?.name, others.length], ['movie', 'hotel', 0]);
  assert.deepEqual(textsOf(movie?.training.sentences ?? []), ['汚い部屋。', '普通。', 'いまいち']);
  assert.deepEqual(movie?.training.words, small.words);
  assert.deepEqual(movie?.heldOut, [
    { stars: 5, text: '名作。' },
    { stars: 5, text: '傑作。' },
  ]);
  assert.deepEqual(hotel?.heldOut, [{ stars: 1, text: '汚い部屋。' }]);
});

test('by hand: folds are stratified by domain and stars', () => {
  const [first, second, ...others] = sentenceFolds(small, 2);
  assert.deepEqual([first?.name, second?.name, others.length], ['part 1 of 2', 'part 2 of 2', 0]);
  assert.deepEqual(textsOf(first?.heldOut ?? []), ['名作。', '汚い部屋。', '普通。', 'いまいち']);
  assert.deepEqual(textsOf(first?.training.sentences ?? []), ['傑作。']);
  assert.deepEqual(textsOf(second?.heldOut ?? []), ['傑作。']);
});

test('by hand: every second sentence of each domain and number of stars', () => {
  const { sentences, words } = everySentence(small, 2);
  assert.deepEqual(textsOf(sentences), ['名作。', '昨日見た。', '汚い部屋。', '普通。', 'いまいち']);
  assert.deepEqual(words, small.words);
  assert.deepEqual(everySentence(small, 1), small);
});

let corpus: Corpus;
before(async () => {
  corpus = await readCorpus();
});

test('in the corpus no sentence is on both sides of a split, and none is held out twice', () => {
  for (const all of [leaveOneDomainOut(corpus), sentenceFolds(corpus, 5)]) {
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

test('reviews composed from the training part contain no held-out sentence', () => {
  for (const { name, training } of leaveOneDomainOut(corpus)) {
    const counts = { sentences: 100, eachSentence: false, words: 0, contrasts: 20 };
    const texts = textsOf(composeReviews(training, { seed: 1, counts })).join('');
    const heldOut = corpus.sentences.filter(({ domain, text }) => domain === name && text.length > 12);
    assert.deepEqual(
      heldOut.filter(({ text }) => texts.includes(text)),
      [],
    );
  }
});
