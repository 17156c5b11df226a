import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Script } from 'node:vm';
import { writeBundle } from '../../model/bundle/write.ts';
import { createRandom } from '../../model/math/random.ts';
import { packageRoot } from '../../native/package-root.ts';
import { randomTrees } from '../fixtures/random-trees.ts';
import { tinyBundle } from '../fixtures/tiny-bundle.ts';
import { withGolden } from '../fixtures/with-golden.ts';

describe('the packed folder', () => {
  let folder = '';
  const server = () => join(folder, 'server.cjs');
  const packed = (...path: string[]) => readFileSync(join(folder, ...path));
  const packer = join(packageRoot, 'dist', 'image', 'pack.js');
  const pack = () => execFileSync(process.execPath, [packer, folder]);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'hoshi-packed-'));
    pack();
  });
  after(() => rmSync(folder, { recursive: true }));

  test('V8 accepts the code cache of the bundle in another process', () => {
    const source = `(function (exports, require, module, __filename, __dirname) {${packed('bundle', 'server.cjs').toString('latin1')}\n})`;
    const cachedData = packed('bundle', 'server.cache');
    assert.equal(new Script(source, { cachedData }).cachedDataRejected, false);
    assert.equal(new Script(`${source} `, { cachedData }).cachedDataRejected, true);
  });

  test('has the same bytes each time', () => {
    const before = ['bundle/server.cjs', 'bundle/server.cache', 'sbom.cdx.json', 'THIRD-PARTY.txt'].map((file) =>
      packed(file),
    );
    pack();
    const after = ['bundle/server.cjs', 'bundle/server.cache', 'sbom.cdx.json', 'THIRD-PARTY.txt'].map((file) =>
      packed(file),
    );
    assert.deepEqual(before, after);
  });

  test('names each of its packages with the licence, and no other package', () => {
    const { components } = JSON.parse(packed('sbom.cdx.json').toString()) as {
      components: { name: string; purl: string }[];
    };
    const names = components.filter(({ purl }) => purl.startsWith('pkg:npm/')).map(({ name }) => name);
    assert.ok(names.includes('prom-client') && names.includes('cloudevents'));
    assert.ok(!names.includes('vega') && !names.includes('functions-framework'));
    const licences = packed('THIRD-PARTY.txt').toString();
    for (const name of names) if (name !== 'kuromoji') assert.ok(licences.includes(`\n${name} `), name);
  });

  test('names no folder of the machine that packed it', () => {
    for (const file of ['server.cjs', 'score.cjs', 'bundle/server.cjs', 'bundle/server.cache', 'sbom.cdx.json'])
      assert.ok(!packed(file).includes(packageRoot) && !packed(file).includes(folder), file);
  });

  test('holds `hoshi score`', () => {
    const input = '最高の映画でした\n';
    const command = [join(packageRoot, 'bin', 'hoshi'), 'score'];
    const expected = execFileSync(process.execPath, command, { input, encoding: 'utf8' });
    assert.equal(execFileSync(process.execPath, [join(folder, 'score.cjs')], { input, encoding: 'utf8' }), expected);
  });

  test('with all engines: all give the same score, and LightGBM is named with its libraries; without its addon, auto falls back', async () => {
    const all = mkdtempSync(join(tmpdir(), 'hoshi-packed-'));
    try {
      execFileSync(process.execPath, [packer, all, 'all']);
      const [native, ...references] = ['native', 'native-lightgbm', 'lightgbm', 'js'].map((engine) =>
        execFileSync(process.execPath, [join(all, 'score.cjs'), '--engine', engine], {
          input: '良い',
          encoding: 'utf8',
        }),
      );
      assert.match(native ?? '', /^[\d.]+\n$/);
      assert.deepEqual(references, [native, native, native]);
      const node = `node ${process.versions.node}`;
      const [first, lightgbm, ...parts] = notNpm(all);
      const notice = linkedByNotice();
      assert.deepEqual([first, lightgbm], [node, notice.lightgbm]);
      const versionless = parts.map((part) =>
        part
          .replace(/ [\d.]+ /, ' ')
          .replace('-2.0', ' 2.0')
          .toLowerCase(),
      );
      assert.deepEqual(versionless, notice.parts);
      assert.deepEqual(notNpm(folder), [node]);
      // Only `js` serves this model without LightGBM: a tree with more leaves than the forest takes.
      rmSync(join(all, 'build', 'addon', 'Release', 'hoshi_lightgbm.node'));
      const bundle = join(all, 'many-leaves');
      const options = { columnCount: 3, maxLeaves: 65_537, trees: 1, hasMaxLeaves: true };
      const modelText = randomTrees(createRandom(3), options);
      await writeBundle(bundle, withGolden({ ...(await tinyBundle()), modelText }));
      const { stdout, stderr } = spawnSync(process.execPath, [join(all, 'score.cjs'), '--bundle', bundle], {
        input: '良い',
        encoding: 'utf8',
      });
      const missing = String.raw`.*hoshi_lightgbm\.node: expected the addon that \`make build\` creates: [^]*`;
      assert.match(
        stderr,
        new RegExp(
          `engine native is unavailable; falling back to native-lightgbm: model: tree 0: expected at most 65536 leaves, received 65537\n[^]*engine native-lightgbm is unavailable; falling back to lightgbm: ${missing}engine lightgbm is unavailable; falling back to js: ${missing}`,
        ),
      );
      assert.match(stdout, /^-?[\d.e+]+\n$/);
    } finally {
      rmSync(all, { recursive: true });
    }
  });

  for (const engine of ['native-lightgbm', 'lightgbm', 'js']) {
    test(`refuses the engine ${engine}, which it does not hold, by name`, () => {
      const { status, stderr } = spawnSync(process.execPath, [server()], {
        env: { HOSHI_ENGINE: engine, PORT: '0' },
        encoding: 'utf8',
      });
      assert.equal(status, 1);
      assert.match(
        stderr,
        new RegExp(
          `Expected HOSHI_ENGINE to be native, the only engine in this image, received ${engine}\\. An image built with HOSHI_ENGINES=all has every engine`,
        ),
      );
    });
  }
});

/** The components of its SBOM that are not npm packages: `name version (licence)`, as far as these are known. */
function notNpm(folder: string): string[] {
  const { components } = JSON.parse(readFileSync(join(folder, 'sbom.cdx.json'), 'utf8')) as {
    components: { name: string; version?: string; purl: string; licenses?: { license: { id: string } }[] }[];
  };
  return components
    .filter(({ purl }) => !purl.startsWith('pkg:npm/'))
    .map(({ name, version, licenses = [] }) =>
      [name, version, ...licenses.map(({ license }) => `(${license.id})`)]
        .filter((part) => part !== undefined)
        .join(' '),
    );
}

/** LightGBM with the version that is built, and the libraries that NOTICE lists for it, without versions. */
function linkedByNotice(): { lightgbm: string; parts: string[] } {
  const text = (...path: string[]) => readFileSync(join(packageRoot, ...path), 'utf8');
  const [, version] = /^lightgbm==(\S+)/m.exec(text('native', 'lightgbm', 'requirements.txt')) ?? [];
  const [, bundled = ''] = /libraries that LightGBM bundles:\n(.*)\.$/m.exec(text('NOTICE')) ?? [];
  const parts = bundled.split(', ').map((part) => part.toLowerCase());
  return { lightgbm: `lightgbm ${version} (MIT)`, parts };
}
