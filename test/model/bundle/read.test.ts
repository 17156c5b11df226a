import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { BundleError } from '../../../model/bundle/manifest.ts';
import { checkSameNormalizer, readBundle, readUnreplaced } from '../../../model/bundle/read.ts';
import { writeBundle } from '../../../model/bundle/write.ts';
import { inspectBundle } from '../../../model/scoring/inspect.ts';
import { loadScorer } from '../../../model/scoring/load.ts';
import { packageRoot } from '../../../native/package-root.ts';
import { HUGE_BYTES, hugeFile, makeHuge, notFiles } from '../../fixtures/not-files.ts';
import { tinyBundle } from '../../fixtures/tiny-bundle.ts';

let folder: string;
let path: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-bundle-'));
  path = join(folder, 'tiny');
});
after(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  await rm(path, { recursive: true, force: true });
  await writeBundle(path, await tinyBundle());
});

describe('reading a bundle', () => {
  test('gives the parts that were written', async () => {
    const parts = await tinyBundle();
    const bundle = await readBundle(path);
    assert.equal(bundle.modelText, parts.modelText);
    assert.deepEqual(bundle.vectorizer.tables, parts.vectorizer.tables);
    assert.deepEqual(bundle.manifest.goldens, parts.goldens);
    assert.match(bundle.manifest.version, /^[0-9a-f]{12}$/);
  });

  for (const name of ['model.txt', 'vocabulary.tsv', 'logarithms.txt']) {
    test(`a changed ${name} is refused because of its hash`, async () => {
      const content = await readFile(join(path, name), 'utf8');
      await writeFile(join(path, name), content.replace('1', '2'));
      await assert.rejects(
        readBundle(path),
        new RegExp(`${name}: expected SHA-256 [0-9a-f]{64} \\(manifest.json\\), received`),
      );
    });

    test(`the error for a missing ${name} names the file`, async () => {
      await rm(join(path, name));
      await assert.rejects(readBundle(path), new RegExp(`${name}: expected a file of a bundle, found none`));
    });
  }

  for (const name of ['manifest.json', 'model.txt', 'vocabulary.tsv', 'logarithms.txt']) {
    for (const { kind, make } of notFiles) {
      test(`${kind} in the place of ${name} is refused by name`, async () => {
        const file = join(path, name);
        await rm(file);
        const release = await make(file);
        const refusal = { name: 'BundleError', message: `${file}: expected a file of a bundle, found ${kind}` };
        await assert.rejects(readBundle(path), refusal);
        await release();
        await rm(file, { recursive: true });
      });
    }

    test(`a file of 5 GiB in the place of ${name} is refused before it is read`, async () => {
      await makeHuge(join(path, name));
      await assert.rejects(readBundle(path), {
        name: 'BundleError',
        message: new RegExp(`/${name}: expected .* bytes.*, found ${HUGE_BYTES}$`),
      });
    });
  }

  for (const name of ['vocabulary.bin', 'forest.bin', 'contributions.bin']) {
    for (const { kind, make } of [...notFiles, hugeFile]) {
      test(`${kind} in the place of ${name} is named, and the file is compiled in memory`, async () => {
        const file = join(path, name);
        await rm(file);
        const release = await make(file);
        const warnings: string[] = [];
        const scorer = await loadScorer({ bundlePath: path, engine: 'native', warn: (text) => warnings.push(text) });
        assert.equal(scorer.score('良い'), 5);
        await scorer.explain('良い');
        assert.match(warnings[0] ?? '', new RegExp(`^${file}: `));
        await release();
        await rm(file, { recursive: true });
      });
    }
  }

  test('hoshi inspect names all of them', async () => {
    for (const name of ['vocabulary.tsv', 'logarithms.txt', 'forest.bin', 'report.html']) {
      await rm(join(path, name), { force: true });
      execFileSync('mkfifo', [join(path, name)]);
    }
    await makeHuge(join(path, 'model.txt'));
    const { problems, compiled, reportBytes } = await inspectBundle(path);
    for (const name of ['vocabulary.tsv', 'logarithms.txt'])
      assert.ok(problems.includes(`${path}/${name}: expected a file of a bundle, found a FIFO (named pipe)`));
    assert.match(problems.join('\n'), /model\.txt: expected a file of a bundle of at most \d+ bytes, found 5368709120/);
    assert.equal(compiled.find(({ file }) => file === 'forest.bin')?.state, 'missing');
    assert.equal(reportBytes, undefined);
  });

  test('a folder that is no folder', async () => {
    await assert.rejects(readBundle(join(path, 'model.txt')), {
      name: 'BundleError',
      message: `${path}/model.txt/manifest.json: expected a file of a bundle, found none`,
    });
  });

  test('a normalizer whose tables are not the installed ones is refused', async () => {
    const { manifest } = await readBundle(path);
    const [own, installed] = ['ab'.repeat(32), 'cd'.repeat(32)];
    const normalized = { ...manifest, normalizer: { steps: ['nfkc'] as const, tables: own } };
    checkSameNormalizer(path, manifest, installed);
    checkSameNormalizer(path, normalized, own);
    assert.throws(() => checkSameNormalizer(path, normalized, installed), {
      name: 'BundleError',
      message: `${path}/manifest.json: expected normalizer.tables to be ${installed}, which are installed, received ${own}`,
    });
  });

  test('a manifest that is not JSON is refused', async () => {
    await writeFile(join(path, 'manifest.json'), '{');
    await assert.rejects(readBundle(path), /manifest.json: expected JSON, /);
  });
});

