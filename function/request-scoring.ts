/**
 * The scoring of one request: what its handler may ask for (RequestContext in route.ts), the limits of its work, and its
 * times. Few short texts are scored on the event loop, others in the scorer's threads.
 */
import type { Explanation } from '../model/scoring/explain.ts';
import { MAX_GROWTH, type Scorer } from '../model/scoring/scorer.ts';
import type { CountedScores } from '../native/index.ts';
import { shed } from './admission.ts';
import { nowMs } from './clock.ts';
import { TEXT_COST_UNITS } from './config.ts';
import { HttpError, setBy } from './response.ts';
import type { UnexplainedScore } from './route.ts';
import type { ScoringService } from './service.ts';

export class RequestScoring {
  readonly #service: ScoringService;
  readonly #receivedMs: number;
  /** Milliseconds from the headers until the texts were known. Undefined before scoring. */
  preprocessMs: number | undefined;
  /** Milliseconds of scoring. Undefined until it has ended. */
  predictMs: number | undefined;
  /** The texts that were scored. */
  textCount = 0;
  /** Their UTF-16 units, as the limits count them. */
  units = 0;

  constructor(service: ScoringService, receivedMs: number) {
    this.#service = service;
    this.#receivedMs = receivedMs;
  }

  scoreNow(text: string): number | undefined {
    const { ready, counters, limits } = this.#service;
    const { eventLoopUnits } = limits;
    if (ready === undefined || text.length > eventLoopUnits) return undefined;
    const units = unitsOf(text, ready, eventLoopUnits);
    if (units > eventLoopUnits) return undefined;
    const startMs = this.#startScoring(1, units);
    const score = ready.score(text);
    this.predictMs = nowMs() - startMs;
    counters.predict.observe(this.predictMs / 1000);
    counters.scores.observe(score);
    return score;
  }

  async score(texts: readonly string[]): Promise<Float64Array> {
    const scorer = this.#service.ready ?? (await this.#service.scorer);
    if (texts.length > MAX_EVENT_LOOP_TEXTS) return (await this.#scoreBatch(texts, scorer)).scores;
    const { eventLoopUnits } = this.#service.limits;
    const units = unitsOf(texts.join(''), scorer, eventLoopUnits);
    if (units > eventLoopUnits) return (await this.#scoreBatch(texts, scorer, units)).scores;
    this.#checkWork(units + TEXT_COST_UNITS * texts.length);
    const startMs = this.#startScoring(texts.length, units);
    const scores = Float64Array.from(texts, (text) => scorer.score(text));
    this.#endScoring(startMs, scores);
    return scores;
  }

  /**
   * Scores a list of BigQuery. Only one slice of it at a time is in the scorer's threads, so that other lists get their
   * turn between the slices. The work of all slices is limited before the first one.
   */
  async scoreSlices(texts: readonly string[]): Promise<Float64Array> {
    const { admission, counters, limits, bigQueryLimits } = this.#service;
    if (texts.length <= MAX_EVENT_LOOP_TEXTS && lengthOf(texts) <= limits.eventLoopUnits) return this.score(texts);
    const scorer = this.#service.ready ?? (await this.#service.scorer);
    const slices = slicesOf(texts, MAX_SLICE_TEXTS / 2, MAX_SLICE_UNITS);
    let units = 0;
    for (const slice of slices) {
      slice.units = unitsOf(slice.texts.join(''), scorer, bigQueryLimits.workLimitUnits / slices.length);
      units += slice.units;
      if (slices.length > 1) await nextRound();
    }
    checkBigQueryWork(units + TEXT_COST_UNITS * texts.length, texts.length, bigQueryLimits.workLimitUnits);
    const workOf = (slice: Slice) => slice.units + TEXT_COST_UNITS * slice.texts.length;
    if (!admission.hasRoomFor(workOf(slices[0] as Slice))) throw shed(counters, 'queue');
    const startMs = this.#startScoring(texts.length, units);
    const scores = new Float64Array(texts.length);
    let start = 0;
    for (const slice of slices) {
      const counted = await admission.runBatch(workOf(slice), () => scorer.scoreBatchWithWords(slice.texts));
      scores.set(counted.scores, start);
      start += slice.texts.length;
    }
    this.#endScoring(startMs, scores);
    return scores;
  }

  async scoreWithWords(texts: readonly string[]): Promise<CountedScores> {
    return this.#scoreBatch(texts, this.#service.ready ?? (await this.#service.scorer));
  }

  /** Scores texts in the scorer's threads. `textUnits` are the units of the texts, if they are known. */
  async #scoreBatch(texts: readonly string[], scorer: Scorer, textUnits?: number): Promise<CountedScores> {
    const { admission, counters, limits } = this.#service;
    const units = textUnits ?? unitsOf(texts.join(''), scorer, limits.workLimitUnits);
    const work = units + TEXT_COST_UNITS * texts.length;
    this.#checkWork(work);
    if (!admission.hasRoomFor(work)) throw shed(counters, 'queue');
    if (texts.length > MAX_SLICE_TEXTS) await nextRound(); // the list was parsed and checked in this one
    const startMs = this.#startScoring(texts.length, units);
    const counted = await admission.runBatch(work, () => scorer.scoreBatchWithWords(texts));
    this.#endScoring(startMs, counted.scores);
    return counted;
  }

  #checkWork(work: number): void {
    const { workLimitUnits } = this.#service.limits;
    if (work > workLimitUnits)
      throw new HttpError(
        413,
        `Expected texts of at most ${workLimitUnits} units of work together, received ${work}: the UTF-16 units of the normalized texts, and ${TEXT_COST_UNITS} for each text${setBy('HOSHI_WORK_LIMIT_UNITS')}`,
      );
  }

