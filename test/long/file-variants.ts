/**
 * Prints a table of the files of reviews that the tests read (test/fixtures/file-variants/), and what hoshi tells about
 * each. It takes no arguments.
 *
 *     node dist/test/long/file-variants.js
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markdownRow } from '../../cli/terminal/table.ts';
import { fileVariants } from '../fixtures/file-variants/program-files.ts';
import { readVariant } from '../fixtures/file-variants/variant.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoshi-variants-'));
try {
  for (const cells of [
    ['file', 'is', 'read', 'told'],
    ['---', '---', '---', '---'],
  ])
    console.log(markdownRow(cells));
  for (const variant of fileVariants) {
    const { reviews, badRows, told, refused } = await readVariant(folder, variant);
    const read = refused === undefined ? `${reviews.length} reviews` : 'refused';
    const messages = [...told, ...badRows.map(({ line, reason }) => `FILE:${line}: ${reason}`), refused ?? []].flat();
    const text = messages.join('; ').replaceAll('FILE', variant.file).replaceAll('\t', '→');
    console.log(markdownRow([variant.file, variant.is, read, text]));
  }
} finally {
  rmSync(folder, { recursive: true });
}
