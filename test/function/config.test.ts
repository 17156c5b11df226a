import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { parseConfig, TEXT_COST_UNITS, textLimitsOf } from '../../function/config.ts';

test('defaults', () => {
  const config = parseConfig({});
  assert.deepEqual(
    [config.port, config.engine, config.bodyLimitBytes, config.drainTimeoutMs],
    [8080, 'auto', 1048576, 8000],
  );
  assert.match(config.bundlePath, /model\/stars$/);
  assert.ok(Object.isFrozen(config));
});

test('texts are limited by their work; HOSHI_TEXTS_LIMIT counts them if it is set', () => {
  const limits = (environment: Record<string, string>) => textLimitsOf(parseConfig(environment));
  assert.equal(parseConfig({}).textsLimit, undefined);
  assert.equal(parseConfig({}).workLimitUnits, 2 * 1048576);
  assert.deepEqual(limits({}), { maxTexts: 16384, setBy: 'HOSHI_WORK_LIMIT_UNITS' });
  assert.deepEqual(limits({ HOSHI_TEXTS_LIMIT: '64' }), { maxTexts: 64, setBy: 'HOSHI_TEXTS_LIMIT' });
  assert.deepEqual(limits({ HOSHI_TEXTS_LIMIT: '65536' }), { maxTexts: 16384, setBy: 'HOSHI_WORK_LIMIT_UNITS' });
  assert.deepEqual(limits({ HOSHI_WORK_LIMIT_UNITS: '1280' }), { maxTexts: 10, setBy: 'HOSHI_WORK_LIMIT_UNITS' });
});

test('one text may fill the largest body, whatever its limit is', () => {
  for (const bytes of [1, 1 << 20, 1 << 30]) {
    const { workLimitUnits } = parseConfig({ HOSHI_BODY_LIMIT_BYTES: String(bytes) });
    assert.ok(workLimitUnits >= bytes + TEXT_COST_UNITS, `${bytes}`);
  }
});

test('BigQuery has limits of its own; its work follows from its body, and its body is never below that of others', () => {
  const limits = (environment: Record<string, string>) => {
    const { bigQueryBodyLimitBytes, bigQueryWorkLimitUnits } = parseConfig(environment);
    return [bigQueryBodyLimitBytes, bigQueryWorkLimitUnits];
  };
  assert.deepEqual(limits({}), [4 << 20, 8 << 20]);
  assert.deepEqual(limits({ HOSHI_BODY_LIMIT_BYTES: String(8 << 20) }), [8 << 20, 16 << 20]);
  assert.deepEqual(limits({ HOSHI_BIGQUERY_BODY_LIMIT_BYTES: '1000' }), [1000, 2000]);
  assert.deepEqual(limits({ HOSHI_BIGQUERY_WORK_LIMIT_UNITS: '12800' }), [4 << 20, 12_800]);
});

test('K_SINK is a URL, and K_CE_OVERRIDES has extensions', () => {
  assert.equal(parseConfig({ K_CE_OVERRIDES: 'not looked at without a sink' }).sink, undefined);
  const K_SINK = 'http://broker-ingress.knative-eventing.svc.cluster.local/default/reviews';
  assert.deepEqual(parseConfig({ K_SINK, K_CE_OVERRIDES: '{"extensions":{"team":"reviews"}}' }).sink, {
    url: K_SINK,
    extensions: { team: 'reviews' },
    certificates: undefined,
  });
  assert.deepEqual(parseConfig({ K_SINK, K_CE_OVERRIDES: '{}', HOSHI_SINK_TIMEOUT_MS: '70' }).sink?.extensions, {});
  assert.equal(parseConfig({ HOSHI_SINK_TIMEOUT_MS: '70' }).sinkTimeoutMs, 70);
  assert.throws(
    () => parseConfig({ K_SINK: 'broker' }),
    /^Error: Expected K_SINK to be a URL of http or https, received "broker"$/,
  );
  assert.throws(() => parseConfig({ K_SINK: 'file:///x' }), /K_SINK/);
  assert.throws(
    () => parseConfig({ K_SINK, K_CA_CERTS: 'key' }),
    /^Error: Expected K_CA_CERTS to be certificates in PEM/,
  );
  const names = ['id', 'source', 'type', 'specversion', 'time', 'data', 'datacontenttype', 'constructor', 'validate'];
  const reserved = names.map((name) => JSON.stringify({ extensions: { [name]: 'x' } }));
  const wrong = ['x', '[1]', 'null', 'null1', '{"extensions":{"Team":"x"}}', '{"extensions":{"team":1}}'];
  for (const overrides of [...wrong, ...reserved])
    assert.throws(
      () => parseConfig({ K_SINK, K_CE_OVERRIDES: overrides }),
      /^Error: Expected K_CE_OVERRIDES to be JSON such as/,
      overrides,
    );
});

