/** `hoshi tokenize` with a bundle that has a normalizer and term rules. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeBundle } from '../../../model/bundle/write.ts';
import { hoshi } from '../../fixtures/hoshi.ts';
import { ruledBundle } from '../../fixtures/ruled-bundle.ts';
import { tinyBundle } from '../../fixtures/tiny-bundle.ts';

let folder: string;
let ruled: string;
let tiny: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-tokenize-'));
  ruled = join(folder, 'ruled');
  tiny = join(folder, 'tiny');
  await writeBundle(ruled, await ruledBundle());
  await writeBundle(tiny, await tinyBundle());
});
after(() => rm(folder, { recursive: true }));

/** The lines of standard output, each split at tabs. */
async function lines(args: readonly string[], input: string): Promise<string[][]> {
  const { stdout, stderr, code } = await hoshi(['tokenize', ...args], input);
  assert.deepEqual({ stderr, code }, { stderr: '', code: 0 });
  assert.ok(stdout.endsWith('\n'));
  return stdout
    .slice(0, -1)
    .split('\n')
    .map((line) => line.split('\t'));
}

describe('tokenize --terms', () => {
  test('prints the terms of each line with tabs between them: n-grams, then symbols, clauses, last sentence', async () => {
    assert.deepEqual(await lines(['--terms', '--bundle', ruled], '良くない店😀\n\n高いけど安い！高い\n'), [
      ['よい¬', 'ない', '店', 'よい¬ ない', 'ない 店', 'S:😀'],
      [''],
      ['高い', 'けど', '安い', '高い けど', 'けど 安い', '高い', 'S:！', 'A:高い', 'B:安い', 'L:高い'],
    ]);
  });

  test('prints surface forms if the bundle has no term rules', async () => {
    assert.deepEqual(await lines(['--terms', '--bundle', tiny], '良くない店😀'), [['良く', 'ない', '店']]);
  });

  test('is refused with another form of output', async () => {
    for (const flag of ['--offsets', '--features', '--json', '--joined']) {
      const { stderr, code } = await hoshi(['tokenize', '--terms', flag, '良い']);
      assert.match(
        stderr,
        /Expected --(terms|joined) alone, received --offsets, --features, --json or --terms with it/,
      );
      assert.equal(code, 1);
    }
  });
});

describe('tokenize --bundle', () => {
  test("--offsets: the tokens are normalized, their offsets are those of the caller's text", async () => {
    const text = 'ｶﾞｯｶﾘ。すごーーい👍🏽味';
    const tokens = await lines(['--offsets', '--bundle', ruled], text);
    assert.deepEqual(
      tokens.map(([surface, start, end]) => [surface, text.slice(Number(start), Number(end))]),
      [
        ['ガッカリ', 'ｶﾞｯｶﾘ'],
        ['。', '。'],
        ['すごい', 'すごーーい'],
        ['👍', '👍🏽'],
        ['味', '味'],
      ],
    );
    const [word, ...rest] = await lines(['--offsets', '--bundle', ruled], 'ｻｲｺｰ');
    assert.equal(word?.[1], '0');
    assert.equal([word, ...rest].at(-1)?.[2], '4');
  });

  test('--joined: the normalized tokens, with spaces between them', async () => {
    const joined = await lines(['--joined', '--bundle', ruled], 'すごーーい👍🏽\n５つ星\n');
    assert.deepEqual(joined, [['すごい 👍'], ['5 つ 星']]);
    assert.deepEqual(await lines(['--joined'], '５つ星\n'), [['５つ 星']]);
  });
});
