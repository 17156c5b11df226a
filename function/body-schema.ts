/**
 * Schemas of request bodies. Each schema does two jobs, so that a body is specified once: it describes itself as JSON
 * Schema for OpenAPI 3.1, and it checks a value. A failed check throws an HttpError that says what was expected, where,
 * and what came.
 *
 * Schemas are immutable and shared by all requests. The limit of texts is passed in, because it is known only at run
 * time.
 */
import type { TextLimits } from './config.ts';
import { type Advice, HttpError, setBy } from './response.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

type JsonKind = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null';

export interface BodySchema<T> {
  /** The JSON type that a value must have. Undefined if the schema allows several types. */
  readonly kind: JsonKind | undefined;
  /** A value as a person would send it, as JSON text. Only for a whole body. */
  readonly example?: string | undefined;
  describe(maxTexts: number): JsonSchema;
  /**
   * Returns the value with its type. `name` names the value in the message: `the body` or `"texts"`. `pointer` is its
   * JSON pointer. Deletes each optional member that is null from its object. Throws a 400 for a wrong value, or a 413 for
   * a list of too many texts.
   */
  check(value: unknown, name: string, pointer: string, limits: TextLimits): T;
}

/** A property that may be missing. null means the same, as many clients write each member that they know. */
interface Optional<T> {
  readonly optional: BodySchema<T>;
}

export type TypeOf<S> = S extends BodySchema<infer T> ? T : never;

type Properties = Readonly<Record<string, BodySchema<unknown> | Optional<unknown>>>;
type RequiredOf<P> = { readonly [K in keyof P as P[K] extends BodySchema<unknown> ? K : never]: TypeOf<P[K]> };
type OptionalsOf<P> = { readonly [K in keyof P as P[K] extends Optional<unknown> ? K : never]?: OptionalTypeOf<P[K]> };
type OptionalTypeOf<O> = O extends Optional<infer T> ? T : never;

// ------------------------------------------------------------------------------------------------------- combinators

/** `annotations` are added to the JSON Schema: a description, examples, a default. */
export function string(annotations: JsonSchema = {}): BodySchema<string> {
  return {
    kind: 'string',
    describe: () => ({ type: 'string', ...annotations }),
    check: (value, name, pointer) =>
      typeof value === 'string' ? value : refuse(`${name} to be a string`, value, pointer),
  };
}

export function boolean(annotations: JsonSchema = {}): BodySchema<boolean> {
  return {
    kind: 'boolean',
    describe: () => ({ type: 'boolean', ...annotations }),
    check: (value, name, pointer) =>
      typeof value === 'boolean' ? value : refuse(`${name} to be true or false`, value, pointer),
  };
}

/** A whole number, 0 or more. */
export function count(annotations: JsonSchema = {}): BodySchema<number> {
  return {
    kind: 'number',
    describe: () => ({ type: 'integer', minimum: 0, ...annotations }),
    check: (value, name, pointer) =>
      Number.isSafeInteger(value) && (value as number) >= 0
        ? (value as number)
        : refuse(
            `${name} to be a whole number, 0 or more`,
            value,
            pointer,
            typeof value === 'number' ? `${value}` : undefined,
          ),
  };
}

/** One fixed string. */
export function constant<T extends string>(expected: T): BodySchema<T> {
  return {
    kind: 'string',
    describe: () => ({ const: expected }),
    check: (value, name, pointer) => {
      if (value === expected) return expected;
      return refuse(
        `${name} to be "${expected}"`,
        value,
        pointer,
        typeof value === 'string' ? 'another string' : undefined,
      );
    },
  };
}

/** An object. Properties that the schema does not name are ignored. `example` is for a whole body. */
export function object<P extends Properties>(
  properties: P,
  example?: string,
): BodySchema<RequiredOf<P> & OptionalsOf<P>> {
  const members = Object.entries(properties).map(([key, property]) => ({
    key,
    name: `"${key}"`,
    schema: 'optional' in property ? property.optional : property,
    isOptional: 'optional' in property,
  }));
  const exampleAdvice = example === undefined ? undefined : `Send ${example}`;
  return {
    kind: 'object',
    example,
    describe: (maxTexts) =>
      objectSchema(
        Object.fromEntries(
          members.map(({ key, schema, isOptional }) => {
            const described = schema.describe(maxTexts);
            return [key, isOptional ? orNull(described) : described];
          }),
        ),
        members.filter(({ isOptional }) => isOptional).map(({ key }) => key),
      ),
    check: (value, name, pointer, limits) => {
      if (kindOf(value) !== 'object')
        refuse(`${name} to be an object`, value, pointer, undefined, async () => exampleAdvice);
      const given = value as Record<string, unknown>;
      for (const { key, name, schema, isOptional } of members) {
        if (!Object.hasOwn(given, key)) {
          if (!isOptional)
            refuse(`${name} in the ${pointer === '#' ? 'body' : 'object'}`, undefined, pointer, 'none', async () => {
              const { memberAdvice, protocolAdvice } = await import('./hints/similar.ts');
              const names = Object.keys(given);
              return protocolAdvice(key, names) ?? memberAdvice(key, names) ?? exampleAdvice;
            });
        } else if (isOptional && given[key] === null) delete given[key];
        else schema.check(given[key], name, `${pointer}/${key}`, limits);
      }
      return given as RequiredOf<P> & OptionalsOf<P>;
    },
  };
}

