/**
 * The Open Inference Protocol (KServe V2) with Triton's binary tensors: a BYTES tensor of texts → an FP64 tensor of
 * scores of the same shape.
 *
 * Binary tensors are Triton's extension `binary_tensor_data`. The header Inference-Header-Content-Length says how many
 * bytes of the body are JSON. The tensors whose parameters have `binary_data_size` follow the JSON, in order. An
 * element of a BYTES tensor is its length as a little-endian uint32, then its bytes. FP64 is little-endian.
 */
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import {
  checkedByHandler,
  checkTextCount,
  constant,
  count,
  list,
  object,
  optional,
  refuse,
  string,
  type TypeOf,
} from '../body-schema.ts';
import { HttpError, type HttpResponse } from '../response.ts';
import type { NamedModel, Operation } from '../route.ts';

const INPUT = 'text';
const OUTPUT = 'score';
const HEADER_LENGTH = 'Inference-Header-Content-Length';
const MAX_DIMENSIONS = 8;

const inputSchema = object({
  name: constant(INPUT),
  datatype: constant('BYTES'),
  shape: list(count(), {
    minItems: 1,
    maxItems: MAX_DIMENSIONS,
    description: 'Its dimensions multiply to the number of texts.',
  }),
  // Lists in lists, as deep as the shape, and ignored for a binary tensor.
  data: optional(
    checkedByHandler((textsLimit) => ({
      type: 'array',
      description: `At most ${textsLimit} texts, flat or nested as the shape is; none if a binary tensor follows.`,
    })),
  ),
  parameters: optional(
    object({ binary_data_size: optional(count({ description: 'Bytes after the JSON that are the texts.' })) }),
  ),
});

const outputSchema = object({
  name: constant(OUTPUT),
  parameters: optional(object({ binary_data: optional(checkedByHandler(() => ({ type: 'boolean' }))) })),
});

export const inferBody = object({
  id: optional(string()),
  inputs: list(inputSchema, { minItems: 1, maxItems: 1 }),
  outputs: optional(list(outputSchema, { maxItems: 1 })),
});
type InferBody = TypeOf<typeof inferBody>;

/** Triton's extension of the body. It is not in the protocol, and so not in the OpenAPI document. */
const extension = object({
  parameters: optional(object({ binary_data_output: optional(checkedByHandler(() => ({}))) })),
});

// -------------------------------------------------------------------------------------------------------- operations

export const server: Operation = {
  async handle({ service }) {
    return { json: serverMetadata((await service.scorer).bundle.version) };
  },
};

export const model: Operation = {
  handle: ({ model }) => ({ json: modelMetadata(model) }),
};

/** `version` is that of the model. */
export function serverMetadata(version: string) {
  return { name: 'hoshi', version, extensions: ['binary_tensor_data'] };
}

export function modelMetadata({ name, version }: NamedModel) {
  return {
    name,
    versions: [version],
    platform: 'hoshi',
    inputs: [{ name: INPUT, datatype: 'BYTES', shape: [-1] }],
    outputs: [{ name: OUTPUT, datatype: 'FP64', shape: [-1] }],
  };
}

export const modelReady: Operation = {
  handle: ({ model }) => ({ json: { name: model.name, ready: true } }),
};

export const infer: Operation<InferBody> = {
  body: inferBody,
  jsonLength,
  async handle(request, body, tail) {
    const inference = inferenceOf(body, tail, request.service.limits.textsLimit);
    return inferResponse(request.model, inference, await request.score(inference.texts));
  },
};

// ----------------------------------------------------------------------------------------------------------- request

/** The content of an infer request. */
export interface Inference {
  readonly texts: readonly string[];
  readonly shape: readonly number[];
  /** The client's id. The response repeats it. */
  readonly id: string | undefined;
  readonly wantsBinary: boolean;
}

/** The number of body bytes that are JSON. Throws a 400 for a header that is not a length within the body. */
export function jsonLength(headers: IncomingHttpHeaders, bodyBytes: number): number {
  const header = headers[HEADER_LENGTH.toLowerCase()];
  if (typeof header !== 'string') return bodyBytes;
  if (/^\d{1,10}$/.test(header) && Number(header) <= bodyBytes) return Number(header);
  throw new HttpError(400, `Expected ${HEADER_LENGTH} to be at most ${bodyBytes}, received ${header}`);
}

