/** Tables and figures as text: Markdown for reports, plain columns for a terminal. */

/** A table in Markdown. The first column is aligned to the left, all others to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const [titles = [], ...lines] = alignCells([header, ...rows], [0]);
  const rule = titles.map(({ length }, i) => (i === 0 ? '-'.repeat(length) : `${'-'.repeat(length - 1)}:`));
  return [titles, rule, ...lines].map(markdownRow).join('\n');
}

/** One line of a table in Markdown. */
export function markdownRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Plain columns, three spaces apart. Cells are aligned to the right, or to the left in the columns `toLeft`. */
export function plainTable(rows: readonly (readonly string[])[], toLeft: readonly number[] = []): string {
  return alignCells(rows, toLeft)
    .map((cells) => `${cells.join('   ').trimEnd()}\n`)
    .join('');
}

/** One name and its value per line. Values start at column `width`, by default two spaces after the longest name. */
export function plainList(
  entries: readonly (readonly [name: string, value: string])[],
  width = Math.max(...entries.map(([name]) => name.length)) + 2,
): string {
  return entries.map(([name, value]) => `${name.padEnd(width)}${value}\n`).join('');
}

/** Three significant digits, never with an exponent. */
export function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Pads each cell to the width of its column. The first row has a cell for every column. */
function alignCells(rows: readonly (readonly string[])[], toLeft: readonly number[]): string[][] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows.map((row) =>
    row.map((cell, i) => (toLeft.includes(i) ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))),
  );
}
