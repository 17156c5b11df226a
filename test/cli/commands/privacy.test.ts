/** What of the training reviews a bundle and a log show. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { readBundle } from '../../../model/bundle/read.ts';
import { hoshi } from '../../fixtures/hoshi.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoshi-privacy-'));
after(() => rmSync(folder, { recursive: true }));

/** A name that only one review has, one that only a review has that occurs twice, and one of two reviews. */
const [ONE, REPEATED, TWO] = ['鷺沼権左衛門', '猿渡与太郎丸', '狸小路飯店'];
const TWICE = `5\tまた行きたいと${REPEATED}が言った`;
const reviews = [
  ...Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? `5\t料理が${i}回ともおいしい` : `1\t店員が${i}回とも怒鳴る`)),
  `1\t店員の${ONE}に怒鳴られた`,
  TWICE,
  TWICE,
  `5\t${TWO}はおいしい`,
  `1\t${TWO}は遅い`,
];
writeFileSync(join(folder, 'reviews.tsv'), `stars\ttext\n${reviews.join('\n')}\n`);
writeFileSync(join(folder, 'words.csv'), [ONE, REPEATED, TWO].map((name) => `${name},${name},ア,人名\n`).join(''));

async function train(name: string, ...options: string[]) {
  const out = join(folder, name);
  const words = ['--user-dictionary', join(folder, 'words.csv')];
  const ending = await hoshi(['train', join(folder, 'reviews.tsv'), '--out', out, ...words, ...options]);
  assert.equal(ending.code, 0, ending.stderr);
  return { ...ending, out, ...(await readBundle(out)) };
}

describe('a model trained on reviews', () => {
  test('has no term of one review alone, and its card tells where its words come from', async () => {
    const { vectorizer, out } = await train('on-base');
    const names = [ONE, REPEATED, TWO].map((name) => vectorizer.columnOf(name) !== undefined);
    assert.deepEqual(names, [false, false, true]);
    const card = readFileSync(join(out, 'README.md'), 'utf8');
    assert.match(
      card,
      /words of the vocabulary come from the training reviews, and from the vocabulary of its base\. Each is in at least 2 of them\./,
    );
  });

  test('from nothing has none either, unless --min-df 1 is given, and then its card says so', async () => {
    const rare = await train('from-nothing', '--base', 'none');
    assert.equal(rare.vectorizer.columnOf(ONE), undefined);
    const all = await train('all-terms', '--base', 'none', '--min-df', '1');
    assert.notEqual(all.vectorizer.columnOf(ONE), undefined);
    assert.match(readFileSync(join(all.out, 'README.md'), 'utf8'), /A word of one review alone may be among them\./);
  });

  test('prints no text, and only its report quotes one', async () => {
    const { stdout, stderr, out } = await train('quiet-words');
    const files = readdirSync(out).filter(
      (file) => !['report.html', 'user-dictionary.tsv', 'dictionary.bin'].includes(file),
    );
    assert.ok(files.length >= 7, files.join());
    for (const text of [ONE, REPEATED, '怒鳴られた', 'また行きたいと'])
      for (const shown of [stdout, stderr, ...files.map((file) => readFileSync(join(out, file), 'utf8'))])
        assert.ok(!shown.includes(text), text);
  });

  test('prints no text when it is measured and when it scores', async () => {
    const { out } = await train('measured');
    const data = join(folder, 'reviews.tsv');
    for (const args of [
      ['eval', data, '--bundle', out],
      ['score', data, '--bundle', out, '--details'],
    ]) {
      const { code, stdout, stderr } = await hoshi(args);
      assert.equal(code, 0, stderr);
      for (const text of [ONE, '怒鳴られた']) assert.ok(!`${stdout}${stderr}`.includes(text), args[0]);
    }
  });
});
