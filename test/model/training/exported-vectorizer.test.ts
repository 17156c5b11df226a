import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { makeLogarithmTable } from '../../../model/math/logarithm.ts';
import { defaultVectorizerParameters, Vectorizer } from '../../../model/reference/vectorizer.ts';
import { parseExportedVectorizer } from '../../../model/training/exported-vectorizer.ts';
import { packageRoot } from '../../../native/package-root.ts';
import { exportedVectorizer } from '../../fixtures/exported-vectorizers.ts';
import { tokensOf } from '../../fixtures/vectorize.ts';
import { type ImportedGolden, readGolden } from '../../golden/golden.ts';

const terms = ['映画', '映画 良い', '良い'];
const small = {
  ...exportedVectorizer(defaultVectorizerParameters, terms, { idf: [1, 1.5, 0.1] }),
  fitting: { max_df: 0.9 },
};
const parse = (change: object = {}) => parseExportedVectorizer(JSON.stringify({ ...small, ...change }), 'v.json');

describe('an exported vectorizer', () => {
  test('is read with its terms, idf and parameters', () => {
    const { vectorizer, made, dtype, fitting } = parse();
    assert.deepEqual(vectorizer.tables.terms, small.terms);
    assert.deepEqual(vectorizer.tables.idf, Float64Array.of(1, 1.5, 0.1));
    assert.deepEqual(vectorizer.parameters, small.parameters);
    assert.deepEqual({ made, dtype, fitting }, { made: small.made, dtype: 'float64', fitting: small.fitting });
    assert.deepEqual(vectorizer.row(tokensOf(['良い'])), { columns: Int32Array.of(2), values: Float64Array.of(1) });
  });

  const change = (parameters: object) => ({ parameters: { ...small.parameters, ...parameters } });
  const refused: [what: string, change: object, message: string | RegExp][] = [
    [
      'an older format',
      { format: 1 },
      /^v\.json: expected format to be 2, received 1\. Export the vectorizer again with this version's model\/training\/python\/export_vectorizer\.py$/,
    ],
    [
      'a Python of another Unicode',
      { made: { unicode: '6.0.0' } },
      /expected made\.unicode to be .*17\.0\.0 or 14\.0\.0\), received "6\.0\.0"$/,
    ],
    ['no Unicode version', { made: {} }, /expected made\.unicode to be .*, received nothing$/],
    [
      'another order',
      { norm_order: 'random' },
      /expected norm_order to be "ascending" or "descending", received "random"$/,
    ],
    [
      'no logarithms',
      { logarithms: null },
      /expected logarithms to be a list of 1023 numbers, ln\(1\) and so on, received null$/,
    ],
    ['too few logarithms', { logarithms: [0] }, /expected logarithms to be a list of 1023 numbers, .*, received 1$/],
    [
      'a number that is not the logarithm',
      { logarithms: small.logarithms?.map((value, i) => (i === 8 ? value + 1e-9 : value)) },
      /expected logarithms\[8\] to be 2\.19722457733621\d+, the logarithm, received 2\.19722457833621\d+$/,
    ],
    [
      'no rows',
      { rows: undefined },
      /expected rows to be a list of at least 24 \{ text, columns, values \}, received nothing$/,
    ],
    ['too few rows', { rows: small.rows.slice(0, 23) }, /expected rows to be a list of at least 24/],
    [
      'a row of another form',
      { rows: [...small.rows, { text: '', columns: [1], values: [] }] },
      /expected rows to be a list/,
    ],
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
      assert.throws(() => parse(changed), { message });
    });
  }

  test('that is not JSON, or other JSON, is refused', () => {
    assert.throws(
      () => parseExportedVectorizer('{', 'v.json'),
      /^Error: v\.json: expected JSON as model\/training\/python\/export_vectorizer\.py writes it, /,
    );
    for (const json of ['null', '[]', '5', '{}'])
      assert.throws(
        () => parseExportedVectorizer(json, 'v.json'),
        /v\.json: expected format to be 2, received nothing/,
      );
  });
});

