/**
 * Writes the input of ruled.py to stdout, as JSON: texts, their terms by term rules as `hoshi tokenize --terms` prints
 * them, and the settings of the bundle. It runs the compiled command line, so build hoshi first.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeBundle } from '../../dist/model/bundle/write.js';
import { packageRoot } from '../../dist/native/package-root.js';
import { hoshi } from '../../dist/test/fixtures/hoshi.js';
import { ruledBundle } from '../../dist/test/fixtures/ruled-bundle.js';
import { sentences } from './texts.mjs';

const ruled = [
  '',
  '不満は全くありません。',
  '不満はありません。また来ます。',
  '嫌いではない。嫌いじゃないです。',
  '面白いかもしれない。面白くないかもしれない。',
  '水しか飲まない。これしか食べていない。',
  '見なければならない。見なくてはいけない。見なきゃならない。',
  '面白いじゃない？面白いじゃないですか？',
  '間違いない。安いだけでなく美味しい。',
  '高いですが美味しくない。安いけど、まずい！',
  '高いけれど美味しい。安いのに楽しくない',
  '食べていない。楽しんでいません。食べていませんでした。',
  'すごーーい！すごぉい！ヒドイ…ｻｲｺｰ！！',
  'サイコー😍😍😍 また来ます👍🏽',
  '最高😍また来ます👍🏻👨\u200d👩\u200d👧',
  '★★★★★ ５つ星！',
  '★★☆☆☆ 星2つ？',
  'ｗｗｗ(^^)(T_T)www',
  '「普通」…普通。\u3000普通、普通．',
  '最高\ud83dでした\u0000。𠮷野家の𠮷',
];
const texts = [...ruled, ...sentences.filter((_, i) => i % 2 === 0)];
const bundle = join(packageRoot, 'build', 'golden-ruled');
rmSync(bundle, { recursive: true, force: true });
const parts = await ruledBundle();
await writeBundle(bundle, parts);
// A line of UTF-8 cannot hold a lone surrogate: U+FFFD is read instead.
const lines = texts.map((text) => text.toWellFormed());
const { stdout } = await hoshi(['tokenize', '--terms', '--bundle', bundle], lines.join('\n'));
const terms = stdout.slice(0, -1).split('\n');
if (terms.length !== texts.length) throw new Error(`expected ${texts.length} lines, received ${terms.length}`);
const { token_pattern, ngram_range, rules } = parts.vectorizer.parameters;
process.stdout.write(
  JSON.stringify({
    terms: { token_pattern, ngram_range, rules },
    steps: parts.manifest.normalizer.steps,
    texts: lines.map((text, t) => ({ text, terms: terms[t] })),
  }),
);
