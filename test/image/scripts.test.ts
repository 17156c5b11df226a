/** image/build and image/assemble with fake programs, in a temporary folder: the tool that builds, and the refusals. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { packageRoot } from '../../native/package-root.ts';

const SYSTEM =
  'bash env dirname sed mkdir mktemp rm cat tar gzip tr grep awk sort wc head find id realpath uname tee'.split(' ');
type Programs = Readonly<Record<string, string>>;

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoshi-image-'));
  mkdirSync(join(folder, 'image'));
  for (const script of ['build', 'assemble']) copyFileSync(source(script), join(folder, 'image', script));
  writeFileSync(join(folder, 'package.json'), '{\n  "version": "1.2.3",\n  "name": "hoshi"\n}\n');
});
after(() => rmSync(folder, { recursive: true }));

/** Runs a script with only these programs and the usual programs of a system. `calls` lists their command lines. */
function run(
  script: string,
  programs: Programs,
  environment: Readonly<Record<string, string>> = {},
  ...args: string[]
) {
  const bin = mkdtempSync(join(folder, 'bin-'));
  const calls = join(bin, 'calls');
  for (const name of SYSTEM)
    symlinkSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(), join(bin, name));
  for (const [name, text] of Object.entries(programs))
    writeFileSync(join(bin, name), `#!/usr/bin/env bash\necho "${name} $*" >>"$CALLS"\n${text}\n`, { mode: 0o755 });
  const { stdout, stderr, status } = spawnSync(join(folder, 'image', script), args, {
    env: { PATH: bin, CALLS: calls, ARCHIVE: join(folder, 'archive.tar'), ...environment },
    encoding: 'utf8',
  });
  return { stdout, stderr, status, calls: existsSync(calls) ? readFileSync(calls, 'utf8') : '' };
}

