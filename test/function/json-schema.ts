/** Checks values against the part of JSON Schema that our OpenAPI document uses. An unknown keyword is an error. */
import assert from 'node:assert/strict';

type Schema = Readonly<Record<string, unknown>>;

const isOfType: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: Number.isFinite,
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  null: (value) => value === null,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** Throws an AssertionError that names the place. Unlike JSON Schema, an object must not have unknown properties. */
export function assertMatches(value: unknown, schema: Schema, place = '#'): void {
  const {
    type,
    enum: values,
    properties,
    required,
    items,
    oneOf,
    const: constant,
    minItems,
    maxItems,
    minimum,
    ...others
  } = schema;
  const { description: _, examples: __, default: ___, format: ____, ...unknown } = others;
  assert.deepEqual(unknown, {}, `${place}: unknown keywords`);
  if (type !== undefined)
    assert.ok(
      [type].flat().some((one) => isOfType[one as string]?.(value)),
      `${place} is not of type ${type}`,
    );
  if (values !== undefined) assert.ok((values as unknown[]).includes(value), place);
  if (constant !== undefined) assert.equal(value, constant, place);
  if (minimum !== undefined && typeof value === 'number') assert.ok(value >= (minimum as number), place);
  if (value === null) return;
  if (minItems !== undefined) assert.ok((value as unknown[]).length >= (minItems as number), place);
  if (maxItems !== undefined) assert.ok((value as unknown[]).length <= (maxItems as number), place);
  if (items !== undefined)
    (value as unknown[]).forEach((item, i) => void assertMatches(item, items as Schema, `${place}/${i}`));
  if (oneOf !== undefined) {
    const matching = (oneOf as Schema[]).filter((one) => matches(value, one));
    assert.equal(matching.length, 1, `${place} matches ${matching.length} of ${JSON.stringify(oneOf)}`);
  }
  if (properties !== undefined) {
    for (const name of (required ?? []) as string[])
      assert.ok(Object.hasOwn(value as object, name), `${place}/${name}`);
    for (const [name, property] of Object.entries(value as object))
      assertMatches(
        property,
        (properties as Record<string, Schema>)[name] ?? { 'unknown property': name },
        `${place}/${name}`,
      );
  }
}

function matches(value: unknown, schema: Schema): boolean {
  try {
    assertMatches(value, schema);
    return true;
  } catch {
    return false;
  }
}
