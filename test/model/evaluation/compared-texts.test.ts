import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { readLines, readTextFile } from '../../../model/evaluation/compared-texts.ts';
import type { ComparedText } from '../../../model/evaluation/score-pair.ts';
import type { BadRow } from '../../../model/io/reviews.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-compared-texts-'));
});
after(() => rm(folder, { recursive: true }));

async function read(name: string, content: string, columns: { stars?: string; text: string } = { text: 'text' }) {
  const file = join(folder, name);
  await writeFile(file, content);
  const badRows: BadRow[] = [];
  let progress: number[] = [];
  const { isLabelled, chunks } = await readTextFile(file, {
    columns,
    onBadRows: (rows) => badRows.push(...rows),
    onProgress: (...state) => {
      progress = state;
    },
  });
  const texts: ComparedText[] = [];
  for await (const chunk of chunks) texts.push(...chunk);
  return { isLabelled, texts, badLines: badRows.map(({ line }) => line), progress };
}

describe('a file of texts', () => {
  test('with stars it is labelled; rows that are no reviews are reported', async () => {
    const content = 'text\tstars\n良い\t5\n悪い\tx\n';
    assert.deepEqual(await read('a.tsv', content), {
      isLabelled: true,
      texts: [{ stars: 5, text: '良い' }],
      badLines: [3],
      progress: [Buffer.byteLength(content), Buffer.byteLength(content)],
    });
    const jsonl = await read('a.jsonl', '{"text":"良い"}\n{"text":"悪い","stars":1}\n');
    assert.deepEqual([jsonl.isLabelled, jsonl.texts, jsonl.badLines], [true, [{ stars: 1, text: '悪い' }], [1]]);
  });

  test('other names of the fields', async () => {
    const { isLabelled, texts } = await read('b.csv', 'rating,body\n4,"良い、店"\n', { stars: 'rating', text: 'body' });
    assert.deepEqual([isLabelled, texts], [true, [{ stars: 4, text: '良い、店' }]]);
    await assert.rejects(
      read('b.csv', 'body\n良い\n', { stars: 'rating', text: 'body' }),
      /expected a column "rating"/,
    );
  });

  test('without stars it is plain texts', async () => {
    for (const [name, content] of [
      ['c.tsv', 'body\n良い\n悪い\n'],
      ['c.jsonl', '{"body":"良い"}\n{"body":"悪い"}\n'],
    ] as const) {
      const { isLabelled, texts } = await read(name, content, { text: 'body' });
      assert.deepEqual([isLabelled, texts], [false, [{ text: '良い' }, { text: '悪い' }]], name);
    }
    const lines = await read('c.txt', '良い\n\ntext\n', { text: 'body' });
    assert.deepEqual(lines.texts, [{ text: '良い' }, { text: '' }, { text: 'text' }]);
  });

  test('clear errors: no such column, no text, not UTF-8, no such file, a folder', async () => {
    await assert.rejects(read('d.tsv', 'note\n良い\n'), /d\.tsv:1: expected a column "text", found note/);
    await assert.rejects(read('d.jsonl', '{"text":"良い"}\n{"text":5}\n'), /d\.jsonl:2: expected "text" to be a text/);
    await assert.rejects(
      read('d.txt', '良い\n').then(() => readTextFileAt(join(folder, 'none.txt'))),
      /none\.txt: expected a file, found none$/,
    );
    await assert.rejects(readTextFileAt(join(folder, 'none.tsv')), /none\.tsv: expected a file, found none$/);
    await assert.rejects(readTextFileAt(folder), /: expected a file, found a folder/);
    const broken = join(folder, 'broken.txt');
    await writeFile(broken, Buffer.of(0xff, 0xa0, 0xff));
    await assert.rejects(readTextFileAt(broken), /broken\.txt: expected UTF-8/);
  });

  test('empty files have no text', async () => {
    for (const name of ['e.tsv', 'e.jsonl', 'e.txt']) {
      assert.deepEqual((await read(name, '')).texts, [], name);
    }
    assert.deepEqual((await read('e.tsv', 'stars\ttext\n')).texts, []);
  });
});

async function readTextFileAt(file: string): Promise<void> {
  const { chunks } = await readTextFile(file, { columns: { text: 'text' }, onBadRows() {}, onProgress() {} });
  for await (const _ of chunks);
}

test('lines of a stream', async () => {
  const texts: ComparedText[] = [];
  for await (const chunk of readLines(Readable.from([Buffer.from('良い\r\n悪'), Buffer.from('い')]), 'stdin'))
    texts.push(...chunk);
  assert.deepEqual(texts, [{ text: '良い' }, { text: '悪い' }]);
});
