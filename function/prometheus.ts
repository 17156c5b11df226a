/**
 * `GET /metrics`: the counts of the process in Prometheus' text format, by prom-client. The first scrape loads the
 * package. Each scrape reads what counters.ts has counted, so that no request waits for prom-client.
 */
import client, { AggregatorRegistry, Counter, Gauge, Histogram as PrometheusHistogram, Registry } from 'prom-client';
import { binBounds, HISTOGRAM_BINS, type Scorer, type WordCounts } from '../model/scoring/scorer.ts';
import { Histogram, shedReasons } from './counters.ts';
import { droppedLines } from './log.ts';
import type { Operation } from './route.ts';
import type { ScoringService } from './service.ts';
import { isWorker, metricsOfAllWorkers } from './workers.ts';

/** `GET /metrics`: the metrics of all workers, or of this process if there are no workers. */
export const metrics: Operation = {
  async handle({ service }) {
    const registry = registryOf(service);
    const body = isWorker()
      ? await AggregatorRegistry.aggregate([...(await metricsOfAllWorkers())]).metrics()
      : await registry.metrics();
    return { type: registry.contentType, body };
  },
};

/** The metrics of this process alone, as a message to another process. */
export function metricsAsJson(service: ScoringService): Promise<object> {
  return registryOf(service).getMetricsAsJSON();
}

/** One registry for each service, made at the first scrape. */
const registries = new WeakMap<ScoringService, Registry>();

function registryOf(service: ScoringService): Registry {
  const known = registries.get(service);
  if (known !== undefined) return known;
  const registry = new Registry();
  registerHistograms(registry, service);
  registerLoad(registry, service);
  registerWords(registry, service);
  registerModel(registry, service);
  registerTraining(registry, service);
  client.collectDefaultMetrics({ register: registry });
  registries.set(service, registry);
  return registry;
}

// ------------------------------------------------------------------------------------------------------- histograms

function registerHistograms(registry: Registry, service: ScoringService): void {
  const { counters } = service;
  const histogram = (name: string, help: string, read: () => Iterable<LabelledHistogram>) =>
    new CountedHistogram(name, help, registry, read);
  histogram('http_server_request_duration_seconds', 'From the headers of a request to its response.', function* () {
    for (const [route, byStatus] of counters.durations)
      for (const [status, histogram] of byStatus)
        yield { labels: { http_route: route, http_response_status_code: String(status) }, histogram };
  });
  histogram('request_preprocess_seconds', 'From the headers of a request until its texts are known.', () => [
    { labels: {}, histogram: counters.preprocess },
  ]);
  histogram('request_predict_seconds', 'Scoring the texts of a request.', () => [
    { labels: {}, histogram: counters.predict },
  ]);
  histogram('score_value', 'Scores in responses, in stars.', () => [{ labels: {}, histogram: counters.scores }]);
  histogram('score_unknown_share', 'Texts by their share of words that are not a term of the model.', () => {
    const shares = unknownSharesOf(service);
    return shares === undefined ? [] : [{ labels: {}, histogram: shares }];
  });
}

/** Without the golden texts. Undefined before the model is loaded, and for an engine that does not count words. */
function unknownSharesOf({ ready, goldenWords }: ScoringService): Histogram | undefined {
  const scored = ready?.wordCounts?.();
  if (scored === undefined || goldenWords === undefined) return undefined;
  const histogram = new Histogram(UNKNOWN_SHARES);
  scored.unknownShares.forEach((texts, i) => {
    histogram.counts[i] = texts - (goldenWords.unknownShares[i] as number);
  });
  // Not below 0, where the two sums may be rounded to when there are no texts yet.
  histogram.sum = Math.max(0, scored.unknownShareSum - goldenWords.unknownShareSum);
  return histogram;
}

const UNKNOWN_SHARES = binBounds(HISTOGRAM_BINS.unknownShare, [0, 1]);

interface LabelledHistogram {
  readonly labels: Readonly<Record<string, string>>;
  readonly histogram: Histogram;
}

/** A histogram of prom-client with the counts of counters.ts. */
class CountedHistogram extends PrometheusHistogram {
  readonly #name: string;
  /** Its name, help and type are copied. It counts nothing. */
  readonly #empty: PrometheusHistogram;
  readonly #read: () => Iterable<LabelledHistogram>;

  constructor(name: string, help: string, registry: Registry, read: () => Iterable<LabelledHistogram>) {
    super({ name, help, registers: [registry] });
    this.#name = name;
    this.#empty = new PrometheusHistogram({ name, help, registers: [] });
    this.#read = read;
  }

