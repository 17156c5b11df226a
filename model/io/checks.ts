/**
 * Checks of values that come from a file, such as a manifest. Each failed check becomes one message,
 * `expected NAME to be EXPECTED, received VALUE`, so that a user can correct all of them at once.
 */

const MAX_SHOWN = 80; // characters of a received value in a message
const MAX_LISTED = 10; // problems in an error

/** Collects one message for each check that fails. */
export class Checks {
  readonly problems: string[] = [];

  /** `name` is the place in the file, such as `files["model.txt"].sha256`. */
  expect(isRight: boolean, name: string, expected: string, received: unknown): void {
    if (!isRight) this.problems.push(`expected ${name} to be ${expected}, received ${show(received)}`);
  }

  /** Throws an error that lists the problems, one on each line, after `source`: the file's name. */
  throwIfAny(source: string, ErrorType: new (message: string) => Error = Error): void {
    if (this.problems.length === 0) return;
    const lines = this.problems.slice(0, MAX_LISTED).map((problem) => `${source}: ${problem}`);
    const more = this.problems.length - lines.length;
    throw new ErrorType([...lines, ...(more > 0 ? [`${source}: and ${more} more problems`] : [])].join('\n'));
  }
}

/** Whether the value is a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The beginning of the value as JSON; `nothing` for undefined. */
export function show(value: unknown): string {
  const json = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}` : part)) ?? 'nothing';
  return json.length > MAX_SHOWN ? `${json.slice(0, MAX_SHOWN)}…` : json;
}

/** Parses JSON. The error names `file` and `expected`, which may describe the JSON more closely. */
export function parseJson(
  text: string,
  file: string,
  expected = 'JSON',
  ErrorType: new (message: string, options?: ErrorOptions) => Error = Error,
): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ErrorType(`${file}: expected ${expected}, ${(error as Error).message}`, { cause: error });
  }
}
