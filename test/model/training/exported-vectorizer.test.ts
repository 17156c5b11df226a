import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { defaultVectorizerParameters } from '../../../model/reference/vectorizer.ts';
import { parseExportedVectorizer } from '../../../model/training/exported-vectorizer.ts';
import { packageRoot } from '../../../native/package-root.ts';
import { tokensOf } from '../../fixtures/vectorize.ts';
import { type ImportedGolden, readGolden } from '../../golden/golden.ts';

const small = {
  format: 1,
  made: { 'scikit-learn': '1.9.1' },
  dtype: 'float64',
  parameters: defaultVectorizerParameters,
  fitting: { max_df: 0.9 },
  terms: ['映画', '映画 良い', '良い'],
  idf: [1, 1.5, 0.1],
};

describe('an exported vectorizer', () => {
  test('is read with its terms, idf and parameters', () => {
    const { vectorizer, made, dtype, fitting } = parseExportedVectorizer(JSON.stringify(small), 'v.json');
    assert.deepEqual(vectorizer.tables.terms, small.terms);
    assert.deepEqual(vectorizer.tables.idf, Float64Array.from(small.idf));
    assert.deepEqual(vectorizer.parameters, small.parameters);
    assert.deepEqual({ made, dtype, fitting }, { made: small.made, dtype: 'float64', fitting: small.fitting });
    assert.deepEqual(vectorizer.row(tokensOf(['良い'])), { columns: Int32Array.of(2), values: Float64Array.of(1) });
  });

  const change = (parameters: object) => ({ parameters: { ...small.parameters, ...parameters } });
  const refused: [what: string, change: object, message: string | RegExp][] = [
    ['another format', { format: 2 }, /^v\.json: expected format to be 1, as model\/training\/python\/.*, received 2$/],
    ['another dtype', { dtype: 'float16' }, /expected dtype to be "float64" or "float32", received "float16"$/],
    ['no parameters', { parameters: undefined }, /expected parameters to be an object, received nothing$/],
    [
      'lower-casing',
      change({ lowercase: true }),
      /^v\.json: expected parameters\.lowercase to be false, received true$/,
    ],
    [
      'another pattern',
      change({ token_pattern: '.' }),
      /^v\.json: expected parameters\.token_pattern to be .*, received "\."$/,
    ],
    [
      'an unsupported parameter',
      change({ binary: false }),
      /expected each name in parameters to be one of token_pattern, .*, received "binary"$/,
    ],
    ['no terms', { terms: [] }, /expected terms to be a list of strings, received \[\]$/],
    [
      'a term that is a number',
      { terms: ['映画', 5] },
      /expected terms to be a list of strings, received \["映画",5\]$/,
    ],
    ['too few idf', { idf: [1, 2] }, /expected idf to be a list of 3 numbers, one for each term, received 2$/],
    [
      'an idf that is not a number',
      { idf: [1, 2, null] },
      /expected idf to be a list of 3 numbers, one for each term, received \[1,2,null\]$/,
    ],
    ['no idf', { idf: null }, /expected idf to be a list of 3 numbers, one for each term, received null$/],
    [
      'idf values without use_idf',
      change({ use_idf: false }),
      /expected idf to be null because use_idf is false, received \[1,1\.5,0\.1\]$/,
    ],
    [
      'terms out of order',
      { terms: ['良い', '映画', '悪い'] },
      /^v\.json: expected terms\[1\] to be after "良い" by code point, received "映画"\n.*terms\[2\] to be after "映画" .*, received "悪い"$/,
    ],
    ['a term twice', { terms: ['映画', '映画', '良い'] }, /expected terms\[1\] to be after "映画"/],
    [
      'terms of too many words',
      { terms: ['映画', '映画 は 良い', '良い'] },
      /expected terms\[1\] to be 1 to 2 words of \\w\{1,\} \(word characters of Unicode 14\.0\.0\), received "映画 は 良い"$/,
    ],
    [
      'a term that no text can have',
      { terms: ['映\t画', '映画', '良い'] },
      /expected terms\[0\] to be .*, received "映\\t画"$/,
    ],
    [
      'a word that is too short',
      { ...change({ token_pattern: '\\w{2,}' }), terms: ['た', 'です', '映画'] },
      /terms\[0\]/,
    ],
  ];
  for (const [what, changed, message] of refused) {
    test(`${what}: refused`, () => {
      assert.throws(() => parseExportedVectorizer(JSON.stringify({ ...small, ...changed }), 'v.json'), { message });
    });
  }

  test('that is not JSON, or other JSON, is refused', () => {
    assert.throws(
      () => parseExportedVectorizer('{', 'v.json'),
      /^Error: v\.json: expected JSON as model\/training\/python\/export_vectorizer\.py writes it, /,
    );
    for (const json of ['null', '[]', '5'])
      assert.throws(() => parseExportedVectorizer(json, 'v.json'), /v\.json: expected format to be 1/);
  });
});

describe('model/training/python/export_vectorizer.py', () => {
  const { refusals, models } = readGolden<ImportedGolden>('imported.json');

  test('golden: refuses what hoshi cannot represent, and names the parameter', () => {
    assert.ok(refusals.length >= 10);
    for (const { what, message } of refusals)
      assert.match(message, new RegExp(`Expected (a |the )?${what}\\b.*, received `));
  });

  test('golden: exports the parameters that only fitting used as `fitting`', () => {
    const fitting = new Map(models.map(({ name, vectorizer }) => [name, vectorizer.fitting]));
    assert.deepEqual(fitting.get('plain counts'), { max_df: 0.5 });
    assert.deepEqual(fitting.get('smooth l1'), { max_df: 1, min_df: 0.02 });
  });

  const python = join(packageRoot, 'build', 'golden-venv', 'bin', 'python');
  const skip = existsSync(python) ? false : 'scikit-learn is not installed; test/golden/make installs it';
  test('the current program reads a pickle, refuses, and writes doubles that read back unchanged', { skip }, () => {
    const program = `
import json, pathlib, pickle, sys, tempfile
sys.path.insert(0, "model/training/python")
import export_vectorizer as export
from sklearn.feature_extraction.text import TfidfVectorizer
folder = pathlib.Path(tempfile.mkdtemp())
out = folder / "v.json"
def run(vectorizer):
    (folder / "v.pkl").write_bytes(pickle.dumps(vectorizer.fit(["良い 映画", "良い", "悪い 映画"])))
    return export.main([str(folder / "v.pkl"), str(out)])
assert run(TfidfVectorizer(binary=True)) == 1 and not out.exists()
assert export.main([]) == 2 and export.main([str(folder / "none"), str(out)]) == 1
fitted = TfidfVectorizer(lowercase=False, ngram_range=(1, 2))
assert run(fitted) == 0
written = json.loads(out.read_text("utf-8"))
assert written["idf"] == list(fitted.idf_) and written["terms"] == list(fitted.get_feature_names_out())
print(out.read_text("utf-8"))
`;
    const json = execFileSync(python, ['-B', '-c', program], {
      cwd: packageRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { vectorizer } = parseExportedVectorizer(json, 'v.json');
    assert.deepEqual(vectorizer.tables.terms, ['悪い', '悪い 映画', '映画', '良い', '良い 映画']);
    assert.equal(vectorizer.tables.idf[2], Math.log(4 / 3) + 1);
  });
});