  async explain(texts: readonly string[]): Promise<readonly Explanation[]> {
    const { admission, counters, limits } = this.#service;
    const scorer = this.#service.ready ?? (await this.#service.scorer);
    const maxTexts = Math.floor(limits.workLimitUnits / EXPLANATION_COST_UNITS);
    if (texts.length > maxTexts)
      throw new HttpError(
        413,
        `Expected at most ${maxTexts} texts to explain, received ${texts.length}: each counts ${EXPLANATION_COST_UNITS} units of work${setBy('HOSHI_WORK_LIMIT_UNITS')}`,
      );
    let total = 0;
    for (const [i, text] of texts.entries()) {
      const units = unitsOf(text, scorer, MAX_EXPLAINED_UNITS);
      total += units;
      if (units <= MAX_EXPLAINED_UNITS) continue;
      const received = units === text.length ? `${units}` : `${text.length}, up to ${units} when it is normalized,`;
      throw new HttpError(
        413,
        `Expected texts of at most ${MAX_EXPLAINED_UNITS} UTF-16 units to explain, received ${received} in text ${i + 1} of ${texts.length}`,
      );
    }
    if (total > MAX_EXPLAINED_UNITS_TOGETHER)
      throw new HttpError(
        413,
        `Expected texts of at most ${MAX_EXPLAINED_UNITS_TOGETHER} UTF-16 units together to explain, received ${total}`,
      );
    const units = texts.length * EXPLANATION_COST_UNITS;
    if (!admission.hasRoomFor(units)) throw shed(counters, 'queue');
    const startMs = this.#startScoring(texts.length, total);
    const { explainAll } = await import('./explain.ts'); // loaded on first use
    const explanations = await admission.runBatch(units, () => explainAll(scorer, texts));
    this.#endScoring(
      startMs,
      explanations.map(({ score }) => score),
    );
    return explanations;
  }

  /** Explains a list of BigQuery in slices, of which one at a time runs. The work of all is limited before. */
  async explainSlices(texts: readonly string[]): Promise<readonly (Explanation | UnexplainedScore)[]> {
    const { admission, counters, bigQueryLimits } = this.#service;
    const scorer = this.#service.ready ?? (await this.#service.scorer);
    checkBigQueryWork(EXPLANATION_COST_UNITS * texts.length, texts.length, bigQueryLimits.workLimitUnits);
    const lengths = texts.map((text) => unitsOf(text, scorer, MAX_EXPLAINED_UNITS));
    const isShort = (i: number) => (lengths[i] as number) <= MAX_EXPLAINED_UNITS;
    const total = lengths.reduce((sum, units, i) => (isShort(i) ? sum + units : sum), 0);
    if (total > MAX_BIGQUERY_EXPLAINED_UNITS)
      throw new HttpError(
        413,
        `Expected texts of at most ${MAX_BIGQUERY_EXPLAINED_UNITS} UTF-16 units together to explain, received ${total}. ${smallerBatch(texts.length, total, MAX_BIGQUERY_EXPLAINED_UNITS)}`,
        { pointer: '#/calls' },
      );
    const long = texts.filter((_, i) => !isShort(i));
    const longScores = long.length === 0 ? [] : await this.scoreSlices(long);
    const short = texts.filter((_, i) => isShort(i));
    const { explainAll } = await import('./explain.ts'); // loaded on first use
    const explanations: Explanation[] = [];
    for (const slice of slicesOf(short, MAX_SLICE_EXPLANATIONS, MAX_EXPLAINED_UNITS)) {
      const units = slice.texts.length * EXPLANATION_COST_UNITS;
      if (explanations.length === 0 && !admission.hasRoomFor(units)) throw shed(counters, 'queue');
      const startMs = this.#startScoring(texts.length, total + lengthOf(long));
      const explained = await admission.runBatch(units, () => explainAll(scorer, slice.texts));
      this.#endScoring(
        startMs,
        explained.map(({ score }) => score),
        true,
      );
      explanations.push(...explained);
    }
    let [nextShort, nextLong] = [0, 0];
    return texts.map((_, i) =>
      isShort(i)
        ? (explanations[nextShort++] as Explanation)
        : {
            score: longScores[nextLong++] as number,
            unexplained: `Only texts of at most ${MAX_EXPLAINED_UNITS} UTF-16 units are explained`,
          },
    );
  }

  /** Returns the time, in milliseconds. */
  #startScoring(textCount: number, units: number): number {
    const startMs = nowMs();
    this.textCount = textCount;
    this.units = units;
    if (this.preprocessMs === undefined) {
      this.preprocessMs = startMs - this.#receivedMs;
      this.#service.counters.preprocess.observe(this.preprocessMs / 1000);
    }
    return startMs;
  }

  /**
   * A request that is both explained and detailed scores its texts twice. They are counted once, unless the scores are of
   * `others`.
   */
  #endScoring(startMs: number, scores: Iterable<number>, others = false): void {
    const { counters } = this.#service;
    const ms = nowMs() - startMs;
    counters.predict.observe(ms / 1000);
    if (this.predictMs === undefined || others) for (const score of scores) counters.scores.observe(score);
    this.predictMs = (this.predictMs ?? 0) + ms;
  }
}

