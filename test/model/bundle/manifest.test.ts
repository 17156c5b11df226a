import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { type Manifest, parseManifest } from '../../../model/bundle/manifest.ts';
import { writeBundle } from '../../../model/bundle/write.ts';
import { tinyBundle } from '../../fixtures/tiny-bundle.ts';

const parse = (json: string) => parseManifest(Buffer.from(json), 'tiny/manifest.json');

describe('manifest', () => {
  let json: string;
  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hoshi-manifest-'));
    await writeBundle(join(folder, 'tiny'), await tinyBundle());
    json = await readFile(join(folder, 'tiny', 'manifest.json'), 'utf8');
    await rm(folder, { recursive: true });
  });

  test('a manifest that writeBundle wrote is accepted as it is', () => {
    assert.deepEqual(parse(json), JSON.parse(json));
  });

  const damages: [what: string, damage: (manifest: Record<string, unknown>) => void, message: RegExp][] = [
    [
      'an unknown format',
      (m) => Object.assign(m, { format: 2 }),
      /^BundleError: tiny\/manifest\.json: expected format to be 1, .*, received 2$/,
    ],
    [
      'a range whose ends are swapped',
      (m) => Object.assign(m, { scoreRange: [5, 1] }),
      /expected scoreRange to be two numbers .*, received \[5,1\]/,
    ],
    ['no name', (m) => delete m.name, /expected name to be a string, received nothing/],
    [
      'no hash',
      (m) => Object.assign(m, { files: {} }),
      /expected files\["model.txt"\].sha256 to be 64 hexadecimal digits/,
    ],
    ['no tokenizer', (m) => Object.assign(m, { tokenizer: null }), /expected tokenizer to be an object/],
    [
      'a golden without a score',
      (m) => Object.assign(m, { goldens: [{ text: 5 }] }),
      /expected goldens to be a list of/,
    ],
    [
      'a measure that is a string',
      (m) => Object.assign(m, { measures: { validation: { rmse: '0.5' } } }),
      /expected measures to be an object that holds an object of numbers for each set of reviews, received \{"validation":\{"rmse":"0\.5"\}\}/,
    ],
    [
      'a measure instead of a set of reviews',
      (m) => Object.assign(m, { measures: { rmse: 0.5 } }),
      /expected measures to be/,
    ],
    [
      'an unknown norm',
      (m) => Object.assign(m.vectorizer as object, { norm: 'l3' }),
      /expected vectorizer\.norm to be "l1", "l2" or null, received "l3"/,
    ],
    [
      'lowercase=true',
      (m) => Object.assign(m.vectorizer as object, { lowercase: true }),
      /expected vectorizer\.lowercase to be false, received true/,
    ],
    [
      'an n-gram range whose ends are swapped',
      (m) => Object.assign(m.vectorizer as object, { ngram_range: [2, 1] }),
      /expected vectorizer\.ngram_range to be two integers/,
    ],
  ];
  for (const [what, damage, message] of damages) {
    test(`a manifest with ${what} is refused`, () => {
      const manifest = JSON.parse(json) as Manifest & Record<string, unknown>;
      damage(manifest);
      assert.throws(() => parse(JSON.stringify(manifest)), message);
    });
  }

  test('an error lists every problem of the manifest', () => {
    const manifest = { ...JSON.parse(json), name: 5, scoreRange: [1] };
    assert.throws(() => parse(JSON.stringify(manifest)), {
      name: 'BundleError',
      message: `tiny/manifest.json: expected name to be a string, received 5
tiny/manifest.json: expected scoreRange to be two numbers [lowest, highest], received [1]`,
    });
  });

  test('a file that is not JSON, or not an object, is refused', () => {
    assert.throws(() => parse('{'), /^BundleError: tiny\/manifest\.json: expected JSON, /);
    for (const other of ['null', '[]', '5'])
      assert.throws(() => parse(other), /^BundleError: tiny\/manifest\.json: expected the manifest to be an object, /);
  });
});
