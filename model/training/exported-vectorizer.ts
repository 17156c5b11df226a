/**
 * Reads a fitted TfidfVectorizer from the JSON that model/training/python/export_vectorizer.py writes. model/README.md
 * describes the format ("Models made in Python").
 */
import { makeLogarithmTable } from '../math/logarithm.ts';
import { shortestWord, termsOf, wordsOf } from '../reference/terms.ts';
import {
  checkVectorizerParameters,
  compareCodePoints,
  defaultVectorizerParameters,
  Vectorizer,
  type VectorizerParameters,
} from '../reference/vectorizer.ts';
import { wordCharacterUnicodeVersion } from '../reference/word-characters.ts';

/** The version of the format that this file reads. */
const FORMAT = 1;

export interface ExportedVectorizer {
  readonly vectorizer: Vectorizer;
  /** The type of scikit-learn's rows. hoshi's rows are always doubles. */
  readonly dtype: 'float64' | 'float32';
  /** Versions of scikit-learn and Python. */
  readonly made: Readonly<Record<string, string>>;
  /** Parameters that were used only for fitting and that VectorizerParameters does not have. */
  readonly fitting: Readonly<Record<string, unknown>>;
}

/** Throws an error that names `file`, the field, the expected and the received value. */
export function parseExportedVectorizer(json: string, file: string): ExportedVectorizer {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Error(
      `${file}: expected JSON of model/training/python/export_vectorizer.py, ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
  const exported = isObject(value) ? value : {};
  const expect = (isRight: boolean, name: string, expected: string, received: unknown) => {
    if (isRight) return;
    const shown = JSON.stringify(received) ?? 'nothing';
    throw new Error(
      `${file}: expected ${name} to be ${expected}, received ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}`,
    );
  };
  const { format, made, dtype, parameters, fitting, terms, idf } = exported;
  expect(format === FORMAT, 'format', `${FORMAT}, as model/training/python/export_vectorizer.py writes it`, format);
  expect(dtype === 'float64' || dtype === 'float32', 'dtype', '"float64" or "float32"', dtype);
  for (const [name, object] of Object.entries({ made, parameters, fitting }))
    expect(isObject(object), name, 'an object', object);
  const checked = parameters as unknown as VectorizerParameters;
  for (const name of Object.keys(checked))
    expect(
      name in defaultVectorizerParameters,
      'parameters',
      Object.keys(defaultVectorizerParameters).join(', '),
      name,
    );
  try {
    checkVectorizerParameters(checked);
  } catch (error) {
    throw new Error(`${file}: parameters: ${(error as Error).message}`, { cause: error });
  }
  expect(isListOf(terms, 'string') && terms.length > 0, 'terms', 'a list of strings', terms);
  const vocabulary = terms as string[];
  checkTerms(vocabulary, checked, file);
  expect((idf === null) === !checked.use_idf, 'idf', checked.use_idf ? 'a list' : 'null without use_idf', idf);
  const weights = idf === null ? vocabulary.map(() => 1) : idf;
  expect(
    isListOf(weights, 'number') && weights.length === vocabulary.length,
    'idf',
    `${vocabulary.length} numbers, one a term`,
    Array.isArray(weights) && weights.length !== vocabulary.length ? weights.length : weights,
  );
  return {
    vectorizer: new Vectorizer(checked, {
      terms: vocabulary,
      idf: Float64Array.from(weights as number[]),
      logarithms: makeLogarithmTable(),
    }),
    dtype: dtype as ExportedVectorizer['dtype'],
    made: made as ExportedVectorizer['made'],
    fitting: fitting as ExportedVectorizer['fitting'],
  };
}

/** Every term must be one that the parameters can produce from a text, and the terms must be in ascending order. */
function checkTerms(terms: readonly string[], parameters: VectorizerParameters, file: string): void {
  const { ngram_range, token_pattern } = parameters;
  const shortest = shortestWord(token_pattern);
  terms.forEach((term, i) => {
    const words = Array.from(wordsOf(term.split(' '), shortest), ({ text }) => text);
    if (words.join(' ') !== term || ![...termsOf(words, ngram_range)].includes(term)) {
      throw new Error(
        `${file}: expected terms[${i}] to be ${ngram_range.join(' to ')} words of ${token_pattern} (word characters of Unicode ${wordCharacterUnicodeVersion}), received ${JSON.stringify(term)}`,
      );
    }
    const before = terms[i - 1];
    if (before !== undefined && compareCodePoints(before, term) >= 0) {
      throw new Error(
        `${file}: expected terms[${i}] to come after ${JSON.stringify(before)} by code point, received ${JSON.stringify(term)}`,
      );
    }
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, type: 'string' | 'number'): value is unknown[] {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}
