/** The page of a comparison: its content, that it needs nothing else, and that no text breaks it. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Manifest } from '../../../../../model/bundle/manifest.ts';
import { compareScores } from '../../../../../model/evaluation/compare.ts';
import { type ExplainedMove, explainMoves } from '../../../../../model/evaluation/moves.ts';
import type { Pair } from '../../../../../model/evaluation/range-map.ts';
import {
  type ComparisonReportInput,
  createComparisonReport,
  writeComparisonReport,
} from '../../../../../model/evaluation/report/comparison/write.ts';
import { plainText } from '../../../../../model/evaluation/report/html.ts';
import { scorePair } from '../../../../../model/evaluation/score-pair.ts';
import type { Review } from '../../../../../model/io/reviews.ts';
import type { Scorer } from '../../../../../model/scoring/scorer.ts';
import { readPage } from '../../../../fixtures/html.ts';
import { loadPair, writeTinyPair } from '../../../../fixtures/tiny-pair.ts';

let folder: string;
let scorers: Pair<Scorer>;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-comparison-'));
  scorers = await loadPair(await writeTinyPair(folder));
});
after(() => rm(folder, { recursive: true }));

const fewReviews: Review[] = [
  { stars: 5, text: '良い店' },
  { stars: 1, text: '悪い' },
  { stars: 3, text: '普通' },
];

async function inputOf(
  texts: readonly (Review | Pick<Review, 'text'>)[],
  more: Partial<ComparisonReportInput> = {},
): Promise<ComparisonReportInput> {
  const { largest, ...scored } = await scorePair(scorers, [texts], { top: 20 });
  const models = more.models ?? { old: scorers.old.bundle, new: scorers.new.bundle };
  return {
    models,
    comparison: compareScores(models, scored),
    scores: scored.scores,
    moves: await explainMoves(scorers, largest, assert.fail),
    comparedOn: 'reviews.tsv',
    command: 'hoshi compare old new reviews.tsv',
    ...more,
  };
}

/** Asserts that the page is well-formed, has no script, loads nothing, and shows no number that is none. */
function readQuietPage(html: string) {
  const page = readPage(html);
  for (const { name, attributes } of page.tags) {
    assert.doesNotMatch(name, /^(script|iframe|object|embed|link|img|image|form|base|foreignObject|use)$/i);
    for (const [key] of attributes) assert.doesNotMatch(key, /^(on|src|style$|action|ping|poster)/);
    const href = attributes.get('href');
    if (href !== undefined) {
      assert.ok(href.startsWith('#'), href);
      assert.ok(
        page.tags.some((tag) => tag.attributes.get('id') === href.slice(1)),
        href,
      );
    }
  }
  assert.doesNotMatch(html.replace(/<style>[\s\S]*<\/style>/, ''), /NaN|Infinity|undefined|null/);
  return page;
}

test('the file: figures, moves and facts, the same bytes each time, and no temporary file', async () => {
  const files = [join(folder, 'out', 'a.html'), join(folder, 'out', 'b.html')] as const;
  for (const file of files) await writeComparisonReport(file, await inputOf(fewReviews));
  const html = await readFile(files[0], 'utf8');
  assert.equal(await readFile(files[1], 'utf8'), html);
  assert.deepEqual(await readdir(join(folder, 'out')), ['a.html', 'b.html']);
  const { tags, text } = readQuietPage(html);
  for (const expected of [
    'tiny-2',
    scorers.old.bundle.version,
    scorers.new.bundle.version,
    'reviews.tsv',
    'hoshi compare old new reviews.tsv',
    '66.7 %', // moved, and changed label
    'AUC (1 against 5 stars)',
    '−2.00',
    '良い +1.67 → −0.17',
    '1 at 5 (33.3 %)',
  ])
    assert.ok(text.includes(expected), expected);
  assert.deepEqual(
    ['svg', 'figure', 'details'].map((name) => tags.filter((tag) => tag.name === name).length),
    [4, 4, 4],
  );
  for (const { attributes } of tags)
    for (const colour of [attributes.get('fill'), attributes.get('stroke')])
      assert.match(colour ?? 'none', /^(none|transparent|var\(--[a-z]+\))$/);
});

test('plain texts: no measures; texts that do not move are not listed', async () => {
  const { text } = readQuietPage(await createComparisonReport(await inputOf(fewReviews.map(({ text }) => ({ text })))));
  assert.ok(!text.includes('AUC') && !text.includes('bootstrap'));
  assert.ok(text.includes('The 2 texts with the largest difference'));
});

