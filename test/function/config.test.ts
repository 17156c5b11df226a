import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../function/config.ts';

test('defaults', () => {
  const config = parseConfig({});
  assert.deepEqual(
    [config.port, config.engine, config.bodyLimitBytes, config.textsLimit, config.drainTimeoutMs],
    [8080, 'auto', 1048576, 64, 8000],
  );
  assert.match(config.bundlePath, /model\/stars$/);
  assert.ok(Object.isFrozen(config));
});

test('an empty variable counts as not set', () => {
  assert.equal(parseConfig({ PORT: '' }).port, 8080);
});

test('unknown variables named HOSHI_… are reported', () => {
  assert.deepEqual(parseConfig({ HOSHI_BODYLIMIT: '1', HOSHI_TEXTS_LIMIT: '3', PATH: '/' }).unknown, [
    'HOSHI_BODYLIMIT',
  ]);
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
];
for (const [environment, message] of refused) {
  test(`refuses ${JSON.stringify(environment)}`, () => assert.throws(() => parseConfig(environment), { message }));
}
