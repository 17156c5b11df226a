/** What a bundle's manifest has to be: everything in it that is not, so that one look tells all. */
import { checkVectorizerParameters, type VectorizerParameters } from './vectorizer.ts';

export const BUNDLE_FORMAT = 1;

/** One message for each field that is not as expected; none if the value is a Manifest (bundle.ts) that lists these files. */
export function manifestProblems(value: unknown, fileNames: readonly string[]): string[] {
  const problems: string[] = [];
  const expect = (isRight: boolean, name: string, expected: string, received: unknown) => {
    if (!isRight) problems.push(`expected ${name} to be ${expected}, received ${JSON.stringify(received)}`);
  };
  expect(isObject(value), 'the manifest', 'an object', value);
  if (!isObject(value)) return problems;
  const { format, scoreRange, tokenizer, measures, files, goldens, vectorizer } = value;
  expect(format === BUNDLE_FORMAT, 'format', `${BUNDLE_FORMAT}, the one this version reads`, format);
  for (const name of ['name', 'version', 'lightgbm'])
    expect(typeof value[name] === 'string', name, 'a string', value[name]);
  for (const name of ['made', 'training', 'vectorizer']) expect(isObject(value[name]), name, 'an object', value[name]);
  expect(
    Array.isArray(scoreRange) &&
      scoreRange.length === 2 &&
      scoreRange.every(Number.isFinite) &&
      scoreRange[0] < scoreRange[1],
    'scoreRange',
    'two numbers [lowest, highest]',
    scoreRange,
  );
  expect(
    isObject(tokenizer) && ['name', 'version', 'dictionary'].every((key) => typeof tokenizer[key] === 'string'),
    'tokenizer',
    'an object with name, version and dictionary',
    tokenizer,
  );
  expect(
    isObject(measures) &&
      Object.values(measures).every((set) => isObject(set) && Object.values(set).every(Number.isFinite)),
    'measures',
    'an object of sets of reviews, each an object of numbers',
    measures,
  );
  for (const name of fileNames) {
    const entry: unknown = isObject(files) ? files[name] : undefined;
    expect(
      isObject(entry) && /^[0-9a-f]{64}$/.test(String(entry.sha256)),
      `files["${name}"].sha256`,
      '64 hexadecimal digits',
      entry,
    );
  }
  const isGolden = (golden: unknown) =>
    isObject(golden) && typeof golden.text === 'string' && Number.isFinite(golden.score);
  expect(Array.isArray(goldens) && goldens.every(isGolden), 'goldens', 'a list of { text, score }', goldens);
  if (isObject(vectorizer)) {
    try {
      checkVectorizerParameters(vectorizer as unknown as VectorizerParameters);
    } catch (error) {
      problems.push(`vectorizer: ${(error as Error).message}`);
    }
  }
  return problems;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
