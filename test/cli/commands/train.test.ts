import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import { constants, createWriteStream, openSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '../../../native/package-root.ts';
import { hoshi, startHoshi } from '../../fixtures/hoshi.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-command-train-'));
});
after(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** 240 reviews: half of them praise and have `high` stars, half complain and have `low` stars. */
const rowsOf = (low: number, high: number) =>
  '今日 昨日 家 店 朝 夜 友人 父 母 駅'
    .split(' ')
    .flatMap((place) =>
      '良い 素晴らしい 最高 悪い ひどい 最低'
        .split(' ')
        .flatMap((word, i) =>
          ['と思った', 'だ', 'です', 'でした'].map((end) => `${i < 3 ? high : low}\t${place}、${word}${end}。`),
        ),
    );
const tableOf = (low: number, high: number) => `stars\ttext\n${rowsOf(low, high).join('\n')}\n`;
const manifestOf = async (path: string) => JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8'));
/**
 * Opens a named pipe for writing as soon as the process reads it. If the process has ended, a blocking open(2) would
 * wait forever.
 */
async function openOnceRead(path: string, reader: ChildProcess): Promise<number> {
  while (reader.exitCode === null && reader.signalCode === null) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
      await delay(10);
    }
  }
  throw new Error(`Expected a process to read ${path}, it exited with ${reader.exitCode ?? reader.signalCode}`);
}
/** A new folder for a bundle; `names` lists its content. */
async function place(name: string): Promise<{ out: string; names: () => Promise<string[]> }> {
  const parent = join(folder, name);
  await mkdir(parent);
  return { out: join(parent, 'mine'), names: () => readdir(parent) };
}

/** Trains without a base, and holds a tenth of the reviews out. */
const fromNothing = ['--base', 'none', '--validation', '0.1'] as const;

