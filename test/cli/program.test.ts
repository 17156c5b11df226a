/** The command line as a person uses it: a process, its output, its exit code. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { after, before, describe, type TestContext, test } from 'node:test';
import { freePort } from '../../bench/servers.ts';
import { createProgram } from '../../cli/program.ts';
import { writeBundle } from '../../model/bundle/write.ts';
import { defaultVectorizerParameters } from '../../model/reference/vectorizer.ts';
import { commitOf } from '../../native/commit.ts';
import { packageRoot } from '../../native/package-root.ts';
import { exportedVectorizer } from '../fixtures/exported-vectorizers.ts';
import { hoshi } from '../fixtures/hoshi.ts';
import { serveSmall } from '../fixtures/small-server.ts';
import { tinyBundle } from '../fixtures/tiny-bundle.ts';
import { withGolden } from '../fixtures/with-golden.ts';

let folder: string;
let tiny: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-cli-'));
  tiny = join(folder, 'tiny');
  await writeBundle(tiny, await tinyBundle());
});
after(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** Starts a server that scores every text with 4, until the test ends. Returns its URL. */
async function scoringServer(t: TestContext, see: (request: IncomingMessage, text: string) => void): Promise<string> {
  const { port } = await serveSmall(t, async (request, response) => {
    const body = await readAll(request);
    see(request, body === '' ? '' : JSON.parse(body).texts);
    response.end('{"score":4}');
  });
  return `http://127.0.0.1:${port}`;
}

describe('the commands', () => {
  const namesOf = ({ commands }: Awaited<ReturnType<typeof createProgram>>) =>
    commands.map((command) => command.name());

  test('one is loaded by its name; all are loaded without a name or with an unknown name', async () => {
    const names = namesOf(await createProgram(['--help']));
    assert.ok(names.includes('score') && names.includes('train-corpus'), names.join());
    for (const name of names) assert.deepEqual(namesOf(await createProgram([name, '--help'])), [name]);
    for (const args of [[], ['help', 'score'], ['fly'], ['constructor']])
      assert.deepEqual(namesOf(await createProgram(args)), names);
  });

  test('are listed by --help, and have help of their own', async () => {
    const { stdout, code } = await hoshi(['--help']);
    for (const name of namesOf(await createProgram([]))) assert.match(stdout, new RegExp(`^ {2}${name} `, 'm'));
    assert.equal(code, 0);
    const serve = await hoshi(['serve', '--help']);
    assert.match(serve.stdout, /^Usage: hoshi serve \[options\]$/m);
  });

  test('do not load kuromoji and Vega before they need them', () => {
    const loaded = `
      const { createProgram } = await import(process.argv[1]);
      await createProgram([]);
      const { createRequire } = await import('node:module');
      console.log(Object.keys(createRequire(process.argv[1]).cache).join('\\n'));`;
    const cli = join(packageRoot, 'dist', 'cli', 'program.js');
    const files = execFileSync(process.execPath, ['--input-type=module', '-e', loaded, cli], { encoding: 'utf8' });
    assert.match(files, /commander/);
    assert.doesNotMatch(files, /kuromoji|vega/);
  });

  test('a command loads no file that only --version and completion need', async () => {
    const recorder = join(packageRoot, 'dist', 'test', 'fixtures', 'record-loaded.js');
    const loadedBy = async (...args: string[]) => {
      const env = { ...process.env, LOADED_FILE: join(folder, `loaded-${args[0]}`) };
      execFileSync(process.execPath, ['--import', recorder, join(packageRoot, 'bin', 'hoshi'), ...args], { env });
      return readFile(env.LOADED_FILE, 'utf8');
    };
    const needed = /\/native\/commit\.js|\/cli\/completion\.js/;
    assert.match(await loadedBy('--version'), needed);
    assert.match(await loadedBy('completion', 'bash'), needed);
    const served = await loadedBy('serve', '--help');
    assert.match(served, /\/commands\/serve\.js/);
    assert.doesNotMatch(served, needed);
    assert.doesNotMatch(served, /\/cli\/options\.js/);
  });
});

