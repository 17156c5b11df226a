/** The settings, read once from environment variables. Each variable has its default, its unit and its range here. */
import { join, resolve } from 'node:path';
import { type EngineChoice, engineNames } from '../model/scoring/scorer.ts';
import { requireBuiltin } from '../native/builtin.ts';
import { shippedBundle } from '../native/package-root.ts';

export interface Config {
  readonly port: number;
  /** The address or the name of the interface to listen on. Undefined: all interfaces. */
  readonly host: string | undefined;
  /** Processes that serve. If there are several, one more process supervises them. */
  readonly workers: number;
  readonly engine: EngineChoice;
  readonly bundlePath: string;
  /** One more name of the model in paths, and its name in responses. Undefined: its own name. */
  readonly modelName: string | undefined;
  /** The origins whose pages may read responses, or `*` alone. Undefined: none but the server's own. */
  readonly corsOrigins: readonly string[] | undefined;
  /** The paths of a Vertex AI custom container, if Vertex AI sets them. */
  readonly vertexRoutes: VertexRoutes;
  /** The largest body of a request, in bytes. */
  readonly bodyLimitBytes: number;
  /** The maximum number of texts in one request. Undefined: only the work limits it. */
  readonly textsLimit: number | undefined;
  /** The most work of one request: the units of its texts, TEXT_COST_UNITS for each, and the cost of explanations. */
  readonly workLimitUnits: number;
  /** The largest body of a request of BigQuery, in bytes. */
  readonly bigQueryBodyLimitBytes: number;
  /** The most work of such a request, in the same units. It is done in slices. */
  readonly bigQueryWorkLimitUnits: number;
  /** Where the answers to events go, if the platform names a sink. Undefined: into the response. */
  readonly sink: SinkSettings | undefined;
  /** How long the sink may take. */
  readonly sinkTimeoutMs: number;
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
  /** The most work in the scorer's threads, in the same units. */
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
  /** Messages about the settings for the start of the log. */
  readonly remarks: readonly Remark[];
}

export interface VertexRoutes {
  /** Answers as /readyz. */
  readonly health: string | undefined;
  /** Answers as V1's predict. */
  readonly predict: string | undefined;
}

/** As a SinkBinding of Knative sets it. */
export interface SinkSettings {
  /** K_SINK: http or https. */
  readonly url: string;
  /** Attributes that each event gets: the extensions of K_CE_OVERRIDES. */
  readonly extensions: Readonly<Record<string, string>>;
  /** K_CA_CERTS: certificates in PEM that are trusted besides the usual ones. */
  readonly certificates: string | undefined;
}

export interface Remark {
  readonly severity: 'info' | 'warning';
  readonly message: string;
}

/** Whether extras.ts has something to add. */
export function hasExtras({ corsOrigins, vertexRoutes }: Config): boolean {
  return corsOrigins !== undefined || vertexRoutes.health !== undefined || vertexRoutes.predict !== undefined;
}

/** KServe copies or mounts a model here. */
const MOUNTED_MODELS = '/mnt/models';
/**
 * The work of a text besides its UTF-16 units. Measured: a unit takes 42 ns on one thread. A text of its own takes 1 to
 * 1.5 µs on the event loop (parsing, checking, copying, writing its score) and up to 2 µs on a thread of the scorer.
 */
export const TEXT_COST_UNITS = 128;

/** The limits of a list of texts, as the checks of a body need them before anything costly is done. */
export interface TextLimits {
  readonly maxTexts: number;
  /** The variable that sets `maxTexts`. */
  readonly setBy: 'HOSHI_TEXTS_LIMIT' | 'HOSHI_WORK_LIMIT_UNITS' | 'HOSHI_BIGQUERY_WORK_LIMIT_UNITS';
}

/**
 * Texts of at most this many UTF-16 units together are scored on the event loop, in 0.8 ms at most. Longer ones go to
 * the scorer's threads, where a list of the largest body takes 0.1 s and delays no other request.
 */
const MAX_EVENT_LOOP_UNITS = 10_000;

/** The most units of texts that are scored on the event loop. One text of so many units is within the limit of work. */
export function eventLoopUnitsOf({ workLimitUnits }: Pick<Config, 'workLimitUnits'>): number {
  return Math.min(MAX_EVENT_LOOP_UNITS, workLimitUnits - TEXT_COST_UNITS);
}

