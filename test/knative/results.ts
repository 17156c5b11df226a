/** Prints results, and writes them as JSON and SVG to build/knative. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plot, plotLines } from '../../cli/loadtest/plot.ts';
import { figure, table } from '../../cli/terminal/table.ts';
import { resultsFolder } from './settings.ts';

/** Writes NAME.json and, if there are plots, NAME.svg. */
export async function keep(name: string, figures: object, plots: readonly Plot[] = []): Promise<void> {
  mkdirSync(resultsFolder, { recursive: true });
  writeFileSync(join(resultsFolder, `${name}.json`), `${JSON.stringify(figures, null, 2)}\n`);
  if (plots.length > 0) writeFileSync(join(resultsFolder, `${name}.svg`), await plotLines(...plots));
}

/** Prints a table with one line per fact. */
export function show(title: string, facts: readonly (readonly [what: string, value: number | string])[]): void {
  const rows = facts.map(([what, value]) => [what, typeof value === 'number' ? figure(value) : value]);
  console.log(`\n${table([title, ''], rows)}\n`);
}
