/** How a model and its scores came about, for a report: names and values. Nothing that differs from run to run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../native/package-root.ts';
import type { Manifest } from '../../bundle/manifest.ts';
import { countText } from './numbers.ts';

/** `measured`: the command that measured, and the SHA-256 of the stars and texts that it measured on. */
export function factsOf(
  manifest: Manifest,
  measured: { readonly command: string; readonly hash: string },
): (readonly [name: string, value: string])[] {
  const { name, version, scoreRange, made, tokenizer, vectorizer, training, lightgbm, files } = manifest;
  const hoshi = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  return [
    [
      'Model',
      `${name}, version ${version}, ${(bytes / 1e6).toFixed(1)} MB, scores from ${scoreRange[0]} to ${scoreRange[1]}`,
    ],
    ['Trained by', made.seed === undefined ? made.command : `${made.command}, seed ${made.seed}`],
    [
      'Trained on',
      made.reviews === undefined ? 'not known' : `${countText(made.reviews)} reviews, SHA-256 ${made.data}`,
    ],
    ['Measured by', measured.command],
    ['Measured on', `SHA-256 of stars and texts ${measured.hash}`],
    ['Tokens', `${tokenizer.name} ${tokenizer.version}, dictionary ${tokenizer.dictionary}`],
    ['Terms', JSON.stringify(vectorizer)],
    ['Trees', `LightGBM ${lightgbm}, ${JSON.stringify(training)}`],
    ['hoshi', hoshi.version],
  ];
}
