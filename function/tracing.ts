/**
 * Traces: one OpenTelemetry span for each request, sent by OTLP over HTTP to the collector that the environment names.
 * Without a collector, neither this file nor the packages behind opentelemetry.ts are loaded.
 *
 * A span is made when its request ends, from the times that the request has kept. So the parent may stand in the body (a
 * CloudEvent's), and a request does no work for its span before its response is written.
 *
 * The packages read the variables OTEL_… themselves, apart from those that `startTracing` checks. Spans wait in a queue
 * of OTEL_BSP_MAX_QUEUE_SIZE (2,048). If the collector does not take them in time, new spans are dropped. Nothing is
 * registered globally. Everything runs on the event loop's thread.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Attributes, Context, Tracer } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { requireBuiltin } from '../native/builtin.ts';
import { LineLimit, shortened, type Trace, traceOf } from './access-log.ts';
import { nowMs } from './clock.ts';
import type { Config } from './config.ts';
import type { HttpRequest } from './http-message.ts';
import { log } from './log.ts';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  createTraceState,
  DiagLogLevel,
  defaultResource,
  detectResources,
  diag,
  ExportResultCode,
  envDetector,
  JsonExporter,
  ProtobufExporter,
  ROOT_CONTEXT,
  resourceFromAttributes,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from './opentelemetry.ts';
import { pathOf } from './target.ts';

/** A route of routes.ts. */
interface TracedRoute {
  readonly id: string;
  readonly path: string;
}

/** The fields of a request that its span shows. Times are in milliseconds, as `nowMs` gives them. */
export interface TracedRequest {
  readonly status: number;
  readonly route: TracedRoute | undefined;
  readonly receivedMs: number;
  readonly durationMs: number;
  /** How long it took until the texts were known. Undefined if nothing was scored. */
  readonly preprocessMs: number | undefined;
  /** How long scoring took. Undefined if it was not finished. */
  readonly predictMs: number | undefined;
  readonly textCount: number;
  /** UTF-16 units of the texts, as the limits count them. */
  readonly units: number;
  readonly modelVersion: string | undefined;
  /** The attributes of a CloudEvent that say which trace it belongs to. They count if the headers name no trace. */
  readonly eventTrace: TraceHeaders | undefined;
}

/** W3C's headers, or the attributes of a CloudEvent with the same names and values. */
export interface TraceHeaders {
  readonly traceparent?: string;
  readonly tracestate?: string;
}

/**
 * Routes of health probes and scrapes, by their ids. A request to them has a span only if its parent is sampled, because
 * they come every few seconds and say nothing about the service.
 */
export const polledRoutes: ReadonlySet<string> = new Set([
  'live',
  'healthy',
  'ready',
  'metrics',
  'v2Live',
  'v2Ready',
  'v2ModelReady',
  'v2ModelReadyVersion',
]);

/**
 * Starts to send traces. Returns undefined, after a warning in the log, if the variables name a protocol, an exporter or
 * an endpoint that hoshi does not have: a server without traces is better than none.
 */
