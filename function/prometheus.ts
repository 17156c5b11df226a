/**
 * `GET /metrics`: what the process counted, in Prometheus' text format by prom-client. The package is loaded by the first
 * scrape, and reads at each what measurements.ts counted; nothing of it is on the way of a request.
 */
import client, { AggregatorRegistry, Counter, Gauge, Histogram as PrometheusHistogram, Registry } from 'prom-client';
import type { WordCounts } from '../model/scoring/scorer.ts';
import { type Histogram, shedReasons } from './counters.ts';
import type { Service } from './exchange.ts';
import { droppedLines } from './log.ts';
import type { HttpResponse } from './response.ts';
import { countsOfAll, isWorker } from './workers.ts';

export async function metricsOf(service: Service): Promise<HttpResponse> {
  const metrics = madeFor(service);
  return { type: metrics.contentType, body: await metrics.text() };
}

/** Of this process alone. */
export function countsOf(service: Service): Promise<object> {
  return madeFor(service).counts();
}

function madeFor(service: Service): Metrics {
  const metrics = all.get(service) ?? new Metrics(service);
  all.set(service, metrics);
  return metrics;
}

const all = new WeakMap<Service, Metrics>();

class Metrics {
  readonly #registry = new Registry();

  constructor(service: Service) {
    const { counters, admission } = service;
    const registers = [this.#registry];
    const histogram = (name: string, help: string, read: () => Iterable<Labelled>) =>
      new CountedHistogram(name, help, registers, read);
    histogram('http_server_request_duration_seconds', 'From the headers of a request to its answer.', function* () {
      for (const [route, byStatus] of counters.durations)
        for (const [status, counted] of byStatus)
          yield { labels: { http_route: route, http_response_status_code: String(status) }, counted };
    });
    histogram('request_preprocess_seconds', 'From the headers of a request until its texts are there.', () => [
      { labels: {}, counted: counters.preprocess },
    ]);
    histogram('request_predict_seconds', 'Scoring the texts of a request.', () => [
      { labels: {}, counted: counters.predict },
    ]);
    histogram('score_value', 'Scores that were given, in stars.', () => [{ labels: {}, counted: counters.scores }]);

    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect: function () {
          this.set(read());
        },
      });
    gauge('http_server_active_requests', 'Requests whose answer is not there yet.', () => admission.inFlight);
    gauge('http_server_waiting_requests', 'Requests that wait for the event loop.', () => admission.turns.length);
    gauge('score_queue_units', 'UTF-16 units of text in the threads of the scorer.', () => admission.queuedUnits);
    gauge('http_server_buffered_bytes', 'Bytes of bodies that arrive or wait.', () => admission.bufferedBytes);

    new Counter({
      name: 'http_server_shed_requests_total',
      help: 'Requests turned away with 503, by what there was too much of.',
      labelNames: ['reason'],
      registers,
      collect() {
        this.reset();
        for (const reason of shedReasons) this.inc({ reason }, counters.shed[reason]);
      },
    });
    new Counter({
      name: 'log_dropped_lines_total',
      help: 'Lines of the log that nobody read in time.',
      registers,
      collect() {
        this.reset();
        this.inc(droppedLines());
      },
    });
    const words = (name: string, help: string, read: (counts: WordCounts) => number) =>
      new Counter({
        name,
        help,
        registers,
        collect() {
          const [scored, goldens] = [service.ready?.wordCounts?.(), service.goldenWords];
          this.reset();
          if (scored !== undefined && goldens !== undefined) this.inc(read(scored) - read(goldens));
        },
      });
    words('score_words_total', 'Words of the texts that were scored.', (counts) => counts.words);
    words(
      'score_unknown_words_total',
      'Those among them that are no term of the model: over score_words_total, the share of unknown terms.',
      (counts) => counts.unknownWords,
    );
    new Gauge({
      name: 'start_phase_seconds',
      help: 'When a phase of the start had ended, since the process began.',
      labelNames: ['phase'],
      aggregator: 'max',
      registers,
      collect() {
        for (const [phase, ms] of counters.startPhases) this.set({ phase }, ms / 1000);
      },
    });
    new Gauge({
      name: 'model_info',
      help: 'The model that answers, and its engine.',
      labelNames: ['name', 'version', 'engine'],
      aggregator: 'first',
      registers,
      collect() {
        const { ready } = service;
        if (ready !== undefined)
          this.set({ name: ready.bundle.name, version: ready.bundle.version, engine: ready.engine }, 1);
      },
    });
    client.collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Of all workers, where there are some. */
  async text(): Promise<string> {
    if (!isWorker()) return this.#registry.metrics();
    return AggregatorRegistry.aggregate([...(await countsOfAll())]).metrics();
  }

  /** As a message to another process. */
  counts(): Promise<object> {
    return this.#registry.getMetricsAsJSON();
  }
}

interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
  readonly counted: Histogram;
}

/** prom-client's histogram, but for who counts. */
class CountedHistogram extends PrometheusHistogram {
  readonly #name: string;
  /** One that counts nothing: what it says of itself is said of this one. */
  readonly #empty: PrometheusHistogram;
  readonly #read: () => Iterable<Labelled>;

  constructor(name: string, help: string, registers: Registry[], read: () => Iterable<Labelled>) {
    super({ name, help, registers });
    this.#name = name;
    this.#empty = new PrometheusHistogram({ name, help, registers: [] });
    this.#read = read;
  }

  override async get(): ReturnType<PrometheusHistogram['get']> {
    const values = [];
    for (const { labels, counted } of this.#read()) {
      let total = 0;
      counted.counts.forEach((count, i) => {
        total += count;
        const le = counted.bounds[i] ?? '+Inf';
        values.push({ metricName: `${this.#name}_bucket`, labels: { ...labels, le }, value: total });
      });
      values.push({ metricName: `${this.#name}_sum`, labels, value: counted.sum });
      values.push({ metricName: `${this.#name}_count`, labels, value: total });
    }
    return { ...(await this.#empty.get()), values };
  }

  /** What the registry asks for rather than `get`. */
  getForPromString(): ReturnType<PrometheusHistogram['get']> {
    return this.get();
  }
}
