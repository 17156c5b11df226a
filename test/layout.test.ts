/** The rules of the layout that a compiler does not see (README, "Where things are"). */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../native/package-root.ts';

const sources = ['bin', 'image', 'native', 'model', 'function', 'bench', 'test'].flatMap((folder) =>
  readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
);

test('only the addon files include <napi.h>', () => {
  const including = sources.filter((file) => /\.(cc|h)$/.test(file) && /#include\s*<napi\.h>/.test(contentOf(file)));
  assert.deepEqual(including.sort(), ['native/booster_addon.cc', 'native/engine_addon.cc', 'native/napi_support.h']);
});

test('imports run against the data, never across', () => {
  // each folder → the folders it may import from
  const below: Record<string, readonly string[]> = {
    native: ['native'],
    model: ['model', 'native'],
    function: ['function', 'model', 'native'],
    bench: ['bench', 'model', 'native', 'function'],
    image: ['image', 'native'],
    bin: ['bin', 'model', 'function'],
    test: ['bin', 'native', 'model', 'function', 'bench', 'test'],
  };
  const across = sources
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => importsOf(file).map((target) => ({ file, target })))
    .filter(({ file, target }) => !below[folderOf(file)]?.includes(folderOf(target)));
  assert.deepEqual(across, []);
});

test('the engine that serves knows nothing of LightGBM, nor the forest and the analyzer of each other', () => {
  const includesOf = (file: string): string[] => {
    const own = Array.from(contentOf(file).matchAll(/#include "([^"]+)"/g), ([, name]) =>
      join('native', name as string),
    );
    return [...own, ...own.flatMap(includesOf)];
  };
  const sides = (name: string) => [`native/${name}.h`, `native/${name}.cc`].flatMap((file) => includesOf(file));
  assert.ok(!sides('forest').some((file) => /analyzer|dictionary|vectorizer/.test(file)));
  assert.ok(!sides('analyzer').some((file) => /forest|vectorizer/.test(file)));
  assert.ok(!sides('vectorizer').some((file) => /forest|analyzer/.test(file)));
  assert.ok(!includesOf('native/engine_addon.cc').some((file) => /booster|model_text/.test(file)));
});

test('only native/index.ts loads an addon, and only through it does model/ reach one', () => {
  const native = ['native/index.ts', 'native/rows.ts', 'native/package-root.ts', 'native/builtin.ts'];
  const inside = sources
    .filter((file) => file.endsWith('.ts') && folderOf(file) === 'model')
    .flatMap((file) => importsOf(file))
    .filter((target) => folderOf(target) === 'native' && !native.includes(target));
  assert.deepEqual(inside, []);
});

test('only the configuration reads the environment', () => {
  const reading = sources.filter(
    (file) => /^(native|model|function)\/.*\.ts$/.test(file) && /process\.env/.test(contentOf(file)),
  );
  assert.deepEqual(
    reading.filter((file) => !['function/main.ts', 'function/index.ts'].includes(file)),
    [],
  );
});

function contentOf(file: string): string {
  return readFileSync(join(packageRoot, file), 'utf8');
}

function folderOf(file: string): string {
  return file.split('/')[0] as string;
}

function importsOf(file: string): string[] {
  const relatives = contentOf(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return Array.from(relatives, ([, path]) => relative(packageRoot, join(packageRoot, dirname(file), path as string)));
}
