/**
 * The frame that every report shares, and its parts: tiles, figures, tables, facts. A page needs nothing else: no
 * network and no script. Its Content-Security-Policy allows only its own style sheet, so that no text in a review can
 * do anything.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../../native/package-root.ts';
import { escapeHtml, plainText, showText } from './html.ts';
import { countText, fixed } from './numbers.ts';
import { type Drawing, draw } from './plots/draw.ts';

/** A drawing and its place in the page. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly svg: string;
}

/** Every part is HTML, except the title. */
export interface PageParts {
  /** Plain text. */
  readonly title: string;
  readonly heading: string;
  readonly lead: string;
  /** What marks the page as based on few reviews, as plain text. */
  readonly few?: string | undefined;
  readonly sections: readonly (readonly [id: string, name: string])[];
  readonly main: string;
  readonly footer: string;
}

/** `style` is the content of the style sheet. */
export function pageOf({ title, heading, lead, few, sections, main, footer }: PageParts, style: string): string {
  const links = sections.map(([id, name]) => `<a href="#${id}">${name}</a>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${sourceHash(style)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(plainText(title))}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${heading}</h1>
<p class="lead">${lead}</p>
${few === undefined ? '' : `<p class="few" role="note"><b>Based on few reviews.</b> ${escapeHtml(few)} Read the ranges, not the figures alone.</p>\n`}<nav aria-label="Sections">${links.join('')}</nav>
</header>
<main>
${main}</main>
${footer}</body>
</html>
`;
}

export async function readStyle(): Promise<string> {
  const read = (name: string) => readFile(join(packageRoot, 'model', 'evaluation', 'report', name), 'utf8');
  return `${await read('colours.css')}${await read('page.css')}`;
}

/** Draws one after the other, because each drawing needs much memory. Leaves out those that are undefined. */
export async function drawAll(drawings: readonly (Drawing | undefined)[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const drawing of drawings) {
    if (drawing !== undefined) figures.push({ ...drawing, svg: await draw(drawing) });
  }
  return figures;
}

/** One number in large type, with two notes under it. All parts are HTML. */
export function tile(name: string, value: string, notes: readonly [string, string]): string {
  return `<dl class="card">
<dt>${name}</dt><dd class="value">${value}</dd><dd class="range">${notes[0]}</dd><dd class="range">${notes[1]}</dd>
</dl>
`;
}

export interface FigureOptions {
  /** Over the page's width. On a phone, its drawing scrolls. */
  readonly isWide?: boolean;
  /** The reason why its data is too small, as plain text. */
  readonly warning?: string | undefined;
}

/** The figure with its caption and its numbers, both HTML. Empty if there is no drawing with this id. */
export function figure(
  figures: readonly Figure[],
  id: string,
  caption: string,
  table: string,
  { isWide = false, warning }: FigureOptions = {},
): string {
  const found = figures.find((each) => each.id === id);
  if (found === undefined) return '';
  return `<figure class="card${isWide ? ' wide' : ''}" id="${id}">
<figcaption><h3>${escapeHtml(found.title)}</h3>${warningNote(warning)}<p>${caption}</p></figcaption>
${isWide ? `<div class="scroll">${found.svg}</div>` : found.svg}
<details><summary>Numbers</summary><div class="scroll">${table}</div></details>
</figure>
`;
}

/** A warning that data is too small. Empty without one. */
export function warningNote(warning: string | undefined): string {
  return warning === undefined ? '' : `<p class="warning"><b>Few data.</b> ${escapeHtml(warning)}</p>`;
}

/** Cells are HTML; the first cell of a row is its header. */
export function htmlTable(
  head: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
  name?: string,
): string {
  const header =
    head === undefined ? '' : `<thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead>`;
  const body = rows.map(
    ([first, ...cells]) => `<tr><th scope="row">${first}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
  );
  return `<table${name === undefined ? '' : ` class="${name}"`}>${header}<tbody>${body.join('\n')}</tbody></table>`;
}

/** How the page was made: names and values. */
export function factsFooter(facts: readonly (readonly [name: string, value: string])[]): string {
  const rows = facts.map(([name, value]) => [textCell(name), textCell(value)]);
  return `<footer>
<h2 id="facts">How it was made</h2>
<div class="card">${htmlTable(undefined, rows, 'facts')}</div>
</footer>
`;
}

export function rangeText(interval: readonly [number, number] | null, digits: number): string {
  return interval === null ? 'no interval' : `${fixed(interval[0], digits)} to ${fixed(interval[1], digits)}`;
}

/** A longer fact is folded. */
const SHOWN_FACT = 300;

function textCell(content: string): string {
  const shown = `<bdi>${showText(content)}</bdi>`;
  if (content.length <= SHOWN_FACT) return shown;
  return `<details><summary>${countText(content.length)} characters</summary>${shown}</details>`;
}

function sourceHash(content: string): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}
