/**
 * Measures `hoshi score --append` on tables of 10,000 and of 1,000,000 rows: seconds, and the peak of resident memory,
 * which must not grow with the table. It is not part of `make test`.
 *
 *     node dist/test/long/append-memory.js [--rows 1000000]
 *
 * It prints a table, and fails if an output is not the expected one, byte for byte. The reviews are the texts of the
 * benchmarks that cp932 can hold, repeated; each row has its number.
 */
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runProcess } from '../../bench/process.ts';
import { machine } from '../../bench/report.ts';
import { benchTexts } from '../../bench/texts.ts';
import { markdownRow } from '../../cli/terminal/table.ts';
import type { Encoding } from '../../model/io/encoding.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import { packageRoot, shippedBundle } from '../../native/package-root.ts';
import { encodeText } from '../fixtures/encode.ts';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
const FEW_ROWS = 10_000;

interface Form {
  readonly name: string;
  readonly file: string;
  readonly encoding: Encoding;
  readonly header: (added: string) => string;
  readonly row: (number: number, text: string, score: string) => string;
}

const withMark = (mark: string, field: string) => (field === '' ? '' : `${mark}${field}`);

const FORMS: readonly Form[] = [
  {
    name: 'CSV, cp932, CRLF',
    file: 'reviews.csv',
    encoding: 'shift_jis',
    header: (added) => `番号,本文,備考${withMark(',', added)}\r\n`,
    row: (number, text, score) => `${number},"${text}",${number % 2 ? '' : '済'}${withMark(',', score)}\r\n`,
  },
  {
    name: 'JSONL, UTF-8, LF',
    file: 'reviews.jsonl',
    encoding: 'utf-8',
    header: () => '',
    row: (number, text, score) =>
      `{"number":${number},"text":${JSON.stringify(text)}${withMark(',"score":', score)}}\n`,
  },
  {
    name: 'TSV, UTF-16 with a byte order mark, LF',
    file: 'reviews.tsv',
    encoding: 'utf-16le',
    header: (added) => `\ufeff番号\t本文${withMark('\t', added)}\n`,
    row: (number, text, score) => `${number}\t${text}${withMark('\t', score)}\n`,
  },
];

const scorer = await loadScorer({ bundlePath: shippedBundle, engine: 'native' });
const texts = (await benchTexts()).filter(isInCp932);
const scores = texts.map((text) => String(scorer.score(text)));

function isInCp932(text: string): boolean {
  try {
    return encodeText(text, 'shift_jis').length > 0;
  } catch {
    return false;
  }
}

/** The table in pieces of some rows. `isScored` adds the column. */
function* tableOf({ encoding, header, row }: Form, rows: number, isScored: boolean): Generator<Uint8Array> {
  yield encodeText(header(isScored ? 'score' : ''), encoding);
  for (let first = 0; first < rows; first += texts.length) {
    const piece = texts
      .slice(0, rows - first)
      .map((text, i) => row(first + i, text, isScored ? (scores[i] as string) : ''));
    yield encodeText(piece.join(''), encoding);
  }
}

async function write(file: string, pieces: Iterable<Uint8Array>): Promise<void> {
  const stream = createWriteStream(file);
  for (const piece of pieces) if (!stream.write(piece)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'close');
}

async function hashOf(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<string> {
  const hash: Hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

const folder = join(packageRoot, 'build', `append-${process.pid}`);
await mkdir(folder, { recursive: true });
console.log(`${machine()}; one run of each\n`);
try {
  for (const cells of [
    ['table', 'rows', 'MB', 'seconds', 'rows per second', 'peak memory, MB'],
    ['---', '---:', '---:', '---:', '---:', '---:'],
  ])
    console.log(markdownRow(cells));
  for (const form of FORMS) {
    for (const rows of [FEW_ROWS, Number(values.rows)]) {
      const [input, output] = [join(folder, form.file), join(folder, 'scored')];
      await write(input, tableOf(form, rows, false));
      const args = [join(packageRoot, 'bin', 'hoshi'), 'score', '--append', '--out', output, input];
      const { seconds, peakMb } = await runProcess(process.execPath, args);
      if ((await hashOf(createReadStream(output))) !== (await hashOf(tableOf(form, rows, true))))
        throw new Error(`${form.name}, ${rows} rows: expected the table with its scores, received other bytes`);
      const { size } = await stat(input);
      const figures = [size / 1e6, seconds, rows / seconds, peakMb].map((figure) =>
        figure.toFixed(figure < 100 ? 1 : 0),
      );
      console.log(markdownRow([form.name, String(rows), ...figures]));
    }
  }
} finally {
  await rm(folder, { recursive: true });
}
