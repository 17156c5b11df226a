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
import { isLongEnough, isWord } from '../reference/word-parts.ts';

const FORMAT = 1;
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
  const { format, made, dtype, parameters, fitting, terms, idf } = isObject(value) ? value : {};
  checks.expect(format === FORMAT, 'format', `${FORMAT}, as ${EXPORTER} writes it`, format);
  checks.expect(dtype === 'float64' || dtype === 'float32', 'dtype', '"float64" or "float32"', dtype);
  for (const [name, object] of Object.entries({ made, parameters, fitting }))
    checks.expect(isObject(object), name, 'an object', object);
  if (isObject(parameters)) {
    const known = Object.keys(defaultVectorizerParameters);
    for (const name of Object.keys(parameters))
      checks.expect(known.includes(name), 'each name in parameters', `one of ${known.join(', ')}`, name);
    checkVectorizerParameters(checks, parameters, 'parameters.');
  }
  checks.expect(isListOf(terms, 'string') && terms.length > 0, 'terms', 'a list of strings', terms);
  checks.throwIfAny(file);
  return {
    vectorizer: vectorizerOf(parameters as unknown as VectorizerParameters, terms as string[], idf, file),
    dtype: dtype as ExportedVectorizer['dtype'],
    made: made as ExportedVectorizer['made'],
    fitting: fitting as ExportedVectorizer['fitting'],
  };
}

/** The vectorizer of checked parameters, if terms and idf fit them. */
function vectorizerOf(
  parameters: VectorizerParameters,
  terms: readonly string[],
  idf: unknown,
  file: string,
): Vectorizer {
  const checks = new Checks();
  const weights = parameters.use_idf ? idf : terms.map(() => 1);
  if (!parameters.use_idf) checks.expect(idf === null, 'idf', 'null because use_idf is false', idf);
  else {
    const isFitting = isListOf(idf, 'number') && idf.length === terms.length;
    const isTooLong = Array.isArray(idf) && idf.length !== terms.length;
    checks.expect(
      isFitting,
      'idf',
      `a list of ${terms.length} numbers, one for each term`,
      isTooLong ? idf.length : idf,
    );
  }
  checkTerms(checks, terms, parameters);
  checks.throwIfAny(file);
  return new Vectorizer(parameters, {
    terms,
    idf: Float64Array.from(weights as number[]),
    logarithms: makeLogarithmTable(),
  });
}

/** Checks that the parameters can make each term of a text, and that the terms ascend by code point. */
function checkTerms(
  checks: Checks,
  terms: readonly string[],
  { ngram_range, token_pattern }: VectorizerParameters,
): void {
  const shortest = shortestWord(token_pattern);
  const expected = `${ngram_range.join(' to ')} words of ${token_pattern} (word characters of Unicode ${wordCharacterUnicodeVersion})`;
  terms.forEach((term, i) => {
    const words = term.split(' ');
    const isPossible =
      words.length >= ngram_range[0] &&
      words.length <= ngram_range[1] &&
      words.every((word) => isWord(word) && isLongEnough(word, shortest));
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
