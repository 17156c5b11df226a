/** Files of the command line: what is refused at once, what a full disk does, and that nothing half-written remains. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BundleDestination } from '../../model/bundle/destination.ts';
import { writeBundle } from '../../model/bundle/write.ts';
import { packageRoot } from '../../native/package-root.ts';
import { tinyBundle } from '../fixtures/tiny-bundle.ts';

let folder: string;
let tiny: string;
let reviews: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-safe-files-'));
  tiny = join(folder, 'tiny');
  await writeBundle(tiny, await tinyBundle());
  reviews = join(folder, 'reviews.tsv');
  const texts = ['良い', '悪い', '普通', '最高', '最低'];
  const rows = Array.from({ length: 40 }, (_, i) => `${(i % 5) + 1}\t${texts[i % 5]}${i}番目\n`);
  await writeFile(reviews, `stars\ttext\n${rows.join('')}`);
});
after(() => rm(folder, { recursive: true }));

const hoshiFile = join(packageRoot, 'bin', 'hoshi');

/** Runs `hoshi` in a shell: `script` calls it by the name `hoshi`. */
function shell(script: string, { cwd = folder, options = '' } = {}) {
  const { stdout, stderr, status, signal } = spawnSync(
    'bash',
    ['-c', `set -o pipefail; hoshi() { ${process.execPath} ${hoshiFile} "$@"; }; ${script}`],
    { cwd, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: options }, timeout: 120_000 },
  );
  assert.equal(signal, null, 'it hangs');
  return { stdout, stderr, status };
}

/** Trains fast, without a report. */
const fast = '--base none --ridge 1 --rounds 0 --validation 0';

