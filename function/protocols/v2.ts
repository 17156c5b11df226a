/**
 * The Open Inference Protocol (KServe V2) with Triton's binary tensors: a BYTES tensor of texts → an FP64 tensor of scores
 * in the same shape.
 *
 * Binary tensors (Triton's extension `binary_tensor_data`): the header Inference-Header-Content-Length tells how many bytes
 * of the body are JSON; the tensors whose parameters have `binary_data_size` follow it, in order. An element of BYTES is
 * its length as a little-endian uint32 and its bytes; FP64 is little-endian.
 */
import { isUtf8 } from 'node:buffer';
import { HttpError } from '../problem.ts';
import { type HttpResponse, json } from '../response.ts';
import { expectArray, expectAtMost, expectObject, expectProperty, expectString, kindOf, refuse } from '../validate.ts';

export const HEADER_LENGTH = 'inference-header-content-length';
const INPUT = 'text';
const OUTPUT = 'score';

export interface InferRequest {
  readonly texts: readonly string[];
  readonly shape: readonly number[];
  /** The caller's, to be handed back. */
  readonly id: string | undefined;
  readonly wantsBinary: boolean;
}

export interface Served {
  readonly name: string;
  readonly version: string;
}

export function serverMetadata(version: string): object {
  return { name: 'hoshi', version, extensions: ['binary_tensor_data'] };
}

export function modelMetadata({ name, version }: Served): object {
  return {
    name,
    versions: [version],
    platform: 'hoshi',
    inputs: [{ name: INPUT, datatype: 'BYTES', shape: [-1] }],
    outputs: [{ name: OUTPUT, datatype: 'FP64', shape: [-1] }],
  };
}

/** How many bytes of a body of `length` bytes are JSON. */
export function jsonLength(header: string | undefined, length: number): number {
  if (header === undefined) return length;
  if (/^\d{1,10}$/.test(header) && Number(header) <= length) return Number(header);
  throw new HttpError(400, `Expected Inference-Header-Content-Length to be at most ${length}, received ${header}`);
}

/** `tail`: what follows the JSON, the binary tensors. */
export function inferRequestIn(body: unknown, tail: Uint8Array, textsLimit: number): InferRequest {
  const request = expectObject(body, 'the body', '#');
  const inputs = expectArray(expectProperty(request, 'inputs', '#'), '"inputs"', '#/inputs');
  if (inputs.length !== 1) refuse(`one input, "${INPUT}"`, String(inputs.length), '#/inputs');
  const at = '#/inputs/0';
  const input = expectObject(inputs[0], 'the input', at);
  const name = expectString(expectProperty(input, 'name', at), '"name"', `${at}/name`);
  if (name !== INPUT) refuse(`the input "${INPUT}"`, 'another name', `${at}/name`);
  const datatype = expectString(expectProperty(input, 'datatype', at), '"datatype"', `${at}/datatype`);
  if (datatype !== 'BYTES') refuse('the datatype BYTES', 'another one', `${at}/datatype`);
  const shape = shapeIn(expectProperty(input, 'shape', at), `${at}/shape`);
  const count = shape.reduce((product, size) => product * size, 1);
  expectAtMost(textsLimit, count, 'texts', `${at}/shape`);
  const texts = textsIn(input, tail, count, at);
  return { texts, shape, id: idIn(request), wantsBinary: wantsBinary(request) };
}

function shapeIn(value: unknown, pointer: string): readonly number[] {
  const shape = expectArray(value, '"shape"', pointer);
  if (shape.length === 0) refuse('a shape such as [1]', 'an empty list', pointer);
  shape.forEach((size, i) => {
    if (!Number.isSafeInteger(size) || (size as number) < 0)
      refuse(
        'a size to be a whole number, 0 or more',
        typeof size === 'number' ? String(size) : kindOf(size),
        `${pointer}/${i}`,
      );
  });
  return shape as readonly number[];
}

function textsIn(
  input: Readonly<Record<string, unknown>>,
  tail: Uint8Array,
  count: number,
  pointer: string,
): readonly string[] {
  const size = binarySizeOf(input, pointer);
  const texts = size === undefined ? textsInData(input, pointer) : textsInBytes(tail, size, pointer);
  if (texts.length !== count) refuse(`${count} texts, as the shape says`, String(texts.length), pointer);
  return texts;
}

