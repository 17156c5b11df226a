/** The report in Chromium, without JavaScript: on a wide page and on a phone, light and dark, for few and many reviews. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { readBundle } from '../../model/bundle/read.ts';
import { composeReviews } from '../../model/corpus/compose.ts';
import { readCorpus } from '../../model/corpus/read.ts';
import { measureScores } from '../../model/evaluation/evaluate.ts';
import { createReport } from '../../model/evaluation/report/report.ts';
import { reportedModelOf } from '../../model/evaluation/report/reported-model.ts';
import type { SizeCurve } from '../../model/evaluation/size-curve.ts';
import { createRandom } from '../../model/math/random.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import { packageRoot } from '../../native/package-root.ts';
import { launch, missingBrowser } from './chromium.ts';

const PHONE = { width: 390, height: 844 };
const WIDE = { width: 1180, height: 900 };
/** Smaller letters cannot be read. In pixels. */
const MIN_LETTER_SIZE = 8;

const sizeCurve: SizeCurve = {
  heldOut: 400,
  reviews: 400,
  points: [0, 80, 160, 320].map((reviews, i) => ({
    reviews,
    ...{ auc: 0.9 + i / 100, aucLower: 0.8, aucUpper: 0.8, spearman: 0.5, rmse: 1 - i / 20, mae: 0.5 },
    ...{ aucInterval: [0.85 + i / 100, 0.95 + i / 100], rmseInterval: [0.9 - i / 20, 1.1 - i / 20] },
  })),
  doubled: { gain: 0.01, interval: [0.002, 0.018] },
};

/** The report of reviews from the authored corpus, on any range of stars, with scores that are often wrong. */
async function reportOf(count: number, [lowest, highest]: readonly [number, number]): Promise<string> {
  const bundle = await readBundle(join(packageRoot, 'model', 'stars'));
  const scorer = await loadScorer({ bundlePath: bundle.path, bundle, engine: 'auto' });
  const counts = { sentences: Math.max(20, count), eachSentence: false, words: 0, contrasts: 0 };
  const random = createRandom(count);
  const inRange = (value: number) => lowest + (value - 1) * ((highest - lowest) / 4);
  const composed = composeReviews(await readCorpus(), { seed: 2, counts }).slice(0, count);
  const spread = Math.round((highest - lowest) / 10);
  const clamped = (value: number) => Math.max(lowest, Math.min(highest, value));
  const reviews = composed.map(({ stars, text }) => ({
    stars: clamped(Math.round(inRange(stars)) + random.below(2 * spread + 1) - spread),
    text,
  }));
  const scores = Float64Array.from(reviews, ({ stars }) =>
    clamped(stars + ((random.below(1000) - 500) / 400) * ((highest - lowest) / 4)),
  );
  return createReport({
    name: 'my-stars',
    version: '0123456789ab',
    measuredOn: 'reviews.tsv',
    facts: [['Trained by', 'hoshi train reviews.tsv']],
    evaluation: measureScores(reviews, scores, { scoreRange: [lowest, highest] }),
    curves: [{ name: 'validation', firstRound: 1, metric: 'rmse', training: [2, 1], validation: [2, 1.5], best: 2 }],
    sizeCurve,
    reviews,
    scores,
    model: { ...(await reportedModelOf(bundle, scorer, assert.fail)), scoreRange: [lowest, highest] },
  });
}

/**
 * Pairs of texts of one drawing that overlap, texts that leave their card, and texts that are too small. Runs in the
 * browser, as a text of a program, because Node has no types of a document.
 */
const FLAWS = `(() => {
  const flaws = [];
  for (const figure of document.querySelectorAll('figure')) {
    const card = figure.getBoundingClientRect();
    const svg = figure.querySelector('svg');
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    const texts = [...svg.querySelectorAll('text')].filter((text) => text.textContent !== '');
    const boxes = texts.map((text) => text.getBoundingClientRect());
    boxes.forEach((box, i) => {
      const name = figure.id + ': ' + texts[i].textContent;
      const isScrolled = figure.classList.contains('wide');
      if (!isScrolled && (box.left < card.left || box.right > card.right)) flaws.push(name + ' leaves its card');
      const size = scale * Number.parseFloat(getComputedStyle(texts[i]).fontSize);
      if (size < ${MIN_LETTER_SIZE}) flaws.push(name + ' has letters of ' + size.toFixed(1) + ' px');
      boxes.slice(i + 1).forEach((other, k) => {
        const width = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        const height = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
        // Boxes of lines may touch: they are higher than the letters.
        if (width > 1 && height > 0.3 * Math.min(box.height, other.height))
          flaws.push(name + ' overlaps ' + texts[i + 1 + k].textContent);
      });
    });
  }
  return flaws;
})()`;

describe('the report in Chromium', { skip: missingBrowser ?? false }, () => {
  let browser: Browser;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hoshi-report-'));
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  const cases: readonly (readonly [name: string, count: number, range: readonly [number, number]])[] = [
    ['6 reviews', 6, [1, 5]],
    ['60 reviews', 60, [1, 5]],
    ['600 reviews', 600, [1, 5]],
    ['600 reviews from 0 to 100', 600, [0, 100]],
  ];
  for (const [name, count, range] of cases) {
    test(`${name}: texts of drawings do not overlap, and the page is as wide as the window`, async () => {
      const file = join(folder, `${count}-${range[1]}.html`);
      await writeFile(file, await reportOf(count, range));
      for (const viewport of [WIDE, PHONE]) {
        for (const colorScheme of ['light', 'dark'] as const) {
          const context = await browser.newContext({ viewport, colorScheme, javaScriptEnabled: false });
          const page = await context.newPage();
          const requests: string[] = [];
          page.on('request', (request) => requests.push(request.url()));
          await page.goto(pathToFileURL(file).href);
          assert.deepEqual(await page.evaluate(FLAWS), [], `${viewport.width}, ${colorScheme}`);
          const width = await page.evaluate<number>('document.documentElement.scrollWidth');
          assert.ok(width <= viewport.width, `${width} px`);
          assert.deepEqual(requests, [pathToFileURL(file).href]);
          const mark = page.locator('.few');
          assert.equal(await mark.count(), count < 300 ? 1 : 0);
          if (count < 300) {
            const top = await mark.evaluate((element) => element.getBoundingClientRect().bottom);
            assert.ok(top < viewport.height, 'the mark is visible without scrolling');
          }
          const numbers = page.locator('figure').first().locator('details');
          assert.equal(await numbers.locator('table').isVisible(), false);
          await numbers.locator('summary').click();
          assert.equal(await numbers.locator('table').isVisible(), true);
          await context.close();
        }
      }
    });
  }
});
