import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { type Manifest, parseManifest } from '../../../model/bundle/manifest.ts';
import { writeBundle } from '../../../model/bundle/write.ts';
import { tinyBundle } from '../../fixtures/tiny-bundle.ts';

const parse = (json: string) => parseManifest(Buffer.from(json), 'tiny/manifest.json');

const tables = 'ab'.repeat(32);
/** Valid values of the optional fields of format 2 that are applied. */
const newFields: Partial<Manifest> = {
  normalizer: { steps: ['emoji', 'nfkc'], tables },
  endMap: { raw: [-1, 2, 9], scores: [1, 2, 5], slopes: [0.25, 0.375] },
  labels: { negative: 2, positive: 4 },
  histograms: { scores: Array(16).fill(2), unknownShare: [8, ...Array(9).fill(0)] },
};

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
      (m) => Object.assign(m, { format: 3 }),
      /^BundleError: tiny\/manifest\.json: expected format to be 1 or 2, .*, received 3$/,
    ],
    [
      'a range whose ends are swapped',
      (m) => Object.assign(m, { scoreRange: [5, 1] }),
      /expected scoreRange to be two numbers .*, received \[5,1\]/,
    ],
    ['no name', (m) => delete m.name, /expected name to be a string without lone surrogates, received nothing/],
    [
      'a name that is no text',
      (m) => Object.assign(m, { name: '\ud800' }),
      /expected name to be a string without lone/,
    ],
    [
      'a version that no hash has',
      (m) => Object.assign(m, { version: '../1' }),
      /expected version to be 12 hexadecimal digits, received "\.\.\/1"/,
    ],
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
    [
      'no golden',
      (m) => Object.assign(m, { goldens: [] }),
      /expected goldens to be a list of at least one \{ text, score \}, received \[\]/,
    ],
    [
      'another version',
      (m) => Object.assign(m, { version: '0123456789ab' }),
      /^BundleError: tiny\/manifest\.json: expected version to be [0-9a-f]{12}, by the other fields, received "0123456789ab"$/,
    ],
    [
      'another hash than its version says',
      (m) => Object.assign((m.files as Manifest['files'])['model.txt'], { sha256: '0'.repeat(64) }),
      /expected version to be/,
    ],
    [
      'an unknown step of the normalizer',
      (m) => Object.assign(m, { normalizer: { steps: ['nfkc', 'nfd'], tables } }),
      /expected normalizer to be \{ steps, tables \}: some of emoji, .*, spelling, in this order; a SHA-256/,
    ],
    [
      'a step of the normalizer twice',
      (m) => Object.assign(m, { normalizer: { steps: ['nfkc', 'nfkc'], tables } }),
      /expected normalizer to be/,
    ],
    [
      'steps of the normalizer in another order',
      (m) => Object.assign(m, { normalizer: { steps: ['nfkc', 'emoji'], tables } }),
      /expected normalizer to be/,
    ],
    [
      'a normalizer without tables',
      (m) => Object.assign(m, { normalizer: { steps: ['nfkc'] } }),
      /expected normalizer to be/,
    ],
    ['no list of steps', (m) => Object.assign(m, { normalizer: { tables } }), /expected normalizer to be/],
    [
      'a user dictionary, which no engine applies',
      (m) => Object.assign(m, { userDictionary: 'words.csv' }),
      /expected userDictionary to be \{ words, sha256 \}: the number of words in user-dictionary\.tsv, and its SHA-256, received "words\.csv"/,
    ],
    [
      'a cut of the labels outside the range',
      (m) => Object.assign(m, { labels: { negative: 0.5, positive: 4 } }),
      /expected labels to be \{ negative, positive \}, two numbers within scoreRange/,
    ],
    [
      'cuts of the labels whose ends are swapped',
      (m) => Object.assign(m, { labels: { negative: 4, positive: 2 } }),
      /expected labels to be/,
    ],
    ['one cut', (m) => Object.assign(m, { labels: { negative: 4 } }), /expected labels to be/],
    [
      'a histogram that is not of counts',
      (m) => Object.assign(m, { histograms: { ...newFields.histograms, scores: Array(16).fill(2.5) } }),
      /expected histograms to be \{ scores, unknownShare \}, lists of 16 and 10 counts that are not all 0, received/,
    ],
    ...(
      [
        ['half of the histograms', { unknownShare: undefined }],
        ['a histogram of other bins', { scores: Array(10).fill(1) }],
        ['a histogram of another share', { unknownShare: Array(16).fill(1) }],
        ['a negative count', { scores: [-1, ...Array(15).fill(1)] }],
        ['a count that is not finite', { scores: [Number.POSITIVE_INFINITY, ...Array(15).fill(1)] }],
        ['an empty histogram', { unknownShare: Array(10).fill(0) }],
      ] as const
    ).map(([what, damage]): (typeof damages)[number] => [
      what,
      (m) => Object.assign(m, { histograms: { ...newFields.histograms, ...damage } }),
      /expected histograms to be/,
    ]),
    ...(
      [
        ['of one knot', { raw: [1], scores: [1], slopes: [] }],
        ['without slopes', { raw: [1, 5], scores: [1, 5], slopes: [] }],
        ['whose sums do not ascend', { raw: [1, 1], scores: [1, 5], slopes: [1] }],
        ['whose scores descend', { raw: [1, 3, 5], scores: [2, 1, 5], slopes: [0, 1] }],
        ['with a score too many', { raw: [1, 5], scores: [1, 3, 5], slopes: [1] }],
        ['with a negative slope', { raw: [1, 5], scores: [1, 5], slopes: [-1] }],
        ['with a piece that ends above the next knot', { raw: [1, 5], scores: [1, 5], slopes: [1.001] }],
        ['that leaves the range at the bottom', { raw: [1, 5], scores: [0.9, 5], slopes: [1] }],
        ['that leaves the range at the top', { raw: [1, 5], scores: [1, 5.1], slopes: [1] }],
        ['with a number that JSON cannot hold', { raw: [1, null], scores: [1, 5], slopes: [1] }],
        ['that is a list', [1, 5]],
      ] satisfies [string, unknown][]
    ).map(([what, endMap]): (typeof damages)[number] => [
      `an end map ${what}`,
      (m) => Object.assign(m, { endMap }),
      /expected endMap to be \{ raw, scores, slopes \}, a non-decreasing map to scoreRange, received/,
    ]),
    ...Object.entries(newFields).map(([name, value]): (typeof damages)[number] => [
      `format 1 and ${name}`,
      (m) => Object.assign(m, { format: 1, [name]: value }),
      new RegExp(`expected ${name} to be absent in format 1, received `),
    ]),
    [
      'format 1 and term rules',
      (m) => Object.assign(m, { format: 1, vectorizer: { ...(m.vectorizer as object), rules: {} } }),
      /expected vectorizer\.rules to be absent in format 1, received \{\}/,
    ],
  ];
  for (const [what, damage, message] of damages) {
    test(`a manifest with ${what} is refused`, () => {
      const manifest = JSON.parse(json) as Manifest & Record<string, unknown>;
      damage(manifest);
      assert.throws(() => parse(JSON.stringify(manifest)), message);
    });
  }

  test('a manifest with every optional field is accepted; a version covers those that scores and labels depend on', async () => {
    const parts = await tinyBundle();
    const versions = new Set<string>();
    for (const fields of [{}, newFields, ...Object.entries(newFields).map(([name, value]) => ({ [name]: value }))]) {
      const folder = await mkdtemp(join(tmpdir(), 'hoshi-manifest-'));
      const path = join(folder, 'tiny');
      const written = await writeBundle(path, { ...parts, manifest: { ...parts.manifest, ...fields } });
      assert.deepEqual(parse(await readFile(join(path, 'manifest.json'), 'utf8')), written);
      for (const [name, value] of Object.entries(fields)) assert.deepEqual(written[name as keyof Manifest], value);
      versions.add(written.version);
      await rm(folder, { recursive: true });
    }
    assert.equal(versions.size, 5); // without any and with histograms alone it is the same
  });

  test('an error lists every problem of the manifest', () => {
    const manifest = { ...JSON.parse(json), name: 5, scoreRange: [1] };
    assert.throws(() => parse(JSON.stringify(manifest)), {
      name: 'BundleError',
      message: `tiny/manifest.json: expected name to be a string without lone surrogates, received 5
tiny/manifest.json: expected scoreRange to be two numbers [lowest, highest], received [1]`,
    });
  });

  test('a file that is not JSON, or not an object, is refused', () => {
    assert.throws(() => parse('{'), /^BundleError: tiny\/manifest\.json: expected JSON, /);
    for (const other of ['null', '[]', '5'])
      assert.throws(() => parse(other), /^BundleError: tiny\/manifest\.json: expected the manifest to be an object, /);
  });
});
