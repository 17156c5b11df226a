/** Tables that threads load ahead are those that `load` gives; wrong files give the same errors as without a thread. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { loadAhead, NativeAnalyzer, NativeForest, NativeVectorizer } from '../../native/index.ts';
import { packageRoot } from '../../native/package-root.ts';
import { until } from '../fixtures/until.ts';

const stars = join(packageRoot, 'model', 'stars');
const nothingElse = { forest: undefined, dictionary: false, normalizer: false };

describe('tables that are loaded ahead', () => {
  let folder = '';
  let vocabulary = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'hoshi-ahead-'));
    vocabulary = join(folder, 'vocabulary.bin');
  });
  beforeEach(() => copyFileSync(join(stars, 'vocabulary.bin'), vocabulary));
  after(() => rmSync(folder, { recursive: true }));

  // Not as a deleted file, which an earlier test may have mapped.
  const isMapped = () => readFileSync('/proc/self/maps', 'utf8').includes(`${vocabulary}\n`);

  test('load takes the tables of the thread, once', async () => {
    const drop = loadAhead({ vocabulary, ...nothingElse });
    await until('the thread to map the file', async () => isMapped());
    rmSync(vocabulary);
    const { identity } = NativeVectorizer.load(join(stars, 'vocabulary.bin'));
    assert.equal(NativeVectorizer.load(vocabulary).identity, identity);
    assert.throws(() => NativeVectorizer.load(vocabulary), { code: 'tables', message: /cannot open it/ });
    drop();
  });

  test('drop releases the tables that no load has taken', async () => {
    const drop = loadAhead({ vocabulary, ...nothingElse });
    await until('the thread to map the file', async () => isMapped());
    drop();
    assert.ok(!isMapped());
  });

  test('a damaged file gives the error that it gives without a thread', () => {
    const bytes = readFileSync(vocabulary);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1000) ^ 1, bytes.length - 1000);
    writeFileSync(vocabulary, bytes);
    const message = /vocabulary\.bin: checksum: expected \d+, found \d+ \(the file is damaged: compile it again\)$/;
    const drop = loadAhead({ vocabulary, ...nothingElse });
    assert.throws(() => NativeVectorizer.load(vocabulary), { code: 'tables', message });
    drop();
    assert.throws(() => NativeVectorizer.load(vocabulary), { code: 'tables', message });
  });

  test('a file that is missing, and a file of another kind, give the errors that they give without a thread', () => {
    rmSync(vocabulary);
    const forest = join(stars, 'forest.bin');
    const drop = loadAhead({ vocabulary, forest, dictionary: true, normalizer: true });
    assert.throws(() => NativeVectorizer.load(vocabulary), { code: 'tables', message: /No such file or directory$/ });
    assert.throws(() => NativeVectorizer.load(forest), { code: 'tables', message: /found another format$/ });
    assert.ok(NativeForest.load(forest).columnCount > 0);
    assert.ok(NativeAnalyzer.load().wordCount > 0);
    drop();
  });
});