test('an empty variable counts as not set', () => {
  assert.equal(parseConfig({ PORT: '' }).port, 8080);
});

test('unknown variables named HOSHI_… are reported', () => {
  assert.deepEqual(parseConfig({ HOSHI_BODYLIMIT: '1', HOSHI_TEXTS_LIMIT: '3', PATH: '/' }).unknown, [
    'HOSHI_BODYLIMIT',
  ]);
});

test('AIP_HTTP_PORT is the port unless PORT is set', () => {
  assert.equal(parseConfig({ AIP_HTTP_PORT: '7080' }).port, 7080);
  assert.equal(parseConfig({ AIP_HTTP_PORT: '7080', PORT: '9000' }).port, 9000);
});

test('AIP_STORAGE_URI has a warning: hoshi reads no buckets', () => {
  const { remarks } = parseConfig({ AIP_STORAGE_URI: 'gs://a/b' });
  assert.deepEqual(
    remarks.map(({ severity }) => severity),
    ['warning'],
  );
  assert.match(remarks[0]?.message ?? '', /^AIP_STORAGE_URI is not used, .* HOSHI_BUNDLE$/);
});

test('HOST is an address or a name', () => {
  for (const host of ['127.0.0.1', '0.0.0.0', '::', '::1', 'fe80::1%eth0', 'localhost', 'a-b.example', 'my_host'])
    assert.equal(parseConfig({ HOST: host }).host, host);
  assert.equal(parseConfig({ HOST: '[::1]' }).host, '::1');
  assert.equal(parseConfig({}).host, undefined);
});

test('HOSHI_CORS_ORIGINS is * or a list', () => {
  const originsOf = (text: string) => parseConfig({ HOSHI_CORS_ORIGINS: text }).corsOrigins;
  assert.equal(originsOf(''), undefined);
  assert.deepEqual(originsOf('*'), ['*']);
  assert.deepEqual(originsOf('https://a.example, http://localhost:3000,https://a.example'), [
    'https://a.example',
    'http://localhost:3000',
  ]);
  assert.deepEqual(originsOf('http://[::1]:81,https://a:8443'), ['http://[::1]:81', 'https://a:8443']);
  assert.deepEqual(originsOf('chrome-extension://abcdefgh'), ['chrome-extension://abcdefgh']);
});

describe('the folder of the bundle', () => {
  let mounted: string;
  beforeEach(() => {
    mounted = mkdtempSync(join(tmpdir(), 'hoshi-mounted-'));
  });
  afterEach(() => rmSync(mounted, { recursive: true }));
  const addBundle = (folder: string) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'manifest.json'), '{}');
  };
  const parse = (environment: Record<string, string> = {}) => {
    const { bundlePath, remarks } = parseConfig(environment, mounted);
    return { bundlePath, remarks: remarks.map(({ severity, message }) => `${severity}: ${message}`) };
  };

  test('is the mounted one if it is a bundle, and the log says so', () => {
    addBundle(mounted);
    assert.deepEqual(parse(), { bundlePath: mounted, remarks: [`info: the bundle at ${mounted} is served`] });
  });

  test('is HOSHI_BUNDLE if that is set, and the log says that the mounted bundle is not served', () => {
    addBundle(mounted);
    assert.deepEqual(parse({ HOSHI_BUNDLE: '/mine' }), {
      bundlePath: '/mine',
      remarks: [`warning: HOSHI_BUNDLE is set, so the bundle at ${mounted} is not served`],
    });
    assert.deepEqual(parse({ HOSHI_BUNDLE: `${mounted}/` }), { bundlePath: `${mounted}/`, remarks: [] });
  });

  test('is the shipped one if nothing is mounted, or an empty folder, and the log says the latter', () => {
    const { bundlePath, remarks } = parseConfig({}, join(mounted, 'none'));
    assert.match(bundlePath, /model\/stars$/);
    assert.deepEqual(remarks, []);
    mkdirSync(join(mounted, 'lost+found')); // at the root of a volume
    const empty = parse();
    assert.match(empty.bundlePath, /model\/stars$/);
    assert.deepEqual(empty.remarks, [`warning: ${mounted} is empty, so the shipped model is served`]);
  });

  test('of something else that is mounted there is an error, which names a bundle one folder below', () => {
    writeFileSync(join(mounted, 'model.joblib'), '');
    assert.throws(parse, {
      message: new RegExp(
        `^Expected ${mounted} to be a bundle with manifest\\.json, found a folder without one\\. HOSHI_BUNDLE=\\S+model/stars serves the shipped model$`,
      ),
    });
    addBundle(join(mounted, 'mine'));
    assert.throws(parse, /Set HOSHI_BUNDLE=\S+\/mine$/);
    assert.equal(parse({ HOSHI_BUNDLE: '/mine' }).bundlePath, '/mine');
    writeFileSync(join(mounted, 'file'), '');
    assert.throws(() => parseConfig({}, join(mounted, 'file')), /to be a folder that can be read, received ENOTDIR/);
    symlinkSync('/nowhere', join(mounted, 'link'));
    assert.throws(() => parseConfig({}, join(mounted, 'link')), /to be a folder that can be read, received ENOENT/);
  });
});