/** Lists of more texts go to the scorer's threads, too: 64 empty texts take 10 µs, and a long list of them milliseconds. */
const MAX_EVENT_LOOP_TEXTS = 64;

/** A longer list is copied in another round of the event loop than it is parsed in, and written in several. */
export const MAX_SLICE_TEXTS = 2048;

function nextRound(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * The terms of an explanation are found in the text on the event loop, and the reference engines also compute the
 * contributions there. The explanation of a longer text would delay other requests.
 */
const MAX_EXPLAINED_UNITS = 4000;

/** The texts of one slice of a list of BigQuery, which the scorer's threads score in a few milliseconds. */
const MAX_SLICE_UNITS = 1 << 16;

/** The explanations of one slice, which take some tens of milliseconds: a batch that takes longer makes others wait or fail. */
const MAX_SLICE_EXPLANATIONS = 16;

/** The texts of one request of BigQuery that are explained, at 60 bytes of response for each unit. */
const MAX_BIGQUERY_EXPLAINED_UNITS = 64_000;

interface Slice {
  readonly texts: readonly string[];
  /** As the limits count them. */
  units: number;
}

/** At most `maxTexts` texts in a slice, and `maxUnits` UTF-16 units unless it is one longer text. */
function slicesOf(texts: readonly string[], maxTexts: number, maxUnits: number): Slice[] {
  const slices: Slice[] = [];
  let start = 0;
  let units = 0;
  for (const [i, { length }] of texts.entries()) {
    if (i > start && (i - start >= maxTexts || units + length > maxUnits)) {
      slices.push({ texts: texts.slice(start, i), units });
      start = i;
      units = 0;
    }
    units += length;
  }
  if (start < texts.length) slices.push({ texts: texts.slice(start), units });
  return slices;
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}

function checkBigQueryWork(work: number, rows: number, limit: number): void {
  if (work > limit)
    throw new HttpError(
      413,
      `Expected calls of at most ${limit} units of work together, received ${work}. ${smallerBatch(rows, work, limit)}${setBy('HOSHI_BIGQUERY_WORK_LIMIT_UNITS')}`,
      { pointer: '#/calls' },
    );
}

/** BigQuery does not send a refused batch again in parts: the function's definition limits its batches. */
export function smallerBatch(rows: number, cost: number, limit: number): string {
  return `Define the function with max_batching_rows = ${Math.max(1, roundedDown((rows * limit) / cost / 2))}`;
}

/** To one digit, because batches differ. */
function roundedDown(count: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, count)));
  return Math.floor(count / unit) * unit;
}

/** The texts of one request. Their explanations are about 60 times as long as they are. */
const MAX_EXPLAINED_UNITS_TOGETHER = 16_000;

/** An explanation takes as long as scoring this many UTF-16 units: a millisecond or two. */
const EXPLANATION_COST_UNITS = 20_000;

/** A text counts as it is if normalization makes it at most this many times as long. Ordinary texts hardly grow. */
const MAX_UNCOUNTED_GROWTH = 1.5;

/**
 * The UTF-16 units of a text that count towards a limit: as it is or, if it grows, as it may be when it is normalized.
 * One U+FDFA counts 18. A text that stays within the limit even then is not looked at.
 */
function unitsOf(text: string, scorer: Scorer, limit: number): number {
  const { length } = text;
  if (length * MAX_GROWTH <= limit) return length;
  const units = scorer.maxUnits(text);
  return units > length * MAX_UNCOUNTED_GROWTH ? units : length;
}
