/**
 * Loads damaged tables, and uses the tables that pass the checks. A crash here means that a check is missing. The
 * results of damaged tables may be wrong, but each call must end and stay within its tables. Prints how many tables
 * passed.
 *
 *     node tables-worker.js KIND FILE TIMES SEED
 */
import { readFileSync } from 'node:fs';
import { createRandom, type Random } from '../../model/math/random.ts';
import { NativeContributions } from '../../native/contributions.ts';
import { NativeError } from '../../native/errors.ts';
import {
  NativeAnalyzer,
  NativeExtractor,
  NativeForest,
  NativeNormalizer,
  NativeVectorizer,
} from '../../native/index.ts';
import { characterSteps } from '../fixtures/normalizer-texts.ts';
import { damaged } from '../fixtures/table-damage.ts';

const [kind = '', path = '', times = '', seed = ''] = process.argv.slice(2);
const random = createRandom(Number(seed));
const analyzer = NativeAnalyzer.load();
const texts = [
  '',
  'abcdxyzwaab、bb。ba',
  '映画は面白い。最高😀でした！ｶﾞｯｶﾘ',
  'a'.repeat(200),
  '味はいいけど店はない。味しかなくていい★よくない？よくていない！😀店',
  `${'x'.repeat(70)}z${'ー'.repeat(70)}`,
  String.fromCharCode(...Array.from({ length: 300 }, () => random.below(0x10000))),
];

const uses: Record<string, (bytes: Buffer) => void> = {
  dictionary(bytes) {
    const analyzer = NativeAnalyzer.load(bytes);
    for (let word = 0; word < analyzer.wordCount; word++) analyzer.word(word);
    for (const text of texts) {
      const { ends, words } = analyzer.analyzeWords(text);
      if ((ends.at(-1) ?? 0) !== text.length) throw new Error('the tokens do not cover the text');
      for (const word of words) analyzer.word(word);
      analyzer.hasSurface(text);
    }
  },
  vocabulary(bytes) {
    const vectorizer = NativeVectorizer.load(bytes);
    for (let column = 0; column < vectorizer.columnCount; column++) vectorizer.term(column);
    if (vectorizer.hasRules) {
      const extractor = new NativeExtractor(analyzer, vectorizer);
      for (const text of texts) extractor.row(text);
      return;
    }
    for (const text of texts)
      vectorizer.row(
        text,
        Uint32Array.from({ length: Math.ceil(text.length / 3) }, (_, i) => Math.min(3 * i + 3, text.length)),
      );
  },
  forest(bytes) {
    const forest = NativeForest.load(bytes);
    for (let i = 0; i < 20; i++) forest.predict(rowOf(random, forest.columnCount));
  },
  'file of contributions'(bytes) {
    const contributions = NativeContributions.load(bytes);
    for (let i = 0; i < 20; i++) contributions.of(rowOf(random, contributions.columnCount));
  },
  normalizer(bytes) {
    const normalizer = NativeNormalizer.load(analyzer, characterSteps, bytes);
    for (const text of [...texts, 'か\u3099！…ｶﾞ\u0301ﷺ(^^)orz—ーwww❤😀🇯🇯🏻𝒜...']) {
      const { text: normalized } = normalizer.normalize(text);
      for (let i = 0; i <= normalized.length; i++) normalizer.emojiLength(normalized, i);
    }
  },
};

function rowOf(random: Random, columnCount: number) {
  const columns = Int32Array.from(new Set(Array.from({ length: 50 }, () => random.below(columnCount)))).sort();
  const values = [0, -1, 1, 1e-36, 0.01, 1e300, Number.NaN, Number.NEGATIVE_INFINITY];
  return { columns, values: Float64Array.from(columns, () => values[random.below(values.length)] as number) };
}

const file = readFileSync(path);
let passed = 0;
for (let i = 0; i < Number(times); i++) {
  try {
    uses[kind]?.(damaged(random, file));
    passed++;
  } catch (error) {
    if (!(error instanceof NativeError) || error.code !== 'tables') throw error;
  }
}
console.log(passed);