describe('options', () => {
  test('a preset, and parameters that override it, by any of their names', async () => {
    const data = await file('a.tsv', tableOf(1, 5));
    const { out } = await place('preset');
    const args = [
      'train',
      data,
      '--base',
      'none',
      '--out',
      out,
      '--preset',
      'original',
      '--rounds',
      '5',
      '--set',
      'eta=0.5',
    ];
    const { code, stderr } = await hoshi([...args, '--set', 'min_child_samples=3']);
    assert.equal(code, 0, stderr);
    const { training, vectorizer } = await manifestOf(out);
    assert.deepEqual(training.parameters, {
      objective: 'regression',
      metric: 'rmse',
      num_leaves: 270,
      feature_fraction: 0.5,
      seed: 1,
      eta: '0.5',
      min_child_samples: '3',
    });
    assert.deepEqual([training.preset, vectorizer.max_features], ['original', 10_000]);
    assert.match(await readFile(join(out, 'model.txt'), 'utf8'), /^\[learning_rate: 0\.5\]$/m);
  });

  test('a linear leaf is the first tree by default; --ridge sets its alpha, --ridge none leaves it out', async () => {
    const data = await file('ridge.tsv', tableOf(1, 5));
    const trees = async (...args: string[]) => {
      const { out } = await place(`ridge ${args.join(' ')}`);
      const { code, stderr } = await hoshi(['train', data, ...fromNothing, '--out', out, '--rounds', '3', ...args]);
      assert.equal(code, 0, stderr);
      const { training, endMap } = await manifestOf(out);
      const text = await readFile(join(out, 'model.txt'), 'utf8');
      assert.equal(text.match(/^Tree=/gm)?.length, training.rounds + (training.ridge === undefined ? 0 : 1));
      return {
        ridge: training.ridge,
        isLinear: /^Tree=0\nnum_leaves=1\n[\s\S]*?^is_linear=1$/m.test(text),
        hasMap: endMap !== undefined,
      };
    };
    const linear = { isLinear: true, hasMap: true };
    assert.deepEqual(await trees(), { ridge: { alpha: 'auto' }, ...linear });
    assert.deepEqual(await trees('--ridge', '2.5'), { ridge: { alpha: 2.5 }, ...linear });
    assert.deepEqual(await trees('--rounds', '0'), { ridge: { alpha: 'auto' }, ...linear });
    assert.deepEqual(await trees('--preset', 'original', '--ridge', 'auto'), { ridge: { alpha: 'auto' }, ...linear });
    const treesOnly = { ridge: undefined, isLinear: false, hasMap: false };
    assert.deepEqual(await trees('--ridge', 'none'), treesOnly);
    assert.deepEqual(await trees('--preset', 'original'), treesOnly);
  });

  test('an objective with a link needs --ridge none', async () => {
    const data = await file('poisson.tsv', tableOf(1, 5));
    const { out, names } = await place('poisson');
    const args = ['train', data, ...fromNothing, '--out', out, '--rounds', '3', '--set', 'objective=poisson'];
    const refused = await hoshi(args);
    assert.match(
      refused.stderr,
      /because the model has a linear leaf, received objective=poisson\. For trees only, add --ridge none\n$/,
    );
    assert.equal(refused.code, 1);
    assert.deepEqual(await names(), []);
    const { code, stderr } = await hoshi([...args, '--ridge', 'none']);
    assert.equal(code, 0, stderr);
  });

  test('folds and class weights are applied and recorded', async () => {
    const data = await file('b.tsv', tableOf(1, 5));
    const { out } = await place('folds');
    const args = [
      'train',
      data,
      '--base',
      'none',
      '--out',
      out,
      '--rounds',
      '30',
      '--folds',
      '4',
      '--class-weights',
      '1=2,5=0.5',
    ];
    const { code, stdout, stderr } = await hoshi([...args, '--json']);
    assert.equal(code, 0, stderr);
    const { training, measures, heldOut } = JSON.parse(stdout);
    assert.deepEqual([training.folds.count, training.classWeights], [4, { 1: 2, 5: 0.5 }]);
    assert.deepEqual([measures.folds.folds, measures.folds.reviews, measures.folds.auc], [4, 240, 1]);
    assert.match(stderr, /^hoshi: fold 4 of 4$/m);
    const { evaluation, baselines, sizeCurve, repeats } = heldOut;
    assert.deepEqual([evaluation.reviews, evaluation.labels.accuracy, baselines.constant.score], [240, 1, 3]);
    assert.deepEqual(
      sizeCurve.points.map(({ reviews }: { reviews: number }) => reviews),
      [23, 45, 90, 180],
    );
    assert.deepEqual(repeats, { repeated: 0, conflicting: 0, copies: 0 });
  });

  test('train and eval accept other names of the columns', async () => {
    const data = await file('c.tsv', tableOf(1, 5).replace('stars\ttext', 'rating\tbody'));
    const { out } = await place('columns');
    const columns = ['--columns', 'text=body,stars=rating'];
    const { code, stderr } = await hoshi(['train', data, ...fromNothing, '--out', out, '--rounds', '30', ...columns]);
    assert.equal(code, 0, stderr);
    const { stdout } = await hoshi(['eval', data, '--bundle', out, '--json', ...columns]);
    assert.equal(JSON.parse(stdout).auc.value, 1);
  });

  test('the measures on held-out reviews are printed at the end, with intervals, and inspect shows the same', async () => {
    const data = await file('measured.tsv', tableOf(1, 5));
    for (const [set, args] of Object.entries({
      validation: ['--validation', '0.1'],
      folds: ['--folds', '3'],
      none: ['--validation', '0'],
    })) {
      const { out } = await place(`measured by ${set}`);
      const { code, stderr } = await hoshi(['train', data, '--base', 'none', '--out', out, '--rounds', '5', ...args]);
      assert.equal(code, 0, stderr);
      const { stdout } = await hoshi(['inspect', out]);
      if (set === 'none') {
        assert.doesNotMatch(stdout, /^on /m);
        assert.doesNotMatch(stderr, /held-out|AUC/);
        continue;
      }
      const held = set === 'folds' ? 'held-out' : set;
      const shown = new RegExp(`^on ${held} +(.*)\n`, 'm').exec(stdout)?.[1] as string;
      const [, rmse, from, to] = /reviews, RMSE (\d\.\d{4}) \((\S+) … (\S+)\), MAE/.exec(shown) ?? [];
      assert.match(shown, /, right labels \d\.\d{4} \(.*\), scores at the ends \d\.\d{4} \(.*\)$/);
      assert.match(stderr, new RegExp(`^hoshi: new .* ${rmse} `, 'm'));
      assert.match(stderr, new RegExp(`^hoshi: 95 % .* ${from} … ${to} `, 'm'));
      for (const line of [
        /no model /,
        /right labels: \d/,
        /scores at the ends: \d/,
        /With twice as many reviews \(480\)/,
      ])
        assert.match(stderr, new RegExp(`^hoshi: ${line.source}`, 'm'));
      assert.match(stderr, /^hoshi: FEW REVIEWS: There are only \d+ reviews/m);
    }
  });

  test('--quiet prints nothing', async () => {
    const data = await file('d.tsv', tableOf(1, 5));
    const { out } = await place('quiet');
    const { code, stdout, stderr } = await hoshi([
      'train',
      data,
      ...fromNothing,
      '--out',
      out,
      '--rounds',
      '3',
      '--quiet',
    ]);
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '' });
  });

  const misused: [args: string[], message: RegExp][] = [
    [['--preset', 'modern'], /Allowed choices are default, original/],
    ...['0', '-1', 'x', ''].map((alpha): [string[], RegExp] => [
      ['--ridge', alpha],
      /Expected a number above 0, auto or none/,
    ]),
    [['--rounds', '0', '--ridge', 'none'], /'--rounds 0' cannot be used without a linear model \(--ridge\)/],
    [['--rounds', '0', '--preset', 'original'], /'--rounds 0' cannot be used without a linear model/],
    [['--folds', '1'], /Expected an integer from 2 to 100, or 0 for none/],
    [['--folds', '3', '--validation', '0.2'], /'--folds <k>' cannot be used with option '--validation <share>'/],
    ...['evenly', '1', '1=', '=1', '1=-1', '1=2,1=3', '1=2=3', '1=NaN'].map((weights): [string[], RegExp] => [
      ['--class-weights', weights],
      /Expected balanced, none, or stars with weights ≥ 0 such as 1=2\.5,5=0\.5/,
    ]),
    ...['rating', 'points=rating', 'stars=', 'stars=a,stars=b'].map((names): [string[], RegExp] => [
      ['--columns', names],
      /Expected names of fields such as stars=rating,text=body/,
    ]),
  ];
  for (const [args, message] of misused) {
    test(`wrong usage exits with 2: ${args.join(' ')}`, async () => {
      const { code, stderr } = await hoshi([
        'train',
        'x.tsv',
        '--base',
        'none',
        '--out',
        join(folder, 'none'),
        ...args,
      ]);
      assert.match(stderr, message);
      assert.equal(code, 2);
    });
  }
});

