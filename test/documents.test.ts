/** The Markdown files: their links to files of the repository lead somewhere, and the score in README.md is true. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../native/package-root.ts';

const SKIPPED = ['node_modules', 'build', 'dist', '.git'];

const documents = readdirSync(packageRoot)
  .filter((name) => !SKIPPED.includes(name))
  .flatMap((name) => (name.endsWith('.md') ? [name] : markdownIn(name)));

for (const document of documents) {
  test(`${document}: each relative link leads to a file, and each anchor to a heading`, () => {
    const text = readFileSync(join(packageRoot, document), 'utf8');
    for (const [, file = '', anchor] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
      const target = file === '' ? document : join(dirname(document), file);
      assert.ok(existsSync(join(packageRoot, target)), `the link to ${file}`);
      if (anchor === undefined) continue;
      const headings = readFileSync(join(packageRoot, target), 'utf8').match(/^#+ .*$/gm) ?? [];
      assert.ok(headings.map(anchorOf).includes(anchor), `the link to ${file}#${anchor}`);
    }
  });
}

test('README.md shows the score of the shipped model', () => {
  const text = readFileSync(join(packageRoot, 'README.md'), 'utf8');
  const manifest = JSON.parse(readFileSync(join(packageRoot, 'model', 'stars', 'manifest.json'), 'utf8'));
  const [golden] = manifest.goldens as { text: string; score: number }[];
  const shown = /"texts":"([^"]*)".*\n\{"score":([\d.]+)\}/.exec(text);
  assert.deepEqual(shown?.slice(1), [golden?.text, `${golden?.score}`]);
});

function markdownIn(folder: string): string[] {
  const path = join(packageRoot, folder);
  try {
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(folder, file));
  } catch {
    return []; // a file, not a folder
  }
}

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .replace(/^#+ /, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
