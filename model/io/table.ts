/**
 * The records of TSV (fields separated by tabs, no quotes) and CSV (RFC 4180; separated by commas, semicolons or tabs).
 * The first row names the columns. A chunk of the source gives its records at once.
 */
import { contentOf, type Line, readLines } from './lines.ts';
import { fieldsOf, type InputRecord, type RecordOptions, type Row, rowOf } from './rows.ts';

export async function* tableRecords(
  source: AsyncIterable<Uint8Array>,
  format: 'tsv' | 'csv',
  name: string,
  { onNames, keepRows = false, ...options }: RecordOptions,
): AsyncGenerator<readonly InputRecord[]> {
  const table = new TableReader(format, name, { onNames, ...options });
  for await (const { lines, encoding } of readLines(source, name, { ...options, table: format, keepBytes: keepRows })) {
    const records: InputRecord[] = [];
    let failure: unknown;
    try {
      for (const line of table.whole(lines)) {
        const { record, kind, ...shape } = table.read(line);
        if (keepRows) {
          const form = { encoding, delimiter: table.delimiter };
          records.push({ ...record, row: rowOf(line, kind, { ...shape, form }) });
        } else if (kind === 'record') records.push(record);
      }
    } catch (error) {
      failure = error;
    }
    yield records; // The records before the error are valid.
    if (failure !== undefined) throw failure;
  }
  table.checkEnd();
}

interface ReadRow {
  readonly record: InputRecord;
  readonly kind: Row['kind'];
  /** Offset in the line's text behind the last column. */
  readonly end: number;
  readonly missing: number;
}

class TableReader {
  /** Known after the header. */
  delimiter = '\t';
  readonly #isCsv: boolean;
  readonly #name: string;
  readonly #options: RecordOptions;
  #header: readonly string[] | undefined;
  /** The lines of a record whose last quote is open. */
  #open: Line[] = [];

  constructor(format: 'tsv' | 'csv', name: string, options: RecordOptions) {
    this.#isCsv = format === 'csv';
    this.#name = name;
    this.#options = options;
  }

  /** The lines of whole rows: quotes may hold line ends. */
  *whole(lines: readonly Line[]): Generator<Line> {
    for (const line of lines) {
      const changes = this.#isCsv && hasOddQuotes(line.text);
      if (!changes && this.#open.length === 0) {
        yield line;
        continue;
      }
      this.#open.push(line);
      if (!changes || this.#open.length === 1) continue;
      yield joined(this.#open);
      this.#open = [];
    }
  }

  /** Throws if a quote is still open. */
  checkEnd(): void {
    const [first] = this.#open;
    if (first !== undefined) throw new Error(`${this.#name}:${first.line}: expected a closing quote, found the end`);
  }

  read({ line, text }: Line): ReadRow {
    const content = contentOf(text);
    const place = `${this.#name}:${line}`;
    if (content === '') return { record: { line, fields: {} }, kind: 'blank', end: 0, missing: 0 };
    if (this.#header === undefined) {
      if (this.#isCsv) this.delimiter = this.#delimiterOf(content);
      this.#header = this.#split(content, place);
      const isQuoted = !this.#isCsv && this.#header.every((field) => field.length > 1 && /^".*"$/.test(field));
      if (isQuoted) throw new Error(`${place}: expected names without quotes, found ${content}; ${TSV_ADVICE}`);
      this.#options.onNames?.(this.#header);
      return { record: { line, fields: {} }, kind: 'header', end: content.length, missing: 0 };
    }
    const row = this.#split(content, place);
    const missing = this.#header.length - row.length;
    const problem = this.#isCsv ? undefined : quoteProblem(row, missing);
    const record = { line, ...(problem === undefined ? fieldsOf(this.#header, row) : { fields: {}, problem }) };
    const end = content.length - this.#surplus(content, -missing);
    return { record, kind: 'record', end, missing: Math.max(0, missing) };
  }

  /** The length of the empty fields behind the last column. */
  #surplus(content: string, count: number): number {
    if (count <= 0) return 0;
    return new RegExp(`(?:${this.delimiter}(?:"")?){${count}}$`).exec(content)?.[0].length ?? 0;
  }

  /** The mark that separates the fields of a header: the most frequent one outside quotes. */
  #delimiterOf(header: string): string {
    const unquoted = header.replace(/"[^"]*"/g, '');
    const counts = [',', ';', '\t'].map((mark) => ({ mark, count: unquoted.split(mark).length - 1 }));
    const most = counts.sort((a, b) => b.count - a.count)[0]?.mark ?? ','; // stable: a comma wins a tie
    if (most !== ',')
      this.#options.onNote?.(`${this.#name}: fields are separated by ${most === ';' ? 'semicolons' : 'tabs'}`);
    return most;
  }

  #split(content: string, place: string): string[] {
    if (!this.#isCsv || !content.includes('"')) return content.split(this.delimiter);
    const fields: string[] = [];
    for (let at = 0; at <= content.length; ) {
      const { field, end } = fieldAt(content, at, this.delimiter, place);
      fields.push(field);
      at = end + 1;
    }
    return fields;
  }
}

function hasOddQuotes(text: string): boolean {
  let isOdd = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}

/** One line of several. Its number is that of the last. */
function joined(lines: readonly Line[]): Line {
  const text = lines.map((line) => line.text).join('');
  const bytes = lines.flatMap((line) => line.bytes ?? []);
  return { line: lines.at(-1)?.line ?? 0, text, ...(bytes.length > 0 && { bytes: Buffer.concat(bytes) }) };
}

/** The field that begins at `at`. `end` is the offset of the delimiter behind it, or the length of the row. */
function fieldAt(
  row: string,
  at: number,
  delimiter: string,
  place: string,
): { readonly field: string; readonly end: number } {
  if (row[at] !== '"') {
    const next = row.indexOf(delimiter, at);
    const end = next < 0 ? row.length : next;
    const field = row.slice(at, end);
    if (field.includes('"')) throw quoteError(place, field);
    return { field, end };
  }
  let close = row.indexOf('"', at + 1);
  while (close >= 0 && row[close + 1] === '"') close = row.indexOf('"', close + 2);
  const end = close + 1;
  if (close < 0 || (end < row.length && row[end] !== delimiter)) throw quoteError(place, row.slice(at));
  return { field: row.slice(at + 1, close).replaceAll('""', '"'), end };
}

function quoteError(place: string, field: string): Error {
  return new Error(
    `${place}: expected quotes around a whole field, with "" for each " inside, found ${field.slice(0, MAX_SHOWN)}`,
  );
}

const MAX_SHOWN = 40; // characters of a field in a message

const TSV_ADVICE = 'TSV has no quotes; if a spreadsheet program wrote this file, name it .csv';

/**
 * Why a row of TSV cannot be read: a field that is surely quoted, because each quote inside is doubled, or a short row with
 * an open quote. Read as they are, they would be other texts than the ones that the spreadsheet showed.
 */
function quoteProblem(row: readonly string[], missing: number): string | undefined {
  const quoted = row.find(
    (field) =>
      /^".*"$/.test(field) &&
      field.slice(1, -1).includes('""') &&
      !field.slice(1, -1).replaceAll('""', '').includes('"'),
  );
  if (quoted !== undefined)
    return `expected a field without quotes, received ${quoted.slice(0, MAX_SHOWN)}; ${TSV_ADVICE}`;
  if (missing > 0 && hasOddQuotes(row.join('')))
    return `expected ${row.length + missing} fields, received ${row.length} and an open quote; ${TSV_ADVICE}`;
  return undefined;
}
