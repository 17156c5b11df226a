/**
 * The rules of drift in deploy/monitoring/rules.yaml: the metrics that they need, from a real server; and the rules on
 * these metrics by promtool, compared with a population stability index of our own. PROMTOOL names promtool if it is not
 * on the PATH. Without it, these tests are skipped, or fail with PROMTOOL_REQUIRED=1.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { stringify } from 'yaml';
import type { Manifest } from '../../model/bundle/manifest.ts';
import { writeBundle } from '../../model/bundle/write.ts';
import { packageRoot } from '../../native/package-root.ts';
import { tinyBundle } from '../fixtures/tiny-bundle.ts';
import { until } from '../fixtures/until.ts';
import { withGolden } from '../fixtures/with-golden.ts';
import { type Host, leanServer, post, start } from '../function/hosts.ts';
import { manifestsOf } from './manifests.ts';

const { histograms } = JSON.parse(
  readFileSync(join(packageRoot, 'model', 'stars', 'manifest.json'), 'utf8'),
) as Manifest;
if (histograms === undefined) throw new Error('Expected histograms in the shipped bundle, found none');

/** The series of a scrape: name with labels → value. */
type Scrape = ReadonlyMap<string, number>;

async function scrape({ url }: Host): Promise<Scrape> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return new Map(
    Array.from(text.matchAll(/^([a-z][^ #]*) (\S+)$/gm), ([, series, value]) => [String(series), Number(value)]),
  );
}

/** The counts of the bins of a live histogram, and their bounds as its labels have them. */
function liveBins(all: Scrape, name: string): { bounds: string[]; counts: number[] } {
  const buckets = Array.from(all)
    .map(([series, total]) => ({ le: new RegExp(`^${name}_bucket\\{le="(.*)"\\}$`).exec(series)?.[1], total }))
    .filter(({ le }) => le !== undefined && le !== '+Inf');
  return {
    bounds: buckets.map(({ le }) => String(le)),
    counts: buckets.map(({ total }, i) => total - (buckets[i - 1]?.total ?? 0)),
  };
}

function trainingBins(all: Scrape, name: string, bounds: readonly string[]): (number | undefined)[] {
  return bounds.map((le, i) => all.get(`training_${name}_bin{above="${bounds[i - 1] ?? '-Inf'}",le="${le}"}`));
}

/** The population stability index, with half a text more in each bin. */
function psiOf(live: readonly number[], training: readonly number[]): number {
  const shares = (counts: readonly number[]) => {
    const total = counts.reduce((sum, count) => sum + count + 0.5, 0);
    return counts.map((count) => (count + 0.5) / total);
  };
  const q = shares(training);
  return shares(live).reduce((sum, p, i) => sum + (p - (q[i] as number)) * Math.log(p / (q[i] as number)), 0);
}

const expected = { score_value: histograms.scores, score_unknown_share: histograms.unknownShare };

let host: Host | undefined;
after(() => host?.stop());

test('the histograms of the bundle are constant metrics with the bounds of the live ones, also of two workers', async () => {
  for (const HOSHI_WORKERS of ['1', '2']) {
    host = await start([leanServer], { HOSHI_WORKERS });
    const { lines } = host;
    await until(
      'all workers',
      () => lines().filter((line) => line.includes('ready: stars')).length === Number(HOSHI_WORKERS),
    );
    for (let i = 0; i < 4; i++) assert.equal((await post(host.url, ['最高の映画でした', 'ゑゑゑ'])).status, 200);
    const all = await scrape(host);
    for (const [name, counts] of Object.entries(expected)) {
      const { bounds, counts: live } = liveBins(all, name);
      assert.deepEqual(trainingBins(all, name, bounds), counts);
      assert.equal(
        live.reduce((sum, count) => sum + count),
        8,
        name,
      );
    }
    assert.equal(all.get('score_unknown_share_count'), 8);
    assert.ok(Math.abs((all.get('score_unknown_share_sum') ?? 0) - 4) < 1e-6); // all known, and all unknown
    await host.stop();
  }
});

test('a bundle without histograms has the live metrics alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hoshi-drift-'));
  try {
    await writeBundle(join(folder, 'tiny'), withGolden(await tinyBundle()));
    host = await start([leanServer], { HOSHI_BUNDLE: join(folder, 'tiny') });
    const { url } = host;
    await until('the model', async () => (await fetch(`${url}/readyz`)).ok);
    const all = await scrape(host);
    assert.equal(all.get('score_unknown_share_count'), 0);
    assert.deepEqual(
      [...all.keys()].filter((series) => series.startsWith('training_')),
      [],
    );
    await host.stop();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

// ------------------------------------------------------------------------------------------------------------ promtool

const promtool = process.env.PROMTOOL ?? 'promtool';
const isThere = spawnSync(promtool, ['--version']).status === 0;
const skip = isThere || process.env.PROMTOOL_REQUIRED === '1' ? false : `${promtool} is missing`;

describe('the rules by promtool', { skip }, () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'hoshi-rules-'));
    const groups = manifestsOf('deploy/monitoring/rules.yaml').flatMap(
      ({ spec }) => (spec as { groups: readonly object[] }).groups,
    );
    writeFileSync(join(folder, 'rules.yaml'), stringify({ groups }));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Runs the unit tests. Fails with the output of promtool. */
  function check(name: string, tests: readonly object[]): void {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, stringify({ rule_files: ['rules.yaml'], evaluation_interval: '1m', tests }));
    const { status, stdout, stderr } = spawnSync(promtool, ['test', 'rules', file], { encoding: 'utf8' });
    assert.equal(status, 0, `${stdout}${stderr}`);
  }

  /** A series per minute: for a histogram one that grows by `perMinute` of its bins, for others a constant. */
  const growing = (
    name: string,
    labels: string,
    perMinute: readonly number[],
    bounds: readonly string[],
    minutes: number,
  ) => {
    let total = 0;
    return [...bounds, '+Inf'].map((le, i) => {
      total += perMinute[i] ?? 0;
      return { series: `${name}_bucket{${labels},le="${le}"}`, values: `0+${total}x${minutes}` };
    });
  };
  const constant = (
    name: string,
    labels: string,
    counts: readonly number[],
    bounds: readonly string[],
    minutes: number,
  ) =>
    counts.map((count, i) => ({
      series: `training_${name}_bin{${labels},above="${bounds[i - 1] ?? '-Inf'}",le="${bounds[i]}"}`,
      values: `${count}+0x${minutes}`,
    }));
  const isNear = (of: string, window: string, psi: number, eval_time: string) => ({
    expr: `abs(hoshi:drift:psi{of="${of}",window="${window}"} - ${psi}) < bool 1e-3`,
    eval_time,
    exp_samples: [{ labels: `{of="${of}", window="${window}"}`, value: 1 }],
  });
  const scoreBounds = Array.from({ length: 16 }, (_, i) => String(1 + (i + 1) / 4));
  const pod = 'container="hoshi",pod="hoshi-1"';

  test('promtool accepts all rules', () => {
    const { status, stdout, stderr } = spawnSync(promtool, ['check', 'rules', join(folder, 'rules.yaml')], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, `${stdout}${stderr}`);
    assert.match(stdout, /SUCCESS: \d+ rules found/);
  });

  test('the index of real metrics is the one that we compute', async () => {
    host = await start([leanServer]);
    const { url } = host;
    await until('the model', async () => (await fetch(`${url}/readyz`)).ok);
    const texts = [
      '最高の映画でした',
      '二度と買いません',
      'ゑゑゑ',
      '普通です',
      'まあまあかな。ゑゑ',
      '星5つ',
      '悪くはない',
    ];
    for (let i = 0; i < 20; i++) await post(url, texts.slice(0, 1 + (i % texts.length)));
    const all = await scrape(host);
    await host.stop();
    for (const [name, counts] of Object.entries(expected)) {
      const { bounds, counts: live } = liveBins(all, name);
      const training = trainingBins(all, name, bounds) as number[];
      assert.deepEqual(training, counts);
      const psi = psiOf(
        live.map((count) => 60 * count),
        training,
      ); // an hour in which each minute is like this one
      assert.ok(psi > 0.25, `${name}: ${psi}`);
      // The same from the live metrics of two pods, by a Prometheus that writes "2.0" for "2".
      const written = bounds.map((le) => (le.includes('.') ? le : `${le}.0`));
      const half = live.map((count) => count / 2);
      const series = [
        ...growing(name, pod, half, written, 120),
        ...growing(name, pod.replace('-1', '-2'), half, written, 120),
        ...constant(name, pod, training, bounds, 120),
        ...constant(name, pod.replace('-1', '-2'), training, bounds, 120),
      ];
      check(`real-${name}`, [
        { interval: '1m', input_series: series, promql_expr_test: [isNear(name, '1h', psi, '90m')] },
      ]);
    }
  });

  test('texts like those at training have an index near 0; an empty bin has a share', () => {
    const training = expected.score_value;
    const series = (live: readonly number[]) => [
      ...growing('score_value', pod, live, scoreBounds, 120),
      ...constant('score_value', pod, training, scoreBounds, 120),
    ];
    const alike = training.map((count) => count / 100);
    const oneBin = training.map((_, i) => (i === 3 ? 50 : 0));
    check(
      'alike',
      [
        { input_series: series(alike), promql_expr_test: [isNear('score_value', '1h', 0, '90m')] },
        {
          input_series: series(oneBin),
          promql_expr_test: [
            isNear(
              'score_value',
              '1h',
              psiOf(
                oneBin.map((count) => 60 * count),
                training,
              ),
              '90m',
            ),
          ],
        },
      ].map((one) => ({ interval: '1m', ...one })),
    );
    assert.ok(psiOf(oneBin, training) > 1);
  });

  test('of too few texts there is no index, and without histograms at training neither', () => {
    const few = [
      ...growing('score_value', pod, [0, 1], scoreBounds, 120),
      ...constant('score_value', pod, expected.score_value, scoreBounds, 120),
    ];
    const without = growing('score_value', pod, expected.score_value, scoreBounds, 120);
    const promql_expr_test = [{ expr: 'hoshi:drift:psi', eval_time: '90m', exp_samples: [] }];
    check(
      'none',
      [few, without].map((input_series) => ({ interval: '1m', input_series, promql_expr_test })),
    );
  });

  test('the alert fires after hours of drift with enough texts, also when all pods are gone; others stay quiet', () => {
    const training = expected.score_value;
    const day = 24 * 60;
    const drifted = [...training].map((_, i) => (i < 2 ? 5 : 0));
    const input = (live: readonly number[], minutes: number) => [
      ...growing('score_value', pod, live, scoreBounds, minutes),
      ...constant('score_value', pod, training, scoreBounds, minutes),
    ];
    const fired = {
      exp_labels: { severity: 'ticket', of: 'score_value', window: '1d' },
      exp_annotations: {
        summary:
          'For hours, score_value of the last day differs from the training (PSI above 0.25). Look at the texts, and train on such reviews.',
      },
    };
    const at = (eval_time: string, exp_alerts: readonly object[]) => ({
      alertname: 'HoshiDrift',
      eval_time,
      exp_alerts,
    });
    check(
      'alert',
      [
        {
          input_series: input(drifted, 12 * 60),
          alert_rule_test: [at('2h', []), at('10h', [fired]), at('20h', [fired])],
        },
        { input_series: input(training, day), alert_rule_test: [at('10h', [])] },
        {
          input_series: input(
            drifted.map((count) => count / 20),
            10 * 60,
          ),
          alert_rule_test: [at('10h', [])],
        },
      ].map((one) => ({ interval: '1m', ...one })),
    );
  });
});