/** `tail` is the part of the body after the JSON: the binary tensors. */
export function inferenceOf(body: InferBody, tail: Uint8Array, textsLimit: number): Inference {
  const pointer = '#/inputs/0';
  const input = body.inputs[0] as TypeOf<typeof inputSchema>;
  const { shape } = input;
  const expectedCount = shape.reduce((product, size) => product * size, 1);
  checkTextCount(expectedCount, 'texts', `${pointer}/shape`, textsLimit);
  const size = input.parameters?.binary_data_size;
  const texts = size === undefined ? textsInData(input, pointer) : textsInBytes(tail, size, pointer);
  if (texts.length !== expectedCount)
    refuse(`${expectedCount} texts, as the shape says`, texts, pointer, String(texts.length));
  return { texts, shape, id: body.id, wantsBinary: wantsBinary(body) };
}

/** The texts of `data`, which is flat or nested as the shape is. */
function textsInData(input: TypeOf<typeof inputSchema>, pointer: string): readonly string[] {
  if (input.data === undefined) return refuse('"data" in the object', undefined, pointer, 'none');
  if (!Array.isArray(input.data)) return refuse('"data" to be a list', input.data, `${pointer}/data`);
  const texts: string[] = [];
  // A stack of our own instead of recursion: JSON may be nested deeper than the call stack allows.
  const open: { list: readonly unknown[]; next: number; pointer: string }[] = [
    { list: input.data, next: 0, pointer: `${pointer}/data` },
  ];
  for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
    if (last.next === last.list.length) {
      open.pop();
      continue;
    }
    const place = `${last.pointer}/${last.next}`;
    const value = last.list[last.next++];
    if (typeof value === 'string') texts.push(value);
    else if (!Array.isArray(value)) refuse('each of "data" to be a string', value, place);
    else if (open.length === MAX_DIMENSIONS)
      refuse(`"data" of at most ${MAX_DIMENSIONS} dimensions`, value, place, 'more');
    else open.push({ list: value, next: 0, pointer: place });
  }
  return texts;
}

/** The texts of a binary tensor of `size` bytes. */
function textsInBytes(tail: Uint8Array, size: number, pointer: string): readonly string[] {
  if (size !== tail.length)
    refuse(`${size} bytes after the JSON, as "binary_data_size" says`, tail, pointer, String(tail.length));
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = at + 4 <= bytes.length ? bytes.readUInt32LE(at) : Number.POSITIVE_INFINITY;
    if (at + 4 + length > bytes.length)
      refuse(`text ${texts.length} to end within the tensor's ${size} bytes`, bytes, pointer, 'a longer one');
    const text = bytes.subarray(at + 4, at + 4 + length);
    if (!isUtf8(text)) refuse(`text ${texts.length} to be UTF-8`, text, pointer, 'other bytes');
    texts.push(text.toString());
    at += 4 + length;
  }
  return texts;
}

/** Whether the client requests a binary response: for the output "score", or else for all outputs. */
function wantsBinary(body: InferBody): boolean {
  const { parameters } = extension.check(body, 'the body', '#', 0);
  const asked = body.outputs?.[0]?.parameters?.binary_data;
  return (asked === undefined ? parameters?.binary_data_output : asked) === true;
}

// ---------------------------------------------------------------------------------------------------------- response

export function inferResponse(
  { name, version }: NamedModel,
  { id, shape, wantsBinary }: Inference,
  scores: Float64Array,
): HttpResponse {
  const head = { model_name: name, model_version: version, ...(id === undefined ? {} : { id }) };
  const output = outputTensor(shape);
  if (!wantsBinary) return { json: { ...head, outputs: [{ ...output, data: Array.from(scores) }] } };
  const tail = tensorBytes(scores);
  const json = Buffer.from(
    JSON.stringify({ ...head, outputs: [{ ...output, parameters: { binary_data_size: tail.length } }] }),
  );
  return {
    type: 'application/octet-stream',
    headers: { [HEADER_LENGTH]: String(json.length) },
    body: Buffer.concat([json, tail]),
  };
}

/** The tensor of scores, without its data. */
export function outputTensor(shape: readonly number[]) {
  return { name: OUTPUT, datatype: 'FP64', shape };
}

/** The scores as a binary tensor. */
export function tensorBytes(scores: Float64Array): Buffer {
  const bytes = Buffer.alloc(8 * scores.length);
  scores.forEach((score, i) => void bytes.writeDoubleLE(score, 8 * i));
  return bytes;
}
