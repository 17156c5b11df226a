/**
 * The queue for the event loop: first come, first served, in short rounds.
 *
 * Node's event loop accepts one new connection in each round. If a round answered every waiting request, new
 * connections would wait: the last of a thousand new clients would wait for a thousand long rounds. So a round runs
 * tasks for about a millisecond, and the other tasks wait for a later round.
 *
 * A busy loop first reads the requests that have arrived. Then a round takes small groups of their tasks through one stage
 * after the other. So the engine's code and tables stay in the processor's caches from one text to the next, and a client
 * on the same machine is woken once for a group. bench/README.md has the gain.
 */

/** The stages of a task, in their order. None may throw. */
export interface Task {
  /** The bytes of the request's body. They limit the work of a group. */
  readonly bodyBytes: number;
  prepare(): void;
  run(): void;
  /** Writes the result, if there is one. */
  flush(): void;
}

export class EventLoopQueue {
  readonly #now: () => number;
  readonly #tasks: Task[] = [];
  /** The index in #tasks of the first task that waits. The tasks before it have run. */
  #firstWaiting = 0;
  #isRoundDue = false;
  /** Since when other work may hold the loop: since the first waiting task came, or since the last round. */
  #otherWorkStartMs = 0;
  /** When the last group ended, and how many tasks it had. */
  #lastEndMs = Number.NEGATIVE_INFINITY;
  #lastCount = 1;
  /** The mean duration of a task. Recent tasks count most, and a group that the machine delays counts little. */
  #meanTaskMs = INITIAL_MEAN_TASK_MS;
  readonly #onRound = () => this.#runRound();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The number of tasks that wait. */
  get length(): number {
    return this.#tasks.length - this.#firstWaiting;
  }

  /** How long the waiting tasks will take, in milliseconds, estimated from the recent tasks. */
  get expectedWaitMs(): number {
    return this.length * this.#meanTaskMs;
  }

  /**
   * Runs a task at once if the loop has been free and the last task came alone. Otherwise others may come with it, and it
   * runs in the next round, as soon as the loop has read what has arrived.
   */
  add(task: Task): void {
    this.#tasks.push(task);
    if (this.#isRoundDue) return;
    const now = this.#now();
    if (now - this.#lastEndMs > PAUSE_MS && this.#lastCount === 1) {
      this.#runGroup(now);
      this.#forgetFinished();
      return;
    }
    this.#otherWorkStartMs = now;
    this.#scheduleRound();
  }

  #scheduleRound(): void {
    this.#isRoundDue = true;
    setImmediate(this.#onRound);
  }

  #runRound(): void {
    const startMs = this.#now();
    // Shedding other requests takes time, too. Waiting tasks get a share of that time, so that shedding does not delay
    // them.
    const otherWorkMs = startMs - this.#otherWorkStartMs;
    const roundMs = Math.max(ROUND_MS, Math.min(MAX_ROUND_MS, OTHER_WORK_FACTOR * otherWorkMs));
    let now = startMs;
    while (this.length > 0 && now - startMs < roundMs) now = this.#runGroup(now);
    this.#otherWorkStartMs = now;
    this.#isRoundDue = false;
    if (this.length > 0) this.#scheduleRound();
    this.#forgetFinished();
  }

  #forgetFinished(): void {
    if (this.length === 0) this.#tasks.length = 0;
    else if (this.#firstWaiting > MAX_FINISHED_TASKS) this.#tasks.splice(0, this.#firstWaiting);
    else return;
    this.#firstWaiting = 0;
  }

  /** REQUIRES: a task waits. Returns the time of the group's end. */
  #runGroup(startMs: number): number {
    const first = this.#firstWaiting;
    const end = this.#endOfGroup(first);
    this.#firstWaiting = end;
    const tasks = this.#tasks;
    for (let i = first; i < end; i++) (tasks[i] as Task).prepare();
    for (let i = first; i < end; i++) (tasks[i] as Task).run();
    for (let i = first; i < end; i++) (tasks[i] as Task).flush();
    const endMs = this.#now();
    const count = end - first;
    this.#lastEndMs = endMs;
    this.#lastCount = count;
    const mean = this.#meanTaskMs;
    const changeMs = endMs - startMs - count * mean;
    this.#meanTaskMs += Math.min(changeMs, (MAX_TASK_FACTOR - 1) * mean) / MEAN_TASK_COUNT;
    return endMs;
  }

  #endOfGroup(first: number): number {
    const last = Math.min(first + MAX_GROUP_TASKS, this.#tasks.length);
    let end = first;
    let bytes = 0;
    while (end < last) {
      bytes += (this.#tasks[end] as Task).bodyBytes;
      if (bytes > MAX_GROUP_BYTES && end > first) break;
      end++;
    }
    return end;
  }
}

/** How long a round runs tasks, in milliseconds: some tens of short texts. */
const ROUND_MS = 1;
/** If other work makes a round long, tasks may run this many times as long as the other work, up to MAX_ROUND_MS. */
const OTHER_WORK_FACTOR = 4;
const MAX_ROUND_MS = 10;
/** After so many milliseconds without a task, the loop has been free. */
const PAUSE_MS = 0.2;
/** A response waits for its group. So a group takes a fraction of a millisecond, unless it is one task. */
const MAX_GROUP_TASKS = 16;
const MAX_GROUP_BYTES = 1 << 13;
/**
 * The mean before the first task, in milliseconds; the approximate number of tasks in the mean; and the largest value
 * that one group counts with, in place of one of its tasks, as a multiple of the mean.
 */
const INITIAL_MEAN_TASK_MS = 0.1;
const MEAN_TASK_COUNT = 32;
const MAX_TASK_FACTOR = 8;
/** The number of finished tasks that the array keeps before it is compacted. */
const MAX_FINISHED_TASKS = 1024;
