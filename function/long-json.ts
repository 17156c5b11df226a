/**
 * JSON with long lists → text, in slices between which other work of the event loop runs. The text is that of
 * JSON.stringify. The first long list loads this file.
 */
import { setImmediate } from 'node:timers/promises';

/** `value` has no undefined element in a list. A list of more than `sliceLength` elements is written in slices. */
export async function stringifyInSlices(value: unknown, sliceLength: number): Promise<string> {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const parts: string[] = [];
  if (!Array.isArray(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue;
      parts.push(`${JSON.stringify(key)}:${await stringifyInSlices(member, sliceLength)}`);
    }
    return `{${parts.join()}}`;
  }
  if (value.length <= sliceLength) {
    for (const element of value) parts.push(await stringifyInSlices(element, sliceLength));
  } else {
    for (let start = 0; start < value.length; start += sliceLength) {
      parts.push(JSON.stringify(value.slice(start, start + sliceLength)).slice(1, -1));
      await setImmediate();
    }
  }
  return `[${parts.join()}]`;
}