describe('a bundle that is replaced while it is read', () => {
  const mixed = () => Promise.reject(new BundleError('mixed'));

  test('is read again, but a damaged one is not', async () => {
    const seen: string[] = [];
    const parts = await tinyBundle();
    const read = async (bytes: Buffer) => {
      seen.push(JSON.parse(bytes.toString()).name);
      if (seen.length > 1) return 'whole';
      await writeBundle(path, { ...parts, manifest: { ...parts.manifest, name: 'newer' } });
      return mixed();
    };
    assert.equal(await readUnreplaced(path, read), 'whole');
    assert.deepEqual(seen, ['tiny', 'newer']);
    await assert.rejects(readUnreplaced(path, mixed), /^BundleError: mixed$/);
  });

  test('is not read for ever', async () => {
    let readings = 0;
    const read = async () => {
      await writeFile(join(path, 'manifest.json'), `${readings++}`);
      return mixed();
    };
    await assert.rejects(readUnreplaced(path, read), /^BundleError: mixed$/);
    assert.equal(readings, 20);
  });

  test('is always whole: 300 readings, while another process replaces it without a pause', async () => {
    const modules = ['model/bundle/write.js', 'test/fixtures/tiny-bundle.js'];
    const [write, tiny] = modules.map((name) => JSON.stringify(join(packageRoot, 'dist', name)));
    const replace = `
      import { writeBundle } from ${write};
      import { tinyBundle } from ${tiny};
      const parts = await tinyBundle();
      const other = { ...parts, modelText: parts.modelText.replace('leaf_value=3', 'leaf_value=2'), goldens: [{ text: '', score: 2 }] };
      for (let i = 0; ; i++) {
        await writeBundle(${JSON.stringify(path)}, i % 2 === 0 ? other : parts);
        if (i === 1) process.stdout.write('started');
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', replace], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const versions = new Set<string>();
    try {
      await once(child.stdout, 'data');
      for (let i = 0; i < 150; i++) {
        versions.add((await readBundle(path)).manifest.version);
        versions.add((await loadScorer({ bundlePath: path, engine: 'native' })).bundle.version);
      }
    } finally {
      child.kill('SIGKILL');
    }
    assert.equal(versions.size, 2);
    await once(child, 'exit');
  });
});