describe('on a base', () => {
  const ownRows = [...rowsOf(1, 5), '5\t推し活帳は最高だ。', '5\t推し活帳だけが好き。', '1\t一人だけの珍語録は最悪。'];
  const ownTable = `stars\ttext\n${ownRows.join('\n')}\n`;
  const termsOf = async (path: string) =>
    (await readFile(join(path, 'vocabulary.tsv'), 'utf8')).split('\n').map((line) => line.split('\t')[0] as string);

  test('the shipped model is the base: its terms stay, new ones need two reviews, and both models are compared', async () => {
    const data = await file('own.tsv', ownTable);
    const { out } = await place('own');
    const { code, stderr } = await hoshi(['train', data, '--out', out]);
    assert.equal(code, 0, stderr);
    const shipped = join(packageRoot, 'model', 'stars');
    const [base, own] = [await termsOf(shipped), await termsOf(out)];
    const [inBase, inOwn] = [new Set(base), new Set(own)];
    assert.ok(base.every((term) => inOwn.has(term)));
    assert.ok(own.includes('活 帳') && !base.includes('活 帳'), 'a bigram of two reviews');
    const added = own.filter((term) => !inBase.has(term));
    assert.ok(!added.some((term) => term.includes('珍') || term.includes('録')), 'a word of one review');
    const { training, vectorizer, scoreRange, normalizer } = await manifestOf(out);
    const { name, version, vectorizer: parameters } = await manifestOf(shipped);
    assert.deepEqual(training.base, { name, version });
    assert.equal(training.folds.count, 5);
    assert.deepEqual(vectorizer.rules, parameters.rules);
    assert.deepEqual(scoreRange, [1, 5]);
    assert.ok(normalizer.steps.length > 0);
    assert.match(stderr, /^hoshi: 243 held-out reviews; AUC of 1 against 5 stars$/m);
    for (const row of ['no model', 'base', 'new', 'new − base', '95 %'])
      assert.match(stderr, new RegExp(`^hoshi: ${row} `, 'm'));
    assert.match(stderr, /^hoshi: The new model is better than its base on these reviews\.$/m);
    assert.match(
      stderr,
      /composed reviews of all subjects: Spearman [\d.]+ and AUC [\d.]+ of the base, [\d.]+ and [\d.]+ of the new model/,
    );
    for (const row of ownRows) assert.ok(!stderr.includes(row.split('\t')[1] as string), 'no text is logged');

    const again = join(folder, 'again');
    assert.equal((await hoshi(['train', data, '--out', again, '--name', 'mine'])).code, 0);
    assert.deepEqual(await readFile(join(again, 'model.txt')), await readFile(join(out, 'model.txt')));
    const onMine = await hoshi(['train', data, '--base', out, '--out', join(folder, 'on-mine')]);
    assert.equal(onMine.code, 0, onMine.stderr);
    assert.deepEqual(await termsOf(join(folder, 'on-mine')), own);
  });

  test('stars of another range: the base is mapped to it', async () => {
    const data = await file('percent.tsv', tableOf(0, 100));
    const { out } = await place('percent');
    const { code, stderr } = await hoshi(['train', data, '--out', out]);
    assert.equal(code, 0, stderr);
    assert.deepEqual((await manifestOf(out)).scoreRange, [0, 100]);
    const scores = (await hoshi(['score', '--bundle', out], '最高\n最低\n')).stdout.split('\n').map(Number);
    assert.ok((scores[0] as number) > 80 && (scores[1] as number) < 20, `${scores}`);
  });

  test('one review of 500 stars is named, and nothing is written', async () => {
    const data = await file('mistake.tsv', `${tableOf(1, 5)}500\tとても良い。\n`);
    const { out, names } = await place('mistake');
    const { code, stderr } = await hoshi(['train', data, '--out', out]);
    assert.match(
      stderr,
      /Expected stars from 1 to 5, as the base has them, received others in 1 of 241 reviews, first 500 in review 241\. Correct the stars, or add --base none/,
    );
    assert.equal(code, 1);
    assert.deepEqual(await names(), []);
  });

  const conflicting: readonly (readonly [name: string, ...args: string[]])[] = [
    ['rounds', '--rounds', '3'],
    ['terms', '--terms', 'surface'],
    ['normalizer', '--normalizer', 'off'],
    ['max-features', '--max-features', '10'],
    ['min-df', '--min-df', '1'],
    ['set', '--set', 'num_leaves=3'],
    ['ridge', '--ridge', 'none'],
    ['preset', '--preset', 'original', '--base', 'z'],
  ];
  for (const [name, ...args] of conflicting) {
    test(`--${name} is refused, because the base decides it`, async () => {
      const { code, stderr } = await hoshi(['train', 'x.tsv', '--out', 'y', ...args]);
      assert.match(
        stderr,
        new RegExp(`option '--${name}' cannot be used with a base, which decides it; add --base none`),
      );
      assert.equal(code, 2);
    });
  }

  test('a folder without a bundle, and a model of trees, are refused as a base', async () => {
    const data = await file('for-base.tsv', tableOf(1, 5));
    const none = await hoshi(['train', data, '--base', folder, '--out', join(folder, 'x')]);
    assert.match(none.stderr, /manifest\.json: expected a file of a bundle, found none/);
    const { out } = await place('trees');
    await hoshi([
      'train',
      data,
      '--base',
      'none',
      '--ridge',
      'none',
      '--rounds',
      '3',
      '--validation',
      '0',
      '--out',
      out,
    ]);
    const trees = await hoshi(['train', data, '--base', out, '--out', join(folder, 'x')]);
    assert.match(
      trees.stderr,
      /expected a base with a linear model alone, received 3 trees without one\. Add --base none/,
    );
    assert.deepEqual([none.code, trees.code], [1, 1]);
  });
});

