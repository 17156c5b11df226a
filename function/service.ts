/**
 * The objects that all requests of a process share: the settings, the scorer while and after it loads, admission, the
 * counters, and the log.
 */
import { loadScorer } from '../model/scoring/load.ts';
import type { Scorer, WordCounts } from '../model/scoring/scorer.ts';
import { AccessLog } from './access-log.ts';
import { Admission } from './admission.ts';
import { nowMs } from './clock.ts';
import {
  type Config,
  eventLoopUnitsOf,
  type SinkSettings,
  TEXT_COST_UNITS,
  type TextLimits,
  textLimitsOf,
} from './config.ts';
import type { Cors } from './cors.ts';
import { Counters } from './counters.ts';
import type { IdleConnections } from './idle-connections.ts';
import { log } from './log.ts';
import type { Tracing } from './tracing.ts';

export interface RequestLimits extends TextLimits, Pick<Config, 'bodyLimitBytes' | 'workLimitUnits'> {
  /** The most UTF-16 units of texts that are scored on the event loop. */
  readonly eventLoopUnits: number;
}

export class ScoringService {
  readonly limits: RequestLimits;
  /** The limits of a request of BigQuery. */
  readonly bigQueryLimits: RequestLimits;
  /** The sink of the answers to events, if there is one. */
  readonly sinkSettings: SinkSettings | undefined;
  readonly sinkTimeoutMs: number;
  /** The folder of the model's bundle. */
  readonly bundlePath: string;
  /** HOSHI_MODEL_NAME, if it is set. */
  readonly servedName: string | undefined;
  /** Resolves when the bundle is loaded and has reproduced its golden scores. */
  readonly scorer: Promise<Scorer>;
  readonly admission: Admission;
  readonly counters = new Counters();
  readonly accessLog: AccessLog;
  /** The scorer, once it is loaded. It is set before code that awaits `scorer` resumes. */
  ready: Scorer | undefined;
  /** Words of the golden texts. The scorer counts them before the first request. */
  goldenWords: WordCounts | undefined;
  /** Undefined under functions-framework, which has no limit of connections. */
  idleConnections: IdleConnections | undefined;
  /** Undefined unless HOSHI_CORS_ORIGINS is set (extras.ts). */
  cors: Cors | undefined;
  /** Responses that wait until the server has stopped listening (shutdown.ts). Undefined: none has to wait. */
  heldResponses: (() => void)[] | undefined;
  /** True after a signal to shut down. */
  isDraining = false;
  /** Called after a signal to shut down. */
  readonly drainListeners = new Set<() => void>();
  /** Undefined if no collector takes traces. */
  tracing: Tracing | undefined;

  constructor(config: Config, scorer: Promise<Scorer>) {
    const { bodyLimitBytes, workLimitUnits, bigQueryBodyLimitBytes, bigQueryWorkLimitUnits } = config;
    const eventLoopUnits = eventLoopUnitsOf(config);
    this.limits = { ...textLimitsOf(config), bodyLimitBytes, workLimitUnits, eventLoopUnits };
    this.bigQueryLimits = {
      maxTexts: Math.floor(bigQueryWorkLimitUnits / TEXT_COST_UNITS),
      setBy: 'HOSHI_BIGQUERY_WORK_LIMIT_UNITS',
      bodyLimitBytes: bigQueryBodyLimitBytes,
      workLimitUnits: bigQueryWorkLimitUnits,
      eventLoopUnits,
    };
    this.sinkSettings = config.sink;
    this.sinkTimeoutMs = config.sinkTimeoutMs;
    this.bundlePath = config.bundlePath;
    this.servedName = config.modelName;
    this.scorer = scorer;
    this.admission = new Admission(config);
    this.accessLog = new AccessLog(config);
    scorer.then(
      (loaded) => {
        this.counters.setScoreRange(loaded.bundle.scoreRange);
        this.counters.startPhases.set('ready', nowMs());
        this.goldenWords = loaded.wordCounts?.();
        this.ready = loaded;
      },
      () => {}, // the host waits for `scorer`, too, and ends the process
    );
  }

  /** Call it after a signal to shut down. */
  startDraining(): void {
    this.isDraining = true;
    for (const listener of this.drainListeners) listener();
  }

  /** The name of the loaded model in lists of models, and in the source of events. */
  nameOf(bundle: { readonly name: string }): string {
    return this.servedName ?? bundle.name;
  }

  /** Starts to load the model that `config` names. */
  static load(config: Config): ScoringService {
    for (const { severity, message } of config.remarks) log(severity, message);
    for (const name of config.unknown) log('warning', `unknown environment variable ${name}`);
    const warn = (message: string) => log('warning', message);
    const scorer = loadScorer({ bundlePath: config.bundlePath, engine: config.engine, warn });
    const { openTelemetry, labels } = config;
    if (openTelemetry === undefined) return new ScoringService(config, scorer);
    const tracing = import('./tracing.ts').then(({ startTracing }) => startTracing(openTelemetry, labels));
    // The service is ready when both are loaded, so that each request for a score has a span.
    const service = new ScoringService(
      config,
      Promise.all([scorer, tracing]).then(([loaded]) => loaded),
    );
    void tracing.then((started) => {
      service.tracing = started;
    });
    return service;
  }
}