export function startTracing(
  variables: NonNullable<Config['openTelemetry']>,
  labels: Config['labels'],
): Tracing | undefined {
  try {
    return new Tracing(checkedSettings(variables), batchOf(variables), labels);
  } catch (error) {
    log('warning', `no traces are sent: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

interface Settings {
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly endpoint: URL;
}

function checkedSettings(variables: Readonly<Record<string, string>>): Settings {
  const first = (...names: readonly string[]): [name: string, value: string | undefined] => {
    const name = names.find((one) => variables[one] !== undefined) ?? (names.at(-1) as string);
    return [name, variables[name]?.trim()];
  };
  const exporters = variables.OTEL_TRACES_EXPORTER ?? 'otlp';
  if (exporters.trim() !== 'otlp')
    throw new Error(`Expected OTEL_TRACES_EXPORTER to be otlp or none, received ${JSON.stringify(exporters)}`);
  const [protocolName, protocol = 'http/protobuf'] = first(
    'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
    'OTEL_EXPORTER_OTLP_PROTOCOL',
  );
  if (protocol !== 'http/protobuf' && protocol !== 'http/json') {
    const hint = protocol === 'grpc' ? '. A collector takes OTLP over HTTP on another port, usually 4318' : '';
    throw new Error(
      `Expected ${protocolName} to be http/protobuf or http/json, received ${JSON.stringify(protocol)}${hint}`,
    );
  }
  const [endpointName, endpoint = ''] = first('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT');
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new Error(`Expected ${endpointName} to be a URL such as http://localhost:4318, received another value`);
  return { protocol, endpoint: url };
}

/** The packages' default. */
const QUEUE_SPANS = 2048;
/** To write 512 spans, the packages' default, takes 2 to 10 ms of the event loop: too long for the requests that wait. */
const BATCH_SPANS = 128;
/** At the end, all batches are sent at once, and an exporter refuses more than 30. */
const MAX_BATCHES = 16;

type Batch = { readonly maxExportBatchSize?: number };

/** The number of spans to send at once, unless the environment has one. */
function batchOf({
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: given,
  OTEL_BSP_MAX_QUEUE_SIZE: queue,
}: Readonly<Record<string, string>>): Batch {
  if (given !== undefined) return {};
  const queueSpans = Number(queue) > 0 ? Number(queue) : QUEUE_SPANS;
  const spans = Math.max(BATCH_SPANS, Math.ceil(queueSpans / MAX_BATCHES));
  return { maxExportBatchSize: Math.min(spans, queueSpans) };
}

export class Tracing {
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;
  readonly #errors = new LineLimit(PROBLEM_LINES, PROBLEM_SECONDS);
  #ended: Promise<void> | undefined;

  constructor({ protocol, endpoint }: Settings, batch: Batch, labels: Config['labels']) {
    const problems = new LineLimit(PROBLEM_LINES, PROBLEM_SECONDS);
    const logProblem = (...parts: readonly unknown[]) => {
      const message = parts.filter((part) => typeof part === 'string').join(' ');
      if (problems.take()) log('warning', `OpenTelemetry: ${message}`);
    };
    const logger = { error: logProblem, warn: logProblem, info: () => {}, debug: () => {}, verbose: () => {} };
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
    const exporter = protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
    this.#provider = new BasicTracerProvider({
      resource: resourceOf(labels),
      spanProcessors: [new BatchSpanProcessor(loggingFailures(exporter, endpoint), batch)],
    });
    this.#tracer = this.#provider.getTracer('hoshi');
  }

  /**
   * Makes the span of a request that has ended. Returns its trace for the log; undefined if the request has no span
   * because it is a probe. Never throws, because the request has got its response.
   */
  record(request: HttpRequest, traced: TracedRequest): Trace | undefined {
    try {
      return this.#record(request, traced);
    } catch (error) {
      if (this.#errors.take()) log('error', 'a span failed', error);
      return undefined;
    }
  }

  #record(request: HttpRequest, traced: TracedRequest): Trace | undefined {
    const { status, route, receivedMs, durationMs, preprocessMs, predictMs } = traced;
    const parent = this.#parentOf(request.headers, traced.eventTrace);
    if (route !== undefined && polledRoutes.has(route.id) && !isSampled(parent)) return undefined;
    // `nowMs` does not follow corrections of the system's clock.
    const epochMs = Date.now() - nowMs();
    const startMs = epochMs + receivedMs;
    const span = this.#tracer.startSpan(
      spanNameOf(request, route),
      { kind: SpanKind.SERVER, startTime: startMs, attributes: attributesOf(request, traced) },
      parent,
    );
    if (span.isRecording()) {
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      const within = trace.setSpan(parent, span);
      if (preprocessMs !== undefined) {
        const scoringMs = startMs + preprocessMs;
        this.#tracer.startSpan('preprocess', { startTime: startMs }, within).end(scoringMs);
        if (predictMs !== undefined)
          this.#tracer.startSpan('predict', { startTime: scoringMs }, within).end(scoringMs + predictMs);
      }
      span.end(startMs + durationMs);
    }
    const { traceId, spanId, traceFlags } = span.spanContext();
    return { traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 };
  }

  /** Sends the spans that wait, and resolves when that is done or has failed, or after `timeoutMs`. */
  async shutdown(timeoutMs: number): Promise<void> {
    this.#ended ??= this.#provider.shutdown().catch(() => {}); // a failure is in the log
    await Promise.race([this.#ended, new Promise((resolve) => setTimeout(resolve, Math.max(timeoutMs, 0)))]);
  }

  #parentOf(headers: IncomingHttpHeaders, eventTrace: TraceHeaders | undefined): Context {
    const ofHeaders = traceOf(headers);
    const parent = ofHeaders ?? (eventTrace && traceOf({ ...eventTrace }));
    if (parent?.spanId === undefined) return ROOT_CONTEXT;
    const { tracestate } = (ofHeaders === undefined ? eventTrace : headers) as TraceHeaders;
    return trace.setSpanContext(ROOT_CONTEXT, {
      traceId: parent.traceId,
      spanId: parent.spanId,
      traceFlags: parent.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
      isRemote: true,
      ...(typeof tracestate === 'string' && { traceState: createTraceState(tracestate) }),
    });
  }
}