export function textLimitsOf({
  textsLimit,
  workLimitUnits,
}: Pick<Config, 'textsLimit' | 'workLimitUnits'>): TextLimits {
  const maxTexts = Math.floor(workLimitUnits / TEXT_COST_UNITS);
  return textsLimit !== undefined && textsLimit <= maxTexts
    ? { maxTexts: textsLimit, setBy: 'HOSHI_TEXTS_LIMIT' }
    : { maxTexts, setBy: 'HOSHI_WORK_LIMIT_UNITS' };
}

/** BigQuery sends long lists of short texts, which are parsed and scored in slices. */
const BIGQUERY_BODY_BYTES = 4 << 20;

/** By default, the work limit is also at least twice the largest body, so that one text of ASCII may fill a body. */
const MIN_DEFAULT_WORK_UNITS = 2 << 20;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Throws an Error for a wrong value. The message names the variable, what was expected, and what came. It looks into
 * `mountedModels`, because the default of HOSHI_BUNDLE depends on it.
 */
export function parseConfig(environment: Environment, mountedModels: string = MOUNTED_MODELS): Config {
  const read = new Set<string>();
  const value = (name: string): string | undefined => {
    read.add(name);
    return environment[name] === '' ? undefined : environment[name];
  };
  const integer = <T>(name: string, fallback: T, lowest: number, highest: number): number | T => {
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
  const remarks: Remark[] = [];
  if (value('AIP_STORAGE_URI') !== undefined)
    remarks.push({
      severity: 'warning',
      message:
        'AIP_STORAGE_URI is not used, because hoshi reads no buckets. Build the bundle into the image, and set HOSHI_BUNDLE',
    });
  const labels = Object.entries({ service: value('K_SERVICE'), revision: value('K_REVISION') });
  const engine = value('HOSHI_ENGINE') ?? 'auto';
  const engines: readonly string[] = ['auto', ...engineNames];
  if (!engines.includes(engine))
    throw new Error(`Expected HOSHI_ENGINE to be one of ${engines.join(', ')}, received ${JSON.stringify(engine)}`);
  const bodyLimitBytes = integer('HOSHI_BODY_LIMIT_BYTES', 1 << 20, 1, 1 << 30);
  const bigQueryBodyLimitBytes = integer(
    'HOSHI_BIGQUERY_BODY_LIMIT_BYTES',
    Math.max(BIGQUERY_BODY_BYTES, bodyLimitBytes),
    1,
    1 << 30,
  );
  const collector = value('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? value('OTEL_EXPORTER_OTLP_ENDPOINT');
  const isOff = value('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || value('OTEL_TRACES_EXPORTER') === 'none';
  return Object.freeze({
    port: integer('PORT', integer('AIP_HTTP_PORT', 8080, 1, 65_535), 0, 65_535),
    host: hostIn(value('HOST')),
    workers: integer('HOSHI_WORKERS', 1, 1, 1024),
    engine: engine as EngineChoice,
    bundlePath: bundleFolder(value('HOSHI_BUNDLE'), mountedModels, remarks),
    modelName: modelNameIn(value('HOSHI_MODEL_NAME')),
    corsOrigins: originsIn(value('HOSHI_CORS_ORIGINS')),
    vertexRoutes: {
      health: pathIn('AIP_HEALTH_ROUTE', value('AIP_HEALTH_ROUTE'), '/health'),
      predict: pathIn('AIP_PREDICT_ROUTE', value('AIP_PREDICT_ROUTE'), '/predict'),
    },
    bodyLimitBytes,
    textsLimit: integer('HOSHI_TEXTS_LIMIT', undefined, 1, 65_536),
    workLimitUnits: integer(
      'HOSHI_WORK_LIMIT_UNITS',
      Math.max(MIN_DEFAULT_WORK_UNITS, 2 * bodyLimitBytes),
      TEXT_COST_UNITS,
      2 ** 32,
    ),
    bigQueryBodyLimitBytes,
    bigQueryWorkLimitUnits: integer(
      'HOSHI_BIGQUERY_WORK_LIMIT_UNITS',
      2 * bigQueryBodyLimitBytes,
      TEXT_COST_UNITS,
      2 ** 32,
    ),
    sink: sinkIn(value('K_SINK'), value('K_CE_OVERRIDES'), value('K_CA_CERTS')),
    sinkTimeoutMs: integer('HOSHI_SINK_TIMEOUT_MS', 5000, 1, 600_000),
    headersTimeoutMs: integer('HOSHI_HEADERS_TIMEOUT_MS', 10_000, 1, 600_000),
    requestTimeoutMs: integer('HOSHI_REQUEST_TIMEOUT_MS', 30_000, 1, 600_000),
    keepAliveTimeoutMs: integer('HOSHI_KEEP_ALIVE_TIMEOUT_MS', 620_000, 1, 3_600_000),
    connectionsLimit: integer('HOSHI_CONNECTIONS_LIMIT', 2048, 1, 1_000_000),
    delayLimitMs: integer('HOSHI_DELAY_LIMIT_MS', 50, 1, 60_000),
    queueLimitUnits: integer('HOSHI_QUEUE_LIMIT_UNITS', 4 << 20, 1, 1 << 30),
    bufferLimitBytes: integer('HOSHI_BUFFER_LIMIT_BYTES', 32 << 20, 1, 2 ** 40),
    lameDuckMs: integer('HOSHI_LAME_DUCK_MS', 0, 0, 600_000),
    drainTimeoutMs: integer('HOSHI_DRAIN_TIMEOUT_MS', 8000, 0, 600_000),
    logShare: share('HOSHI_LOG_SHARE', 0.01),
    project: value('GOOGLE_CLOUD_PROJECT'),
    labels: Object.fromEntries(labels.filter((label): label is [string, string] => label[1] !== undefined)),
    openTelemetry: collector === undefined || isOff ? undefined : openTelemetryOf(environment),
    unknown: Object.keys(environment).filter((name) => name.startsWith('HOSHI_') && !read.has(name)),
    remarks,
  });
}

/**
 * The folder of the bundle: HOSHI_BUNDLE, or else the mounted models if they are a bundle, or else the shipped model.
 * Throws an Error if another model is mounted, because the shipped one would then answer in its place.
 */
function bundleFolder(setting: string | undefined, mounted: string, remarks: Remark[]): string {
  const { existsSync, lstatSync, readdirSync } = requireBuiltin('node:fs');
  const isBundle = (folder: string) => existsSync(join(folder, 'manifest.json'));
  if (setting !== undefined) {
    if (isBundle(mounted) && resolve(setting) !== resolve(mounted))
      remarks.push({ severity: 'warning', message: `HOSHI_BUNDLE is set, so the bundle at ${mounted} is not served` });
    return setting;
  }
  if (isBundle(mounted)) {
    remarks.push({ severity: 'info', message: `the bundle at ${mounted} is served` });
    return mounted;
  }
  // A link that leads nowhere yet is something: KServe may link to a model that is still being loaded.
  if (lstatSync(mounted, { throwIfNoEntry: false }) === undefined) return shippedBundle;
  let names: readonly string[];
  try {
    names = readdirSync(mounted).filter((name) => name !== 'lost+found');
  } catch (error) {
    throw new Error(`Expected ${mounted} to be a folder that can be read, received ${(error as Error).message}`);
  }
  if (names.length > 0) {
    const inner = names.find((name) => isBundle(join(mounted, name)));
    const advice =
      inner === undefined
        ? `HOSHI_BUNDLE=${shippedBundle} serves the shipped model`
        : `Set HOSHI_BUNDLE=${join(mounted, inner)}`;
    throw new Error(`Expected ${mounted} to be a bundle with manifest.json, found a folder without one. ${advice}`);
  }
  remarks.push({ severity: 'warning', message: `${mounted} is empty, so the shipped model is served` });
  return shippedBundle;
}

/** An IP address, with or without brackets, or the name of a host. */
function hostIn(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const host = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (requireBuiltin('node:net').isIP(host) !== 0 || HOST_NAME.test(text)) return host;
  throw new Error(
    `Expected HOST to be an address such as 127.0.0.1 or ::1, or the name of a host, received ${JSON.stringify(text)}`,
  );
}

/** The last label of a name is not a number; otherwise 127.0.0.256 would be one. */
const HOST_NAME = /^(?=.{1,253}$)(?:[a-z\d_](?:[a-z\d_-]*[a-z\d_])?\.)*[a-z_](?:[a-z\d_-]*[a-z\d_])?\.?$/i;

function modelNameIn(text: string | undefined): string | undefined {
  if (text === undefined || (isModelName(text) && [...text].length <= MAX_MODEL_NAME_LENGTH)) return text?.normalize();
  throw new Error(
    `Expected HOSHI_MODEL_NAME to be letters and digits, with spaces, ".", "_" and "-" between them, at most ${MAX_MODEL_NAME_LENGTH} characters, received ${JSON.stringify(text)}`,
  );
}

const MAX_MODEL_NAME_LENGTH = 100;

/**
 * As the names of new bundles (model/bundle/model-name.ts). InferenceServices have names of a-z, 0-9 and "-". The pattern is
 * within the function, because V8 needs 1 ms to read its classes of characters.
 */
function isModelName(text: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:[ ._-]+[\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*$/u.test(text);
}

/** Origins as browsers send them, without copies: scheme, host, and a port that is not the default one. */
function originsIn(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const origins = [...new Set(text.split(',').map((origin) => origin.trim()))];
  if (origins.length === 1 && origins[0] === '*') return origins;
  for (const origin of origins) {
    const sent = ORIGIN.test(origin) && URL.canParse(origin) ? new URL(origin).origin : undefined;
    // "null" is the origin of URLs whose scheme browsers do not know, such as those of extensions.
    const isRight = sent === 'null' ? /^[^A-Z]*[^A-Z/]$/.test(origin) : sent === origin;
    if (isRight) continue;
    const advice = sent === undefined || sent === 'null' ? '' : `. Browsers send it as ${sent}`;
    throw new Error(
      `Expected HOSHI_CORS_ORIGINS to be * or a list of origins such as https://example.com, separated by commas, received ${JSON.stringify(origin)}${advice}`,
    );
  }
  return origins;
}

const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@*]+\/?$/i;

/** `example` is a path for the message. */
function pathIn(name: string, text: string | undefined, example: string): string | undefined {
  if (text === undefined || /^\/[\w.~!$&'()+,;=:@%/-]*$/.test(text)) return text;
  throw new Error(`Expected ${name} to be a path such as ${example}, received ${JSON.stringify(text)}`);
}

function sinkIn(
  url: string | undefined,
  overrides: string | undefined,
  certificates: string | undefined,
): SinkSettings | undefined {
  if (url === undefined) return undefined;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Error(`Expected K_SINK to be a URL of http or https, received ${JSON.stringify(url)}`);
  if (certificates !== undefined && !certificates.includes('-----BEGIN CERTIFICATE-----'))
    throw new Error('Expected K_CA_CERTS to be certificates in PEM, received something else');
  return { url, extensions: extensionsIn(overrides), certificates };
}

/** K_CE_OVERRIDES: `{"extensions": {"name": "value"}}`. */
function extensionsIn(text: string | undefined): Readonly<Record<string, string>> {
  if (text === undefined) return {};
  let extensions: unknown;
  try {
    const overrides: unknown = JSON.parse(text);
    if (!Array.isArray(overrides)) extensions = (overrides as { readonly extensions?: unknown }).extensions ?? {};
  } catch {
    // refused below
  }
  const isRight =
    typeof extensions === 'object' &&
    extensions !== null &&
    Object.entries(extensions).every(
      ([name, value]) => /^[a-z\d]+$/.test(name) && !NO_EXTENSIONS.includes(name) && typeof value === 'string',
    );
  if (isRight) return extensions as Readonly<Record<string, string>>;
  throw new Error(
    `Expected K_CE_OVERRIDES to be JSON such as {"extensions": {"name": "value"}}, with names of a to z and 0 to 9 that are no attributes of CloudEvents, received ${JSON.stringify(text)}`,
  );
}

/** Attributes and data of an event, and names that the package `cloudevents` cannot have as extensions. */
const NO_EXTENSIONS: readonly string[] = [
  ...['id', 'source', 'specversion', 'type', 'time', 'subject', 'data', 'datacontenttype', 'dataschema'],
  ...['datacontentencoding', 'schemaurl', 'constructor', 'emit', 'validate'],
];

/** An empty variable counts as not set. */
function openTelemetryOf(environment: Environment): Readonly<Record<string, string>> {
  const isSet = (entry: [string, string | undefined]): entry is [string, string] =>
    entry[0].startsWith('OTEL_') && entry[1] !== undefined && entry[1] !== '';
  return Object.freeze(Object.fromEntries(Object.entries(environment).filter(isSet)));
}
