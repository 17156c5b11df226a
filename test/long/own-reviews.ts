/**
 * Trains on few reviews of one's own, by `hoshi train` with its defaults, and compares with the shipped model on all
 * other reviews. It is not part of `make test`.
 *
 *     node dist/test/long/own-reviews.js --reviews FILE.tsv [--sizes 50,200,1000] [--draws 5] [--most 0.8]
 *
 * `--most` is the share of the highest stars in each draw; by default the draws are like the file. It prints a table
 * with one row for each draw: AUC and RMSE on the reviews that were not drawn, with 95 % intervals of the differences by
 * the paired bootstrap.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { markdownRow } from '../../cli/terminal/table.ts';
import { compareMeasures } from '../../model/evaluation/compare.ts';
import { scoreReviews } from '../../model/evaluation/evaluate.ts';
import { type Review, readReviews, starRangeOf } from '../../model/io/reviews.ts';
import { createRandom, shuffle } from '../../model/math/random.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import { packageRoot } from '../../native/package-root.ts';

const { values } = parseArgs({
  options: {
    reviews: { type: 'string' },
    sizes: { type: 'string', default: '50,200,1000' },
    draws: { type: 'string', default: '5' },
    most: { type: 'string' },
  },
});
if (values.reviews === undefined) throw new Error('Expected --reviews FILE.tsv, received none');
const { reviews } = await readReviews(values.reviews);
const [, highest] = starRangeOf(reviews);
const shipped = join(packageRoot, 'model', 'stars');
const folder = mkdtempSync(join(tmpdir(), 'hoshi-own-'));
const row = (...cells: string[]) => console.log(markdownRow(cells));
const interval = (ends: readonly [number, number] | null) => ends?.map((end) => end.toFixed(4)).join(' … ') ?? '–';

/** The first `size` reviews of a random order; with `most`, that share of them has the highest stars. */
function draw(size: number, seed: number, most: number | undefined): readonly Review[] {
  const ordered = shuffle(createRandom(seed), [...reviews]);
  if (most === undefined) return ordered.slice(0, size);
  const ofHighest = Math.round(most * size);
  return [
    ...ordered.filter(({ stars }) => stars === highest).slice(0, ofHighest),
    ...ordered.filter(({ stars }) => stars !== highest).slice(0, size - ofHighest),
  ];
}

try {
  row(
    'reviews',
    'draw',
    'seconds',
    'AUC base',
    'AUC new',
    'difference, 95 %',
    'RMSE base',
    'RMSE new',
    'difference, 95 %',
  );
  row(...Array.from({ length: 9 }, () => '---'));
  for (const size of values.sizes.split(',').map(Number)) {
    for (let seed = 1; seed <= Number(values.draws); seed++) {
      const own = draw(size, seed, values.most === undefined ? undefined : Number(values.most));
      const drawn = new Set(own);
      const rest = reviews.filter((review) => !drawn.has(review));
      const [data, out] = [join(folder, 'own.jsonl'), join(folder, 'own')];
      writeFileSync(data, own.map((review) => `${JSON.stringify(review)}\n`).join(''));
      const began = performance.now();
      execFileSync(join(packageRoot, 'bin', 'hoshi'), ['train', data, '--out', out, '--quiet'], { stdio: 'inherit' });
      const seconds = (performance.now() - began) / 1000;
      const scoresOf = async (bundlePath: string) =>
        scoreReviews(await loadScorer({ bundlePath, engine: 'native' }), rest);
      const stars = Float64Array.from(rest, (review) => review.stars);
      const measured = compareMeasures(stars, await scoresOf(shipped), await scoresOf(out), {
        scoreRange: starRangeOf(reviews),
      });
      row(
        `${size}`,
        `${seed}`,
        seconds.toFixed(1),
        measured.old.auc.toFixed(4),
        measured.new.auc.toFixed(4),
        `${measured.difference.auc.toFixed(4)} (${interval(measured.intervals.auc)})`,
        measured.old.rmse.toFixed(3),
        measured.new.rmse.toFixed(3),
        `${measured.difference.rmse.toFixed(3)} (${interval(measured.intervals.rmse)})`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
