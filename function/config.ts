/** The settings, read once from environment variables. Each variable has its default, its unit and its range here. */
import { join } from 'node:path';
import { type EngineChoice, engineNames } from '../model/scoring/scorer.ts';
import { packageRoot } from '../native/package-root.ts';

export interface Config {
  readonly port: number;
  /** Processes that serve. If there are several, one more process supervises them. */
  readonly workers: number;
  readonly engine: EngineChoice;
  readonly bundlePath: string;
  /** The largest body of a request, in bytes. */
  readonly bodyLimitBytes: number;
  /** The maximum number of texts in one request. */
  readonly textsLimit: number;
  /** How long a client may take to send its headers. */
  readonly headersTimeoutMs: number;
  /** How long a client may take to send a whole request. */
  readonly requestTimeoutMs: number;
  /** How long a connection may be idle. The default is above the 600 s of Google's load balancers. */
  readonly keepAliveTimeoutMs: number;
  /** The maximum number of open connections. On a connection over it, every request except GET gets a 503. */
  readonly connectionsLimit: number;
  /** The longest expected wait for the event loop. Beyond it, requests are shed. */
  readonly delayLimitMs: number;
  /** The maximum number of UTF-16 units of text in the scorer's threads. */
  readonly queueLimitUnits: number;
  /** The maximum number of bytes of all arriving bodies and of large unsent responses. */
  readonly bufferLimitBytes: number;
  /** How long the server still accepts connections after SIGTERM, while /readyz answers 503. */
  readonly lameDuckMs: number;
  /** How long requests in flight may take after that. */
  readonly drainTimeoutMs: number;
  /** The share of successful requests that are logged, in [0, 1]. */
  readonly logShare: number;
  /** The Google Cloud project, which is a part of the name of a trace in the log. */
  readonly project: string | undefined;
  /** Labels in the log: the service and the revision, if the platform sets them. */
  readonly labels: Readonly<Record<string, string>>;
  /** All variables OTEL_…, if they name a collector for traces. Undefined: no traces. tracing.ts checks the others. */
  readonly openTelemetry: Readonly<Record<string, string>> | undefined;
  /** Variables named HOSHI_… that hoshi does not know. */
  readonly unknown: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws an Error for a wrong value. The message names the variable, what was expected, and what came. */
export function parseConfig(environment: Environment): Config {
  const read = new Set<string>();
  const value = (name: string): string | undefined => {
    read.add(name);
    return environment[name] === '' ? undefined : environment[name];
  };
  const integer = (name: string, fallback: number, lowest: number, highest: number): number => {
    const text = value(name);
    if (text === undefined) return fallback;
    if (/^\d{1,15}$/.test(text) && Number(text) >= lowest && Number(text) <= highest) return Number(text);
    throw new Error(`Expected ${name} to be an integer from ${lowest} to ${highest}, received ${JSON.stringify(text)}`);
  };
  const share = (name: string, fallback: number): number => {
    const text = value(name);
    if (text === undefined) return fallback;
    if (/^[\d.]{1,15}$/.test(text) && Number(text) >= 0 && Number(text) <= 1) return Number(text);
    throw new Error(`Expected ${name} to be a number from 0 to 1, received ${JSON.stringify(text)}`);
  };
  const labels = Object.entries({ service: value('K_SERVICE'), revision: value('K_REVISION') });
  const engine = value('HOSHI_ENGINE') ?? 'auto';
  const engines: readonly string[] = ['auto', ...engineNames];
  if (!engines.includes(engine))
    throw new Error(`Expected HOSHI_ENGINE to be one of ${engines.join(', ')}, received ${JSON.stringify(engine)}`);
  const collector = value('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? value('OTEL_EXPORTER_OTLP_ENDPOINT');
  const isOff = value('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || value('OTEL_TRACES_EXPORTER') === 'none';
  return Object.freeze({
    port: integer('PORT', 8080, 0, 65_535),
    workers: integer('HOSHI_WORKERS', 1, 1, 1024),
    engine: engine as EngineChoice,
    bundlePath: value('HOSHI_BUNDLE') ?? join(packageRoot, 'model', 'stars'),
    bodyLimitBytes: integer('HOSHI_BODY_LIMIT_BYTES', 1 << 20, 1, 1 << 30),
    textsLimit: integer('HOSHI_TEXTS_LIMIT', 64, 1, 65_536),
    headersTimeoutMs: integer('HOSHI_HEADERS_TIMEOUT_MS', 10_000, 1, 600_000),
    requestTimeoutMs: integer('HOSHI_REQUEST_TIMEOUT_MS', 30_000, 1, 600_000),
    keepAliveTimeoutMs: integer('HOSHI_KEEP_ALIVE_TIMEOUT_MS', 620_000, 1, 3_600_000),
    connectionsLimit: integer('HOSHI_CONNECTIONS_LIMIT', 2048, 1, 1_000_000),
    delayLimitMs: integer('HOSHI_DELAY_LIMIT_MS', 50, 1, 60_000),
    queueLimitUnits: integer('HOSHI_QUEUE_LIMIT_UNITS', 4 << 20, 1, 1 << 30),
    bufferLimitBytes: integer('HOSHI_BUFFER_LIMIT_BYTES', 64 << 20, 1, 2 ** 40),
    lameDuckMs: integer('HOSHI_LAME_DUCK_MS', 0, 0, 600_000),
    drainTimeoutMs: integer('HOSHI_DRAIN_TIMEOUT_MS', 8000, 0, 600_000),
    logShare: share('HOSHI_LOG_SHARE', 0.01),
    project: value('GOOGLE_CLOUD_PROJECT'),
    labels: Object.fromEntries(labels.filter((label): label is [string, string] => label[1] !== undefined)),
    openTelemetry: collector === undefined || isOff ? undefined : openTelemetryOf(environment),
    unknown: Object.keys(environment).filter((name) => name.startsWith('HOSHI_') && !read.has(name)),
  });
}

/** An empty variable counts as not set. */
function openTelemetryOf(environment: Environment): Readonly<Record<string, string>> {
  const isSet = (entry: [string, string | undefined]): entry is [string, string] =>
    entry[0].startsWith('OTEL_') && entry[1] !== undefined && entry[1] !== '';
  return Object.freeze(Object.fromEntries(Object.entries(environment).filter(isSet)));
}
