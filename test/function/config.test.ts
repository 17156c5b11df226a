import assert from 'node:assert/strict';
import { test } from 'node:test';
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

test('an empty variable counts as not set', () => {
  assert.equal(parseConfig({ PORT: '' }).port, 8080);
});

test('unknown variables named HOSHI_… are reported', () => {
  assert.deepEqual(parseConfig({ HOSHI_BODYLIMIT: '1', HOSHI_TEXTS_LIMIT: '3', PATH: '/' }).unknown, [
    'HOSHI_BODYLIMIT',
  ]);
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
