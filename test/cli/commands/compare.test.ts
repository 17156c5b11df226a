/** `hoshi compare` as a person uses it before an update of the service. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Pair } from '../../../model/evaluation/range-map.ts';
import { hoshi } from '../../fixtures/hoshi.ts';
import { formatReviews } from '../../fixtures/review-file.ts';
import { writeTinyPair, writeUnexplainable } from '../../fixtures/tiny-pair.ts';

describe('hoshi compare', () => {
  let folder: string;
  let paths: Pair<string>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hoshi-cli-compare-'));
    paths = await writeTinyPair(folder);
  });
  after(() => rm(folder, { recursive: true }));

  const compare = (...args: string[]) => hoshi(['compare', paths.old, paths.new, ...args]);
  async function file(name: string, content: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }
  const versionOf = async (path: string) => JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8')).version;

  test('labelled reviews: every table', async () => {
    const data = await file(
      'a.tsv',
      `${formatReviews([
        { stars: 5, text: '良い店' },
        { stars: 1, text: '悪い' },
        { stars: 3, text: '普通\u001b' },
      ])}x\t良い\n`,
    );
    const { stdout, stderr, code } = await compare(data, '--top', '1');
    assert.equal(
      stdout,
      [
        `OLD   tiny ${await versionOf(paths.old)}, scores from 1 to 5`,
        `NEW   tiny-2 ${await versionOf(paths.new)}, scores from 1 to 5`,
        'Compared on 3 texts: a.tsv (labelled reviews).',
        '',
        'stars        mean     1 %     5 %    25 %   50 %    75 %    95 %    99 %',
        'old score    3.00    1.04    1.20    2.00   3.00    4.00    4.80    4.96',
        'new score    2.67    1.04    1.20    2.00   3.00    3.50    3.90    3.98',
        'move        −0.33   −1.96   −1.80   −1.00   0.00   +0.50   +0.90   +0.98',
        '|move|       1.00    0.02    0.10    0.50   1.00    1.50    1.90    1.98',
        '',
        'moved by         texts    share',
        'more than 0.10       2   66.7 %',
        'more than 0.25       2   66.7 %',
        'more than 0.50       2   66.7 %',
        'more than 1.00       1   33.3 %',
        '',
        'Labels: negative below 2.50 stars, positive above 3.50. 2 texts (66.7 %) change theirs.',
        'old label   → negative   → neutral   → positive',
        'negative             1           0            0',
        'neutral              0           0            1',
        'positive             0           1            0',
        '',
        'ends                 lowest           highest',
        'old score   1 at 1 (33.3 %)   1 at 5 (33.3 %)',
        'new score   1 at 1 (33.3 %)    0 at 5 (0.0 %)',
        '',
        'Rank agreement of old and new scores (Spearman): 0.5000',
        '',
        'FEW REVIEWS: There are only 3 reviews; from 300 on, the figures are more certain.',
        '              old      new   difference      95 %',
        'AUC        1.0000   1.0000       0.0000   too few   1 against 5 stars',
        'AUC        1.0000   1.0000       0.0000   too few   1 against 3 stars',
        'AUC        1.0000   0.0000      −1.0000   too few   3 against 5 stars',
        'Spearman   1.0000   0.5000      −0.5000   too few',
        'RMSE       0.0000   1.2910      +1.2910   too few   stars', // errors −2, 0 and 1
        'MAE        0.0000   1.0000      +1.0000   too few   stars',
        'Labels     1.0000   0.3333      −0.6667   too few   share of right ones, by the best cuts of other reviews',
        '',
        'The largest moves, with old and new contributions of terms',
        '',
        '−2.00  from 5.00 to 3.00',
        '良い店',
        '   old      new   change',
        '+1.667   −0.167   −1.833   良い',
        '+0.333   +0.500   +0.167   (terms that it does not have)',
        '+3.000   +2.667   −0.333   (mean of the model)',
        '',
      ].join('\n'),
    );
    assert.match(stderr, /a\.tsv:5: expected "stars" to be a number, received "x"\n.*found 1 unusable row\n/);
    assert.equal(code, 0);
  });

  test('--json: the figures, and the moves with their words', async () => {
    const data = await file('b.csv', 'rating,body\n5,良い\n1,悪い\n');
    const { stdout, code } = await compare(data, '--columns', 'stars=rating,text=body', '--json');
    const { comparedOn, texts, old, measures, moved, largest } = JSON.parse(stdout);
    assert.deepEqual([comparedOn, texts, old.name, code], ['b.csv (labelled reviews)', 2, 'tiny', 0]);
    assert.deepEqual([measures.old.auc, measures.difference.mae, moved[3]], [1, 1, { by: 1, texts: 1 }]);
    assert.deepEqual(
      largest.map(({ text, move, terms }: { text: string; move: number; terms: { term: string }[] }) => [
        text,
        move,
        terms.map(({ term }) => term),
      ]),
      [['良い', -2, ['良い']]],
    );
  });

  test('plain texts: lines of a file, a column of a table, and standard input give the same figures', async () => {
    const results = [
      await compare(await file('c.txt', '良い\n悪い\n'), '--json'),
      await compare(await file('c.jsonl', '{"body":"良い"}\n{"body":"悪い"}\n'), '--column', 'body', '--json'),
      await hoshi(['compare', paths.old, paths.new, '-', '--json'], '良い\n悪い\n'),
    ];
    const figures = results.map(({ stdout }) => {
      const { comparedOn, ...rest } = JSON.parse(stdout);
      return [comparedOn, rest] as const;
    });
    assert.deepEqual(
      figures.map(([name]) => name),
      ['c.txt (plain texts)', 'c.jsonl (plain texts)', 'standard input'],
    );
    assert.deepEqual(figures[1]?.[1], figures[0]?.[1]);
    assert.deepEqual(figures[2]?.[1], figures[0]?.[1]);
    assert.equal(figures[0]?.[1].measures, undefined);
  });

  test('without reviews: golden texts and composed ones, the same each time', async () => {
    const { stdout, stderr, code } = await compare('--top', '0');
    assert.match(
      stdout,
      /\nCompared on 4,004 texts: 4 golden texts of both models and 4,000 texts composed from the authored corpus \(seed 2\)\.\n/,
    );
    assert.match(stdout, /No move to show\.\n$/);
    assert.deepEqual([stderr, code], ['', 0]);
    assert.equal((await compare('--top', '0')).stdout, stdout);
  });

  test('the same model: it says that nothing can move', async () => {
    const { stdout, code } = await hoshi(['compare', paths.old, paths.old, '-'], '良い\n悪い\n');
    assert.match(stdout, /\nOLD and NEW are the same model, so no score can move\.\n/);
    assert.match(stdout, /\nmore than 0\.10 {7}0 {3}0\.0 %\n/);
    assert.equal(code, 0);
  });

  test('the engines give the same figures', async () => {
    const data = await file('d.txt', '良い店\n悪い\n普通\n');
    const outputs = await Promise.all(['native', 'lightgbm', 'js'].map((engine) => compare(data, '--engine', engine)));
    for (const { stdout, code } of outputs) assert.deepEqual([stdout, code], [outputs[0]?.stdout, 0]);
  });

  test('a model that cannot be explained: the figures, and the words of the other model', async () => {
    const unexplainable = await writeUnexplainable(folder);
    const { stdout, stderr, code } = await hoshi(['compare', unexplainable, paths.new, '-'], '普通\n悪い\n');
    assert.match(stderr, /hoshi: the moves have no words of OLD: Expected a model that can be explained/);
    assert.match(stdout, /−1\.00 {2}from 5\.00 to 4\.00\n普通\nold {6}new {3}change\n/);
    assert.equal(code, 0);
  });

  test('control characters of a text and of a name do not reach the terminal; a long text is shortened', async () => {
    const { stdout } = await compare(await file('e\u001b.txt', `良い\u001b[31m\u202e${'店'.repeat(1000)}\n悪い\n`));
    assert.doesNotMatch(stdout, /(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    assert.match(stdout, /良い␛\[31m�店{392} … and 608 more characters\n/);
  });

  test('--report: the same bytes each time', async () => {
    const data = await file('f.tsv', 'stars\ttext\n5\t良い\n1\t悪い\n');
    const reports = [join(folder, 'a.html'), join(folder, 'b.html')] as const;
    for (const report of reports) {
      const { stderr, code } = await compare(data, '--report', report);
      assert.deepEqual([stderr, code], [`hoshi: wrote the report to ${report}\n`, 0]);
    }
    const html = await readFile(reports[0], 'utf8');
    assert.equal(await readFile(reports[1], 'utf8'), html);
    assert.match(html, /hoshi compare old new f\.tsv/);
    assert.ok(!html.includes(folder));
  });

  test('bad input ends with 1 and a clear message', async () => {
    const cases: [args: string[], message: RegExp][] = [
      [[folder, paths.new], /manifest\.json: expected a file of a bundle, found none/],
      [[paths.old, join(folder, 'none')], /none\/manifest\.json: expected a file of a bundle, found none/],
      [[paths.old, paths.new, join(folder, 'none.tsv')], /none\.tsv: expected a file, found none/],
      [[paths.old, paths.new, folder], /: expected a file, found a folder/],
      [[paths.old, paths.new, await file('g.tsv', '')], /Expected at least two texts to compare on, found 0 in g\.tsv/],
      [[paths.old, paths.new, await file('h.txt', '良い\n')], /Expected at least two texts .*, found 1 in h\.txt/],
      [[paths.old, paths.new, '-'], /Expected at least two texts .*, found 0 in standard input/],
      [[paths.old, paths.new, await file('i.tsv', 'note\n良い\n')], /i\.tsv:1: expected a column "text", found note/],
      [
        [paths.old, paths.new, await file('j.txt', '良い\n悪い\n'), '--columns', 'stars=rating'],
        /Expected a file named \.tsv, \.csv, \.jsonl, \.ndjson, \.xlsx, \.xls, \.ods or \.parquet/,
      ],
    ];
    for (const [args, message] of cases) {
      const { stdout, stderr, code } = await hoshi(['compare', ...args]);
      assert.match(stderr, message);
      assert.deepEqual([stdout, code], ['', 1], stderr);
    }
  });

  test('wrong usage ends with 2', async () => {
    const cases: [args: string[], message: RegExp][] = [
      [[], /missing required argument 'old'/],
      [[paths.old], /missing required argument 'new'/],
      [[paths.old, paths.new, '--top', '-1'], /Expected an integer from 0 to 1000/],
      [[paths.old, paths.new, '--engine', 'fast'], /Allowed choices are auto, native, native-lightgbm, lightgbm, js/],
      [[paths.old, paths.new, '--columns', 'a'], /Expected names of fields such as stars=rating,text=body/],
    ];
    for (const [args, message] of cases) {
      const { stderr, code } = await hoshi(['compare', ...args]);
      assert.match(stderr, message);
      assert.equal(code, 2, stderr);
    }
  });
});
