/** The npm package of `make package`: its list, its size, its addons. The script `install` beside this file installs it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { packageRoot } from '../../native/package-root.ts';

/** README.md tells these sizes. The limit is for four platforms. */
const MAX_INSTALLED_BYTES = 75_000_000;
const MAX_PACKED_BYTES = 38_000_000;

const folder = join(packageRoot, 'build', 'package');
const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
let root: string;
let paths: string[];

before(() => {
  root = mkdtempSync(join(tmpdir(), 'hoshi-package-'));
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', root, '--strip-components=1']);
  paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(root, path)).isFile(),
  );
});
after(() => rmSync(root, { recursive: true }));

/** Files that must not be distributed: reports quote reviews, the others serve development only. */
function unwantedOf(list: readonly string[]): string[] {
  return list.filter(
    (path) =>
      /\.(map|tsbuildinfo|cc|h|log|tmp|lock)$|(^|\/)report\.html$/.test(path) ||
      /(^|\/)(tests?|__tests__|bench|benchmark|examples?|demo|coverage|\.github|\.ci)\//.test(path) ||
      /\.(test|spec)\.[cm]?[jt]s$|(^|\/)dev[^/]*\.(tsv|csv|jsonl)$|[._-]dev\./.test(path) ||
      /(^|\/)(\.npmrc|\.env|package-lock\.json|Makefile|tsconfig[^/]*\.json)$/.test(path) ||
      /^(dist\/)?(image|tools|deploy)\//.test(path) ||
      (/\.ts$/.test(path) && !/\.d\.ts$/.test(path)),
  );
}

test('no report, test, source map or file for development is in it', () => {
  assert.deepEqual(unwantedOf(paths), []);
});

test('the check of the list finds each kind of unwanted file', () => {
  const unwanted = [
    'model/stars/report.html',
    'dist/test/layout.test.js',
    'dist/lib/index.js.map',
    'node_modules/one/index.js.map',
    'node_modules/one/test/index.js',
    'dist/.tsbuildinfo',
    'model/corpus/dev.tsv',
    'native/files.cc',
    'lib/index.ts',
    'dist/bench/main.js',
    '.npmrc',
  ];
  assert.deepEqual(unwantedOf(unwanted), unwanted);
});

test('each file that hoshi loads is in it', () => {
  const needed = [
    ...['LICENSE', 'NOTICE', 'README.md', 'commit.txt', 'bin/hoshi', 'dist/bin/main.js', 'dist/lib/index.d.ts'],
    ...['dist/function/index.js', 'function/pages/home.html', 'lib/README.md', 'prebuilds/LICENSES.txt'],
    ...['build/dictionary/ipadic.bin', 'build/dictionary/normalizer.bin', 'node_modules/kuromoji/dict/base.dat.gz'],
    ...['manifest.json', 'forest.bin', 'vocabulary.bin', 'contributions.bin'].map((name) => `model/stars/${name}`),
    ...platforms().flatMap((platform) =>
      ['hoshi_engine', 'hoshi_lightgbm'].map((name) => `prebuilds/${platform}/${name}.node`),
    ),
  ];
  assert.deepEqual(
    needed.filter((path) => !paths.includes(path)),
    [],
  );
});

test('files.txt lists all files, and the checksum is that of the tarball', () => {
  const listed = readFileSync(join(folder, 'files.txt'), 'utf8').trim().split('\n');
  assert.deepEqual(listed.map((line) => line.replace(/^ *\d+ {2}/, '')).sort(), [...paths].sort());
  const sum = createHash('sha256')
    .update(readFileSync(join(folder, tarball)))
    .digest('hex');
  assert.equal(readFileSync(join(folder, `${tarball}.sha256`), 'utf8'), `${sum}  ${tarball}\n`);
});

test('it is as small as README.md says', (t) => {
  const packed = statSync(join(folder, tarball)).size;
  const installed = paths.reduce((sum, path) => sum + statSync(join(root, path)).size, 0);
  t.diagnostic(`${packed} bytes, installed ${installed} bytes, ${paths.length} files`);
  assert.ok(packed <= MAX_PACKED_BYTES, `expected at most ${MAX_PACKED_BYTES} bytes, found ${packed}`);
  assert.ok(installed <= MAX_INSTALLED_BYTES, `expected at most ${MAX_INSTALLED_BYTES} bytes, found ${installed}`);
});

test('no script runs when it is installed', () => {
  const scripts = paths
    .filter((path) => /(^|\/)package\.json$/.test(path))
    .flatMap((path) => {
      const json: { scripts?: Record<string, string> } = JSON.parse(readFileSync(join(root, path), 'utf8'));
      return Object.keys(json.scripts ?? {}).flatMap((name) =>
        /^(pre|post)?install$/.test(name) ? [`${path}: ${name}`] : [],
      );
    });
  assert.deepEqual(scripts, []);
  assert.ok(!paths.some((path) => path.endsWith('binding.gyp')), 'npm would compile a binding.gyp');
});

test('no file names a folder of the machine that built it', () => {
  const names = [packageRoot, homedir()].filter((name) => name.length > 5);
  const naming = paths.filter((path) => {
    const content = readFileSync(join(root, path));
    return names.some((name) => content.includes(name));
  });
  assert.deepEqual(naming, []);
});

test('the addons need glibc 2.28 or musl, and no C++ library', () => {
  for (const platform of platforms())
    for (const addon of ['hoshi_engine', 'hoshi_lightgbm']) {
      const file = join(root, 'prebuilds', platform, `${addon}.node`);
      const head = execFileSync('objdump', ['-p', file], { encoding: 'utf8' });
      const libraries = Array.from(head.matchAll(/NEEDED +(\S+)/g), ([, name = '']) => name);
      const allowed = platform.endsWith('-musl') ? /^libc\.(so|musl-)/ : /^(lib(c|m|pthread|dl)\.so\.\d|ld-linux-)/;
      assert.deepEqual(
        libraries.filter((name) => !allowed.test(name)),
        [],
        `${platform}/${addon} needs other libraries`,
      );
      const versions = Array.from(head.matchAll(/GLIBC_2\.(\d+)/g), ([, minor = '']) => Number(minor));
      assert.ok(Math.max(0, ...versions) <= 28, `${platform}/${addon} needs glibc 2.${Math.max(...versions)}`);
      assert.equal(versions.length === 0, platform.endsWith('-musl'));
      assert.doesNotMatch(head, /GLIBCXX|CXXABI/);
    }
});

test('the bill of materials lists each package, LightGBM and the C++ library', () => {
  const { components }: { components: { name: string }[] } = JSON.parse(
    readFileSync(join(folder, 'sbom.cdx.json'), 'utf8'),
  );
  const names = new Set(components.map(({ name }) => name));
  const packages = paths.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path)?.[1] ?? []);
  assert.ok(packages.length > 50, `expected the packages that hoshi needs, found ${packages.length}`);
  assert.deepEqual(
    [...packages, 'lightgbm', 'llvm-libcxx'].filter((name) => !names.has(name)),
    [],
  );
});

function platforms(): string[] {
  const found = readdirSync(join(root, 'prebuilds')).filter((name) => name !== 'LICENSES.txt');
  assert.ok(found.length > 0, 'expected addons in prebuilds/');
  return found;
}
