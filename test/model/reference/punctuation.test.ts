import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { normalizationTables } from '../../../model/reference/normalization-tables.ts';
import { createNormalizer } from '../../../model/reference/normalizer.ts';
import { loadTokenizer } from '../../../model/reference/tokenizer.ts';
import { type DashesGolden, readGolden } from '../../golden/golden.ts';

const { words } = await loadTokenizer();

const golden = readGolden<DashesGolden>('dashes.json');

describe(`dashes, golden: ${golden.header.program} ${golden.header.version}`, () => {
  test('dashes are the same, except that a run of 〜 becomes one', () => {
    const { normalize } = createNormalizer(['dashes'], words);
    for (const { text, normalized } of golden.texts)
      assert.equal(normalize(text).text, normalized.replace(/〜+/g, '〜'), JSON.stringify(text));
  });
});

test('kuromoji knows each form that replaces ASCII punctuation, and knows no form of ASCII itself', async () => {
  const tokenizer = await loadTokenizer();
  const kindOf = (symbol: string) => {
    const { known, features } = tokenizer.analyze(`良い${symbol}です`)[1] ?? { known: false, features: [] };
    return known ? `${features[0]},${features[1]}` : 'unknown';
  };
  for (const [unit, symbol] of normalizationTables().punctuation) {
    assert.equal(kindOf(unit), 'unknown', unit);
    assert.match(kindOf(symbol), symbol === '％' ? /^名詞,接尾$/ : /^記号,/, symbol);
  }
});