describe('image/build', () => {
  const docker = '[ "$1" != build ] || exit 7'; // a docker whose engine responds
  const idle = 'exit 1'; // a docker without an engine
  const buildah = '[ "$1" != build ] || exit 7; [ "$1" != inspect ] || echo "2026-01-02 03:04:05 +0000 UTC"';

  test('docker builds if its engine responds, otherwise buildah; HOSHI_TOOL overrides this', () => {
    const cases: [programs: Programs, environment: Record<string, string>, builder: string][] = [
      [{ docker, buildah }, {}, 'docker'],
      [{ docker: idle, buildah }, {}, 'buildah'],
      [{ buildah }, {}, 'buildah'],
      [{ docker, buildah }, { HOSHI_TOOL: 'buildah' }, 'buildah'],
      [{ docker, buildah }, { HOSHI_TOOL: 'docker' }, 'docker'],
      [{ docker, buildah }, { HOSHI_BASE: 'debootstrap' }, 'buildah'],
    ];
    for (const [programs, environment, builder] of cases) {
      const { calls, status, stderr } = run('build', programs, environment);
      assert.deepEqual(
        [...calls.matchAll(/^(\w+) build /gm)].map(([, name]) => name),
        [builder],
        stderr,
      );
      assert.equal(status, 7);
    }
  });

  test('a missing tool or a wrong variable is named', () => {
    const cases: [programs: Programs, environment: Record<string, string>, message: RegExp][] = [
      [{}, {}, /^hoshi: docker \(with its engine\) or buildah is missing/],
      [{ docker: idle }, { HOSHI_TOOL: 'docker' }, /^hoshi: HOSHI_TOOL=docker: expected a running docker engine/],
      [{ docker }, { HOSHI_TOOL: 'buildah' }, /^hoshi: buildah is missing/],
      [{ docker }, { HOSHI_BASE: 'debootstrap' }, /^hoshi: buildah is missing/],
      [
        { docker },
        { HOSHI_TOOL: 'docker', HOSHI_BASE: 'debootstrap' },
        /expected HOSHI_TOOL to be buildah, received docker/,
      ],
      [{ docker }, { HOSHI_TOOL: 'podman' }, /^hoshi: HOSHI_TOOL: expected docker or buildah, received podman/],
      [
        { buildah },
        { PLATFORMS: 'linux/amd64,linux/riscv64' },
        /^hoshi: PLATFORMS: expected .*, received linux\/amd64,linux\/riscv64$/m,
      ],
      [
        { docker },
        { PLATFORMS: 'linux/amd64,linux/arm64' },
        /^hoshi: PLATFORMS: expected buildah for several platforms/,
      ],
      [{ docker }, { HOSHI_CACHE: 'maybe' }, /^hoshi: HOSHI_CACHE: expected yes or no, received maybe/],
    ];
    for (const [programs, environment, message] of cases) {
      const { stderr, status, calls } = run('build', programs, environment);
      assert.match(stderr, message);
      assert.equal(status, 1);
      assert.doesNotMatch(calls, / build /);
    }
  });

  test('layers of earlier builds: docker reuses them unless `no` is set, buildah only if `yes` is set', () => {
    const builds = (tool: string, HOSHI_CACHE: string) =>
      / build .*/.exec(run('build', { docker, buildah }, { HOSHI_TOOL: tool, HOSHI_CACHE }).calls)?.[0] ?? '';
    assert.deepEqual(
      ['', 'yes', 'no'].map((cache) => builds('docker', cache).includes('--no-cache')),
      [false, false, true],
    );
    assert.deepEqual(
      ['', 'yes', 'no'].map((cache) => builds('buildah', cache).includes('--layers=true')),
      [false, true, false],
    );
  });

  test('PLATFORMS: one is passed on; of two, each is built, then put into a manifest list', () => {
    const one = run('build', { buildah }, { PLATFORMS: 'linux/arm64' });
    assert.match(one.calls, /^buildah build .*--platform linux\/arm64 --tag hoshi:1\.2\.3 \.$/m);
    const archive = join(folder, 'archive.tar');
    mkdirSync(join(folder, 'hoshi'), { recursive: true });
    writeFileSync(join(folder, 'hoshi', 'sbom.cdx.json'), '{}\n');
    writeFileSync(join(folder, 'manifest.json'), '[{"Layers":["layer"]}]\n');
    execFileSync('tar', ['-cf', join(folder, 'layer'), '-C', folder, 'hoshi']);
    execFileSync('tar', ['-cf', archive, '-C', folder, 'manifest.json', 'layer']);
    const pushes = `case "$1 $4" in
      "push oci:"*) path=\${4#oci:}; mkdir -p "\${path%%:*}/blobs"; echo "sha256:${'a'.repeat(64)}" >"\${path%%:*}/index.json" ;;
      "push docker-archive:"*) path=\${4#docker-archive:}; cat "$ARCHIVE" >"\${path%%:*}" ;;
    esac
    [ "$1 $2" != "manifest inspect" ] || echo '{"manifests": []}'`;
    const two = run('build', { buildah: pushes }, { PLATFORMS: 'linux/amd64,linux/arm64' });
    assert.equal(two.status, 0, two.stderr);
    assert.deepEqual(
      [...two.calls.matchAll(/^buildah build .*--platform (\S+) --tag (\S+) \.$/gm)].map(([, ...names]) => names),
      ['amd64', 'arm64'].map((name) => [`linux/${name}`, `hoshi:1.2.3-${name}`]),
    );
    for (const name of ['amd64', 'arm64'])
      assert.match(
        two.calls,
        new RegExp(
          `^buildah manifest add --os linux --arch ${name} hoshi:1.2.3 oci:build/image/${name}/oci:hoshi:1.2.3-${name}$`,
          'm',
        ),
      );
    assert.equal(readFileSync(join(folder, 'build', 'image', 'manifest.json'), 'utf8'), '{"manifests": []}\n');
  });

  test('uncommitted changes add -dirty to the label of the revision', () => {
    const git = (dirty: string) =>
      `case $1 in rev-parse) echo abc ;; status) printf '${dirty}' ;; log) echo 1700000000 ;; esac`;
    const revision = (dirty: string) => /REVISION=\S*/.exec(run('build', { docker, git: git(dirty) }).calls)?.[0];
    assert.deepEqual([revision(''), revision(' M image/Dockerfile')], ['REVISION=abc', 'REVISION=abc-dirty']);
    assert.equal(/REVISION=\S*/.exec(run('build', { docker }).calls)?.[0], 'REVISION=');
  });

  test('the list of files and the SBOM come from all layers of the archive', () => {
    const files = join(folder, 'files');
    mkdirSync(join(files, 'hoshi'), { recursive: true });
    writeFileSync(join(files, 'hoshi', 'server.cjs'), '12345', { mode: 0o644 });
    writeFileSync(join(files, 'hoshi', 'sbom.cdx.json'), '{}\n', { mode: 0o644 });
    const tar = (...args: string[]) => execFileSync('tar', ['--owner=0', '--group=0', '--mode=u=rwX,go=rX', ...args]);
    tar('-czf', join(folder, 'first'), '-C', files, './hoshi/server.cjs');
    tar('-cf', join(folder, 'second'), '-C', files, 'hoshi');
    writeFileSync(join(folder, 'manifest.json'), '[{"Config":"c","RepoTags":["a:1"],"Layers":["first","second"]}]\n');
    tar('-cf', join(folder, 'archive.tar'), '-C', folder, 'manifest.json', 'first', 'second');
    const saving = 'case $1 in save) cat "$ARCHIVE" >"$3" ;; inspect) echo sha256:abc ;; esac';
    const { stdout, stderr, status } = run('build', { docker: saving });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^hoshi:1\.2\.3: 0\.0 MB unpacked, 0\.0 MB compressed\nsha256:abc\n$/);
    const made = (file: string) => readFileSync(join(folder, 'build', 'image', file), 'utf8');
    assert.equal(made('sbom.cdx.json'), '{}\n');
    assert.equal(
      made('contents.txt'),
      'drwxr-xr-x 0/0 0 /hoshi/\n-rw-r--r-- 0/0 3 /hoshi/sbom.cdx.json\n-rw-r--r-- 0/0 5 /hoshi/server.cjs\n',
    );
  });
});

describe('image/assemble', () => {
  const refused = (ldd: string) =>
    run(
      'assemble',
      { ldd, dpkg: 'case $2 in *libc.so.6) echo "libc6:amd64: $2" ;; *) exit 1 ;; esac', cp: '' },
      {},
      join(folder, 'out'),
      'scratch',
    );

  test('a library that no package contains is refused', () => {
    const { stderr, status, calls } = refused(
      `echo '  libc.so.6 => /lib/libc.so.6 (0x1)'; echo '  libown.so.1 => /opt/libown.so.1 (0x2)'`,
    );
    assert.match(
      stderr,
      /^image\/assemble: expected a Debian package that contains \/opt\/libown\.so\.1, dpkg found none/m,
    );
    assert.equal(status, 1);
    assert.match(calls, /^cp -L \/lib\/libc\.so\.6 /m);
  });

  test('a missing library is refused', () => {
    const { stderr, status } = refused(`echo '  libown.so.1 => not found'`);
    assert.match(stderr, /libown\.so\.1 => not found\nimage\/assemble: expected all libraries/);
    assert.equal(status, 1);
  });
});

function source(script: string): string {
  return join(packageRoot, 'image', script);
}
