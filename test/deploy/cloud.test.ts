/** deploy/bigquery and deploy/eventing against the code, the other manifests and their own figures. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig, TEXT_COST_UNITS } from '../../function/config.ts';
import { routes } from '../../function/routes.ts';
import { contentOf, manifestOf, manifestsOf, podTemplateOf } from './manifests.ts';

const { bigQueryBodyLimitBytes, bigQueryWorkLimitUnits, sinkTimeoutMs, drainTimeoutMs } = parseConfig({});
const EXPLANATION_UNITS = 20_000; // EXPLANATION_COST_UNITS of function/request-scoring.ts
const paths = routes.filter(({ method }) => method === 'POST').map(({ path }) => path);

test('functions.sql: each mode once, at a path that exists, in batches within the limits', () => {
  const sql = contentOf('deploy/bigquery/functions.sql');
  const functions = sql.split('CREATE OR REPLACE FUNCTION').slice(1);
  const modes = functions.map((definition) => {
    const {
      mode = '',
      path = '',
      rows = '',
    } = /endpoint = 'https:\/\/ENDPOINT(?<path>\/\w+)'[\s\S]*max_batching_rows = (?<rows>\d+)[\s\S]*\('mode', '(?<mode>\w+)'\)/.exec(
      definition,
    )?.groups ?? {};
    assert.ok(paths.includes(path), path);
    const perRow = mode === 'explain' ? EXPLANATION_UNITS : TEXT_COST_UNITS + 1300;
    assert.ok(Number(rows) * perRow <= bigQueryWorkLimitUnits, mode);
    assert.match(
      definition,
      /^ `PROJECT\.hoshi\.\w+`\(text STRING\) RETURNS (?:FLOAT64|STRING)\nREMOTE WITH CONNECTION `PROJECT\.asia-northeast1\.hoshi`/,
    );
    return mode;
  });
  assert.deepEqual(modes, ['score', 'label', 'explain']);
  assert.ok(1000 * 1300 * 3 <= bigQueryBodyLimitBytes, '1,300 characters of three bytes');
  for (const figure of [bigQueryWorkLimitUnits, Math.floor(bigQueryWorkLimitUnits / EXPLANATION_UNITS)])
    assert.ok(sql.includes(figure.toLocaleString('en')), `${figure}`);
  assert.ok(sql.includes(`${bigQueryBodyLimitBytes / 2 ** 20} MiB`));
});

test('reviews.sql calls only functions of functions.sql', () => {
  const defined = Array.from(
    contentOf('deploy/bigquery/functions.sql').matchAll(/FUNCTION `PROJECT\.(hoshi\.\w+)`/g),
    ([, name]) => name,
  );
  const called = Array.from(
    contentOf('deploy/bigquery/reviews.sql').matchAll(/`PROJECT\.(hoshi\.\w+)`\(text\)/g),
    ([, name]) => name,
  );
  assert.ok(called.length >= 2);
  for (const name of called) assert.ok(defined.includes(name), name);
});

test('deploy/bigquery/README.md: the costs follow from the figures and the prices', () => {
  const readme = contentOf('deploy/bigquery/README.md');
  const price = (unit: string) => Number(new RegExp(`\\$([\\d.]+) for a ${unit}`).exec(readme)?.[1]);
  const second = price('vCPU-second') + price('GiB-second') / 2; // 512 MiB
  const rows = Array.from(readme.matchAll(/^\| [\d,]+ rows, (?:batches of ([\d,]+)|one row).*\|/gm));
  assert.equal(rows.length, 3);
  for (const [row, batch = '1'] of rows) {
    const [, , , microseconds, dollars] = row.split('|').map((cell) => Number.parseFloat(cell.replaceAll(',', '')));
    const cost =
      (microseconds as number) * second + (1 / Number(batch.replaceAll(',', ''))) * price('million requests');
    assert.equal(Number(cost.toPrecision(1)), Number((dollars as number).toPrecision(1)), row);
  }
});

test('broker.yaml: hoshi gets no event of its own type; the replies have a Trigger', () => {
  const triggers = manifestsOf('deploy/eventing/broker.yaml').filter(({ kind }) => kind === 'Trigger');
  const specs = triggers.map(
    ({ spec }) =>
      spec as {
        broker: string;
        filter: { attributes: { type: string } };
        subscriber: { ref: { kind: string; name: string } };
      },
  );
  const types = new Map(specs.map(({ filter, subscriber }) => [filter.attributes.type, subscriber.ref.name]));
  assert.equal(types.get('hoshi.score'), 'scores');
  assert.equal(
    [...types.values()].filter((name) => name === manifestOf('service.yaml', 'Service').metadata.name).length,
    1,
  );
  for (const { broker } of specs)
    assert.equal(broker, manifestOf('deploy/eventing/broker.yaml', 'Broker').metadata.name);
});

test('sink-binding.yaml binds the Knative Service to the Broker; the sink has less time than the drain', () => {
  const { subject, sink } = manifestOf('deploy/eventing/sink-binding.yaml', 'SinkBinding').spec as {
    subject: { apiVersion: string; kind: string; name: string };
    sink: { ref: { kind: string; name: string } };
  };
  const { apiVersion, kind, metadata } = manifestOf('service.yaml', 'Service');
  assert.deepEqual(subject, { apiVersion, kind, name: metadata.name });
  assert.deepEqual(
    [sink.ref.kind, sink.ref.name],
    ['Broker', manifestOf('deploy/eventing/broker.yaml', 'Broker').metadata.name],
  );
  assert.ok(sinkTimeoutMs < drainTimeoutMs);
});

test('job-sink.yaml: the security, the volume and the memory of the bulk job', () => {
  const { job } = manifestOf('deploy/eventing/job-sink.yaml', 'JobSink').spec as {
    job: { spec: { template: ReturnType<typeof podTemplateOf> & { spec: { volumes: unknown } } } };
  };
  const bulk = podTemplateOf('deploy/bulk/job.yaml').spec as unknown as {
    containers: [{ securityContext: unknown; resources: unknown }];
    volumes: unknown;
  };
  const { containers, volumes, automountServiceAccountToken, enableServiceLinks } = job.spec.template.spec;
  assert.deepEqual(containers[0].securityContext, bulk.containers[0].securityContext);
  assert.deepEqual(containers[0].resources, bulk.containers[0].resources);
  assert.deepEqual(volumes, bulk.volumes);
  assert.deepEqual([automountServiceAccountToken, enableServiceLinks], [false, false]);
  assert.equal(containers[0].image, 'REGISTRY/hoshi');
});

test('deploy/eventing/README.md: pushes go to a path that exists', () => {
  const readme = contentOf('deploy/eventing/README.md');
  const [, path = ''] = /--push-endpoint \$endpoint(\/\w+)/.exec(readme) ?? [];
  assert.ok(paths.includes(path), path);
  for (const name of readme.match(/broker\/hoshi|trigger\/[\w-]+/g) ?? []) {
    const [kind = '', named = ''] = name.split('/');
    const found = manifestsOf('deploy/eventing/broker.yaml').some(
      (one) => one.kind.toLowerCase() === kind && one.metadata.name === named,
    );
    assert.ok(found, name);
  }
});
