/** The whole page: its content is right, it loads nothing else, and no review breaks it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { baselinesOf } from '../../../../model/evaluation/baselines.ts';
import { measureScores } from '../../../../model/evaluation/evaluate.ts';
import { type ReportInput, reportDataOf } from '../../../../model/evaluation/report/data.ts';
import { plainText } from '../../../../model/evaluation/report/html.ts';
import { createReport } from '../../../../model/evaluation/report/report.ts';
import type { ReportedModel } from '../../../../model/evaluation/report/reported-model.ts';
import type { SizeCurve, SizePoint } from '../../../../model/evaluation/size-curve.ts';
import type { Review } from '../../../../model/io/reviews.ts';
import { readPage } from '../../../fixtures/html.ts';

/** A model that knows one term of a text, its first two units. The term raises or lowers the score. */
function firstUnits(scoreRange: readonly [number, number] = [1, 5]): ReportedModel {
  return {
    scoreRange,
    importances: () => [
      { term: '最高', gain: 1234.5, splits: 3 },
      { term: '良い', gain: 2, splits: 1 },
    ],
    coefficients: () => [],
    unknownShare: (text) => (text.length > 2 ? 2 / text.length : Number.NaN),
    explain: async (text) => {
      const contribution = text.startsWith('良い') ? 1.5 : -1.25;
      const terms =
        text.length < 2
          ? []
          : [{ term: text.slice(0, 2), name: text.slice(0, 2), offsets: [[0, 2] as const], value: 1, contribution }];
      return { score: 3 + contribution, base: 3, absent: 0, held: 0, terms };
    },
  };
}

function inputOf(reviews: readonly Review[], scores: readonly number[], more: Partial<ReportInput> = {}): ReportInput {
  const model = more.model ?? firstUnits();
  return {
    name: 'my-stars',
    version: '0123456789ab',
    measuredOn: 'reviews.tsv',
    facts: [['Trained by', 'hoshi train reviews.tsv']],
    evaluation: measureScores(reviews, Float64Array.from(scores), model),
    reviews,
    scores: Float64Array.from(scores),
    model,
    ...more,
  };
}

const fewReviews: Review[] = [
  { stars: 5, text: '良い映画' },
  { stars: 1, text: '最低の映画' },
  { stars: 3, text: '普通' },
  { stars: 4, text: '良い' },
];
const few = inputOf(fewReviews, [4.8, 1.5, 3.25, 1.5]);

const curve = {
  firstRound: 1 as const,
  name: 'validation',
  metric: 'rmse',
  training: Array.from({ length: 1000 }, (_, i) => 2 / (i + 1)),
  validation: Array.from({ length: 1000 }, (_, i) => 1 + Math.abs(i - 399) / 1000),
  best: 400,
};

const measuredAt = (reviews: number, auc: number, rmse: number): SizePoint => ({
  ...{ reviews, auc, aucLower: auc, aucUpper: auc, spearman: 0.5, rmse, mae: 0.5 },
  ...{ aucInterval: [auc - 0.05, auc + 0.02], rmseInterval: [rmse - 0.1, rmse + 0.1] },
});
const sizeCurve: SizeCurve = {
  heldOut: 400,
  reviews: 400,
  points: [measuredAt(0, 0.9, 1.2), measuredAt(80, 0.92, 1.1), measuredAt(160, 0.94, 1), measuredAt(320, 0.95, 0.9)],
  doubled: { gain: 0.01, interval: [0.002, 0.018] },
};

