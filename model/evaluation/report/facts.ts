/** Facts about a model for the end of a report. They have no time and no path: the same input gives the same bytes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../native/package-root.ts';
import type { Manifest } from '../../bundle/manifest.ts';
import { countText } from './numbers.ts';

export function modelFact({ name, version, scoreRange, files }: Manifest): string {
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  return `${name}, version ${version}, ${(bytes / 1e6).toFixed(1)} MB, scores from ${scoreRange[0]} to ${scoreRange[1]}`;
}

export function trainedByFact({ made }: Manifest): string {
  return made.seed === undefined ? made.command : `${made.command}, seed ${made.seed}`;
}

export function trainedOnFact({ made }: Manifest): string {
  return made.reviews === undefined ? 'not known' : `${countText(made.reviews)} reviews, SHA-256 ${made.data}`;
}

export function hoshiVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version;
}