describe('reviews in all formats', () => {
  test('stars of any numbers: scores, measures and goldens follow their range', async () => {
    for (const [low, high] of [
      [0, 100],
      [-2.5, 0.5],
      [0, 0.001],
    ] as const) {
      const data = await file('e.tsv', tableOf(low, high));
      const out = join(folder, `range ${low}`);
      const { code, stderr } = await hoshi(['train', data, ...fromNothing, '--out', out, '--rounds', '60']);
      assert.equal(code, 0, stderr);
      const { scoreRange, goldens, measures } = await manifestOf(out);
      assert.deepEqual(scoreRange, [low, high]);
      assert.match(await readFile(join(out, 'report.html'), 'utf8'), /e\.tsv, each held out[\s\S]*Learning curve/);
      for (const { score } of goldens) assert.ok(score >= low && score <= high);
      assert.equal(measures.validation.auc, 1);
      const scores = (await hoshi(['score', '--bundle', out], '最高です\n最低です\n')).stdout.split('\n').map(Number);
      const middle = (low + high) / 2;
      assert.ok((scores[0] as number) > middle && (scores[1] as number) < middle, `${scores}`);
      assert.match((await hoshi(['eval', data, '--bundle', out])).stdout, /AUC +1\.0000/);
    }
  });

  test('CSV with a byte order mark, CRLF and texts of several lines; JSONL with U+0000 and lone surrogates', async () => {
    const rows = rowsOf(1, 5).map((row) => row.split('\t'));
    const csv = rows.map(([stars, text]) => `${stars},"${text}\n「""${text}""」"\r\n`).join('');
    const json = rows.map(([stars, text]) => `{"stars":${stars},"text":"${text}\\u0000\\ud800"}\n`).join('');
    for (const data of [await file('f.csv', `\ufeffstars,text\r\n${csv}`), await file('f.jsonl', json)]) {
      const out = join(folder, `of ${data.slice(-3)}`);
      const { code, stderr } = await hoshi(['train', data, ...fromNothing, '--out', out, '--rounds', '30']);
      assert.equal(code, 0, stderr);
      const { made, measures } = await manifestOf(out);
      assert.deepEqual([made.reviews, measures.validation.auc], [240, 1]);
    }
  });

  test('unusable rows are counted, the first ten are shown, and up to --max-bad unusable rows are skipped', async () => {
    const bad = Array.from({ length: 12 }, (_, i) =>
      i % 2 === 0 ? '{"stars": 5' : '{"stars": "five", "text": "良い"}',
    );
    const good = rowsOf(1, 5).map((row) =>
      JSON.stringify({ stars: Number(row.split('\t')[0]), text: row.split('\t')[1] }),
    );
    const data = await file('g.jsonl', [...bad, ...good].join('\n'));
    const { out, names } = await place('bad');
    const args = ['train', data, ...fromNothing, '--out', out, '--rounds', '3', '--max-bad'];
    const refused = await hoshi([...args, '11']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /g\.jsonl:1: expected a JSON object, received invalid JSON\n/);
    assert.match(refused.stderr, /g\.jsonl:2: expected "stars" to be a number, received "five"\n/);
    assert.match(refused.stderr, /g\.jsonl:10: .*\nhoshi: .*g\.jsonl: found 12 unusable rows\n/);
    assert.match(refused.stderr, /g\.jsonl: expected at most 11 unusable rows \(--max-bad\), found 12\n$/);
    assert.deepEqual(await names(), []);
    assert.equal((await hoshi([...args, '12'])).code, 0);
    assert.equal((await manifestOf(out)).made.reviews, 240);
  });

  test('a quote without an end is reported with file and line', async () => {
    const { code, stderr } = await hoshi([
      'train',
      await file('h.csv', 'stars,text\n5,"良い\n'),
      '--out',
      join(folder, 'h'),
    ]);
    assert.match(stderr, /h\.csv:2: expected a closing quote, found the end$/m);
    assert.equal(code, 1);
  });
});