test('variables of OpenTelemetry count only with an endpoint, and if they do not switch it off', () => {
  const traces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://a:4318' };
  assert.deepEqual(parseConfig({ ...traces, OTEL_SERVICE_NAME: '', OTEL_BSP_SCHEDULE_DELAY: '1' }).openTelemetry, {
    ...traces,
    OTEL_BSP_SCHEDULE_DELAY: '1',
  });
  assert.ok(parseConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'x', OTEL_SDK_DISABLED: 'yes' }).openTelemetry !== undefined);
  for (const off of [
    {},
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '' },
    { OTEL_SERVICE_NAME: 'a' },
    { ...traces, OTEL_SDK_DISABLED: 'TRUE' },
    { ...traces, OTEL_TRACES_EXPORTER: 'none' },
  ])
    assert.equal(parseConfig(off).openTelemetry, undefined, JSON.stringify(off));
});

const refused: [environment: Record<string, string>, message: string][] = [
  [{ PORT: '65536' }, 'Expected PORT to be an integer from 0 to 65535, received "65536"'],
  [{ HOSHI_TEXTS_LIMIT: '-1' }, 'Expected HOSHI_TEXTS_LIMIT to be an integer from 1 to 65536, received "-1"'],
  [{ HOSHI_TEXTS_LIMIT: 'x' }, 'Expected HOSHI_TEXTS_LIMIT to be an integer from 1 to 65536, received "x"'],
  [
    { HOSHI_BODY_LIMIT_BYTES: '1e6' },
    'Expected HOSHI_BODY_LIMIT_BYTES to be an integer from 1 to 1073741824, received "1e6"',
  ],
  [
    { HOSHI_DRAIN_TIMEOUT_MS: '-1' },
    'Expected HOSHI_DRAIN_TIMEOUT_MS to be an integer from 0 to 600000, received "-1"',
  ],
  [
    { HOSHI_ENGINE: 'gpu' },
    'Expected HOSHI_ENGINE to be one of auto, native, native-lightgbm, lightgbm, js, received "gpu"',
  ],
  [{ AIP_HTTP_PORT: '0' }, 'Expected AIP_HTTP_PORT to be an integer from 1 to 65535, received "0"'],
  ...['predict', '/a?b', '/a#b', '/{a}', 'http://a/b', '/a b', '/あ'].map((path): [Record<string, string>, string] => [
    { AIP_PREDICT_ROUTE: path },
    `Expected AIP_PREDICT_ROUTE to be a path such as /predict, received "${path}"`,
  ]),
  [{ AIP_HEALTH_ROUTE: 'health' }, 'Expected AIP_HEALTH_ROUTE to be a path such as /health, received "health"'],
  ...['http://localhost', '127.0.0.256', '1.2', '::1:80:', 'a b', 'localhost:80', '-a', '*'].map(
    (host): [Record<string, string>, string] => [
      { HOST: host },
      `Expected HOST to be an address such as 127.0.0.1 or ::1, or the name of a host, received "${host}"`,
    ],
  ),
  ...(
    [
      ['null'],
      ['example.com'],
      ['https://'],
      ['https://*.example.com'],
      ['*,https://a.example', '*'],
      ['https://a.example,', ''],
      ['https://a.example/path'],
      ['https://a.example/', 'https://a.example/', 'https://a.example'],
      ['https://A.example', 'https://A.example', 'https://a.example'],
      ['https://a.example:443', 'https://a.example:443', 'https://a.example'],
      ['https://例え.jp', 'https://例え.jp', 'https://xn--r8jz45g.jp'],
      ['https://u@a.example'],
      ['chrome-extension://abcdefgh/'],
      ['chrome-extension://ABCDEFGH'],
    ] as const
  ).map(([text, named = text, advised]): [Record<string, string>, string] => [
    { HOSHI_CORS_ORIGINS: text },
    `Expected HOSHI_CORS_ORIGINS to be * or a list of origins such as https://example.com, separated by commas, received "${named}"${advised === undefined ? '' : `. Browsers send it as ${advised}`}`,
  ]),
];
for (const [environment, message] of refused) {
  test(`refuses ${JSON.stringify(environment)}`, () => assert.throws(() => parseConfig(environment), { message }));
}