describe('before the work begins', () => {
  /** A file that no command can read to its end, so that a refusal comes before the reading. */
  const endless = '/dev/zero';
  const commands = [
    `hoshi train endless.tsv`,
    'hoshi train-corpus',
    `hoshi import endless.tsv --vectorizer endless.tsv`,
  ];
  before(async () => {
    execFileSync('ln', ['-s', endless, join(folder, 'endless.tsv')]);
    await mkdir(join(folder, 'thesis', 'chapter'), { recursive: true });
  });
  const places: readonly (readonly [out: string, message: RegExp])[] = [
    ['.', /\.: expected a bundle, an empty folder or nothing, found the current folder or one above it\./],
    ['/', /\/: expected a bundle, .* found the current folder or one above it\. Add the name of a folder, such as/],
    ['..', /\.\.: expected a bundle, .* found the current folder or one above it\./],
    ['thesis', /thesis: expected a bundle, an empty folder or nothing, found chapter in it\./],
    ['reviews.tsv', /reviews\.tsv: expected a bundle, an empty folder or nothing, found a file\n/],
    ['reviews.tsv/mine', /cannot write reviews\.tsv\/mine: a part of the path is not a folder \(ENOTDIR\)/],
    ['/proc/mine', /cannot write \/proc\/mine: /],
    ['endless.tsv', /endless\.tsv: expected a bundle, an empty folder or nothing, found a device/],
  ];
  for (const command of commands) {
    for (const [out, message] of places) {
      test(`${command} --out ${out}`, async () => {
        const before = await readdir(folder);
        const { stdout, stderr, status } = shell(`${command} --out ${out}`);
        assert.match(stderr, message);
        assert.equal(stderr.split('\n').length, 2, stderr);
        assert.deepEqual([stdout, status], ['', 1]);
        assert.deepEqual(await readdir(folder), before);
      });
    }

    test(`${command} without LightGBM says how to get it`, async () => {
      const preload = join(folder, 'no-lightgbm.cjs');
      await writeFile(
        preload,
        `const { dlopen } = process;
        process.dlopen = (module, file, ...rest) => {
          if (file.includes('hoshi_lightgbm')) throw new Error('cannot open shared object file');
          return dlopen.call(process, module, file, ...rest);
        };`,
      );
      const { stderr, status } = shell(`${command} --out new`, { options: `--require ${preload}` });
      assert.match(
        stderr,
        /^hoshi: training and imports need LightGBM, which is not built here\. To build it, run `make lightgbm` .*\n$/,
      );
      assert.equal(status, 1);
      assert.equal(existsSync(join(folder, 'new')), false);
    });

    test(`${command} to a folder that another process writes to`, () => {
      const destination = BundleDestination.reserve(tiny);
      const { stderr, status } = shell(`${command} --out tiny`);
      destination.release();
      assert.equal(
        stderr,
        `hoshi: tiny: another hoshi, process ${process.pid}, is writing to this folder. Wait for its end, or choose another folder\n`,
      );
      assert.equal(status, 1);
    });
  }

  const outputs = [
    'hoshi eval endless.tsv --report',
    'hoshi compare tiny tiny endless.tsv --report',
    'hoshi score endless.tsv --out',
    'hoshi load http://127.0.0.1:1 --texts endless.tsv --plot',
  ];
  for (const command of outputs) {
    test(`${command} to a folder or below a file`, () => {
      for (const [out, message] of [
        ['tiny', 'tiny: expected a file to write, found a folder'],
        [
          'reviews.tsv/x',
          'cannot write reviews.tsv/x: a part of the path is not a folder (ENOTDIR). Please choose another place',
        ],
      ])
        assert.deepEqual(shell(`${command} ${out}`), { stdout: '', stderr: `hoshi: ${message}\n`, status: 1 });
    });
  }

  const parameters: readonly (readonly [set: string, message: RegExp])[] = [
    ['num_leafs=5', /"num_leafs"/],
    ['learning_rate=fast', /LightGBM refuses learning_rate=fast \(--set\): Unknown token fast in data file/],
    ['num_leaves=1', /\nhoshi: LightGBM refuses num_leaves=1 \(--set\): Check failed: \(num_leaves\) > \(1\)\n$/],
    ['device_type=gpu', /GPU Tree Learner was not enabled in this build/],
    ['objective=multiclass', /Expected an objective of regression|num_class|Number of classes/],
    ['objective=fast', /Expected an objective of regression|Unknown objective/],
    ['metric=fast', /Expected a metric of LightGBM, received metric=fast/],
    ['metric=rmse,fast', /Expected a metric of LightGBM, received metric=rmse,fast/],
    ['num_iterations=5', /a parameter that is not for files, machines, outputs or rounds, received "num_iterations"/],
    ['early_stopping_rounds=5', /Expected --patience for early stopping, received early_stopping_rounds=5/],
    ['monotone_constraints=1', /Expected no parameter of single columns/],
    ['eta=0.1 --set learning_rate=0.2', /Expected learning_rate in parameters to be given once/],
    ['eta=0.1 --set eta=0.2', /Expected each parameter once, received eta twice/],
  ];
  for (const leaf of ['--ridge 1', '--ridge none']) {
    test(`a parameter that LightGBM refuses: hoshi train ${leaf}`, async () => {
      for (const [set, message] of parameters) {
        const { stderr, status } = shell(`hoshi train reviews.tsv --out new --base none ${leaf} --set ${set}`);
        assert.match(stderr, message);
        assert.doesNotMatch(stderr, /tokeniz|\n {4}at /, set);
        assert.notEqual(status, 0);
        assert.deepEqual(
          (await readdir(folder)).filter((name) => /new/.test(name)),
          [],
        );
      }
    });
  }

  test('an objective whose stars do not suit it', () => {
    const train = 'hoshi train reviews.tsv --out new --base none --ridge none --set';
    assert.match(
      shell(`${train} objective=binary`).stderr,
      /Expected reviews with 0 and 1 stars for the objective binary/,
    );
    assert.match(
      shell(`${train} objective=cross_entropy`).stderr,
      /\nhoshi: LightGBM refuses objective=cross_entropy \(--set\): \[cross_entropy\]: does not tolerate element .* outside \[0, 1\]\n$/,
    );
    assert.doesNotMatch(shell(`${train} objective=cross_entropy`).stderr, /tokeniz/);
  });
});

