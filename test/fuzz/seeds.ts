/**
 * Writes the seed inputs of the fuzzers to FOLDER/NAME, for each of the fuzzers in the Makefile. Run it with
 * `node dist/test/fuzz/seeds.js FOLDER`. Tables have the format that test/fuzz/table_input.h reads.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileContributions } from '../../model/compile/contributions.ts';
import { compileForest } from '../../model/compile/forest.ts';
import { compileNormalizer } from '../../model/compile/normalizer.ts';
import type { TableKind } from '../../model/compile/table-file.ts';
import { compileVocabulary } from '../../model/compile/vocabulary.ts';
import { createRandom, pick } from '../../model/math/random.ts';
import { defaultVectorizerParameters } from '../../model/reference/vectorizer.ts';
import { normalizerTextGenerator, smallTables } from '../fixtures/normalizer-texts.ts';
import { randomTrees } from '../fixtures/random-trees.ts';
import { ruledVectorizer } from '../fixtures/ruled-vocabulary.ts';
import { encodeSmallDictionary, segmentedSmallDictionary } from '../fixtures/small-dictionary.ts';
import { dictionaryWords, textGenerator } from '../fixtures/texts.ts';
import { fitVectorizer } from '../fixtures/vectorize.ts';
import {
  contributionsKind,
  decodeTableFile,
  dictionaryKind,
  forestKind,
  normalizerKind,
  vocabularyKind,
} from '../oracle/table-file.ts';

const random = createRandom(51);
const someText = () =>
  Array.from({ length: random.below(20) }, () => pick(random, [...'abcdxyzw、。映画😀味店ないけどしか★？'])).join('');

function tableSeed(file: Buffer, kind: TableKind): Buffer {
  const sections = decodeTableFile(file, kind).sections.map((section, i) => {
    if (kind === normalizerKind && i === 0) return pagesOf(section);
    if ((kind === dictionaryKind || kind === vocabularyKind) && i === 1) return pairsOf(section);
    if (kind === vocabularyKind && i === 2) return section.subarray(-160); // ranges, among them that of 𠮷
    return kind === vocabularyKind && i === 7 ? section.subarray(0, 80) : section; // a few logarithms are enough
  });
  return Buffer.concat([
    ...sections.flatMap((section) => [Uint8Array.of(section.length & 255, section.length >> 8), section]),
    Buffer.from(someText(), 'utf16le'),
  ]);
}

/** Pairs (unit, code) for a few of the 65,536 code units. */
function pairsOf(section: Uint8Array): Uint8Array {
  const codes = new Uint16Array(section.buffer, section.byteOffset, section.length / 2);
  const units = Array.from('abcdxyzw映画は面白い。、𠮷_1味店がてるよしかけどな'.split(''), (unit) =>
    unit.charCodeAt(0),
  );
  return new Uint8Array(Uint16Array.from(units.flatMap((unit) => [unit, codes[unit] as number])).buffer);
}

/** Pairs (page, block) for the pages that are not 0. */
function pagesOf(section: Uint8Array): Uint8Array {
  const pages = Array.from(new Uint16Array(section.buffer, section.byteOffset, section.length / 2));
  return new Uint8Array(Uint16Array.from(pages.flatMap((block, page) => (block === 0 ? [] : [page, block]))).buffer);
}

const seeds: Record<string, (i: number) => Buffer> = {
  analyzer: (() => {
    const next = textGenerator(random, dictionaryWords(20));
    return () => Buffer.from(next(), 'utf16le');
  })(),
  dictionary: () => tableSeed(encodeSmallDictionary(segmentedSmallDictionary(random)), dictionaryKind),
  vocabulary: (i) => {
    if (i % 2 === 0) return tableSeed(compileVocabulary(ruledVectorizer(1 + ((i / 2) % 2)), ''), vocabularyKind);
    const surfaces = Array.from({ length: 12 }, () => pick(random, ['a', 'ab', 'ba', 'b', 'c', '映画', 'は', '𠮷']));
    const norm = pick(random, ['l1', 'l2', null] as const);
    const parameters = { ...defaultVectorizerParameters, ngram_range: [1, 1 + (i % 3)] as const, norm };
    return tableSeed(compileVocabulary(fitVectorizer([surfaces, surfaces.slice(3)], parameters), ''), vocabularyKind);
  },
  forest: (i) => {
    const text = randomTrees(random, { columnCount: 5, maxLeaves: 12, hasLinearLeaf: i % 2 === 0 });
    return tableSeed(compileForest(text, ''), forestKind);
  },
  contributions: (i) => {
    const text = randomTrees(random, { columnCount: 5, maxLeaves: 12, hasLinearLeaf: i % 2 === 0 }).replace(
      ' sqrt',
      '',
    );
    return tableSeed(compileContributions(text, ''), contributionsKind);
  },
  normalizer: (() => {
    const next = normalizerTextGenerator(random);
    return () => Buffer.concat([Buffer.of(127), Buffer.from(next(), 'utf16le')]);
  })(),
  normalizer_tables: () => tableSeed(compileNormalizer(smallTables), normalizerKind),
};

const [folder = ''] = process.argv.slice(2);
for (const [name, seed] of Object.entries(seeds)) {
  mkdirSync(join(folder, name), { recursive: true });
  for (let i = 0; i < 60; i++) writeFileSync(join(folder, name, `seed-${i}`), seed(i));
}
