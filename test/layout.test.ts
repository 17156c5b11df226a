/** Layout rules that the compiler does not check. ARCHITECTURE.md explains the rooms. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../native/package-root.ts';
import { contentOf } from './deploy/manifests.ts';

/**
 * The rooms from top to bottom, each with the rooms that its files may import. A room imports rooms below it only. A
 * file belongs to the longest room name that its path begins with.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  test: ['*'],
  bench: [
    'cli',
    'model/training',
    'model/evaluation',
    'model/corpus',
    'model/scoring',
    'model/reference',
    'model/io',
    'model/math',
    'native',
  ],
  image: ['native'],
  bin: ['cli'],
  cli: [
    'function',
    'model/training',
    'model/evaluation',
    'model/corpus',
    'model/scoring',
    'model/bundle',
    'model/compile',
    'model/reference',
    'model/io',
    'native',
  ],
  function: ['model/scoring', 'model/io', 'native'],
  lib: ['model/scoring', 'native'],
  'model/training': [
    'model/evaluation',
    'model/corpus',
    'model/scoring',
    'model/bundle',
    'model/compile',
    'model/reference',
    'model/io',
    'model/math',
    'native',
  ],
  'model/evaluation': ['model/scoring', 'model/bundle', 'model/reference', 'model/io', 'model/math', 'native'],
  'model/corpus': ['model/io', 'model/math', 'native'],
  'model/scoring': ['model/bundle', 'model/compile', 'model/reference', 'native'],
  'model/bundle': ['model/compile', 'model/reference', 'model/io', 'model/math', 'native'],
  'model/compile': ['model/reference'],
  'model/reference': ['model/io', 'model/math', 'native'],
  'model/io': ['native'],
  'model/math': [],
  native: [],
  'native/normalizer': [],
};

const sources = [...new Set(Object.keys(rooms).map((room) => room.split('/')[0] as string))].flatMap((folder) =>
  readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
);
const modules = sources.filter((file) => file.endsWith('.ts'));

test('every source file belongs to a room', () => {
  const homeless = sources.filter((file) => /\.(ts|cc|h)$/.test(file) && roomOf(file) === undefined);
  assert.deepEqual(homeless, []);
});

test('a room imports only the rooms that the table allows, all below it; type imports count', () => {
  const order = Object.keys(rooms);
  const used = new Set<string>();
  const violations = modules.flatMap((file) =>
    importsOf(file).flatMap((target) => {
      const [from, to] = [roomOf(file) as string, roomOf(target) ?? 'no room'];
      used.add(`${from} → ${to}`);
      const isAllowed = from === to || rooms[from]?.includes('*') || rooms[from]?.includes(to);
      return isAllowed ? [] : [`${file} imports ${target}`];
    }),
  );
  assert.deepEqual(violations, []);
  for (const [room, allowed] of Object.entries(rooms)) {
    for (const other of allowed) {
      if (other === '*') continue;
      assert.ok(
        order.indexOf(other) > order.indexOf(room),
        `the table lets ${room} import ${other}, which is above it: move the row or drop the entry`,
      );
      assert.ok(
        used.has(`${room} → ${other}`),
        `the table lets ${room} import ${other}, but no file does: drop the entry`,
      );
    }
  }
});

test('ARCHITECTURE.md shows the same table', () => {
  const rows = contentOf('ARCHITECTURE.md').matchAll(/^\| `([\w/]+)\/`\s*\|[^|]*\|([^|]*)\|$/gm);
  const shown = Object.fromEntries(
    Array.from(rows, ([, room = '', allowed = '']) => [
      room,
      allowed.includes('every folder') ? ['*'] : Array.from(allowed.matchAll(/`([\w/]+)`/g), ([, name]) => name),
    ]),
  );
  const { 'model/stars': _, deploy: __, python: ___, ...withCode } = shown;
  assert.deepEqual(withCode, rooms);
});

test('no import forms a circle', () => {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const start = path.indexOf(file);
    assert.equal(start, -1, `circle: ${[...path.slice(Math.max(0, start)), file].join(' → ')}`);
    if (done.has(file)) return;
    path.push(file);
    for (const target of importsOf(file)) if (modules.includes(target)) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of modules) visit(file);
});

test('no room has more than a quarter of the code', (t) => {
  const lines = new Map<string, number>();
  for (const file of sources) {
    const room = roomOf(file) as string;
    if (room === 'test' || !/\.(ts|cc|h)$/.test(file)) continue;
    lines.set(room, (lines.get(room) ?? 0) + contentOf(file).split('\n').length - 1);
  }
  const total = [...lines.values()].reduce((sum, count) => sum + count, 0);
  for (const [room, count] of [...lines].sort((a, b) => b[1] - a[1])) {
    t.diagnostic(`${room}: ${count} lines, ${((100 * count) / total).toFixed(1)} %`);
    assert.ok(
      count <= total / 4,
      `expected ${room} to have at most a quarter of ${total} lines, found ${count}: split it`,
    );
  }
});

test('only the addon files include <napi.h>', () => {
  const including = sources.filter((file) => /\.(cc|h)$/.test(file) && /#include\s*<napi\.h>/.test(contentOf(file)));
  assert.deepEqual(including.sort(), [
    'native/booster_addon.cc',
    'native/engine_addon.h',
    'native/napi_support.h',
    'native/scorer_addon.h',
    'native/stages_addon.h',
  ]);
});

test('the serving engine does not include LightGBM; contributions, forest, analyzer and vectorizer are independent', () => {
  const includesOf = (file: string): string[] => {
    const own = Array.from(contentOf(file).matchAll(/#include "([^"]+)"/g), ([, name = '']) => {
      const beside = join(dirname(file), name);
      return existsSync(join(packageRoot, beside)) ? beside : join('native', name);
    });
    return [...own, ...own.flatMap(includesOf)];
  };
  const closureOf = (name: string) => [`native/${name}.h`, `native/${name}.cc`].flatMap((file) => includesOf(file));
  assert.ok(!closureOf('forest').some((file) => /analyzer|dictionary|vectorizer/.test(file)));
  assert.ok(!closureOf('contributions').some((file) => /analyzer|dictionary|vectorizer|forest/.test(file)));
  assert.ok(!closureOf('analyzer').some((file) => /forest|vectorizer/.test(file)));
  assert.ok(!closureOf('vectorizer').some((file) => /forest|analyzer/.test(file)));
  assert.ok(!includesOf('native/engine_addon.cc').some((file) => /booster|model_text/.test(file)));
});

test('the normalizer includes only the dictionary and the table files of the rest of native/', () => {
  const files = readdirSync(join(packageRoot, 'native', 'normalizer')).filter((file) => /\.(h|cc)$/.test(file));
  const included = new Set(
    files.flatMap((file) =>
      Array.from(contentOf(join('native', 'normalizer', file)).matchAll(/^#include "(.+)"$/gm), ([, name]) => name),
    ),
  );
  const outside = [...included].filter((name) => !files.includes(name as string)).sort();
  assert.deepEqual(outside, ['../dictionary.h', '../table_file.h']);
});

test('other rooms reach the addons only through native/index.ts', () => {
  const open = [
    'native/index.ts',
    'native/rows.ts',
    'native/package-root.ts',
    'native/commit.ts',
    'native/builtin.ts',
    'native/normalizer-steps.ts',
    'native/parts-of-speech.ts',
  ];
  const inside = modules
    .filter((file) => !/^(native|test)\//.test(file))
    .flatMap((file) => importsOf(file).map((target) => ({ file, target })))
    .filter(({ target }) => target.startsWith('native/') && !open.includes(target));
  assert.deepEqual(inside, []);
});

test('only entry points read the environment', () => {
  const entryPoints = ['function/main.ts', 'function/index.ts', 'cli/commands/serve.ts'];
  const reading = modules.filter(
    (file) => /^(native|model|function|cli)\//.test(file) && /process\.env/.test(contentOf(file)),
  );
  assert.deepEqual(
    reading.filter((file) => !entryPoints.includes(file)),
    [],
  );
});

function roomOf(file: string): string | undefined {
  const names = Object.keys(rooms).filter((room) => file.startsWith(`${room}/`));
  return names.sort((a, b) => b.length - a.length)[0];
}

function importsOf(file: string): string[] {
  const relatives = contentOf(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return Array.from(relatives, ([, path]) => relative(packageRoot, join(packageRoot, dirname(file), path as string)));
}
