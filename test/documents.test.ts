/**
 * The Markdown files: their links to files of the repository lead somewhere. README.md and README.ja.md: the score, the
 * figures and the commands are true, and the same in both.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { createProgram } from '../cli/program.ts';
import { packageRoot } from '../native/package-root.ts';
import { cellsOf, contentOf } from './deploy/manifests.ts';

const SKIPPED = ['node_modules', 'build', 'dist', '.git'];

const documents = readdirSync(packageRoot)
  .filter((name) => !SKIPPED.includes(name))
  .flatMap((name) => (name.endsWith('.md') ? [name] : markdownIn(name)));

for (const document of documents) {
  test(`${document}: each relative link leads to a file, and each anchor to a heading`, () => {
    const text = contentOf(document);
    for (const [, file = '', anchor] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
      const target = file === '' ? document : join(dirname(document), file);
      assert.ok(existsSync(join(packageRoot, target)), `the link to ${file}`);
      if (anchor === undefined) continue;
      const headings = contentOf(target).match(/^#+ .*$/gm) ?? [];
      assert.ok(headings.map(anchorOf).includes(anchor), `the link to ${file}#${anchor}`);
    }
  });
}

const READMES = ['README.md', 'README.ja.md'] as const;

for (const readme of READMES) {
  test(`${readme} shows the score of the shipped model`, () => {
    const manifest = JSON.parse(contentOf('model/stars/manifest.json'));
    const [golden] = manifest.goldens as { text: string; score: number }[];
    const shown = /"texts":"([^"]*)".*\n\{"score":([\d.]+)\}/.exec(contentOf(readme));
    assert.deepEqual(shown?.slice(1), [golden?.text, `${golden?.score}`]);
  });

  test(`${readme}: the first line links the other language; the picture of the page is there, and small`, () => {
    const text = contentOf(readme);
    const [other] = READMES.filter((name) => name !== readme);
    assert.ok(text.split('\n')[0]?.includes(`](${other})`));
    const [, picture = ''] = /<img src="([^"]+)"/.exec(text) ?? [];
    assert.equal(readFileSync(join(packageRoot, picture)).subarray(1, 4).toString(), 'PNG');
    assert.ok(statSync(join(packageRoot, picture)).size < 200_000);
  });

  test(`${readme} lists each command of hoshi, and runs an image of this version`, async () => {
    const text = contentOf(readme);
    const listed = Array.from(text.matchAll(/^\| `([a-z-]+)[^`]*`/gm), ([, name = '']) => name);
    for (const command of (await createProgram([])).commands) {
      const name = command.name();
      assert.ok(listed.includes(name) || text.includes(`\`${name}\``), name);
    }
    assert.ok(text.includes(`hoshi:${JSON.parse(contentOf('package.json')).version}\n`));
  });

  test(`${readme}: the figures of other programs are those of bench/README.md, and the speed is`, () => {
    const bench = contentOf('bench/README.md');
    const rows = (text: string) =>
      Array.from(text.matchAll(/^\| \[?(hoshi|asari|oseti)\b.*\|( +0\.\d{4} \|){5}$/gm), ([row, name]) => [
        name,
        ...(row.match(/0\.\d{4}/g) ?? []),
      ]);
    assert.equal(rows(bench).length, 3);
    assert.deepEqual(rows(contentOf(readme)), rows(bench));
    const cells = (row: string) => cellsOf('bench/README.md', row);
    const packed = cells('hoshi, packed, after');
    const speeds = [
      `${cells('score, stars')[0]?.split(' ')[0]} µs`, // the median; the fastest pass is in parentheses
      Number(cells('hoshi, stars')[2]).toLocaleString('en'),
      `${packed[0]} ms`,
      `${packed.at(-1)} MB`,
      `${cells('1000000')[0]} s`,
    ];
    for (const speed of speeds) assert.match(contentOf(readme), new RegExp(`\\| +${speed} \\|$`, 'm'));
  });
}

test('README.md names each dependency, or its scope', () => {
  const text = contentOf('README.md');
  const { dependencies, devDependencies } = JSON.parse(contentOf('package.json'));
  const names = Object.keys({ ...dependencies, ...devDependencies });
  const missing = names.filter(
    (name) =>
      !text.includes(`\`${name}\``) && !text.includes(`[${name}]`) && !text.includes(`\`${name.split('/')[0]}\``),
  );
  assert.deepEqual(missing, []);
});

test('README.ja.md has the code of README.md, its headings one by one, and the same names, figures and links', () => {
  const [english, japanese] = READMES.map(contentOf) as [string, string];
  const blocks = (text: string) => text.match(/^```\w+\n[\s\S]*?^```$/gm);
  assert.deepEqual(blocks(japanese), blocks(english));
  const levels = (text: string) => text.match(/^#+ /gm);
  assert.deepEqual(levels(japanese), levels(english));
  const facts = (text: string) =>
    text
      .split('\n')
      .flatMap((line) =>
        line.startsWith('|') && !line.startsWith('| -')
          ? [line.match(/`[^`]+`|\]\([^)#]+|\d[\d.,]*/g)?.sort() ?? []]
          : [],
      );
  assert.deepEqual(facts(japanese), facts(english));
  const prose = (text: string) => text.replaceAll(/^```\w+\n[\s\S]*?^```$/gm, '');
  const named = (text: string) => [
    ...new Set(
      prose(text)
        .match(/`[^`\n]+`|\d+\.\d+|\d{1,3}(?:,\d{3})+|\d+(?= ?%)|\]\((?!https:|README)[^)#]*/g)
        ?.sort(),
    ),
  ];
  assert.deepEqual(named(japanese), named(english), 'code, figures and links in the text');
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