function isSampled(context: Context): boolean {
  return ((trace.getSpanContext(context)?.traceFlags ?? 0) & TraceFlags.SAMPLED) !== 0;
}

// ---------------------------------------------------------------------------------------------------------- attributes

/** The methods that may stand in a span. A client can send any other word. */
const METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]);

function spanNameOf({ method = '' }: HttpRequest, route: TracedRoute | undefined): string {
  const name = METHODS.has(method) ? method : 'HTTP';
  return route === undefined ? name : `${name} ${route.path}`;
}

/**
 * The attributes of OpenTelemetry's semantic conventions for HTTP servers, and hoshi's own. Neither the query nor the
 * address of the client is among them.
 */
function attributesOf(
  { method = '', url = '', headers, httpVersion, socket }: HttpRequest,
  { status, route, textCount, units, modelVersion }: TracedRequest,
): Attributes {
  const isKnown = METHODS.has(method);
  const server = serverOf(headers, socket.localPort);
  return {
    'http.request.method': isKnown ? method : '_OTHER',
    ...(isKnown ? {} : { 'http.request.method_original': shortened(method) }),
    ...(route && { 'http.route': route.path }),
    'http.response.status_code': status,
    ...(status >= 500 && { 'error.type': String(status) }),
    'url.scheme': schemeOf(headers, (socket as Partial<TLSSocket>).encrypted === true),
    'url.path': shortened(pathOf(url)),
    ...(server && { 'server.address': shortened(server.address) }),
    ...(server?.port !== undefined && { 'server.port': server.port }),
    'network.protocol.version': httpVersion.replace(/^([23])\.0$/, '$1'),
    ...(headers['user-agent'] !== undefined && { 'user_agent.original': shortened(headers['user-agent']) }),
    ...(modelVersion !== undefined && { 'hoshi.model.version': modelVersion }),
    ...(textCount > 0 && { 'hoshi.texts': textCount, 'hoshi.units': units }),
  };
}

function schemeOf(headers: IncomingHttpHeaders, isEncrypted: boolean): string {
  const forwarded = headers['x-forwarded-proto'];
  const [first = ''] = typeof forwarded === 'string' ? forwarded.split(',', 1) : [];
  const scheme = first.trim().toLowerCase();
  return scheme === 'http' || scheme === 'https' ? scheme : isEncrypted ? 'https' : 'http';
}

/** The host and port that the client has named. Without a port there, the port of the connection. */
function serverOf(
  headers: IncomingHttpHeaders,
  localPort: number | undefined,
): { readonly address: string; readonly port: number | undefined } | undefined {
  const authority = headers.host ?? headers[':authority'];
  const found = typeof authority === 'string' ? AUTHORITY.exec(authority) : null;
  if (found === null) return undefined;
  const [, ipv6, name, port] = found;
  return { address: ipv6 ?? (name as string), port: port === undefined ? localPort : Number(port) };
}

const AUTHORITY = /^(?:\[([\da-f:.]+)\]|([^:]+))(?::(\d{1,5}))?$/i;

// ------------------------------------------------------------------------------------------------- resource, exporter

/** What sends the spans. Variables of the environment replace these names. */
function resourceOf({ service = 'hoshi', revision }: Config['labels']) {
  return defaultResource()
    .merge(
      resourceFromAttributes({
        'service.name': service,
        'service.instance.id': requireBuiltin('node:crypto').randomUUID(),
        'process.pid': process.pid,
        ...(revision !== undefined && { 'faas.name': service, 'faas.version': revision }),
      }),
    )
    .merge(detectResources({ detectors: [envDetector] }));
}

/** A collector that is away fails each batch. One line in a minute says so. */
const FAILURE_LINES = 1;
const FAILURE_SECONDS = 60;
/** Problems that the packages report, such as a wrong value of a variable or spans that were dropped. */
const PROBLEM_LINES = 5;
const PROBLEM_SECONDS = 60;

/** The exporter, with a log line in place of the error that the batch processor would handle. */
function loggingFailures(exporter: SpanExporter, endpoint: URL): SpanExporter {
  const limit = new LineLimit(FAILURE_LINES, FAILURE_SECONDS);
  let lostSpans = 0;
  return {
    export: (spans, done) =>
      exporter.export(spans, ({ code, error }) => {
        if (code !== ExportResultCode.SUCCESS) {
          lostSpans += spans.length;
          if (limit.take()) {
            const reason = error?.message ?? 'no reason was given';
            log('warning', `${lostSpans} spans could not be sent to ${endpoint.origin}: ${reason}`);
            lostSpans = 0;
          }
        }
        done({ code: ExportResultCode.SUCCESS });
      }),
    shutdown: () => exporter.shutdown(),
  };
}