export function optional<T>(schema: BodySchema<T>): Optional<T> {
  return { optional: schema };
}

export interface ListOptions {
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly description?: string;
  /**
   * The name of the items in messages, such as `texts`. If it is set, a list of more items than a request may have texts
   * is refused with 413.
   */
  readonly limitedAs?: string;
}

export function list<T>(items: BodySchema<T>, options: ListOptions = {}): BodySchema<readonly T[]> {
  const { limitedAs, ...annotations } = options;
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = options;
  return {
    kind: 'array',
    describe: (maxTexts) =>
      listSchema(
        items.describe(maxTexts),
        limitedAs === undefined ? annotations : { ...annotations, maxItems: maxTexts },
      ),
    check: (value, name, pointer, limits) => {
      if (!Array.isArray(value)) return refuse(`${name} to be a list`, value, pointer);
      const { length } = value;
      if (length < minItems) refuse(`${name} to have a length of at least ${minItems}`, value, pointer, String(length));
      if (length > maxItems) refuse(`${name} to have a length of at most ${maxItems}`, value, pointer, String(length));
      if (limitedAs !== undefined) checkTextCount(length, limitedAs, pointer, limits);
      const itemName = `each of ${name}`;
      for (let i = 0; i < length; i++) items.check(value[i], itemName, `${pointer}/${i}`, limits);
      return value as readonly T[];
    },
  };
}

/** One of two schemas, chosen by the value's JSON type. `expected` names both in the message. */
export function either<A, B>(expected: string, first: BodySchema<A>, second: BodySchema<B>): BodySchema<A | B> {
  return {
    kind: undefined,
    describe: (maxTexts) => ({ oneOf: [first.describe(maxTexts), second.describe(maxTexts)] }),
    check: (value, name, pointer, limits) => {
      const kind = kindOf(value);
      if (kind === first.kind) return first.check(value, name, pointer, limits);
      if (kind === second.kind) return second.check(value, name, pointer, limits);
      return refuse(`${name} to be ${expected}`, value, pointer);
    },
  };
}

/** A value that its handler checks, because its form depends on more than the JSON. It is only described here. */
export function checkedByHandler(describe: (maxTexts: number) => JsonSchema): BodySchema<unknown> {
  return { kind: undefined, describe, check: (value) => value };
}

// ------------------------------------------------------------------------------------------------- shared by handlers

/** The JSON Schema of a value that may also be null. */
export function orNull(schema: JsonSchema): JsonSchema {
  const { type } = schema;
  if (typeof type === 'string') return { ...schema, type: [type, 'null'] };
  return Object.keys(schema).length === 0 ? schema : { oneOf: [schema, { type: 'null' }] };
}

/** The JSON Schema of an object: all properties are required, except those in `optionalKeys`. */
export function objectSchema(
  properties: Readonly<Record<string, JsonSchema>>,
  optionalKeys: readonly string[] = [],
): JsonSchema {
  const required = Object.keys(properties).filter((key) => !optionalKeys.includes(key));
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}

/** The JSON Schema of a list. */
export function listSchema(items: JsonSchema, annotations: JsonSchema = {}): JsonSchema {
  return { type: 'array', items, ...annotations };
}

/** Throws a 413 if a request has too many texts. `noun` names the texts in the message. */
export function checkTextCount(textCount: number, noun: string, pointer: string, limits: TextLimits): void {
  const { maxTexts } = limits;
  if (textCount > maxTexts)
    throw new HttpError(413, `Expected at most ${maxTexts} ${noun}, received ${textCount}${setBy(limits.setBy)}`, {
      pointer,
    });
}

/**
 * Throws a 400 for the value at `pointer`. `received` is the name of the value in the message: by default its JSON
 * type.
 */
export function refuse(
  expected: string,
  value: unknown,
  pointer: string,
  received: string = kindOf(value),
  advice?: Advice,
): never {
  throw new HttpError(400, `Expected ${expected}, received ${received}`, { pointer, advice });
}

/** The JSON type of a value. */
function kindOf(value: unknown): JsonKind {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : (typeof value as JsonKind);
}