describe('the rows of an exported vectorizer', () => {
  type Row = (typeof small.rows)[number];
  /** The row with all three terms. */
  const full = small.rows.findIndex(({ columns }) => columns.length === 3);
  const {
    text,
    values: [value = 0],
  } = small.rows[full] as Row;
  const withRow = (change: (row: Row) => Partial<Row>) => ({
    rows: small.rows.map((row, k) => (k === full ? { ...row, ...change(row) } : row)),
  });
  const up = (number: number) => number + Number.EPSILON * 2 ** Math.floor(Math.log2(number));

  test('have to be the same doubles: the message has the text, the term and both numbers', () => {
    assert.throws(() => parse(withRow(({ values }) => ({ values: values.with(0, up(value)) }))), {
      message: `v.json: expected rows[${full}], of the text ${JSON.stringify(text)}, at the term "映画" to be ${value}, which hoshi computes from the parameters, received ${up(value)}`,
    });
  });

  const differences: [what: string, change: object][] = [
    ['a term less', withRow(({ columns, values }) => ({ columns: columns.slice(1), values: values.slice(1) }))],
    [
      'a last term less',
      withRow(({ columns, values }) => ({ columns: columns.slice(0, -1), values: values.slice(0, -1) })),
    ],
    ['no term', withRow(() => ({ columns: [], values: [] }))],
    ['a term that is not in the text', withRow(() => ({ text: '悪い' }))],
    ['the columns of another row', withRow(({ columns }) => ({ columns: columns.map((column) => column + 1) }))],
    ['a NaN', withRow(({ values }) => ({ values: values.map(() => Number.NaN) }))],
    ['another norm', { parameters: { ...small.parameters, norm: 'l1' } }],
    ['no idf', { parameters: { ...small.parameters, use_idf: false }, idf: null }],
    ['counts', { parameters: { ...small.parameters, sublinear_tf: false }, logarithms: null }],
    [
      'longer words',
      {
        parameters: { ...small.parameters, ngram_range: [1, 3] },
        terms: [...terms.slice(0, 2), '映画 良い 映画'],
        idf: [1, 1, 1],
      },
    ],
  ];
  for (const [what, change] of differences)
    test(`${what}: refused`, () => {
      assert.throws(() => parse(change), /^Error: v\.json: expected rows/);
    });

  test('of float32 have to be within 1e-6', () => {
    const float32 = { dtype: 'float32', logarithms: null };
    const off = (by: number) => withRow(({ values }) => ({ values: values.map((number) => number + by) }));
    parse({ ...float32, ...off(9e-7) });
    assert.throws(() => parse({ ...float32, ...off(2e-6) }), /expected rows\[\d+\]/);
  });

  /** Texts of a letter that Unicode 15.0 added, between two terms. */
  const letter = '\u{1e4d0}';
  const rowsOf = (unicode: '15.0.0' | undefined) => {
    const vectorizer = new Vectorizer(
      { ...defaultVectorizerParameters, ...(unicode && { unicode }) },
      { terms, idf: Float64Array.of(1, 1.5, 0.1), logarithms: makeLogarithmTable() },
    );
    const text = `映画 ${letter} 良い ${letter}映画`;
    const { columns, values } = vectorizer.row(tokensOf([text]));
    return [...small.rows, { text, columns: Array.from(columns), values: Array.from(values) }];
  };

  test('words are those of the Unicode version that the Python had', () => {
    const made = (unicode: string) => ({ made: { unicode } });
    assert.deepEqual(rowsOf(undefined).at(-1)?.columns, [0, 1, 2]);
    assert.deepEqual(rowsOf('15.0.0').at(-1)?.columns, [0, 2]);
    assert.equal(parse({ ...made('14.0.0'), rows: rowsOf(undefined) }).vectorizer.parameters.unicode, undefined);
    assert.equal(parse({ ...made('15.1.0'), rows: rowsOf('15.0.0') }).vectorizer.parameters.unicode, '15.1.0');
    assert.throws(
      () => parse({ ...made('14.0.0'), rows: rowsOf('15.0.0') }),
      /expected rows\[30\], .* at the term "映画"/,
    );
    assert.throws(() => parse({ ...made('15.0.0'), rows: rowsOf(undefined) }), /expected rows\[30\]/);
  });

  test('norms are summed in the order that scikit-learn had, and with its logarithms', () => {
    const letters = [...'abcdefgh'];
    const idf = letters.map((_, i) => 1 + Math.sqrt(i));
    const descending = exportedVectorizer({ ...defaultVectorizerParameters, norm_order: 'descending' }, letters, {
      idf,
    });
    const read = (change: object = {}) =>
      parseExportedVectorizer(JSON.stringify({ ...descending, ...change }), 'v.json');
    assert.equal(read().vectorizer.parameters.norm_order, 'descending');
    assert.throws(
      () => read({ norm_order: 'ascending' }),
      /expected rows\[\d+\], .* at the term "[a-h]" to be 0\.\d+, .* received 0\.\d+$/m,
    );
    const logarithms = makeLogarithmTable().map((value, i) => (i === 2 ? up(value) : value));
    const parameters = { ...defaultVectorizerParameters, norm: null };
    const other = exportedVectorizer(parameters, letters, { idf, logarithms });
    assert.deepEqual(parseExportedVectorizer(JSON.stringify(other), 'v.json').vectorizer.tables.logarithms, logarithms);
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
  test('the current program reads a pickle, refuses, writes doubles that read back unchanged, and rows that show a patch', {
    skip,
  }, () => {
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
(folder / "v.pkl").write_bytes(b"no pickle")
assert export.main([str(folder / "v.pkl"), str(out)]) == 1
print(out.read_text("utf-8"))
# The rows show what is patched out of the exporter's sight.
own = TfidfVectorizer.build_analyzer
TfidfVectorizer.build_analyzer = lambda self: (lambda text: [word for word in own(self)(text) if word != "悪い"])
export.export_vectorizer(fitted, out)
print("---")
print(out.read_text("utf-8"))
`;
    const json = execFileSync(python, ['-B', '-c', program], {
      cwd: packageRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [plain = '', patched = ''] = json.split('---');
    const { vectorizer } = parseExportedVectorizer(plain, 'v.json');
    assert.throws(() => parseExportedVectorizer(patched, 'v.json'), /expected rows\[\d+\], .* at the term "悪い"/);
    assert.deepEqual(vectorizer.tables.terms, ['悪い', '悪い 映画', '映画', '良い', '良い 映画']);
    assert.equal(vectorizer.tables.idf[2], Math.log(4 / 3) + 1);
  });
});
