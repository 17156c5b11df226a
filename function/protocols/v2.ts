/**
 * The Open Inference Protocol (KServe V2) with Triton's binary tensors: a BYTES tensor of texts → an FP64 tensor of
 * scores of the same shape.
 *
 * Binary tensors are Triton's extension `binary_tensor_data`. The header Inference-Header-Content-Length says how many
 * bytes of the body are JSON. The tensors whose parameters have `binary_data_size` follow the JSON, in order. An
 * element of a BYTES tensor is its length as a little-endian uint32, then its bytes. FP64 is little-endian.
 *
 * The parameter `content_type` of the tensor is that of MLServer: `str`, or `base64` for texts as base64 (RFC 4648).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { utf8TextOf } from '../body.ts';
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
import type { TextLimits } from '../config.ts';
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
  // Ignored for a binary tensor.
  data: optional(
    checkedByHandler((maxTexts) => ({
      type: 'array',
      description: `At most ${maxTexts} texts, flat or nested exactly as the shape is; none if a binary tensor follows.`,
    })),
  ),
  parameters: optional(
    object({
      binary_data_size: optional(count({ description: 'Bytes after the JSON that are the texts.' })),
      content_type: optional(string({ description: '`str`, or `base64` if each text is UTF-8 in base64.' })),
    }),
  ),
});

const outputSchema = object({
  name: constant(OUTPUT),
  parameters: optional(object({ binary_data: optional(checkedByHandler(() => ({ type: 'boolean' }))) })),
});

export const inferBody = object(
  {
    id: optional(string()),
    inputs: list(inputSchema, { minItems: 1, maxItems: 1 }),
    outputs: optional(list(outputSchema, { maxItems: 1 })),
  },
  '{"inputs": [{"name": "text", "datatype": "BYTES", "shape": [1], "data": ["…"]}]}',
);
type InferBody = TypeOf<typeof inferBody>;

/** The extension has no list of texts. */
const NO_TEXTS: TextLimits = { maxTexts: 0, setBy: 'HOSHI_WORK_LIMIT_UNITS' };

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
    const inference = inferenceOf(body, tail, request.service.limits);
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
  throw new HttpError(400, `Expected ${HEADER_LENGTH} to be a number of at most ${bodyBytes}, the bytes of the body`);
}

/** `tail` is the part of the body after the JSON: the binary tensors. */
export function inferenceOf(body: InferBody, tail: Uint8Array, limits: TextLimits): Inference {
  const pointer = '#/inputs/0';
  const input = body.inputs[0] as TypeOf<typeof inputSchema>;
  const { shape } = input;
  const expectedCount = shape.reduce((product, size) => product * size, 1);
  checkTextCount(expectedCount, 'texts', `${pointer}/shape`, limits);
  const { binary_data_size: size, content_type: contentType = 'str' } = input.parameters ?? {};
  if (contentType !== 'str' && contentType !== 'base64')
    refuse('"content_type" to be "str" or "base64"', contentType, `${pointer}/parameters/content_type`, 'another one');
  const elements =
    size === undefined ? textsInData(input, expectedCount, pointer) : textsInBytes(tail, size, expectedCount, pointer);
  const texts = contentType === 'base64' ? elements.map((text, i) => decodeBase64(text, i, pointer)) : elements;
  return { texts, shape, id: body.id, wantsBinary: wantsBinary(body) };
}

/** The texts of `data`: `count` texts in one list, or lists in lists whose lengths are those of the shape. */
function textsInData({ data, shape }: TypeOf<typeof inputSchema>, count: number, pointer: string): readonly string[] {
  if (data === undefined) return refuse('"data" in the object', undefined, pointer, 'none');
  const place = `${pointer}/data`;
  if (!Array.isArray(data)) return refuse('"data" to be a list', data, place);
  const texts: string[] = [];
  const isNested = Array.isArray(data[0]);
  if (!isNested && data.length !== count) refuseCount(count, data.length, pointer);
  collect(data, isNested ? shape : [count], 0, place, texts);
  return texts;
}

/** Adds the texts of a value of `data` at this depth. */
function collect(value: unknown, shape: readonly number[], depth: number, pointer: string, texts: string[]): void {
  if (depth === shape.length) {
    if (typeof value !== 'string') refuse('each of "data" to be a string, as deep as "shape" says', value, pointer);
    texts.push(value as string);
    return;
  }
  if (!Array.isArray(value)) refuse(`lists of dimension ${depth + 1} of "shape" in "data"`, value, pointer);
  const size = shape[depth] as number;
  if (value.length !== size)
    refuse(
      `${size} elements in a list of dimension ${depth + 1}, as "shape" says`,
      value,
      pointer,
      String(value.length),
    );
  for (let i = 0; i < size; i++) collect(value[i], shape, depth + 1, `${pointer}/${i}`, texts);
}

function refuseCount(expected: number, received: number | string, pointer: string): never {
  return refuse(`${expected} texts, as the shape says`, undefined, pointer, String(received));
}

/** The texts of a binary tensor of `size` bytes. It has `count` texts. */
function textsInBytes(tail: Uint8Array, size: number, count: number, pointer: string): readonly string[] {
  if (size !== tail.length)
    refuse(`${size} bytes after the JSON, as "binary_data_size" says`, tail, pointer, String(tail.length));
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (texts.length === count) refuseCount(count, 'more', pointer);
    const length = at + 4 <= bytes.length ? bytes.readUInt32LE(at) : Number.POSITIVE_INFINITY;
    if (at + 4 + length > bytes.length)
      refuse(`text ${texts.length} to end within the tensor's ${size} bytes`, bytes, pointer, 'a longer one');
    const text = utf8TextOf(bytes.subarray(at + 4, at + 4 + length));
    texts.push(text ?? refuse(`text ${texts.length} to be UTF-8`, text, pointer, 'other bytes'));
    at += 4 + length;
  }
  if (texts.length !== count) refuseCount(count, texts.length, pointer);
  return texts;
}

const BASE64 = /^[A-Za-z\d+/]*={0,2}$/;

/** The text that the base64 of element `i` stands for. */
function decodeBase64(base64: string, i: number, pointer: string): string {
  const place = `text ${i}, as "content_type" is "base64",`;
  if (!BASE64.test(base64))
    refuse(`${place} to be base64`, base64, pointer, 'characters outside A–Z, a–z, 0–9, + and /');
  if (base64.length % 4 !== 0)
    refuse(`${place} to be base64 of a length that is a multiple of 4, padded by =`, base64, pointer, 'another length');
  const text = utf8TextOf(Buffer.from(base64, 'base64'));
  return text ?? refuse(`${place} to be UTF-8 in base64`, text, pointer, 'other bytes');
}

/** Whether the client requests a binary response: for the output "score", or else for all outputs. */
function wantsBinary(body: InferBody): boolean {
  const { parameters } = extension.check(body, 'the body', '#', NO_TEXTS);
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
  if (!wantsBinary)
    return { json: { ...head, outputs: [{ ...output, data: Array.from(scores) }] }, listLength: scores.length };
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