describe('hoshi', () => {
  test('--version names the version, the shipped model and the commit; without git it still exits with 0', async () => {
    const of = async (...path: string[]) => JSON.parse(await readFile(join(packageRoot, ...path), 'utf8'));
    const { version } = await of('package.json');
    const model = await of('model', 'stars', 'manifest.json');
    const known = (commit: string) => `hoshi ${version}\nmodel ${model.name} ${model.version}\ncommit ${commit}\n`;
    const commit = commitOf(packageRoot) ?? 'unknown';
    for (const args of [['--version'], ['-V'], ['score', '--version']])
      assert.deepEqual(await hoshi(args), { stdout: known(commit), stderr: '', code: 0, signal: null });
    const { PATH } = process.env;
    process.env.PATH = folder; // has no git
    const { stdout, code } = await hoshi(['--version']).finally(() => {
      process.env.PATH = PATH;
    });
    assert.deepEqual({ stdout, code }, { stdout: known('unknown'), code: 0 });
  });

  test('score: one score for each line, in order, also for empty lines', async () => {
    const input = '良い\n\n悪い\r\n普通';
    for (const engine of ['native', 'native-lightgbm', 'lightgbm', 'js']) {
      const { stdout, stderr, code } = await hoshi(['score', '--bundle', tiny, '--engine', engine], input);
      assert.deepEqual({ stdout, stderr, code }, { stdout: '5\n3\n1\n3\n', stderr: '', code: 0 });
    }
  });

  test('score: a column of tables and JSONL; the file name decides the format', async () => {
    const tsv = await file('a.tsv', 'id\tbody\n1\t良い\n2\t悪い\n');
    const jsonl = await file('a.jsonl', '{"body": "悪い"}\n');
    const { stdout } = await hoshi(['score', '--bundle', tiny, '--column', 'body', '--json', tsv, jsonl]);
    assert.equal(stdout, '{"line":2,"score":5}\n{"line":3,"score":1}\n{"line":1,"score":1}\n');
  });

  test('score: an error names the file and the line', async () => {
    const jsonl = await file('b.jsonl', '{"text": "良い"}\n{"text": 5}\n');
    const { stderr, code } = await hoshi(['score', '--bundle', tiny, jsonl]);
    assert.equal(stderr, `hoshi: ${jsonl}:2: expected "text" to be a text, received 5\n`);
    assert.equal(code, 1);
    const missing = await hoshi(['score', '--bundle', tiny, join(folder, 'none.txt')]);
    assert.match(missing.stderr, /^hoshi: .*none\.txt: expected a file, found none\n$/);
    assert.equal(missing.code, 1);
  });

  test('a full disk: one message, and the exit code 1', { skip: !existsSync('/dev/full') && 'no /dev/full' }, () => {
    const output = openSync('/dev/full', 'w');
    const args = [join(packageRoot, 'bin', 'hoshi'), 'score', '--bundle', tiny];
    const { stderr, status } = spawnSync(process.execPath, args, { input: '良い\n', stdio: ['pipe', output, 'pipe'] });
    closeSync(output);
    assert.equal(
      `${stderr}`,
      'hoshi: cannot write standard output: no space is left (ENOSPC). Free some space, or choose another place\n',
    );
    assert.equal(status, 1);
  });

  test('a folder without a bundle is refused', async () => {
    const { stderr, code } = await hoshi(['score', '--bundle', folder]);
    assert.equal(stderr, `hoshi: ${folder}/manifest.json: expected a file of a bundle, found none\n`);
    assert.equal(code, 1);
  });

  test('tokenize: tokens, offsets, features', async () => {
    assert.equal((await hoshi(['tokenize', '最高😀でした'])).stdout, '最高\n😀\nでし\nた\n');
    assert.equal((await hoshi(['tokenize', '--offsets'], '😀良い')).stdout, '😀\t0\t2\n良い\t2\t4\n');
    assert.match((await hoshi(['tokenize', '--features', '良い'])).stdout, /^良い\t形容詞,自立,/);
    assert.equal(JSON.parse((await hoshi(['tokenize', '--json', '良い'])).stdout)[0].end, 2);
  });

  test('tokenize --joined: a line of tokens for each line of text', async () => {
    const { stdout, code } = await hoshi(['tokenize', '--joined'], '最高😀でした\n\n良い 店\n');
    assert.deepEqual({ stdout, code }, { stdout: '最高 😀 でし た\n\n良い   店\n', code: 0 });
    assert.equal((await hoshi(['tokenize', '--joined', '良い店'])).stdout, '良い 店\n');
  });

  test('import: the bundle scores like the model in Python; a wrong vectorizer is refused', async () => {
    const { modelText } = await tinyBundle();
    const parameters = { ...defaultVectorizerParameters, ngram_range: [1, 1] as const };
    const exported = exportedVectorizer(parameters, ['悪い', '普通', '良い']);
    const [model, vectorizer] = [await file('m.txt', modelText), await file('v.json', JSON.stringify(exported))];
    const out = join(folder, 'imported');
    const imported = await hoshi([
      'import',
      model,
      '--vectorizer',
      vectorizer,
      '--out',
      out,
      '--range',
      '1,4',
      '--json',
    ]);
    assert.deepEqual(imported.code, 0, imported.stderr);
    const { made, scoreRange, version } = JSON.parse(imported.stdout);
    assert.deepEqual([made.command, scoreRange], ['hoshi import m.txt --vectorizer v.json --range 1,4', [1, 4]]);
    assert.equal(imported.stderr, `hoshi: ${out} holds imported ${version}\n`);
    for (const engine of ['native', 'native-lightgbm', 'lightgbm', 'js'])
      assert.equal((await hoshi(['score', '--bundle', out, '--engine', engine], '良い\n悪い\n\n')).stdout, '4\n1\n3\n');
    const short = await file('w.json', JSON.stringify(exportedVectorizer(parameters, ['悪い', '良い'])));
    const refused = await hoshi(['import', model, '--vectorizer', short, '--out', join(folder, 'none')]);
    assert.match(refused.stderr, /^hoshi: .*m\.txt: expected max_feature_idx=1, .* 2 terms, received 2\n$/);
    assert.equal(refused.code, 1);
    assert.ok(!(await readdir(folder)).includes('none'));
    const named = ['--name', 'レビュー 2', '--json', '--range', '1,4'];
    const renamed = await hoshi(['import', model, '--vectorizer', vectorizer, '--out', join(folder, 'a:b'), ...named]);
    assert.equal(JSON.parse(renamed.stdout).name, 'レビュー 2');
  });

  test('import and train: a name that no URL can have is refused before any file is read, wherever it comes from', async () => {
    const rule = 'letters and digits, with spaces, "\\.", "_" and "-" between them, at most 100 characters';
    const commands = [
      ['import', 'none.txt', '--vectorizer', 'none.json'],
      ['train', 'none.tsv'],
    ];
    for (const command of commands) {
      const fromFolder = await hoshi([...command, '--out', join(folder, 'a:b')]);
      assert.match(
        fromFolder.stderr,
        new RegExp(
          `^hoshi: Expected the name of the folder, .* unless --name gives one, to be ${rule}, received "a:b"\n$`,
        ),
      );
      assert.equal(fromFolder.code, 1);
      for (const name of ['', '..', 'a/b', '50%']) {
        const given = await hoshi([...command, '--out', join(folder, 'named'), '--name', name]);
        assert.match(
          given.stderr,
          new RegExp(`option '--name <name>' .* Expected it to be ${rule}, received "${name}"`),
        );
        assert.equal(given.code, 2);
      }
      assert.ok(!(await readdir(folder)).includes('named'));
    }
  });

  test('inspect: a description of the bundle, or all of its problems and a failure', async () => {
    const { stdout, stderr, code } = await hoshi(['inspect', tiny]);
    assert.match(stdout, /^model +tiny [0-9a-f]{12}\nmade by +by hand\n/);
    assert.match(stdout, /^terms +3: 3 unigrams$/m);
    assert.doesNotMatch(stdout, /report\.html/);
    assert.match(stdout, /^trees +1 of 3\.0 leaves, 2 deep, on 2 terms$/m);
    assert.match(
      stdout,
      /^forest\.bin +fresh\ncontributions\.bin +fresh\nnative +serves it\nnative-lightgbm +serves it\nlightgbm +serves it\njs +serves it\n$/m,
    );
    assert.deepEqual({ stderr, code }, { stderr: '', code: 0 });
    const broken = join(folder, 'broken');
    await cp(tiny, broken, { recursive: true });
    await writeFile(join(broken, 'model.txt'), 'tree\n');
    await rm(join(broken, 'logarithms.txt'));
    const damaged = await hoshi(['inspect', broken]);
    assert.match(damaged.stdout, /^model\.txt +5 bytes, changed$/m);
    assert.match(
      damaged.stderr,
      /cannot be served:\n.*model\.txt: expected 515 bytes \(manifest\.json\), found 5\n.*logarithms\.txt: expected a file/,
    );
    assert.equal(damaged.code, 1);
    const json = await hoshi(['inspect', broken, '--json']);
    assert.equal(JSON.parse(json.stdout).problems.length, 2);
  });

  test('a model that only LightGBM can serve: compile writes its vocabulary, inspect names the engines, score takes one', async () => {
    const tiny = await tinyBundle();
    const bundle = join(folder, 'poisson');
    const modelText = tiny.modelText.replace('objective=regression', 'objective=poisson');
    await writeBundle(bundle, withGolden({ ...tiny, modelText }));
    await rm(join(bundle, 'vocabulary.bin'));
    const refusal = 'model: expected an objective of .*, received poisson';
    const compiled = await hoshi(['compile', bundle]);
    assert.match(
      compiled.stderr,
      new RegExp(
        `^hoshi: wrote .*vocabulary\\.bin: \\d+ bytes\nhoshi: did not write .*forest\\.bin, because the engine native cannot serve the model: ${refusal}\nhoshi: did not write .*contributions\\.bin, because its scores cannot be explained: ${refusal}\n$`,
      ),
    );
    assert.equal(compiled.code, 0);
    const inspected = await hoshi(['inspect', bundle]);
    assert.match(
      inspected.stdout,
      new RegExp(
        `^vocabulary\\.bin +fresh\nforest\\.bin +not for this model\ncontributions\\.bin +not for this model\nnative +${refusal}\nnative-lightgbm +serves it\nlightgbm +serves it\njs +${refusal}\n$`,
        'm',
      ),
    );
    assert.equal(inspected.code, 0);
    for (const engine of ['auto', 'native-lightgbm', 'lightgbm']) {
      const { stdout } = await hoshi(['score', '--bundle', bundle, '--engine', engine], '良い\n悪い\n');
      assert.equal(stdout, `5\n${Math.exp(1)}\n`);
    }
  });

  test('inspect: terms of several words, measures to four decimals, and a report', async () => {
    const parts = await tinyBundle();
    const { manifest, vectorizer } = parts;
    Object.assign(vectorizer.tables, { terms: ['悪い', '悪い 店', '悪い 店 良い 店'] });
    const measured = { ...manifest, measures: { validation: { reviews: 8, rmse: 0.123456, auc: 1 } } };
    const path = join(folder, 'measured');
    await writeBundle(path, withGolden({ ...parts, manifest: measured }));
    await writeFile(join(path, 'report.html'), '<p>星</p>');
    const { stdout, code } = await hoshi(['inspect', path]);
    assert.match(stdout, /^terms +3: 1 unigram, 1 bigram, 1 4-gram$/m);
    assert.match(stdout, /^on validation +8 reviews, RMSE 0\.1235, AUC 1\.0000$/m);
    assert.match(stdout, /^report\.html +10 bytes$/m);
    assert.equal(code, 0);
    const { reportBytes, manifest: shown } = JSON.parse((await hoshi(['inspect', path, '--json'])).stdout);
    assert.deepEqual([reportBytes, shown.measures], [10, measured.measures]);
  });

  test('inspect: the normalizer, the term rules in short, the end map and the labels; no raw term', async () => {
    const plain = await hoshi(['inspect', tiny]);
    assert.match(
      plain.stdout,
      /^scores +1 to 5; 3 golden ones\nlabels +negative below 2\.5, positive above 3\.5\ntokens /m,
    );
    const { stdout, code } = await hoshi(['inspect']);
    assert.match(
      stdout,
      /^end map +raw sums from -\d+\.\d\d to \d+\.\d\d, by \d+ knots; from 2\.75 to 3\.25 they are the scores$/m,
    );
    assert.match(stdout, /^normalizer +emoji, dashes, nfkc, punctuation, repeats, elongation, spelling$/m);
    assert.match(
      stdout,
      /^term rules +base forms; \d+ spellings; negation of up to 6 words by ない ん ぬ .*\(\d+ exceptions\); clauses at が けど .*; last sentence; symbols$/m,
    );
    assert.match(stdout, /^rows +token_pattern=\S+ ngram_range=\[1,2\] [^{]*$/m);
    assert.match(stdout, /^histograms +scores of 5000 held-out reviews, and unknown words of 4993$/m);
    assert.doesNotMatch(plain.stdout, /^histograms/m);
    assert.match(stdout, /^terms +\d+: \d+ unigrams, \d+ bigrams, .*\d+ in the last sentence.*$/m);
    assert.doesNotMatch(stdout, /¬|[ABLS]:/);
    assert.equal(code, 0);
  });

  test('explain: a table, JSON, colours on demand; control characters are shown, not sent', async () => {
    const plain = await hoshi(['explain', '--bundle', tiny, '良い\x1b[2J', '悪い']);
    assert.equal(
      plain.stdout,
      [
        '良い␛[2J\n  +1.667  良い\n  +0.333  (terms that the text does not have)\n  +3.000  (mean of the model)\n   5.000  stars\n',
        '悪い\n  −0.833  悪い\n  −1.167  (terms that the text does not have)\n  +3.000  (mean of the model)\n   1.000  stars\n\n',
      ].join('\n'),
    );
    assert.deepEqual([plain.stderr, plain.code], ['', 0]);
    const { stdout } = await hoshi(['explain', '--bundle', tiny, '--color'], '良い\nとても悪い\n');
    assert.ok(stdout.startsWith('\x1b[38;5;16;48;5;214m良い\x1b[0m\n'), stdout);
    assert.ok(stdout.includes('\nとても\x1b[4;38;5;16;48;5;69m悪い\x1b[0m\n'), stdout);
    const jsonl = await file('explain.jsonl', '{"body": "良い、悪い"}\n{"body": 5}\n');
    const json = await hoshi([
      'explain',
      '--bundle',
      tiny,
      '--json',
      '--top',
      '1',
      '--column',
      'body',
      '--file',
      jsonl,
    ]);
    const { score, base, absent, held, others, terms } = JSON.parse(json.stdout);
    assert.equal(terms.length, 1);
    assert.ok(Math.abs(base + absent + held + others + terms[0].contribution - score) < 1e-9);
    assert.equal(json.stderr, `hoshi: ${jsonl}:2: expected "body" to be a text, received 5\n`);
    assert.equal(json.code, 1);
  });

  test('eval: measures, and unusable rows', async () => {
    const data = await file('c.tsv', 'stars\ttext\n5\t良い\n1\t悪い\nx\t良い\n3\t普通\n');
    const { stdout, stderr, code } = await hoshi(['eval', '--bundle', tiny, data]);
    assert.equal(
      stdout,
      [
        '3 reviews',
        'FEW REVIEWS: There are only 3 reviews; from 300 on, the figures are more certain.',
        '',
        '               value              95 %',
        'AUC           1.0000   0.2065 … 1.0000   1 against 5 stars', // one pair in order
        'AUC           1.0000   0.2065 … 1.0000   1 against 3 stars',
        'AUC           1.0000   0.2065 … 1.0000   3 against 5 stars',
        'Labels        1.0000   0.4385 … 1.0000   right; best cuts 2.00 and 4.00, measured by folds; always negative: 0.3333',
        'Right side    1.0000   0.3424 … 1.0000   of 3: reviews of 1 and 5 stars',
        'At the ends   0.6667   0.2077 … 0.9385   of the scores; right: 1 of 1 near 1, 1 of 1 near 5; exactly at an end: 2',
        'Spearman      1.0000       no interval', // too few reviews for the bootstrap
        'RMSE          0.0000       no interval   stars',
        'MAE           0.0000       no interval   stars',
        '',
        'given   reviews   mean   → 1   → 2   → 3   → 4   → 5',
        '    1         1   1.00     1     0     0     0     0',
        '    3         1   3.00     0     0     1     0     0',
        '    5         1   5.00     0     0     0     0     1',
        '',
      ].join('\n'),
    );
    assert.match(stderr, /c\.tsv:4: expected "stars" to be a number, received "x"/);
    assert.equal(code, 0);
    const json = (await hoshi(['eval', '--json', '--bundle', tiny, data])).stdout;
    const { auc, aucLower, labels, ends, few, confusion, intervals } = JSON.parse(json);
    assert.deepEqual([auc.value, aucLower.high, labels.accuracy, ends.highest.right], [1, 3, 1, 1]);
    assert.match(few, /^There are only 3 reviews/);
    assert.deepEqual({ rmse: intervals.rmse, level: intervals.level }, { rmse: null, level: 0.95 });
    assert.deepEqual(confusion.counts, [
      [1, 0, 0, 0, 0],
      [0, 0, 1, 0, 0],
      [0, 0, 0, 0, 1],
    ]);
  });

  test('load: the stress test, an open loop, and the knee', async (t) => {
    const seen: string[] = [];
    const url = await scoringServer(t, (request, text) => seen.push(`${request.method} ${request.url} ${text}`));
    const texts = await file('texts.tsv', 'body\n良い\n悪い\n');
    const common = ['load', url, '--texts', texts, '--column', 'body'];
    const stress = await hoshi([...common, '--workers', '2', '--rounds', '3', '--path', '/a']);
    assert.match(stress.stdout, /2 workers, 3 rounds of 2 texts\n[\s\S]*\naccepted {3}6, [\s\S]*\nrounds took .* s\n$/);
    assert.deepEqual(seen.sort(), [...Array(3).fill('POST /a 悪い'), ...Array(3).fill('POST /a 良い')]);
    const plot = join(folder, 'run.svg');
    const open = await hoshi([...common, '--rate', '50', '--duration', '0.2', '--json', '--progress', '--plot', plot]);
    const { offered, accepted, goodput, latency, timeline } = JSON.parse(open.stdout);
    assert.deepEqual([offered, accepted, latency.accepted.count], [10, 10, 10]);
    assert.ok(goodput > 0);
    // One second, or more where the machine is slow.
    const line = /^hoshi: (\d+) s: (\d+) offered, (\d+) accepted, 0 refused, 0 failed(?:, p50 .* ms, p99 .* ms)?$/gm;
    const seconds = Array.from(open.stderr.matchAll(line), (match) => match.slice(1).map(Number));
    type Second = { second: number; offered: number; accepted: number };
    assert.deepEqual(
      seconds,
      timeline.map((each: Second) => [each.second + 1, each.offered, each.accepted]),
    );
    const sums = [1, 2].map((column) => seconds.reduce((sum, second) => sum + (second[column] as number), 0));
    assert.deepEqual(sums, [10, 10]);
    assert.match(open.stderr, /[1-9]\d* accepted, .*, p50 /);
    assert.match(await readFile(plot, 'utf8'), /^<svg [\s\S]+<\/svg>\n$/);
    const knee = ['--find-knee', '--rate', '10', '--duration', '0.2', '--p99-limit', '0.1', '--plot', plot];
    assert.match(
      (await hoshi([...common, ...knee])).stdout,
      /p99 of at most 0\.1 ms\n\n[\s\S]*the server did not hold the lowest rate\n$/,
    );
    assert.match(await readFile(plot, 'utf8'), /requests per second offered/);
  });

  test('load: GET without checks; no server exits with 1', async (t) => {
    const seen: string[] = [];
    const url = await scoringServer(t, (request) => seen.push(`${request.method} ${request.url} ${request.headers.a}`));
    const { stdout } = await hoshi([
      'load',
      `${url}/livez`,
      '--method',
      'GET',
      '--header',
      'A: b',
      '--count',
      '1',
      '--json',
    ]);
    assert.equal(JSON.parse(stdout).accepted, 6);
    assert.deepEqual(seen, Array(6).fill('GET /livez b'));
    const { stderr, code } = await hoshi(['load', `localhost:${await freePort()}`, '--count', '1']);
    assert.match(
      stderr,
      /^hoshi: Expected http:\/\/localhost:\d+\/api\/1\/users to respond, received: connection refused\n$/,
    );
    assert.equal(code, 1);
  });

  test('load: an interrupt prints what was measured so far', async (t) => {
    let child: ChildProcess | undefined;
    let count = 0;
    const met = new Set<Socket>();
    const url = await scoringServer(t, ({ socket }) => {
      const isResponseRead = met.has(socket); // the client has read the last response on this connection
      met.add(socket);
      if (++count >= 10 && isResponseRead && !child?.killed) child?.kill('SIGINT'); // a second one would end it at once
    });
    const args = ['load', url, '--count', '10', '--rate', '100', '--duration', '600', '--json'];
    child = spawn(process.execPath, [join(packageRoot, 'bin', 'hoshi'), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [stdout, [code]] = await Promise.all([readAll(child.stdout as Readable), once(child, 'exit')]);
    const { offered, accepted, seconds } = JSON.parse(stdout);
    assert.equal(code, 0);
    assert.ok(offered >= 10 && accepted >= 1 && accepted <= offered && seconds < 600, stdout);
  });

  test('score, eval and explain: a file in Shift_JIS is read, and told; --encoding names one', async () => {
    // Python 3.11.7: '評価,本文\r\n5,良い\r\n1,悪い\r\n'.encode('cp932')
    const bytes = Buffer.from('lV2JvyyWe5W2DQo1LJfHgqINCjEsiKuCog0K', 'base64');
    const data = join(folder, 'sjis.csv');
    await writeFile(data, bytes);
    const told = /sjis\.csv: read as Shift_JIS \(cp932\); --encoding names another encoding/;
    const scored = await hoshi(['score', '--bundle', tiny, '--column', '本文', data]);
    assert.deepEqual([scored.stdout, scored.code], ['5\n1\n', 0]);
    assert.match(scored.stderr, told);
    const found = await hoshi(['score', '--bundle', tiny, data]);
    assert.equal(found.stdout, scored.stdout);
    assert.match(found.stderr, /sjis\.csv: the texts are in "本文"/);
    const other = await hoshi(['score', '--bundle', tiny, '--column', '感想', data]);
    assert.match(
      other.stderr,
      /sjis\.csv:1: expected a column "感想", found 評価, 本文; --column NAME says which is meant/,
    );
    assert.equal(other.code, 1);
    const evaluated = await hoshi(['eval', '--bundle', tiny, data]);
    assert.match(evaluated.stdout, /^2 reviews/);
    assert.match(evaluated.stderr, told);
    assert.match(evaluated.stderr, /the stars are in "評価", the texts in "本文"/);
    const explained = await hoshi([
      'explain',
      '--bundle',
      tiny,
      '--file',
      data,
      '--column',
      '本文',
      '--encoding',
      'cp932',
      '--json',
    ]);
    assert.equal(JSON.parse(explained.stdout.split('\n')[0] as string).score, 5);
    assert.equal(explained.stderr, '');
    const unknown = await hoshi(['eval', '--encoding', 'latin-1', data]);
    assert.match(unknown.stderr, /Expected one of utf-8, utf-16le, utf-16be, shift_jis, euc-jp/);
    assert.equal(unknown.code, 2);
  });

  test('eval: stars from 0 to 100 are grouped to fit into a terminal', async () => {
    const rows = Array.from({ length: 101 }, (_, stars) => `${stars}\t良い${stars}`);
    const data = await file('hundred.tsv', `stars\ttext\n${rows.join('\n')}\n`);
    const { stdout, code } = await hoshi(['eval', '--bundle', tiny, data]);
    assert.match(stdout, /^The stars are from 0 to 100, but the model scores from 1 to 5\./m);
    assert.match(stdout, /^AUC .* 0–12 against 38–62 stars$/m);
    const lines = stdout.slice(stdout.indexOf('given   reviews')).split('\n').slice(0, -1);
    assert.match(lines[0] as string, /^given {3}reviews {3}mean {3}→ 1 {3}→ 2 {3}→ 3 {3}→ 4 {3}→ 5$/);
    assert.match(lines[1] as string, /^ {2}0–9 {8}10 {3}5\.00 {5}0 {5}0 {5}0 {5}0 {4}10$/);
    assert.match(lines.at(-1) as string, /^ {2}100 {9}1 {3}5\.00 {5}0 {5}0 {5}0 {5}0 {5}1$/);
    assert.equal(code, 0);
  });

  test('eval: a report with the same bytes each time; no temporary file is left', async () => {
    const data = await file('report.tsv', 'stars\ttext\n5\t良い\n1\t悪い\n3\t<b>良い</b>\n');
    const reports = [join(folder, 'new', 'report.html'), join(folder, 'again.html')];
    const contents = [];
    for (const report of reports) {
      const { stdout, stderr, code } = await hoshi(['eval', '--bundle', tiny, data, '--report', report]);
      assert.match(stdout, /^3 reviews/);
      assert.match(stderr, new RegExp(`wrote the report to ${report}`));
      assert.equal(code, 0);
      contents.push(await readFile(report, 'utf8'));
    }
    assert.equal(contents[0], contents[1]);
    assert.match(contents[0] as string, /hoshi eval report\.tsv/);
    assert.deepEqual(await readdir(join(folder, 'new')), ['report.html']);
    const taken = await hoshi(['eval', '--bundle', tiny, data, '--report', tiny]);
    assert.deepEqual(
      { code: taken.code, stdout: taken.stdout, stderr: taken.stderr },
      { code: 1, stdout: '', stderr: `hoshi: ${tiny}: expected a file to write, found a folder\n` },
    );
  });

  test('train: the bundle scores, and has the same bytes each time', async () => {
    const words = ['良い', '素晴らしい', '最高', '悪い', 'ひどい', '最低'];
    const where = ['今日', '昨日', '家', '店', '朝', '夜', '友人', '父', '母', '駅'];
    const rows = where.flatMap((place) =>
      words.flatMap((word, i) =>
        ['と思った', 'だ', 'です', 'でした'].map((end) => `${i < 3 ? 5 : 1}\t${place}、${word}${end}。`),
      ),
    );
    const data = await file('d.tsv', `stars\ttext\n${rows.join('\n')}\n`);
    const contents = async (out: string) =>
      Promise.all((await readdir(out)).sort().map((name) => readFile(join(out, name), 'utf8')));
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    const trained = await hoshi([
      'train',
      data,
      '--base',
      'none',
      '--validation',
      '0.1',
      '--out',
      one,
      '--name',
      'mine',
      '--rounds',
      '60',
      '--set',
      'feature_fraction=0.8',
      '--json',
    ]);
    assert.equal(trained.code, 0, trained.stderr);
    assert.equal(JSON.parse(trained.stdout).measures.validation.auc, 1);
    await hoshi([
      'train',
      data,
      '--base',
      'none',
      '--validation',
      '0.1',
      '--out',
      two,
      '--name',
      'mine',
      '--rounds',
      '60',
      '--set',
      'feature_fraction=0.8',
    ]);
    assert.deepEqual(await contents(two), await contents(one));
    const [great, bad] = (await hoshi(['score', '--bundle', one], '最高\n最低\n')).stdout.split('\n').map(Number) as [
      number,
      number,
    ];
    assert.ok(great > 4 && bad < 2, `${great} ${bad}`);
  });

  const refusedData: [what: string, content: string, message: RegExp][] = [
    ['an empty file', '', /e\.tsv: expected reviews, found none/],
    ['a header alone', 'stars\ttext\n', /e\.tsv: expected reviews, found none/],
    ['one star only', 'stars\ttext\n5\tよい\n5\t良い\n', /at least two different stars, received only 5/],
    [
      'bad rows',
      'stars\ttext\n5\t\n1\t悪い\n',
      /:2: expected "text" to be a text, received ""[\s\S]*expected at most 0 unusable rows \(--max-bad\), found 1/,
    ],
    ['no term at all', 'stars\ttext\n5\t。\n1\t、\n', /Expected a term that occurs in/],
    ['another column', 'height\ttext\n5\tよい\n', /:1: expected a column "stars", found height, text/],
  ];
  for (const [what, content, message] of refusedData) {
    test(`train: ${what} is refused, and nothing is written`, async () => {
      const out = join(folder, 'refused');
      const { stderr, code } = await hoshi([
        'train',
        await file('e.tsv', content),
        '--base',
        'none',
        '--out',
        out,
        '--validation',
        '0',
      ]);
      assert.match(stderr, message);
      assert.equal(code, 1);
      assert.ok(!(await readdir(folder)).includes('refused'));
    });
  }

  const misused: [args: string[], message: RegExp][] = [
    [['fly'], /unknown command 'fly'/],
    [['score', '--engine', 'fast'], /Allowed choices are auto, native, native-lightgbm, lightgbm, js/],
    [['train', 'x.tsv'], /required option '--out <folder>' not specified/],
    [['train', 'x.tsv', '--out', 'y', '--seed', 'z'], /Expected an integer from 0 to 2147483647/],
    [['train', 'x.tsv', '--out', 'y', '--set', 'num_leaves'], /Expected name=value/],
    [['eval'], /missing required argument 'data'/],
    [['import', 'm.txt', '--out', 'y'], /required option '--vectorizer <file>' not specified/],
    [
      ['import', 'm.txt', '--vectorizer', 'v', '--out', 'y', '--range', '5,1'],
      /Expected two numbers, the lower one first/,
    ],
    [['compile-dictionary'], /required option '--out <file>' not specified/],
    [['load'], /missing required argument 'url'/],
    [['load', 'ftp://a'], /Expected a URL such as http:\/\/localhost:8080, received "ftp:\/\/a"/],
    [['load', 'localhost', '--rate', '0'], /Expected a number from 0\.1 to 1000000/],
    [['load', 'localhost', '--header', 'a'], /Expected a header such as "Name: value", received "a"/],
  ];
  for (const [args, message] of misused) {
    test(`wrong usage exits with 2: hoshi ${args.join(' ')}`, async () => {
      const { stderr, code } = await hoshi(args);
      assert.match(stderr, message);
      assert.equal(code, 2);
    });
  }

  test('an unknown parameter of LightGBM is refused', async () => {
    const data = await file('f.tsv', 'stars\ttext\n5\tよい\n1\t悪い\n');
    const { stderr, code } = await hoshi([
      'train',
      data,
      '--base',
      'none',
      '--out',
      join(folder, 'g'),
      '--validation',
      '0',
      '--set',
      'lerning_rate=1',
    ]);
    assert.match(stderr, /lerning_rate/);
    assert.equal(code, 1);
  });

  test('--help of each command exits with 0', async () => {
    for (const command of [
      'score',
      'tokenize',
      'explain',
      'train',
      'eval',
      'compare',
      'import',
      'inspect',
      'load',
      'compile-dictionary',
      'serve',
    ]) {
      const { stdout, code } = await hoshi([command, '--help']);
      assert.match(stdout, new RegExp(`^Usage: hoshi ${command}`));
      assert.equal(code, 0);
    }
  });
});
