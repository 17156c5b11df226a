/** The contract of the first day: `{"texts": "…"}` → `{"score": …}`, `{"texts": ["…", "…"]}` → `{"scores": […]}`. */
import { expectAtMost, expectObject, expectProperty, expectString, kindOf, refuse } from '../expect.ts';

/** One text, or a list. */
export type Texts = string | readonly string[];

export function textsIn(body: unknown, textsLimit: number): Texts {
  const texts = expectProperty(expectObject(body, 'the body', '#'), 'texts', '#');
  if (typeof texts === 'string') return texts;
  if (!Array.isArray(texts)) return refuse('"texts" to be a string or a list of strings', kindOf(texts), '#/texts');
  expectAtMost(textsLimit, texts.length, 'texts', '#/texts');
  texts.forEach((text: unknown, i) => void expectString(text, 'each of "texts"', `#/texts/${i}`));
  return texts as readonly string[];
}