describe('a full disk', () => {
  /** ulimit -f counts blocks of 1,024 bytes; a write beyond gives EFBIG. */
  const small = 'ulimit -f 8;';

  test('train: the older bundle stays, and one message names the file', async () => {
    await cp(tiny, join(folder, 'kept'), { recursive: true });
    const { stdout, stderr, status } = shell(`${small} hoshi train reviews.tsv --out kept ${fast} --quiet`);
    assert.equal(
      stderr,
      'hoshi: cannot write kept/logarithms.txt: the file is larger than allowed (EFBIG). Raise the limit (ulimit -f), or choose another place\n',
    );
    assert.deepEqual([stdout, status], ['', 1]);
    assert.deepEqual(await readdir(join(folder, 'kept')), await readdir(tiny));
    assert.deepEqual(await readFile(join(folder, 'kept', 'model.txt')), await readFile(join(tiny, 'model.txt')));
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith('.')),
      [],
    );
  });

  const outputs: readonly (readonly [command: string, file: string])[] = [
    ['hoshi eval reviews.tsv --bundle tiny --report', 'report.html'],
    ['hoshi compare tiny tiny reviews.tsv --report', 'report.html'],
    ['yes 良い | head -9000 | hoshi score --bundle tiny --out', 'scores'],
  ];
  for (const [command, file] of outputs) {
    test(`${command} ${file}: an older file stays`, async () => {
      await writeFile(join(folder, file), 'kept');
      const { stderr, status } = shell(`${small} ${command} ${file}`);
      assert.equal(
        stderr,
        `hoshi: cannot write ${file}: the file is larger than allowed (EFBIG). Raise the limit (ulimit -f), or choose another place\n`,
      );
      assert.equal(status, 1);
      assert.equal(await readFile(join(folder, file), 'utf8'), 'kept');
      assert.deepEqual(
        (await readdir(folder)).filter((name) => name.startsWith('.')),
        [],
      );
    });

    test(`${command} /dev/full`, { skip: !existsSync('/dev/full') && 'no /dev/full' }, () => {
      const { stderr, status } = shell(`${command} /dev/full`);
      assert.equal(
        stderr,
        'hoshi: cannot write /dev/full: no space is left (ENOSPC). Free some space, or choose another place\n',
      );
      assert.equal(status, 1);
    });
  }

  const printing = [
    'hoshi score --bundle tiny reviews.tsv',
    'hoshi tokenize 良い映画',
    'hoshi explain --bundle tiny 良い',
    'hoshi inspect tiny',
    'hoshi eval reviews.tsv --bundle tiny',
    'hoshi compare tiny tiny reviews.tsv',
    `hoshi train reviews.tsv --out printed --quiet --json ${fast}`,
  ];
  for (const command of printing) {
    test(`standard output at /dev/full: ${command}`, { skip: !existsSync('/dev/full') && 'no /dev/full' }, () => {
      assert.deepEqual(shell(`${command} >/dev/full`), {
        stdout: '',
        stderr:
          'hoshi: cannot write standard output: no space is left (ENOSPC). Free some space, or choose another place\n',
        status: 1,
      });
    });

    test(`a reader that ends early is no failure: ${command} | true`, () => {
      assert.deepEqual(shell(`${command} | true`), { stdout: '', stderr: '', status: 0 });
    });
  }

  test('the first of many scores: hoshi score | head -1', () => {
    const { stdout, stderr, status } = shell('hoshi score --bundle tiny <(yes 良い 2>/dev/null) | head -1');
    assert.deepEqual({ stdout, stderr, status }, { stdout: '5\n', stderr: '', status: 0 });
  });

  test('a report is written although the reader of the measures ends early', async () => {
    await rm(join(folder, 'early.html'), { force: true });
    const { status } = shell('hoshi eval reviews.tsv --bundle tiny --report early.html 2>/dev/null | true');
    assert.equal(status, 0);
    assert.match(await readFile(join(folder, 'early.html'), 'utf8'), /<\/html>/);
  });

  test('without a place for messages the work goes on', async () => {
    for (const place of ['/dev/full', '>(true)']) {
      const { stdout, status } = shell(`hoshi train reviews.tsv --out silent --json ${fast} 2> ${place}`);
      assert.equal(JSON.parse(stdout).name, 'silent');
      assert.equal(status, 0);
    }
  });
});

