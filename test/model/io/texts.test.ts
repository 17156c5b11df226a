/** Texts of any source, in a column that is found by its usual names. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { RecordFormat } from '../../../model/io/records.ts';
import { readTextChunks } from '../../../model/io/texts.ts';

async function textsOf(content: string, format: RecordFormat, column = 'text') {
  const texts: string[] = [];
  const notes: string[] = [];
  const options = { column, onNote: (note: string) => notes.push(note) };
  for await (const chunk of readTextChunks(Readable.from([Buffer.from(content)]), format, 'x', options))
    texts.push(...chunk.map(({ text }) => text));
  return { texts, notes };
}

test('lines are texts, whatever the column', async () => {
  assert.deepEqual(await textsOf('良い\n\n悪い', 'lines', 'body'), { texts: ['良い', '', '悪い'], notes: [] });
});

test('a column is found by its usual names, in tables and in the first object of JSONL', async () => {
  const told = ['x: the texts are in "本文"'];
  assert.deepEqual(await textsOf('評価,本文\n5,良い\n', 'csv'), { texts: ['良い'], notes: told });
  assert.deepEqual(await textsOf('評価\t本文\n5\t良い\n', 'tsv'), { texts: ['良い'], notes: told });
  assert.deepEqual(await textsOf('{"評価":5,"本文":"良い"}\n{"本文":"悪い"}\n', 'jsonl'), {
    texts: ['良い', '悪い'],
    notes: told,
  });
  assert.deepEqual(await textsOf('text,本文\n良い,悪い\n', 'csv'), { texts: ['良い'], notes: [] });
  assert.deepEqual(await textsOf('text,メモ\n良い,悪い\n', 'csv', 'メモ'), { texts: ['悪い'], notes: [] });
});

test('no column, two columns, two of one name', async () => {
  const cases: [content: string, format: RecordFormat, column: string, message: string][] = [
    ['a,b\n1,2\n', 'csv', 'text', 'x:1: expected a column "text", found a, b; --column NAME says which is meant'],
    ['本文,b\n1,2\n', 'csv', 'body', 'x:1: expected a column "body", found 本文, b; --column NAME says which is meant'],
    [
      '本文,感想\n1,2\n',
      'csv',
      'text',
      'x:1: expected one column of texts, found 本文 and 感想; --column NAME says which is meant',
    ],
    [
      '{"本文":"1","感想":"2"}\n',
      'jsonl',
      'text',
      'x:1: expected one column of texts, found 本文 and 感想; --column NAME says which is meant',
    ],
    ['本文,本文\n1,2\n', 'csv', '本文', 'x:1: expected one column "本文", found 2; rename or remove the others'],
    ['{"a":"1"}\n', 'jsonl', 'text', 'x:1: expected "text" to be a text, received nothing'],
  ];
  for (const [content, format, column, message] of cases)
    await assert.rejects(textsOf(content, format, column), { message });
});

test('the texts before an error come first', async () => {
  const texts: string[] = [];
  const source = Readable.from([Buffer.from('{"text":"良い"}\n{"text":"普通"}\n{"text":5}\n')]);
  await assert.rejects(async () => {
    for await (const chunk of readTextChunks(source, 'jsonl', 'x', { column: 'text' }))
      texts.push(...chunk.map(({ text }) => text));
  }, /^Error: x:3: expected "text" to be a text, received 5$/);
  assert.deepEqual(texts, ['良い', '普通']);
});