test('the same model: nothing moves', async () => {
  const same = { old: scorers.old, new: scorers.old };
  const { largest, ...scored } = await scorePair(same, [fewReviews], { top: 20 });
  const models = { old: scorers.old.bundle, new: scorers.old.bundle };
  const comparison = compareScores(models, scored);
  const html = await createComparisonReport({
    ...(await inputOf(fewReviews)),
    models,
    comparison,
    scores: scored.scores,
    moves: await explainMoves(same, largest, assert.fail),
  });
  const { text } = readQuietPage(html);
  assert.ok(text.includes('OLD and NEW are the same model, so no score can move.'));
  assert.ok(!text.includes('The 0 texts'));
});

test('other ranges, equal scores, and a hundred thousand texts', async () => {
  const cases: [old: Partial<Manifest>, now: Partial<Manifest>, old: number[], now: number[]][] = [
    [{ scoreRange: [0, 100] }, {}, [0, 50, 100], [1, 3, 5]],
    [{}, { scoreRange: [-1e6, 1e6] }, [1, 3, 5], [-1e6, 0, 1e6]],
    [{}, { scoreRange: [0, 1e-3] }, [1, 3, 5], [0, 5e-4, 1e-3]],
    [{}, {}, [3, 3], [3, 3]],
    [{}, {}, [1, 5], [5, 1]],
    [{}, {}, [3, 3], [3 + 4e-16, 3]], // only a rounding error moves
    [
      {},
      {},
      Array.from({ length: 1e5 }, (_, i) => 1 + (i % 41) / 10),
      Array.from({ length: 1e5 }, (_, i) => 1 + (i % 37) / 9),
    ],
  ];
  const input = await inputOf(fewReviews);
  for (const [old, now, oldScores, newScores] of cases) {
    const models = { old: { ...input.models.old, ...old }, new: { ...input.models.new, ...now } };
    const scores = { old: Float64Array.from(oldScores), new: Float64Array.from(newScores) };
    const comparison = compareScores(models, { scores, hash: 'hash' });
    const html = await createComparisonReport({ ...input, models, comparison, scores, moves: [] });
    readQuietPage(html);
    assert.ok(html.length < 200_000, String(html.length));
  }
});

test('no text and no name breaks it', async () => {
  const hostile = [
    '良い</blockquote></style><script>alert(1)</script>',
    '良い"><img src=x onerror=alert(1)>',
    "良い' onmouseover='alert(1)",
    '良い<!-- ]]> &amp; &#0; &nosuch;',
    '良い\u0000\u0001\u001b[31m\r\n\u0085\u2028',
    '良い\ud800\udfff\ud800',
    '良い\u202eabc\u2066\u200f\ufeff',
    '良い\uffff\ufffe\u{1ffff}',
    '',
    `良い${'𠮷'.repeat(500_000)}`,
  ];
  const name = '</title><script>x</script>\u0000';
  const models = {
    old: { ...scorers.old.bundle, name, version: name, made: { command: name } },
    new: { ...scorers.new.bundle, name, version: name },
  };
  const html = await createComparisonReport(
    await inputOf(
      hostile.map((text) => ({ text })),
      { models, comparedOn: name, command: name },
    ),
  );
  const { text } = readQuietPage(html);
  assert.equal(plainText(html), html); // no invisible character is left
  assert.ok(html.length < 400_000, String(html.length));
  for (const expected of ['<script>alert(1)</script>', 'U+D800', 'U+202E', 'U+001B[31m', '&nosuch;', 'more characters'])
    assert.ok(text.includes(expected), expected);
});

test('a model that cannot be explained: the words of the other one', async () => {
  const input = await inputOf(fewReviews);
  const withoutOld = input.moves.map(({ parts, terms, ...move }): ExplainedMove => {
    const half = (part: Pair<number | null>) => ({ ...part, old: null });
    return {
      ...move,
      terms: terms.map((term) => ({ ...term, old: null, contribution: term.new ?? 0 })),
      parts: { base: half(parts.base), absent: half(parts.absent), held: half(parts.held) },
    };
  });
  const { text } = readQuietPage(await createComparisonReport({ ...input, moves: withoutOld }));
  assert.ok(text.includes('One of the models cannot be explained.') && text.includes('良い none → −0.17'));
  const none = input.moves.map(({ parts: _, ...move }): ExplainedMove => {
    const nothing = { old: null, new: null };
    return { ...move, terms: [], parts: { base: nothing, absent: nothing, held: nothing } };
  });
  const bare = readQuietPage(await createComparisonReport({ ...input, moves: none })).text;
  assert.ok(bare.includes('良い店') && !bare.includes('cannot be explained'));
});