describe('inputs', () => {
  test('a folder and a missing file are one message, for every command', async () => {
    await mkdir(join(folder, 'reviews.csv'));
    const commands = [
      'hoshi score',
      'hoshi explain --file',
      'hoshi load http://127.0.0.1:1 --texts',
      'hoshi eval',
      'hoshi compare tiny tiny',
      'hoshi train --out new',
      'hoshi import --out new --vectorizer reviews.tsv',
      'hoshi import --out new reviews.tsv --vectorizer',
    ];
    for (const command of commands) {
      for (const [file, found] of [
        ['reviews.csv', 'a folder'],
        ['none.csv', 'none'],
      ]) {
        const { stdout, stderr, status } = shell(`${command} ${file}`);
        assert.match(
          stderr.replace(/^hoshi: reading .*\n/, ''),
          new RegExp(`^hoshi: ${file}: expected a file, found ${found}\n$`),
          `${command} ${file}`,
        );
        assert.deepEqual([stdout, status], ['', 1]);
      }
    }
    assert.equal(existsSync(join(folder, 'new')), false);
  });

  test('a FIFO is read as a stream', () => {
    const { stdout } = shell('hoshi score --bundle tiny <(echo 良い) <(echo 悪い)');
    assert.equal(stdout, '5\n1\n');
    const fed = (name: string, command: string) =>
      shell(`mkfifo ${name}; cat reviews.tsv > ${name} & ${command}; wait`);
    assert.equal(fed('train.tsv', `hoshi train train.tsv --out fed ${fast} --quiet`).stderr, '');
    assert.match(fed('eval.tsv', 'hoshi eval eval.tsv --bundle tiny').stdout, /^40 reviews\n/);
    assert.match(
      fed('compare.tsv', 'hoshi compare tiny tiny compare.tsv --columns stars=stars').stdout,
      /labelled reviews/,
    );
    assert.match(
      shell('mkfifo twice.tsv; hoshi compare tiny tiny twice.tsv').stderr,
      /twice\.tsv: expected a file that can be read twice, found a FIFO\. If it has stars, add --columns stars=NAME/,
    );
    assert.match(
      shell('mkfifo part; hoshi score --shard 0/2 part').stderr,
      /^hoshi: part: expected a regular file for a shard, found a FIFO \(named pipe\)\n$/,
    );
  });
});

test('a model goes on in its own folder: hoshi train --base mine --out mine', async () => {
  await copyFile(reviews, join(folder, 'more.tsv'));
  const first = shell('hoshi train reviews.tsv --out mine --quiet');
  assert.equal(first.status, 0, first.stderr);
  const { stderr, status } = shell('hoshi train more.tsv --base mine --out mine');
  assert.equal(status, 0, stderr);
  const elsewhere = shell('hoshi train reviews.tsv --out mine --quiet && hoshi train more.tsv --base mine --out other');
  // The same figures as in another folder: the base is measured before it is replaced.
  const composed = (text: string) => /on 2500 composed reviews .*/.exec(text)?.[0];
  assert.equal(composed(stderr), composed(elsewhere.stderr));
  assert.notEqual(composed(stderr), undefined);
});
