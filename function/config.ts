/** What the environment sets up, read once: each variable with its default, its unit and its range. */
import { join } from 'node:path';
import { type EngineChoice, engineNames } from '../model/scoring/scorer.ts';
import { packageRoot } from '../native/package-root.ts';

export interface Config {
  readonly port: number;
  /** Processes that serve; one serves by itself, more have another that watches over them. */
  readonly workers: number;
  readonly engine: EngineChoice;
  readonly bundlePath: string;
  /** The largest body of a request. */
  readonly bodyLimitBytes: number;
  /** The most texts in one request. */
  readonly textsLimit: number;
  /** How long a client may take to send its headers. */
  readonly headersTimeoutMs: number;
  /** How long a client may take to send a whole request. */
  readonly requestTimeoutMs: number;
  /** How long a connection may idle; above the 600 s of Google's load balancers. */
  readonly keepAliveTimeoutMs: number;
  /** The most connections at one time; more are answered with 503 and closed. */
  readonly connectionsLimit: number;
  /** How long what waits for the event loop may take before others are shed. */
  readonly delayLimitMs: number;
  /** UTF-16 units of text in the scorer's threads at most. */
  readonly queueLimitUnits: number;
  /** Bytes of all bodies that are arriving, and of large answers that are not sent, at most. */
  readonly bufferLimitBytes: number;
  /** After SIGTERM, go on taking connections for so long while /readyz says 503. */
  readonly lameDuckMs: number;
  /** How long requests in flight may take to end after that. */
  readonly drainTimeoutMs: number;
  /** Share of the requests answered without an error that are logged. */
  readonly logShare: number;
  /** Google Cloud's project, by which traces are named in the log. */
  readonly project: string | undefined;
  /** Of the log: the service and the revision, where the platform tells them. */
  readonly labels: Readonly<Record<string, string>>;
  /** Variables that are named like ours and are none of them. */
  readonly unknown: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws an error that names the variable, what it has to be and what it is. */
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
    unknown: Object.keys(environment).filter((name) => name.startsWith('HOSHI_') && !read.has(name)),
  });
}
