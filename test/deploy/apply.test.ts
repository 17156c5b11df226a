/** `make deploy` with fake programs: the missing parts that it names, the pushed image, and the applied manifest. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { packageRoot } from '../../native/package-root.ts';
import { contentOf } from './manifests.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const kubectl = [
  'case "$*" in',
  '  *"apply -f -"*) cat >"$APPLIED" ;;',
  '  *generation*) echo 2 ;;',
  '  *latestReady*) echo hoshi-00002 ;;',
  '  *status.url*) echo http://hoshi.test ;;',
  'esac',
].join('\n');
const buildah = [
  'echo "buildah $*" >>"$CALLS"',
  `while [ $# -gt 0 ]; do if [ "$1" = --digestfile ]; then printf ${digest} >"$2"; fi; shift; done`,
].join('\n');

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-apply-'));
});
after(() => rm(folder, { recursive: true }));

/** Runs deploy/apply with a PATH that has only these programs and the usual programs of a system. */
async function apply(programs: Readonly<Record<string, string>>, environment: Readonly<Record<string, string>> = {}) {
  const bin = await mkdtemp(join(folder, 'bin-'));
  await mkdir(bin, { recursive: true });
  for (const name of ['bash', 'env', 'dirname', 'sed', 'cat', 'mktemp', 'rm', 'tee'])
    await symlink(spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim(), join(bin, name));
  for (const [name, script] of Object.entries(programs))
    await writeFile(join(bin, name), `#!/usr/bin/env bash\n${script}\n`, { mode: 0o755 });
  const [applied, calls] = [join(bin, 'applied.yaml'), join(bin, 'calls')];
  const { stdout, stderr, status } = spawnSync(join(packageRoot, 'deploy', 'apply'), {
    env: { PATH: bin, APPLIED: applied, CALLS: calls, ...environment },
    encoding: 'utf8',
  });
  const read = (file: string) => readFile(file, 'utf8').catch(() => '');
  return { stdout, stderr, status, applied: await read(applied), calls: await read(calls) };
}

test('names the missing part: registry, kubectl, cluster, Knative or image', async () => {
  const REGISTRY = 'registry.test/project';
  const noCluster = 'case "$1" in version) exit 1 ;; config) echo far ;; esac';
  const noKnative = '[ "$1" = version ]';
  const noImage = 'exit 1';
  const isWithoutImage = /^hoshi: neither docker nor buildah has the image hoshi:\d.*: run `make image` first/;
  const cases: [programs: Record<string, string>, environment: Record<string, string>, message: RegExp][] = [
    [{}, {}, /^hoshi: expected a registry, as in: make deploy REGISTRY=/],
    [{}, { REGISTRY }, /^hoshi: kubectl is missing: https/],
    [{ kubectl: noCluster }, { REGISTRY }, /^hoshi: kubectl reaches no cluster through the context far;/],
    [{ kubectl: noKnative }, { REGISTRY }, /^hoshi: the cluster has no Knative Serving/],
    [{ kubectl }, { REGISTRY }, isWithoutImage],
    [{ kubectl, buildah: noImage }, { REGISTRY }, isWithoutImage],
  ];
  for (const [programs, environment, message] of cases) {
    const { stderr, status, applied } = await apply(programs, environment);
    assert.match(stderr, message);
    assert.deepEqual([status, applied], [1, '']);
  }
});

test('pushes the image, and applies service.yaml with only the image replaced, by digest', async () => {
  const environment = { REGISTRY: 'registry.test/project', IMAGE: 'hoshi:mine' };
  const { stdout, status, applied, calls, stderr } = await apply({ kubectl, buildah }, environment);
  assert.equal(status, 0, stderr);
  assert.match(calls, /^buildah push --digestfile \S+ hoshi:mine docker:\/\/registry\.test\/project\/hoshi:mine$/m);
  const image = `image: registry.test/project/hoshi@${digest}`;
  assert.equal(applied, contentOf('service.yaml').replace('image: REGISTRY/hoshi', image));
  assert.ok(applied.includes(image));
  assert.equal(stdout, 'hoshi-00002 is ready at http://hoshi.test\n');
});

const docker = [
  'echo "docker $*" >>"$CALLS"',
  `[ "$1" != push ] || printf 'The push refers to a repository\\nmine: digest: ${digest} size: 1234\\n'`,
].join('\n');

test('reads the digest from the output of docker push', async () => {
  const { applied, status } = await apply({ kubectl, docker }, { REGISTRY: 'registry.test/project' });
  assert.equal(status, 0);
  assert.ok(applied.includes(`image: registry.test/project/hoshi@${digest}`));
});

test('PUSH_ONLY=1 needs no cluster, pushes, and prints only the name with its digest', async () => {
  const environment = { REGISTRY: 'registry.test/project', IMAGE: 'hoshi:mine', PUSH_ONLY: '1' };
  for (const programs of [{ docker }, { buildah: `${buildah}\necho written` }]) {
    const { stdout, stderr, status, applied, calls } = await apply(programs, environment);
    assert.equal(status, 0, stderr);
    assert.match(calls, /^\w+ push .*registry\.test\/project\/hoshi:mine$/m);
    assert.deepEqual([stdout, applied], [`registry.test/project/hoshi@${digest}\n`, '']);
  }
});

test('the tag follows the colon in the last part of a name; a colon of a port does not count', async () => {
  const cases = [
    ['hoshi:mine', 'mine'],
    ['localhost:5000/hoshi', 'latest'],
    ['localhost:5000/hoshi:mine', 'mine'],
    [`localhost:5000/hoshi@${digest}`, 'latest'],
    ['hoshi', 'latest'],
  ];
  for (const [IMAGE, tag] of cases) {
    const environment = { REGISTRY: 'registry.test:5000/project', IMAGE: String(IMAGE), PUSH_ONLY: '1' };
    const { status, calls, stderr } = await apply({ docker }, environment);
    assert.equal(status, 0, stderr);
    assert.match(calls, new RegExp(`^docker tag ${IMAGE} registry\\.test:5000/project/hoshi:${tag}$`, 'm'));
  }
});