describe('a folder that cannot be written', () => {
  test('below a file: the error comes before the work begins', async () => {
    const data = await file('i.tsv', tableOf(1, 5));
    const { code, stderr } = await hoshi(['train', data, '--out', join(data, 'mine')]);
    assert.match(stderr, /i\.tsv\/mine: expected .* a folder|ENOTDIR/);
    assert.doesNotMatch(stderr, /tokenizing/);
    assert.equal(code, 1);
  });

  const isolated = [
    '-Urm',
    'sh',
    '-c',
    'mount -t tmpfs -o size=64k tmpfs "$1" && shift && "$@"; code=$?; ls -A "$0"; exit $code',
  ];
  const canMount =
    spawnSync('unshare', [...isolated.slice(0, 3), 'mount -t tmpfs -o size=64k tmpfs /tmp']).status === 0;
  test('on a full disk: an error, and no file is left', {
    skip: !canMount && 'no file system of its own',
  }, async () => {
    const data = await file('j.tsv', tableOf(1, 5));
    const disk = join(folder, 'disk');
    await mkdir(disk);
    const command = [process.execPath, join(packageRoot, 'bin', 'hoshi'), 'train', data, '--out', join(disk, 'mine')];
    const { status, stdout, stderr } = spawnSync('unshare', [...isolated, disk, disk, ...command], {
      encoding: 'utf8',
    });
    assert.match(
      stderr,
      /\nhoshi: cannot write .*mine\/model\.txt: no space is left \(ENOSPC\)\. Free some space, or .*\n$/,
    );
    assert.deepEqual({ status, stdout }, { status: 1, stdout: '' });
  });
});