/** Asserts that the page has no script and loads nothing. */
function assertQuiet(html: string): void {
  const { tags } = readPage(html);
  assert.deepEqual(
    tags
      .filter(({ name }) => /^(script|iframe|object|embed|link|img|image|form|base|foreignObject|use|a)$/i.test(name))
      .map(({ name, attributes }) => attributes.get('href')?.[0] ?? name),
    tags.filter(({ attributes }) => attributes.get('href')?.startsWith('#')).map(() => '#'), // the page's own sections
  );
  for (const { name, attributes } of tags) {
    for (const [key, value] of attributes) {
      assert.ok(!/^(on|src|style$|srcdoc|action|formaction|ping|poster)/.test(key), `${name} ${key}`);
      assert.ok(key === 'data-adds' || !/url\(|:\/\/|javascript:/i.test(value), `${name} ${key}="${value}"`);
    }
  }
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] as string;
  assert.ok(!/@import|url\(|<|\/\//.test(style));
  const policy = tags.find(({ attributes }) => attributes.get('http-equiv') === 'Content-Security-Policy');
  const hash = createHash('sha256').update(style).digest('base64');
  assert.equal(
    policy?.attributes.get('content'),
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
  );
}

describe('the numbers', () => {
  test('by hand: four reviews', async () => {
    const data = await reportDataOf(few);
    const { distributions, confusion, calibration, byLength, byUnknown, contributions, mistakes } = data;
    assert.deepEqual(
      distributions.map(({ stars, count, mean }) => [stars, count, mean]),
      [
        ['1', 1, 1.5],
        ['3', 1, 3.25],
        ['4', 1, 1.5],
        ['5', 1, 4.8],
      ],
    );
    assert.deepEqual(confusion, {
      given: ['1', '3', '4', '5'],
      predicted: ['1', '2', '3', '4', '5'],
      counts: [
        [0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 0, 0, 1],
      ],
    });
    // Four reviews are too few for more than one point.
    assert.deepEqual(
      calibration.map(({ from, to, count, predicted, given }) => [from, to, count, predicted, given]),
      [[1.5, 5, 4, 2.7625, 3.25]],
    );
    assert.deepEqual(data.histogram, [
      { from: 1.5, to: 2, count: 2 },
      { from: 3, to: 3.5, count: 1 },
      { from: 4.5, to: 5, count: 1 },
    ]);
    // stars 5, 1, 3, 4: deviation √(8.75 / 3), standard error half of it
    const half = 1.96 * Math.sqrt(8.75 / 3 / 4);
    assert.deepEqual(calibration[0]?.interval, [3.25 - half, 3.25 + half]);
    assert.deepEqual(
      byLength.map(({ label, count }) => [label, count]),
      [['0–9', 4]],
    );
    assert.deepEqual(
      byUnknown.map(({ label, count, values }) => [label, count, values?.length]),
      [['40–60', 2, 2]], // 2 of 5 and 2 of 4; the two texts of 2 units have no term
    );
    assert.deepEqual(
      contributions.map(({ term, meanAbsolute, mean, count }) => [term, meanAbsolute, mean, count]),
      [
        ['良い', 0.75, 1.5, 2],
        ['普通', 0.3125, -1.25, 1],
        ['最低', 0.3125, -1.25, 1],
      ],
    );
    assert.deepEqual(
      mistakes.map(({ review, score }) => [review.text, score]),
      [
        ['良い', 1.5],
        ['最低の映画', 1.5],
      ], // half of the reviews at most
    );
  });

  test('the worst mistakes are twenty different texts', async () => {
    const reviews = Array.from({ length: 60 }, (_, i) => ({
      stars: 1 + 4 * (i % 2),
      text: `良い${Math.floor(i / 2)}`,
    }));
    const { mistakes } = await reportDataOf(
      inputOf(
        reviews,
        reviews.map(({ stars }, i) => (stars === 5 ? 1 : 1 + i / 60)),
      ),
    );
    assert.equal(mistakes.length, 20);
    assert.equal(new Set(mistakes.map(({ review }) => review.text)).size, 20);
    assert.ok(mistakes.every(({ review, score }) => review.stars === 5 && score === 1));
  });
});

describe('the page', () => {
  test('is well-formed, loads nothing, and has the same bytes each time', async () => {
    const html = await createReport({ ...few, curves: [curve] });
    assertQuiet(html);
    assert.equal(await createReport({ ...few, curves: [curve] }), html);
    const { text } = readPage(html);
    for (const expected of [
      'my-stars',
      '0123456789ab',
      'reviews.tsv',
      'hoshi train reviews.tsv',
      '1,235',
      '400 (best)',
      '−2.50',
      '最低',
      'every score is 3.25 stars, the mean',
    ])
      assert.ok(text.includes(expected), expected);
  });

  test('every drawing has a title, a description and a table of its numbers', async () => {
    const { tags } = readPage(await createReport({ ...few, curves: [curve] }));
    const drawings = tags.filter(({ name }) => name === 'svg');
    assert.equal(drawings.length, 9);
    assert.equal(tags.filter(({ name }) => name === 'figure').length, 9);
    assert.equal(tags.filter(({ name }) => name === 'details').length, 9);
    for (const { attributes } of drawings) {
      assert.equal(attributes.get('role'), 'img');
      for (const id of attributes.get('aria-labelledby')?.split(' ') ?? [])
        assert.ok(
          tags.some(({ name, attributes }) => /^(title|desc)$/.test(name) && attributes.get('id') === id),
          id,
        );
    }
    const withoutCurve = readPage(await createReport(few)).tags;
    assert.equal(withoutCurve.filter(({ name }) => name === 'svg').length, 8);
    const withSizes = readPage(await createReport({ ...few, sizeCurve })).tags;
    assert.equal(withSizes.filter(({ name }) => name === 'svg').length, 10);
  });

  test('curves of folds, of different lengths', async () => {
    const fold = {
      ...curve,
      name: 'fold 1',
      training: curve.training.slice(0, 30),
      validation: curve.validation.slice(0, 30),
      best: 20,
    };
    const all = { ...curve, name: 'all', training: curve.training.slice(0, 20), validation: [], best: 20 };
    const html = await createReport({ ...few, curves: [fold, { ...fold, name: 'fold 2' }, all] });
    assertQuiet(html);
    const { text } = readPage(html);
    for (const expected of ['fold 2, validation', 'all, training', '20 (best)', 'the 2 folds'])
      assert.ok(text.includes(expected), expected);
  });

  test('a curve that begins with the linear leaf, in round 0', async () => {
    const training = [0.9, 0.8, 0.7];
    const leafFirst = { ...curve, firstRound: 0 as const, training, validation: [0.9, 0.85, 0.95], best: 1 };
    const { text } = readPage(await createReport({ ...few, curves: [leafFirst] }));
    for (const expected of [
      'The model has the linear leaf, which is round 0, and the first 1 of 2 rounds of trees',
      'The model ends at round 1 of 2.',
    ])
      assert.ok(text.includes(expected), expected);
    assert.match(
      text,
      /roundvalidation, trainingvalidation\s*00\.90000\.9000\s+1 \(best\)0\.80000\.8500\s+20\.70000\.9500\s/,
    );
  });

  test('curves of folds, where the model of all reviews is the linear leaf alone', async () => {
    const fold = {
      ...curve,
      name: 'fold 1',
      firstRound: 0 as const,
      training: [0.7, 0.6],
      validation: [0.8, 0.9],
      best: 0,
    };
    const all = { name: 'all', firstRound: 0 as const, metric: '', training: [], validation: [], best: 0 };
    const html = await createReport({ ...few, curves: [fold, { ...fold, name: 'fold 2' }, all] });
    assertQuiet(html);
    const { text } = readPage(html);
    const expected = `${curve.metric} by boosting round. The model has the linear leaf, which is round 0, and the first 0 of 0 rounds of trees`;
    assert.ok(text.includes(expected), expected);
    assert.ok(text.includes('0 (best)'));
  });

  test('a drawing uses only the colours of the page, so that it fits the light and the dark page', async () => {
    const { tags } = readPage(await createReport({ ...few, curves: [curve] }));
    const colours = tags.flatMap(({ attributes }) => [attributes.get('fill'), attributes.get('stroke')]);
    for (const colour of colours) assert.match(colour ?? 'none', /^(none|transparent|var\(--[a-z]+\))$/);
  });

  test('no review and no name breaks it', async () => {
    const hostile = [
      '</blockquote></style><script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onmouseover='alert(1)",
      '<!-- ]]> &amp; &#0; &nosuch;',
      '\u0000\u0001\u001b[31m\r\n\u0085\u2028',
      '\ud800\udfff\ud800',
      '\u202eabc\u2066\u200f\ufeff',
      '{{7*7}} \x24{x} %00 ]]>',
      '\uffff\ufffe\u{1ffff}',
      '',
    ];
    const good = hostile.map((_, i) => ({ stars: 3.3, text: `${i}` })); // only the worse half is shown
    const reviews = [...hostile.map((text, i) => ({ stars: 1 + (i % 5), text })), ...good];
    const name = '</title><script>x</script>\u0000';
    const html = await createReport(
      inputOf(
        reviews,
        reviews.map(() => 3.3),
        { name, version: name, measuredOn: name, facts: [[name, name]], curves: [{ ...curve, name, metric: name }] },
      ),
    );
    assertQuiet(html);
    assert.equal(plainText(html), html); // no invisible character is left
    const { text } = readPage(html);
    for (const expected of [
      '</blockquote></style><script>alert(1)</script>',
      'U+D800',
      'U+202E',
      'U+001B[31m',
      '&nosuch;',
    ])
      assert.ok(text.includes(expected), expected);
  });

  test('only the beginning of a text of a million units is shown', async () => {
    const reviews = [
      { stars: 5, text: `良い${'𠮷'.repeat(500_000)}` },
      { stars: 1, text: '悪い' },
    ];
    const html = await createReport(inputOf(reviews, [1, 1]));
    assertQuiet(html);
    assert.ok(html.length < 400_000, String(html.length));
    assert.match(readPage(html).text, /and 998,8\d\d more characters/);
  });

  const others: readonly (readonly [string, readonly Review[], readonly number[], readonly [number, number]])[] = [
    [
      'one review of each number of stars',
      [1, 2, 3, 4, 5].map((stars) => ({ stars, text: '良い' })),
      [1, 2, 3, 4, 5],
      [1, 5],
    ],
    [
      'two reviews',
      [
        { stars: 1, text: 'あ' },
        { stars: 5, text: '' },
      ],
      [3, 3],
      [1, 5],
    ],
    ['half stars', [0.5, 1, 2.5, 5].map((stars) => ({ stars, text: '良い' })), [0.7, 1.2, 2.4, 4.9], [0.5, 5]],
    [
      '0 to 100',
      Array.from({ length: 101 }, (_, stars) => ({ stars, text: '良い' })),
      Array.from({ length: 101 }, (_, i) => i),
      [0, 100],
    ],
    ['other numbers', [-1.5, 0.333, 7e6].map((stars) => ({ stars, text: '良い' })), [-1, 0, 1e6], [-1.5, 7e6]],
  ];
  for (const [name, reviews, scores, scoreRange] of others) {
    test(`draws ${name}`, async () => {
      const html = await createReport(inputOf(reviews, scores, { model: firstUnits(scoreRange) }));
      assertQuiet(html);
      assert.ok(!/NaN|Infinity|undefined/.test(html.replace(/<style>[\s\S]*<\/style>/, '')));
    });
  }

  test('is marked at its top if the reviews are few, and each plot of few data has a warning above it', async () => {
    const { text } = readPage(
      await createReport({ ...few, curves: [curve], trainedOn: { reviews: 4, hasBase: false } }),
    );
    const main = text.indexOf('Baselines');
    assert.ok(text.slice(0, main).includes('Based on few reviews. There are only 4 reviews;'));
    for (const [title, warning] of [
      [
        'Against baselines',
        'There are only 4 reviews; from 300 on, the figures are more certain. Small differences are chance.',
      ],
      ['Scores by given stars', 'Fewer than 20 reviews have 1, 3, 4 and 5 stars. They are drawn one by one.'],
      ['Calibration', 'The scores of 4 reviews give only one point; each should have 20 reviews.'],
      ['Confusion', 'Fewer than 20 reviews have 1, 3, 4 and 5 stars.'],
      ['Negative, neutral, positive', 'Fewer than 20 reviews have negative, neutral and positive as the right label.'],
      ['Learning curve by boosting round', 'Only 4 held-out reviews measure the rounds; 100 would be enough.'],
      ['Error by length of the text', 'There are only 4 reviews. They are drawn one by one.'],
      ['Error by share of unknown terms', 'There are only 2 reviews. They are drawn one by one.'],
      ['Terms by gain', 'Only 4 reviews made these weights; 300 would be enough.'],
      [
        'Terms by contribution',
        'Only 4 reviews are explained, so the order of the terms is chance; 100 would be enough.',
      ],
      ['Stars', 'Only 4 reviews; 300 would be enough.'],
    ] as const)
      assert.ok(
        text.includes(`${title}Few data. ${warning}`) || text.includes(`${title}\nFew data. ${warning}`),
        title,
      );
  });

  test('many reviews have no mark and no warning', async () => {
    const reviews = Array.from({ length: 600 }, (_, i) => ({
      stars: 1 + (i % 5),
      text: `良い${'あ'.repeat(1 + (i % 90))}`,
    }));
    const scores = reviews.map(({ stars }, i) => Math.max(1, Math.min(5, stars + ((i * 7) % 11) / 5 - 1)));
    const html = await createReport(inputOf(reviews, scores, { curves: [curve], sizeCurve }));
    const { text } = readPage(html);
    assert.doesNotMatch(text, /Few data|Based on few/);
  });

  test('the baselines: no model, the base, this model and the differences with their intervals', async () => {
    const reviews = Array.from({ length: 90 }, (_, i) => ({ stars: 1 + 2 * (i % 3), text: `良い${i}` }));
    const stars = Float64Array.from(reviews, (review) => review.stars);
    const base = stars.map((value, i) => 3 + 0.4 * (value - 3) + 0.3 * ((i % 7) - 3));
    const scores = stars.map((value, i) => 3 + 0.8 * (value - 3) + 0.1 * ((i % 7) - 3));
    const baselines = baselinesOf(stars, { base, model: scores }, 3, { scoreRange: [1, 5] });
    const { text } = readPage(await createReport(inputOf(reviews, [...scores], { baselines })));
    assert.match(text, /no modelbasethis model95\s%this model − base95\s%/);
    assert.match(text, /AUC, 1 against 3 stars0\.50000\.\d{4}\d\.\d{4}/);
    const { rmse } = baselines.base?.difference ?? {};
    assert.ok(text.includes(`−${Math.abs(rmse as number).toFixed(3)}`));
    assert.match(text, /right labels33\.3\s%/);
    assert.ok(text.includes(baselines.verdict as string));
  });

  test('the gain of more reviews is a sentence; if it cannot be told, the reason stands there', async () => {
    const gain = readPage(await createReport({ ...few, sizeCurve })).text;
    assert.ok(
      gain.includes('With twice as many reviews (800) you would gain about 0.0100 AUC (95 %: +0.0020 to +0.0180).'),
    );
    const unknown = { ...sizeCurve, points: [], doubled: { unknown: 'only 3 held-out reviews have 1 star' } };
    const { text, tags } = readPage(await createReport({ ...few, sizeCurve: unknown }));
    assert.ok(text.includes('the gain cannot be told: only 3 held-out reviews have 1 star.'));
    assert.ok(!tags.some(({ attributes }) => attributes.get('id') === 'auc-by-size'));
  });

  test('copies and conflicts of all reviews are counted, and conflicts are shown', async () => {
    const allReviews = [
      ...fewReviews,
      { stars: 1, text: '<b>良い</b>' },
      { stars: 5, text: '<b>良い</b>' },
      ...fewReviews,
    ];
    const { text } = readPage(await createReport({ ...few, allReviews }));
    assert.ok(
      text.includes(
        'Among the 10 reviews, 5 texts occur more than once (5 copies), and 1 of these have different stars.',
      ),
    );
    assert.ok(text.includes('<b>良い</b>1, 5'));
    assert.ok(readPage(await createReport(few)).text.includes('No text occurs twice among the 4 reviews.'));
  });

  test('a group of few reviews is drawn as dots, without quantiles', async () => {
    const reviews = Array.from({ length: 65 }, (_, i) => ({ stars: i < 5 ? 1 : 5, text: `良い${i}` }));
    const scores = reviews.map((_, i) => 1 + (i % 40) / 10);
    const { distributions } = await reportDataOf(inputOf(reviews, scores));
    assert.deepEqual(
      distributions.map(({ values }) => values?.length),
      [5, undefined],
    );
    const { text } = readPage(await createReport(inputOf(reviews, scores)));
    assert.match(text, /151\.20––1\.20––\s/); // stars 1, 5 reviews, mean and median
  });

  test('draws a model without terms', async () => {
    const model: ReportedModel = {
      scoreRange: [1, 5],
      importances: () => [],
      coefficients: () => [],
      unknownShare: () => Number.NaN,
      explain: async () => ({ score: 3, base: 3, absent: 0, held: 0, terms: [] }),
    };
    const html = await createReport({ ...few, model });
    assertQuiet(html);
    assert.ok(!/NaN|Infinity|undefined/.test(html.replace(/<style>[\s\S]*<\/style>/, '')));
  });

  test('a model without gain is drawn by its splits, and the page says so', async () => {
    const model = { ...firstUnits(), importances: () => [{ term: '最高', splits: 1234 }] };
    const html = await createReport({ ...few, model });
    assertQuiet(html);
    const { text } = readPage(html);
    for (const expected of ['Terms by splits', 'this model does not keep', '1,234'])
      assert.ok(text.includes(expected), expected);
    assert.ok(!text.includes('Terms by gain'));
  });

  test('draws a model that cannot be explained', async () => {
    const { explain: _, ...model } = firstUnits();
    const html = await createReport({ ...few, model });
    assertQuiet(html);
    const { tags, text } = readPage(html);
    assert.ok(text.includes('最低の映画') && !text.includes('lowers'));
    assert.equal(tags.filter(({ name }) => name === 'svg').length, 7);
  });

  test('the page of 200,000 reviews is not larger than that of a few', async () => {
    const reviews = Array.from({ length: 200_000 }, (_, i) => ({ stars: 1 + (i % 5), text: `良い${i}` }));
    const html = await createReport(
      inputOf(
        reviews,
        reviews.map((_, i) => 1 + (i % 41) / 10),
      ),
    );
    assert.ok(html.length < 200_000, String(html.length));
  });
});
