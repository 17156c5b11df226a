/**
 * The JSON of a fitted TfidfVectorizer, as model/training/python/export_vectorizer.py writes it → a vectorizer.
 * model/README.md ("Models made in Python") describes the format.
 */
import { Checks, isObject, parseJson, show } from '../io/checks.ts';
import { makeLogarithmTable } from '../math/logarithm.ts';
import { shortestWord } from '../reference/terms.ts';
import {
  checkVectorizerParameters,
  compareCodePoints,
  defaultVectorizerParameters,
  Vectorizer,
  type VectorizerParameters,
} from '../reference/vectorizer.ts';
import { wordCharacterUnicodeVersion } from '../reference/word-characters.ts';
import { isLongEnough, isOtherUnicodeVersion, isWord, otherUnicodeVersions } from '../reference/word-parts.ts';
import { checkRows, checkRowsForm } from './exported-rows.ts';

const FORMAT = 2;
const EXPORTER = 'model/training/python/export_vectorizer.py';

export interface ExportedVectorizer {
  readonly vectorizer: Vectorizer;
  /** The type in which scikit-learn computed its rows. hoshi computes them in doubles. */
  readonly dtype: 'float64' | 'float32';
  /** The versions of scikit-learn and Python. */
  readonly made: Readonly<Record<string, string>>;
  /** Parameters that only fitting used, and that VectorizerParameters does not have. */
  readonly fitting: Readonly<Record<string, unknown>>;
}

/** Throws an error that lists every problem. `file` is its path, for messages. */
export function parseExportedVectorizer(json: string, file: string): ExportedVectorizer {
  const value = parseJson(json, file, `JSON as ${EXPORTER} writes it`);
  const checks = new Checks();
  const fields = isObject(value) ? value : {};
  if (fields.format !== FORMAT)
    throw new Error(
      `${file}: expected format to be ${FORMAT}, received ${show(fields.format)}. Export the vectorizer again with this version's ${EXPORTER}`,
    );
  const { made, dtype, parameters, fitting, terms, idf, logarithms, norm_order, rows } = fields;
  checks.expect(dtype === 'float64' || dtype === 'float32', 'dtype', '"float64" or "float32"', dtype);
  for (const [name, object] of Object.entries({ made, parameters, fitting }))
    checks.expect(isObject(object), name, 'an object', object);
  if (isObject(parameters)) {
    const known = Object.keys(defaultVectorizerParameters);
    for (const name of Object.keys(parameters))
      checks.expect(known.includes(name), 'each name in parameters', `one of ${known.join(', ')}`, name);
    checkVectorizerParameters(checks, parameters, 'parameters.');
  }
  const unicode = isObject(made) ? made.unicode : undefined;
  checks.expect(
    unicode === wordCharacterUnicodeVersion || isOtherUnicodeVersion(unicode),
    'made.unicode',
    `the Unicode version of a Python that hoshi knows (${otherUnicodeVersions.join(', ')} or ${wordCharacterUnicodeVersion})`,
    unicode,
  );
  checks.expect(isListOf(terms, 'string') && terms.length > 0, 'terms', 'a list of strings', terms);
  const isOrder = norm_order === 'ascending' || norm_order === 'descending';
  checks.expect(isOrder, 'norm_order', '"ascending" or "descending"', norm_order);
  checkRowsForm(checks, rows);
  checks.throwIfAny(file);
  const all: VectorizerParameters = {
    ...(parameters as unknown as VectorizerParameters),
    ...(isOtherUnicodeVersion(unicode) ? { unicode } : {}),
    ...(norm_order === 'descending' ? { norm_order } : {}),
  };
  const vectorizer = vectorizerOf(all, { terms: terms as string[], idf, logarithms }, dtype, file);
  checkRows(checks, vectorizer, rows, dtype as ExportedVectorizer['dtype']);
  checks.throwIfAny(file);
  return {
    vectorizer,
    dtype: dtype as ExportedVectorizer['dtype'],
    made: made as ExportedVectorizer['made'],
    fitting: fitting as ExportedVectorizer['fitting'],
  };
}

interface ExportedTables {
  readonly terms: readonly string[];
  readonly idf: unknown;
  readonly logarithms: unknown;
}

/** The vectorizer of checked parameters, if its tables fit them. */
function vectorizerOf(
  parameters: VectorizerParameters,
  { terms, idf, logarithms }: ExportedTables,
  dtype: unknown,
  file: string,
): Vectorizer {
  const checks = new Checks();
  const expectNumbers = (name: string, list: unknown, count: number, what: string) => {
    const isFitting = isListOf(list, 'number') && list.length === count;
    const isTooLong = Array.isArray(list) && list.length !== count;
    checks.expect(isFitting, name, `a list of ${count} numbers, ${what}`, isTooLong ? list.length : list);
  };
  if (parameters.use_idf) expectNumbers('idf', idf, terms.length, 'one for each term');
  else checks.expect(idf === null, 'idf', 'null because use_idf is false', idf);
  const hasLogarithms = parameters.sublinear_tf && dtype === 'float64';
  const table = makeLogarithmTable();
  if (hasLogarithms) {
    expectNumbers('logarithms', logarithms, table.length - 1, 'ln(1) and so on');
    if (isListOf(logarithms, 'number')) table.set(checkedLogarithms(checks, logarithms as number[], table), 1);
  } else checks.expect(logarithms === null, 'logarithms', 'null without sublinear_tf in float64', logarithms);
  checkTerms(checks, terms, parameters);
  checks.throwIfAny(file);
  return new Vectorizer(parameters, {
    terms,
    idf: parameters.use_idf ? Float64Array.from(idf as number[]) : new Float64Array(terms.length).fill(1),
    logarithms: table,
  });
}

/**
 * numpy's logarithms of 1 to 1023. They differ from hoshi's in the last bit, by numpy's version and by the processor
 * that computed them: numpy 1.22 to 1.26 with AVX-512 rounds every fifth differently.
 */
function checkedLogarithms(checks: Checks, logarithms: readonly number[], table: Float64Array): readonly number[] {
  const wrong = logarithms.findIndex(
    (value, i) => !(Math.abs(value - (table[i + 1] as number)) <= 1e-14 * (1 + value)),
  );
  checks.expect(wrong < 0, `logarithms[${wrong}]`, `${table[wrong + 1]}, the logarithm`, logarithms[wrong]);
  return logarithms.slice(0, table.length - 1);
}

/** Checks that the parameters can make each term of a text, and that the terms ascend by code point. */
function checkTerms(
  checks: Checks,
  terms: readonly string[],
  { ngram_range, token_pattern, unicode }: VectorizerParameters,
): void {
  const shortest = shortestWord(token_pattern);
  const expected = `${ngram_range.join(' to ')} words of ${token_pattern} (word characters of Unicode ${unicode ?? wordCharacterUnicodeVersion})`;
  terms.forEach((term, i) => {
    const words = term.split(' ');
    const isPossible =
      words.length >= ngram_range[0] &&
      words.length <= ngram_range[1] &&
      words.every((word) => isWord(word, unicode) && isLongEnough(word, shortest));
    checks.expect(isPossible, `terms[${i}]`, expected, term);
    const before = terms[i - 1] ?? '';
    checks.expect(
      i === 0 || compareCodePoints(before, term) < 0,
      `terms[${i}]`,
      `after ${show(before)} by code point`,
      term,
    );
  });
}

function isListOf(value: unknown, type: 'string' | 'number'): value is unknown[] {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}
