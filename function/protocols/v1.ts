/**
 * KServe's V1 protocol, which is Vertex AI's too: `{"instances": [...]}` → `{"predictions": [...]}`. An instance is a text, or
 * an object that has it as "text".
 */
import { expectArray, expectAtMost, expectObject, expectProperty, expectString, kindOf, refuse } from '../validate.ts';

export function instancesIn(body: unknown, textsLimit: number): readonly string[] {
  const object = expectObject(body, 'the body', '#');
  const instances = expectArray(expectProperty(object, 'instances', '#'), '"instances"', '#/instances');
  expectAtMost(textsLimit, instances.length, 'instances', '#/instances');
  return instances.map((instance, i) => textOf(instance, `#/instances/${i}`));
}

function textOf(instance: unknown, pointer: string): string {
  if (typeof instance === 'string') return instance;
  if (kindOf(instance) !== 'object')
    return refuse('an instance to be a text or {"text": "…"}', kindOf(instance), pointer);
  const text = expectProperty(instance as Readonly<Record<string, unknown>>, 'text', pointer);
  return expectString(text, '"text"', `${pointer}/text`);
}
