/**
 * The contract of the first day: `{"texts": "…"}` → `{"score": …}`, `{"texts": ["…", "…"]}` → `{"scores": […]}`; with
 * `"explain": true`, what made them too.
 */
import { expectAtMost, expectObject, expectProperty, expectString, kindOf, refuse } from '../validate.ts';

/** One text, or a list. */
export type Texts = string | readonly string[];

/** What a body asks. */
export interface Question {
  readonly texts: Texts;
  readonly explain: boolean;
}

export function questionIn(body: unknown, textsLimit: number): Question {
  const object = expectObject(body, 'the body', '#');
  const texts = textsIn(expectProperty(object, 'texts', '#'), textsLimit);
  const explain = Object.hasOwn(object, 'explain') ? object.explain : false;
  if (typeof explain !== 'boolean') refuse('"explain" to be true or false', kindOf(explain), '#/explain');
  return { texts, explain: explain as boolean };
}

function textsIn(texts: unknown, textsLimit: number): Texts {
  if (typeof texts === 'string') return texts;
  if (!Array.isArray(texts)) return refuse('"texts" to be a string or a list of strings', kindOf(texts), '#/texts');
  expectAtMost(textsLimit, texts.length, 'texts', '#/texts');
  texts.forEach((text: unknown, i) => void expectString(text, 'each of "texts"', `#/texts/${i}`));
  return texts as readonly string[];
}