describe('Ctrl-C', () => {
  test('in a round: keeps the best model so far, says so, and exits with 130', async () => {
    const data = await file('k.tsv', tableOf(1, 5));
    const { out, names } = await place('stopped');
    const args = ['train', data, '--base', 'none', '--out', out, '--rounds', '100000', '--validation', '0'];
    const { child, waitForStderr, ending } = startHoshi(args);
    await waitForStderr('round 100 of 100000');
    child.kill('SIGINT');
    const { code, stderr } = await ending;
    assert.equal(code, 130);
    const [, rounds] =
      /interrupted after round (\d+) of 100000; .*mine holds mine [0-9a-f]{12}, the best model so far\n$/.exec(
        stderr,
      ) ?? [];
    assert.ok(Number(rounds) >= 100, stderr);
    const { training } = await manifestOf(out);
    assert.equal(training.interrupted, `after round ${rounds} of 100000`);
    assert.deepEqual(await names(), ['mine']);
    const [great, bad] = (await hoshi(['score', '--bundle', out], '最高\n最低\n')).stdout.split('\n').map(Number);
    assert.ok((great as number) > (bad as number));
  });

  /** A process that waits for the rest of its reviews. `give` sends the rest. */
  async function reading(name: string, first: NodeJS.Signals = 'SIGINT') {
    const data = join(folder, `${name}.tsv`);
    execFileSync('mkfifo', [data]);
    const { out, names } = await place(name);
    const running = startHoshi(['train', data, '--base', 'none', '--out', out]);
    const pipe = createWriteStream(data, { fd: await openOnceRead(data, running.child) });
    pipe.on('error', () => {}); // the reader may have ended
    pipe.write(tableOf(1, 5).slice(0, 400));
    await running.waitForStderr('reading');
    const during = await names();
    assert.equal(during.length, 2, 'the temporary folder and the lock');
    running.child.kill(first);
    if (first === 'SIGINT')
      await running.waitForStderr(
        'stopping; the best model so far is kept, if there is one. Press Ctrl-C again to end at once',
      );
    return { ...running, names, give: () => pipe.end(tableOf(1, 5).slice(400)) };
  }

  test('before the first round: writes nothing', async () => {
    const { give, ending, names } = await reading('early');
    give();
    const { code, stderr } = await ending;
    assert.match(stderr, /hoshi: interrupted before there was a model; nothing was written\n$/);
    assert.equal(code, 130);
    assert.deepEqual(await names(), []);
  });

  test('twice: ends at once by the signal, and writes nothing', async () => {
    const { child, give, ending, names } = await reading('twice');
    child.kill('SIGINT');
    const { code, signal } = await ending;
    give();
    assert.deepEqual({ code, signal }, { code: null, signal: 'SIGINT' });
    assert.deepEqual(await names(), []);
  });

  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    test(`${signal} ends at once, and leaves no file`, async () => {
      const { give, ending, names } = await reading(signal, signal);
      const { code, signal: received } = await ending;
      give();
      assert.deepEqual({ code, signal: received }, { code: null, signal });
      assert.deepEqual(await names(), []);
    });
  }
});