  override async get(): ReturnType<PrometheusHistogram['get']> {
    const values = [];
    for (const { labels, histogram } of this.#read()) {
      let total = 0;
      histogram.counts.forEach((count, i) => {
        total += count;
        const le = histogram.bounds[i] ?? '+Inf';
        values.push({ metricName: `${this.#name}_bucket`, labels: { ...labels, le }, value: total });
      });
      values.push({ metricName: `${this.#name}_sum`, labels, value: histogram.sum });
      values.push({ metricName: `${this.#name}_count`, labels, value: total });
    }
    return { ...(await this.#empty.get()), values };
  }

  /** The registry calls this instead of `get`. */
  getForPromString(): ReturnType<PrometheusHistogram['get']> {
    return this.get();
  }
}

// -------------------------------------------------------------------------------------------------- gauges, counters

function registerLoad(registry: Registry, { admission, counters }: ScoringService): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect: function () {
        this.set(read());
      },
    });
  gauge('http_server_active_requests', 'Requests without a response yet.', () => admission.inFlight);
  gauge(
    'http_server_waiting_requests',
    'Requests that wait for the event loop.',
    () => admission.eventLoopQueue.length,
  );
  gauge(
    'score_queue_units',
    'Work in the threads of the scorer, in UTF-16 units of text.',
    () => admission.queuedUnits,
  );
  gauge(
    'http_server_buffered_bytes',
    'Bytes of bodies that arrive or wait, and of responses that are not sent.',
    () => admission.bufferedBytes,
  );
  new Counter({
    name: 'http_server_shed_requests_total',
    help: 'Requests that were shed with 503, by the limit that was reached.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const reason of shedReasons) this.inc({ reason }, counters.shed[reason]);
    },
  });
  new Counter({
    name: 'log_dropped_lines_total',
    help: 'Log lines that were dropped because they were not read in time.',
    registers,
    collect() {
      this.reset();
      this.inc(droppedLines());
    },
  });
}

/** The word counts of the native engine, without the words of the golden texts. */
function registerWords(registry: Registry, service: ScoringService): void {
  const counter = (name: string, help: string, read: (counts: WordCounts) => number) =>
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        const [scored, goldens] = [service.ready?.wordCounts?.(), service.goldenWords];
        this.reset();
        if (scored !== undefined && goldens !== undefined) this.inc(read(scored) - read(goldens));
      },
    });
  counter('score_words_total', 'Words of the texts that were scored.', ({ words }) => words);
  counter(
    'score_unknown_words_total',
    'Words that are not a term of the model. Divided by score_words_total, it is the share of unknown words.',
    ({ unknownWords }) => unknownWords,
  );
}

function registerModel(registry: Registry, service: ScoringService): void {
  const registers = [registry];
  new Gauge({
    name: 'start_phase_seconds',
    help: 'When a phase of the start ended, in seconds since the process began.',
    labelNames: ['phase'],
    aggregator: 'max',
    registers,
    collect() {
      for (const [phase, ms] of service.counters.startPhases) this.set({ phase }, ms / 1000);
    },
  });
  new Gauge({
    name: 'model_info',
    help: 'The loaded model and its engine.',
    labelNames: ['name', 'version', 'engine'],
    aggregator: 'first',
    registers,
    collect() {
      const { ready } = service;
      if (ready !== undefined)
        this.set({ name: ready.bundle.name, version: ready.bundle.version, engine: ready.engine }, 1);
    },
  });
}

/**
 * The histograms of the bundle as constants, by bin. `le` is as in the histograms of the server, and `above` is the `le` of
 * the bin before, so that PromQL can take the difference of two buckets. deploy/monitoring/rules.yaml compares them.
 */
function registerTraining(registry: Registry, service: ScoringService): void {
  const gauge = (
    name: string,
    help: string,
    read: (bundle: Scorer['bundle']) => readonly [readonly number[], readonly number[]] | undefined,
  ) =>
    new Gauge({
      name,
      help,
      labelNames: ['above', 'le'],
      aggregator: 'first', // all workers have the same bundle
      registers: [registry],
      collect() {
        const [counts, bounds] = (service.ready && read(service.ready.bundle)) ?? [[], []];
        counts.forEach((count, i) => void this.set({ above: bounds[i - 1] ?? '-Inf', le: bounds[i] as number }, count));
      },
    });
  gauge(
    'training_score_value_bin',
    'Scores at training, of reviews that the model had not learned from: how many are above one bound and up to the next.',
    ({ histograms, scoreRange }) => histograms && [histograms.scores, binBounds(HISTOGRAM_BINS.scores, scoreRange)],
  );
  gauge(
    'training_score_unknown_share_bin',
    'The same reviews by their share of words that are not a term of the model.',
    ({ histograms }) => histograms && [histograms.unknownShare, UNKNOWN_SHARES],
  );
}
