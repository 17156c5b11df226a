/** Direct calls of the addons' exports. Only native/ makes them, but if other code does, the process must not crash. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { stackRows } from '../../model/reference/vectorizer.ts';
import { Booster, dictionaryPath } from '../../native/index.ts';
import { packageRoot } from '../../native/package-root.ts';
import { columnCount, randomBooster } from '../fixtures/random-models.ts';
import { doubles, integers } from '../fixtures/refusal.ts';

type Native = Record<string, (...values: unknown[]) => unknown>;
type Addon = Record<string, (from: unknown) => Native>;

const addonOf = (name: string) =>
  createRequire(import.meta.url)(join(packageRoot, 'build', 'addon', 'Release', `${name}.node`)) as Addon;
const [lightgbm, engine] = [addonOf('hoshi_lightgbm'), addonOf('hoshi_engine')];
const stars = join(packageRoot, 'model', 'stars');
const empty = { columns: integers(), values: doubles() };

let booster: Booster;
before(async () => {
  booster = await randomBooster(1);
});

const makers: Record<string, () => Native> = {
  booster: () => (lightgbm.fromModelText as Addon[string])(booster.modelText()),
  analyzer: () => (engine.loadAnalyzer as Addon[string])(dictionaryPath),
  vectorizer: () => (engine.loadVectorizer as Addon[string])(join(stars, 'vocabulary.bin')),
  extractor: () =>
    (engine.makeExtractor as (...parts: unknown[]) => Native)(undefined, makers.analyzer?.(), makers.vectorizer?.()),
  forest: () => (engine.loadForest as Addon[string])(join(stars, 'forest.bin')),
  contributions: () => (engine.loadContributions as Addon[string])(join(stars, 'contributions.bin')),
};

for (const [name, make] of Object.entries(makers)) {
  describe(`the class of the ${name}`, () => {
    test('cannot be constructed from JavaScript', () => {
      const native = make();
      const Native = native.constructor as new (...values: unknown[]) => Native;
      // An External that Node made: a pointer to an unrelated object.
      const server = createServer().listen(0);
      const { _externalStream } = (server as unknown as { _handle: { _externalStream: unknown } })._handle;
      server.close();
      assert.equal(typeof _externalStream, 'object');
      for (const values of [[], [5], [{}], [null], [booster], [native], [_externalStream]]) {
        assert.throws(
          () => new Native(...values),
          /^Error: Expected .* to create the (booster|object), received a call of the constructor$/,
        );
        assert.throws(
          () => Reflect.construct(Native, values, class {}),
          /^Error: Expected .* to create the (booster|object), received a call of the constructor$/,
        );
      }
      assert.throws(() => (Native as unknown as () => unknown)(), TypeError);
      assert.equal(make().constructor, Native, 'the addon can still make one');
    });

    test('has methods that refuse a foreign `this`', () => {
      const native = make();
      const prototype = Object.getPrototypeOf(native) as object;
      const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(prototype) as PropertyDescriptorMap;
      assert.ok(Object.keys(methods).length >= 1);
      for (const self of [
        undefined,
        null,
        5,
        {},
        [],
        prototype,
        Object.create(native),
        new Proxy(native, {}),
        booster,
      ]) {
        for (const [method, { get, value }] of Object.entries(methods))
          assert.throws(() => (get ?? value).call(self, '', ''), /Illegal invocation|Invalid argument/, method);
      }
    });
  });
}

test('the methods of the TypeScript class refuse a foreign `this`', async () => {
  const fake = { columnCount, treeCount: 1 } as Booster;
  assert.throws(() => Booster.prototype.predict.call(fake, empty), TypeError);
  assert.throws(() => Booster.prototype.contributions.call(fake, empty), TypeError);
  assert.throws(() => Booster.prototype.modelText.call(fake), TypeError);
  await assert.rejects(Booster.prototype.predictBatch.call(fake, stackRows([empty], columnCount)), TypeError);
});
