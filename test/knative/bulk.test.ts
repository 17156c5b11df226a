/**
 * deploy/bulk/job.yaml over a folder that the nodes share with this machine, in four shards; a pod is killed while it writes. Each line is scored exactly once:
 * the shards one after the other are what `hoshi score` says of the whole file.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { loadTexts } from '../../cli/loadtest/texts.ts';
import { packageRoot } from '../../native/package-root.ts';
import { get, remove } from './api.ts';
import { Namespace, type Pod, readManifest, until } from './cluster.ts';
import { run } from './command.ts';
import { keep, show } from './results.ts';
import { image, isFull, sharedFolder } from './settings.ts';

const REVIEWS = Number(process.env.BULK_REVIEWS ?? (isFull ? 1_000_000 : 400_000));
const SHARDS = 4;
const PATIENCE_MS = 600_000;

const INDEX = 'batch.kubernetes.io/job-completion-index';

interface JobPod extends Pick<Pod, 'metadata'> {
  readonly status: { readonly phase: string };
}

interface Job {
  readonly metadata: { name: string };
  readonly spec: {
    completions: number;
    parallelism: number;
    template: {
      spec: {
        containers: [{ image: string; resources: { requests: { cpu: string } } }];
        volumes: { name: string; persistentVolumeClaim?: object; hostPath?: object }[];
      };
    };
  };
  readonly status?: { readonly succeeded?: number; readonly failed?: number };
}

describe('the bulk job', {
  skip: sharedFolder === undefined && 'HOSHI_SHARED_FOLDER names no folder that the nodes see',
}, () => {
  const folder = join(sharedFolder ?? '', 'bulk');
  const scores = join(folder, `scores-${SHARDS}`);
  let space: Namespace;

  before(async () => {
    space = await Namespace.make('bulk');
    await mkdir(scores, { recursive: true });
    await chmod(scores, 0o777); // pods are nobody
    await writeReviews(join(folder, 'reviews.tsv'));
  });
  after(async () => {
    await space?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  test(`${REVIEWS} reviews in ${SHARDS} shards, one pod killed on the way`, { timeout: PATIENCE_MS }, async () => {
    const job = await bulkJob(folder);
    const { name } = job.metadata;
    const began = performance.now();
    await space.apply(job);
    const killed = await killOne(space, scores, name);
    const state = () => get<Job>(`/apis/batch/v1/namespaces/${space.name}/jobs/${name}`);
    await until(`${SHARDS} shards`, PATIENCE_MS, async () => (await state()).status?.succeeded === SHARDS);
    const seconds = (performance.now() - began) / 1000;
    const after = (await podsOf(space, name)).filter(
      ({ metadata, status }) => metadata.labels[INDEX] === killed.index && status.phase === 'Succeeded',
    );
    assert.ok(
      after.length === 1 && after[0]?.metadata.name !== killed.name,
      'another pod did the shard of the one that was killed',
    );
    // What a killed pod had written aside may be left, under a name that nobody takes for a shard's.
    const outputs = (await readdir(scores)).filter((file) => !file.startsWith('.')).sort();
    assert.equal(outputs.length, SHARDS, `a file for each shard: ${outputs}`);
    const received = await digestOf(outputs.map((file) => join(scores, file)));
    const whole = join(folder, 'whole.txt');
    await run(join(packageRoot, 'bin', 'hoshi'), ['score', join(folder, 'reviews.tsv'), '--out', whole]);
    const expected = await digestOf([whole]);
    show('the bulk job', [
      ['reviews', String(REVIEWS)],
      ['shards', String(SHARDS)],
      ['killed', killed.name],
      ['seconds, with the pods', seconds],
      ['scores', String(received.lines)],
    ]);
    await keep('bulk', { reviews: REVIEWS, seconds, killed, ...received });
    assert.equal(received.lines, REVIEWS);
    assert.deepEqual(received, expected);
  });
});

/** The job of deploy/, with the image under test and the folder in place of a volume. */
async function bulkJob(folder: string): Promise<Job> {
  const job = await readManifest<Job>('deploy/bulk/job.yaml');
  assert.equal(job.spec.completions, SHARDS);
  const { containers, volumes } = job.spec.template.spec;
  containers[0].image = image;
  containers[0].resources.requests.cpu = '100m'; // all shards at a time on a node of two cores
  for (const volume of volumes) {
    delete volume.persistentVolumeClaim;
    volume.hostPath = { path: folder };
  }
  return job;
}

function podsOf(space: Namespace, job: string): Promise<readonly JobPod[]> {
  const selector = encodeURIComponent(`batch.kubernetes.io/job-name=${job}`);
  const path = `/api/v1/namespaces/${space.name}/pods?labelSelector=${selector}`;
  return get<{ items: JobPod[] }>(path).then(({ items }) => items);
}

/** Kills a pod once it has written something, and not all. */
async function killOne(space: Namespace, scores: string, job: string): Promise<{ name: string; index: string }> {
  const halfWritten = async () => {
    const aside = (await readdir(scores)).filter((file) => file.startsWith('.')); // .INDEX.txt.ID.tmp
    const sizes = await Promise.all(
      aside.map((file) =>
        stat(join(scores, file)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    return aside.filter((_, i) => (sizes[i] as number) > 0).map((file) => file.split('.')[1] as string);
  };
  let index: string | undefined;
  await until('a shard half written', PATIENCE_MS, async () => {
    [index] = await halfWritten();
    return index !== undefined;
  });
  const pod = (await podsOf(space, job)).find(({ metadata }) => metadata.labels[INDEX] === index);
  assert.ok(index !== undefined && pod !== undefined, 'a pod is writing');
  await remove(`/api/v1/namespaces/${space.name}/pods/${pod.metadata.name}?gracePeriodSeconds=0`);
  return { name: pod.metadata.name, index };
}

/** Each line another text, so that none can stand for another. */
async function writeReviews(file: string): Promise<void> {
  const texts = await loadTexts({ column: 'text', count: 1000 });
  const stream = createWriteStream(file);
  stream.write('text\n');
  for (let written = 0; written < REVIEWS; written += texts.length) {
    const lines = texts.slice(0, REVIEWS - written).map((text, i) => `${text}${written + i}\n`);
    if (!stream.write(lines.join(''))) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

/** Of the lines of some files, one after the other. */
async function digestOf(files: readonly string[]): Promise<{ readonly lines: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let lines = 0;
  for (const file of files) {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      for (const byte of chunk) if (byte === 0x0a) lines++;
    }
  }
  return { lines, sha256: hash.digest('hex') };
}
