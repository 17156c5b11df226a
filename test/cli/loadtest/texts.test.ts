import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadTexts } from '../../../cli/loadtest/texts.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-load-'));
});
after(() => rm(folder, { recursive: true }));

async function textsOf(name: string, content: string, count = 10): Promise<string[]> {
  const file = join(folder, name);
  await writeFile(file, content);
  return loadTexts({ file, column: 'text', count });
}

test('the first texts of a file, whose format its name decides', async () => {
  assert.deepEqual(await textsOf('a.txt', '良い\n\n悪い\n'), ['良い', '', '悪い']);
  assert.deepEqual(await textsOf('a.tsv', 'stars\ttext\n5\t良い\n1\t悪い\n', 1), ['良い']);
  assert.deepEqual(await textsOf('a.jsonl', '{"text":"良い"}\n'), ['良い']);
});

test('composed texts are the same each time', async () => {
  const texts = await loadTexts({ column: 'text', count: 20 });
  assert.equal(texts.length, 20);
  assert.ok(texts.every((text) => text.length > 0));
  assert.deepEqual(await loadTexts({ column: 'text', count: 20 }), texts);
});

test('a file without texts, and a record whose text is not a string', async () => {
  await assert.rejects(textsOf('b.txt', ''), /b\.txt: expected at least one text, found none$/);
  await assert.rejects(textsOf('b.jsonl', '{"text":5}\n'), /b\.jsonl:1: expected "text" to be a text, received 5$/);
});
