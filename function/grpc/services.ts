/** The methods of gRPC's services: the Open Inference Protocol and health probes. */
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import { NO_BYTES, utf8TextOf } from '../body.ts';
import { refuse } from '../body-schema.ts';
import { namedModel } from '../named-model.ts';
import { inferBody, inferenceOf, modelMetadata, outputTensor, serverMetadata, tensorBytes } from '../protocols/v2.ts';
import { HttpError } from '../response.ts';
import type { NamedModel, RequestContext } from '../route.ts';
import type { ScoringService } from '../service.ts';
import { type Health, HealthCheckResponse_ServingStatus as ServingStatus } from './generated/health_pb.ts';
import { GRPCInferenceService, type ModelInferRequest } from './generated/open_inference_pb.ts';
import { Code, ConnectError, createContextKey } from './packages.ts';

/** A call, as its method sees it. */
export interface Call {
  readonly request: RequestContext;
  /** What the method has thrown. The library would hide it from the client and from the log. */
  error: unknown;
}

export const callKey = createContextKey<Call | undefined>(undefined);

/** A method whose errors reach the request lifecycle. */
function unary<Input, Output>(
  answer: (request: RequestContext, input: Input) => Output | Promise<Output>,
): (input: Input, context: HandlerContext) => Promise<Output> {
  return async (input, context) => {
    const call = callOf(context);
    try {
      return await answer(call.request, input);
    } catch (error) {
      call.error = error;
      throw new ConnectError('failed', Code.Internal);
    }
  };
}

function callOf({ values }: HandlerContext): Call {
  const call = values.get(callKey);
  if (call === undefined) throw new Error('Expected a call in the context, found none');
  return call;
}

// --------------------------------------------------------------------------------------------------------- inference

export const inference: ServiceImpl<typeof GRPCInferenceService> = {
  serverLive: unary(() => ({ live: true })),
  serverReady: unary(({ service }) => ({ ready: isReady(service) })),
  modelReady: unary(async ({ service }, named) => {
    await modelOf(service, named);
    return { ready: isReady(service) };
  }),
  serverMetadata: unary(async ({ service }) => serverMetadata((await service.scorer).bundle.version)),
  modelMetadata: unary(async ({ service }, named) => {
    const { inputs, outputs, ...metadata } = modelMetadata(await modelOf(service, named));
    const toBigInt = (tensor: (typeof inputs)[number]) => ({ ...tensor, shape: tensor.shape.map(BigInt) });
    return { ...metadata, inputs: inputs.map(toBigInt), outputs: outputs.map(toBigInt) };
  }),
  modelInfer: unary(async (request, message) => {
    const { service } = request;
    const model = await modelOf(service, { name: message.modelName, version: message.modelVersion });
    const [raw] = message.rawInputContents;
    const body = inferBody.check(jsonOf(message, raw), 'the message', '#', service.limits);
    const inference = inferenceOf(body, raw ?? NO_BYTES, service.limits);
    const scores = await request.score(inference.texts);
    const output = outputTensor(inference.shape);
    return {
      modelName: model.name,
      modelVersion: model.version,
      id: message.id,
      outputs: [{ ...output, shape: output.shape.map(BigInt), ...(raw === undefined ? contentsOf(scores) : {}) }],
      ...(raw === undefined ? {} : { rawOutputContents: [tensorBytes(scores)] }),
    };
  }),
};

function contentsOf(scores: Float64Array): { readonly contents: { readonly fp64Contents: number[] } } {
  return { contents: { fp64Contents: Array.from(scores) } };
}

async function modelOf(service: ScoringService, named: { name: string; version: string }): Promise<NamedModel> {
  const parameters = {
    model: encodeURIComponent(named.name),
    ...(named.version === '' ? {} : { version: named.version }),
  };
  return namedModel(parameters, (await service.scorer).bundle, service.servedName);
}

/** The message in the form of the protocol's JSON, so that it is checked in the same way. */
function jsonOf({ id, inputs, outputs, rawInputContents }: ModelInferRequest, raw: Uint8Array | undefined): unknown {
  if (raw !== undefined && rawInputContents.length !== inputs.length)
    refuse(
      `${inputs.length} in "raw_input_contents", one for each input`,
      rawInputContents,
      '#',
      String(rawInputContents.length),
    );
  return {
    ...(id === '' ? {} : { id }),
    inputs: inputs.map(({ name, datatype, shape, contents }, i) => ({
      name,
      datatype,
      shape: shape.map(Number),
      ...(raw === undefined
        ? { data: (contents?.bytesContents ?? []).map((bytes, j) => textOf(bytes, `#/inputs/${i}/contents/${j}`)) }
        : { parameters: { binary_data_size: raw.length } }),
    })),
    outputs: outputs.map(({ name }) => ({ name })),
  };
}

function textOf(bytes: Uint8Array, pointer: string): string {
  const text = utf8TextOf(bytes);
  if (text === undefined) throw new HttpError(400, 'Expected each text to be UTF-8, received other bytes', { pointer });
  return text;
}

// ------------------------------------------------------------------------------------------------------------ health

/** The names that a probe may ask for. The empty name is the whole server. */
const INFERENCE = GRPCInferenceService.typeName;
const SERVICES: readonly string[] = ['', INFERENCE];

export const health: ServiceImpl<typeof Health> = {
  check: unary(({ service }, input) => {
    if (!SERVICES.includes(input.service))
      throw new HttpError(404, `Expected the service ${INFERENCE} or none, received another`);
    return { status: statusOf(service) };
  }),
  list: unary(({ service }) => ({
    statuses: Object.fromEntries(SERVICES.map((name) => [name, { status: statusOf(service) }])),
  })),
  async *watch(input, context) {
    const { service } = callOf(context).request;
    const { drainListeners } = service;
    if (drainListeners.size >= MAX_WATCHES)
      throw new ConnectError('Too many health watches are open', Code.Unavailable);
    const ended = new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()));
    let onDrain = () => {};
    const draining = new Promise<void>((resolve) => {
      onDrain = resolve;
    });
    drainListeners.add(onDrain); // a promise that all watches await would keep each of them for ever
    if (service.isDraining) onDrain();
    const statusNow = () => (SERVICES.includes(input.service) ? statusOf(service) : ServingStatus.SERVICE_UNKNOWN);
    let told: ServingStatus | undefined;
    try {
      for (const change of [service.scorer, draining, undefined]) {
        const status = statusNow();
        if (status !== told) yield { status };
        told = status;
        await Promise.race([change, ended]);
        if (context.signal.aborted) return;
      }
    } finally {
      drainListeners.delete(onDrain);
    }
  },
};

/** At a time. A watch lasts as long as its client likes, and so do its stream and its connection. */
const MAX_WATCHES = 128;

function isReady({ ready, isDraining }: ScoringService): boolean {
  return ready !== undefined && !isDraining;
}

function statusOf(service: ScoringService): ServingStatus {
  return isReady(service) ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
}
