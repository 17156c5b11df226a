/** Texts of any length, of the kinds that tokenizers take long for. */
import { benchTexts } from './texts.ts';

export const kinds = ['ordinary', 'a run of ー', 'a run of 😀', 'without 、 and 。'] as const;
export type Kind = (typeof kinds)[number];

/** What a kind of text is made of, to be repeated. */
export async function materialOf(kind: Kind): Promise<string> {
  if (kind === 'a run of ー') return 'ー';
  if (kind === 'a run of 😀') return '😀';
  const reviews = (await benchTexts()).join('');
  return kind === 'ordinary' ? reviews : reviews.replace(/[、。]/g, '');
}

/** Repeats `material` to `length` UTF-16 units. */
export function unitsOf(material: string, length: number): string {
  return material.repeat(Math.ceil(length / material.length)).slice(0, length);
}

/** Repeats `material` to `length` bytes of UTF-8 at most, without cutting a character. */
export function bytesOf(material: string, length: number): string {
  const repeated = material.repeat(Math.ceil(length / Buffer.byteLength(material)));
  const buffer = Buffer.alloc(length);
  return repeated.slice(0, new TextEncoder().encodeInto(repeated, buffer).read);
}
