/** The npm packages in a bundle, and the texts of their licences, which must be distributed with it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { packageRoot } from '../native/package-root.ts';

export interface Package {
  readonly name: string;
  readonly version: string;
  /** The licence in package.json, as SPDX names it. */
  readonly license: string;
  /** Its licence and notice files. */
  readonly texts: readonly string[];
}

/** All packages that esbuild put into its outputs, in order of their names. */
export function packagesIn({ outputs }: Metafile): Package[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  const folders = inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].sort().map(packageIn);
}

/** Throws if package.json has no name, version or licence. */
export function packageIn(folder: string): Package {
  const path = join(packageRoot, folder);
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Partial<Package>;
  if (name === undefined || version === undefined || license === undefined)
    throw new Error(
      `${path}/package.json: expected name, version and license, received ${name}, ${version}, ${license}`,
    );
  const files = readdirSync(path).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  return { name, version, license, texts: files.sort().map((file) => readFileSync(join(path, file), 'utf8').trim()) };
}

export function licencesOf(packages: readonly Package[]): string {
  const head = 'The packages that are bundled into the JavaScript files of this folder, each under its own licence.\n';
  const each = packages.map((one) => `${[`${one.name} ${one.version} (${one.license})`, ...one.texts].join('\n\n')}\n`);
  return [head, ...each].join(`\n${'-'.repeat(100)}\n\n`);
}
