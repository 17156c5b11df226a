/** The packages that a bundle was made from, and the licences that their authors ask to be passed on. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { packageRoot } from '../native/package-root.ts';

/** Their folders, in order of their names. */
export function packagesIn({ outputs }: Metafile): string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  const folders = inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

/** Throws where a package has no licence to pass on. */
export function licencesOf(folders: readonly string[]): string {
  const head = 'The packages that are bundled into the JavaScript files of this folder, each under its own licence.\n';
  return [head, ...folders.map(licenceOf)].join(`\n${'-'.repeat(100)}\n\n`);
}

function licenceOf(folder: string): string {
  const path = join(packageRoot, folder);
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const files = readdirSync(path).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  if (files.length === 0 && license === undefined) throw new Error(`${path}: expected a licence, found none`);
  const texts = files.sort().map((file) => readFileSync(join(path, file), 'utf8').trim());
  return `${[`${name} ${version} (${license ?? 'see below'})`, ...texts].join('\n\n')}\n`;
}