function binarySizeOf(input: Readonly<Record<string, unknown>>, pointer: string): number | undefined {
  if (!Object.hasOwn(input, 'parameters')) return undefined;
  const parameters = expectObject(input.parameters, '"parameters"', `${pointer}/parameters`);
  if (!Object.hasOwn(parameters, 'binary_data_size')) return undefined;
  const size = parameters.binary_data_size;
  if (!Number.isSafeInteger(size) || (size as number) < 0)
    refuse('"binary_data_size" to be a whole number', kindOf(size), `${pointer}/parameters/binary_data_size`);
  return size as number;
}

/** Nested as the shape is, or flat. */
function textsInData(input: Readonly<Record<string, unknown>>, pointer: string): readonly string[] {
  const data = expectArray(expectProperty(input, 'data', pointer), '"data"', `${pointer}/data`);
  const texts: string[] = [];
  // Without recursion: JSON may be nested deeper than the stack is.
  const open: { list: readonly unknown[]; next: number; pointer: string }[] = [
    { list: data, next: 0, pointer: `${pointer}/data` },
  ];
  for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
    if (last.next === last.list.length) {
      open.pop();
      continue;
    }
    const place = `${last.pointer}/${last.next}`;
    const value = last.list[last.next++];
    if (!Array.isArray(value)) texts.push(expectString(value, 'each of "data"', place));
    else if (open.length === MAX_DIMENSIONS) refuse(`"data" of at most ${MAX_DIMENSIONS} dimensions`, 'more', place);
    else open.push({ list: value, next: 0, pointer: place });
  }
  return texts;
}

const MAX_DIMENSIONS = 8;

function textsInBytes(tail: Uint8Array, size: number, pointer: string): readonly string[] {
  if (size !== tail.length)
    refuse(`${size} bytes behind the JSON, as "binary_data_size" says`, String(tail.length), pointer);
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = at + 4 <= bytes.length ? bytes.readUInt32LE(at) : Number.POSITIVE_INFINITY;
    if (at + 4 + length > bytes.length)
      refuse(`text ${texts.length} to end within its ${size} bytes`, 'a longer one', pointer);
    const text = bytes.subarray(at + 4, at + 4 + length);
    if (!isUtf8(text)) refuse(`text ${texts.length} to be UTF-8`, 'other bytes', pointer);
    texts.push(text.toString());
    at += 4 + length;
  }
  return texts;
}

function idIn(request: Readonly<Record<string, unknown>>): string | undefined {
  return Object.hasOwn(request, 'id') ? expectString(request.id, '"id"', '#/id') : undefined;
}

/** All outputs as binary tensors, or ours named and asked for as one. */
function wantsBinary(request: Readonly<Record<string, unknown>>): boolean {
  const ofAll = Object.hasOwn(request, 'parameters')
    ? expectObject(request.parameters, '"parameters"', '#/parameters').binary_data_output === true
    : false;
  if (!Object.hasOwn(request, 'outputs')) return ofAll;
  const outputs = expectArray(request.outputs, '"outputs"', '#/outputs');
  if (outputs.length === 0) return ofAll;
  if (outputs.length > 1) refuse(`one output, "${OUTPUT}"`, String(outputs.length), '#/outputs');
  const output = expectObject(outputs[0], 'the output', '#/outputs/0');
  const name = expectString(expectProperty(output, 'name', '#/outputs/0'), '"name"', '#/outputs/0/name');
  if (name !== OUTPUT) refuse(`the output "${OUTPUT}"`, 'another name', '#/outputs/0/name');
  if (!Object.hasOwn(output, 'parameters')) return ofAll;
  const { binary_data } = expectObject(output.parameters, '"parameters"', '#/outputs/0/parameters');
  return binary_data === undefined ? ofAll : binary_data === true;
}

export function inferAnswer({ name, version }: Served, request: InferRequest, scores: Float64Array): HttpResponse {
  const { id, shape, wantsBinary } = request;
  const head = { model_name: name, model_version: version, ...(id === undefined ? {} : { id }) };
  const output = { name: OUTPUT, datatype: 'FP64', shape };
  if (!wantsBinary) return json({ ...head, outputs: [{ ...output, data: Array.from(scores) }] });
  const tail = Buffer.alloc(8 * scores.length);
  scores.forEach((score, i) => void tail.writeDoubleLE(score, 8 * i));
  const start = Buffer.from(
    JSON.stringify({ ...head, outputs: [{ ...output, parameters: { binary_data_size: tail.length } }] }),
  );
  return {
    type: 'application/octet-stream',
    headers: { 'Inference-Header-Content-Length': String(start.length) },
    body: Buffer.concat([start, tail]),
  };
}
