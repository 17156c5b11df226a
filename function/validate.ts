/**
 * What a body has to be, said once for all protocols: each check returns the value with its type, or throws an HttpError
 * that says what was expected, where (a JSON pointer as a URI fragment), and what came.
 */
import { HttpError } from './problem.ts';

/** Throws a 400 for the value at `pointer`. */
export function refuse(expected: string, received: string, pointer: string): never {
  throw new HttpError(400, `Expected ${expected}, received ${received}`, { pointer });
}

export function expectObject(value: unknown, what: string, pointer: string): Readonly<Record<string, unknown>> {
  if (kindOf(value) !== 'object') refuse(`${what} to be an object`, kindOf(value), pointer);
  return value as Readonly<Record<string, unknown>>;
}

/** The own property `name` of an object; its absence is an error of the object. */
export function expectProperty(object: Readonly<Record<string, unknown>>, name: string, pointer: string): unknown {
  if (!Object.hasOwn(object, name)) refuse(`"${name}" in the ${pointer === '#' ? 'body' : 'object'}`, 'none', pointer);
  return object[name];
}

export function expectArray(value: unknown, what: string, pointer: string): readonly unknown[] {
  if (!Array.isArray(value)) refuse(`${what} to be a list`, kindOf(value), pointer);
  return value as readonly unknown[];
}

export function expectString(value: unknown, what: string, pointer: string): string {
  if (typeof value !== 'string') refuse(`${what} to be a string`, kindOf(value), pointer);
  return value as string;
}

/** Throws a 413 for a list of more texts than one request may have. */
export function expectAtMost(limit: number, count: number, what: string, pointer: string): void {
  if (count > limit) throw new HttpError(413, `Expected at most ${limit} ${what}, received ${count}`, { pointer });
}

/** JSON's name of what a value is. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
