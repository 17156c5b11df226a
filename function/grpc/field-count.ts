/**
 * Looks over a ModelInferRequest before it is unpacked. A megabyte can hold half a million empty texts or numbers, and
 * each becomes an object, which would take the event loop for a tenth of a second.
 *
 * The encoding: https://protobuf.dev/programming-guides/encoding/. A field is a tag (number and wire type) and a value.
 */
import { HttpError } from '../response.ts';

const MAX_FIELDS_BESIDE_TEXTS = 4096;

/** Fields that hold messages to look into, by number. A field of bytes is one value. */
interface Message {
  readonly messages: Readonly<Record<number, Message>>;
  /** Numbers of fields whose value is bytes or a string. Other values of that wire type are packed numbers. */
  readonly bytes: readonly number[];
}

const parameter: Message = { messages: {}, bytes: [3] };
const parameters: Message = { messages: { 2: parameter }, bytes: [1] };
const contents: Message = { messages: {}, bytes: [8] };
const tensor: Message = { messages: { 4: parameters, 5: contents }, bytes: [1, 2] };
const output: Message = { messages: { 2: parameters }, bytes: [1] };
const request: Message = { messages: { 4: parameters, 5: tensor, 6: output }, bytes: [1, 2, 3, 7] };

/**
 * Throws a 413 if the message has too many fields, or fields with too many values. It reads tags and lengths exactly as
 * the package that unpacks the message does, so both see the same fields. A message that is not well formed may pass:
 * unpacking refuses it.
 */
export function checkFieldCount(bytes: Uint8Array, maxTexts: number): void {
  const limit = MAX_FIELDS_BESIDE_TEXTS + maxTexts;
  if (countFields(bytes, 0, bytes.length, request, limit) > limit)
    throw new HttpError(413, `Expected a message of at most ${limit} values, received more`);
}

const [VARINT, FIXED64, BYTES, START_GROUP, END_GROUP, FIXED32] = [0, 1, 2, 3, 4, 5];

/** The number of fields in [start, end), or a larger number than the limit. */
function countFields(bytes: Uint8Array, start: number, end: number, message: Message, limit: number): number {
  let count = 0;
  let at = start;
  /** The lowest 32 bits of the next varint. Readers of protobuf drop the others from a length. */
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; at < end; shift += 7) {
      const byte = bytes[at++] as number;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value >>> 0;
  };
  while (at < end && count <= limit) {
    const tag = varint();
    const [number, wireType] = [tag >>> 3, tag & 7];
    count++;
    if (wireType === VARINT) varint();
    else if (wireType === FIXED64) at += 8;
    else if (wireType === FIXED32) at += 4;
    else if (wireType === BYTES) {
      const length = varint();
      const inner = message.messages[number];
      if (inner !== undefined) count += countFields(bytes, at, Math.min(at + length, end), inner, limit - count);
      else if (!message.bytes.includes(number)) count += length; // packed numbers of a byte or more
      at += length;
    } else if (wireType !== START_GROUP && wireType !== END_GROUP) break;
    // The fields of a group, which no message of ours has, count as fields of the message around it.
  }
  return count;
}
