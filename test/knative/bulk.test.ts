/**
 * deploy/bulk/job.yaml in four shards, on a folder that the nodes share with this machine. A pod is killed while it
 * writes. Each line is still scored exactly once: the concatenated shards equal the output of `hoshi score` for the
 * whole file.
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
import { until } from '../fixtures/until.ts';
import { get, remove } from './api.ts';
import { Namespace, type Pod, readManifest } from './cluster.ts';
import { run } from './command.ts';
import { keep, show } from './results.ts';
import { image, isFull, sharedFolder } from './settings.ts';

const REVIEWS = Number(process.env.BULK_REVIEWS ?? (isFull ? 1_000_000 : 400_000));
const SHARDS = 4;
const PATIENCE = { patienceMs: 600_000, everyMs: 100 };

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
  skip: sharedFolder === undefined && 'set HOSHI_SHARED_FOLDER to a folder that the nodes share with this machine',
}, () => {
  const folder = join(sharedFolder ?? '', 'bulk');
  const scores = join(folder, `scores-${SHARDS}`);
  let space: Namespace;

  before(async () => {
    space = await Namespace.make('bulk');
    await mkdir(scores, { recursive: true });
    await chmod(scores, 0o777); // the pods run as 65532
    await writeReviews(join(folder, 'reviews.tsv'));
  });
  after(async () => {
    await space?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  test(`${REVIEWS} reviews in ${SHARDS} shards; one pod is killed meanwhile`, {
    timeout: PATIENCE.patienceMs,
  }, async () => {
    const job = await bulkJob(folder);
    const { name } = job.metadata;
    const began = performance.now();
    await space.apply(job);
    const killed = await killOne(space, scores, name);
    const state = () => get<Job>(`/apis/batch/v1/namespaces/${space.name}/jobs/${name}`);
    await until(`${SHARDS} finished shards`, async () => (await state()).status?.succeeded === SHARDS, PATIENCE);
    const seconds = (performance.now() - began) / 1000;
    const after = (await podsOf(space, name)).filter(
      ({ metadata, status }) => metadata.labels[INDEX] === killed.index && status.phase === 'Succeeded',
    );
    assert.ok(
      after.length === 1 && after[0]?.metadata.name !== killed.name,
      'expected another pod to finish the shard of the killed pod',
    );
    // The killed pod may leave its temporary file. Its name starts with a dot, so it is not mistaken for a shard.
    const outputs = (await readdir(scores)).filter((file) => !file.startsWith('.')).sort();
    assert.equal(outputs.length, SHARDS, `expected one file per shard, found ${outputs}`);
    const received = await digestOf(outputs.map((file) => join(scores, file)));
    const whole = join(folder, 'whole.txt');
    await run(join(packageRoot, 'bin', 'hoshi'), ['score', join(folder, 'reviews.tsv'), '--out', whole]);
    const expected = await digestOf([whole]);
    show('the bulk job', [
      ['reviews', String(REVIEWS)],
      ['shards', String(SHARDS)],
      ['killed', killed.name],
      ['seconds, including the start of pods', seconds],
      ['scores', String(received.lines)],
    ]);
    await keep('bulk', { reviews: REVIEWS, seconds, killed, ...received });
    assert.equal(received.lines, REVIEWS);
    assert.deepEqual(received, expected);
  });
});

/** The job of deploy/bulk, with the image under test, and with the folder instead of a volume. */
async function bulkJob(folder: string): Promise<Job> {
  const job = await readManifest<Job>('deploy/bulk/job.yaml');
  assert.equal(job.spec.completions, SHARDS);
  const { containers, volumes } = job.spec.template.spec;
  containers[0].image = image;
  containers[0].resources.requests.cpu = '100m'; // all shards fit on a node with two cores at the same time
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

/** Kills a pod that has written a part of its shard. Returns its name and the index of the shard. */
async function killOne(space: Namespace, scores: string, job: string): Promise<{ name: string; index: string }> {
  const partlyWritten = async () => {
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
  await until(
    'a partly written shard',
    async () => {
      [index] = await partlyWritten();
      return index !== undefined;
    },
    PATIENCE,
  );
  const pod = (await podsOf(space, job)).find(({ metadata }) => metadata.labels[INDEX] === index);
  assert.ok(index !== undefined && pod !== undefined, 'expected a pod that writes this shard');
  await remove(`/api/v1/namespaces/${space.name}/pods/${pod.metadata.name}?gracePeriodSeconds=0`);
  return { name: pod.metadata.name, index };
}

/** Writes the reviews. Every line is a different text, so that a missing or repeated line changes the result. */
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

/** The number of lines and the SHA-256 of the concatenated files. */
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
