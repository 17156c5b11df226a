/**
 * The queue for the event loop: first come, first served, in short rounds.
 *
 * Node's event loop accepts one new connection in each round. If a round answered every waiting request, new
 * connections would wait: the last of a thousand new clients would wait for a thousand long rounds. So a round runs
 * tasks for about a millisecond, and the other tasks wait for a later round.
 *
 * The loop first reads the requests that have arrived. Then a round runs their tasks in small groups: first the work of
 * each task of a group, then the writes. So the engine's code and tables stay in the processor's caches, and a client on
 * the same machine is woken once for a group. bench/README.md has the gain.
 */
export interface Task {
  /** Does the work. Must not throw. */
  run(): void;
  /** Writes the result of `run`, at the end of the task's group. Must not throw. */
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
  readonly #runMs = new Mean(INITIAL_MEAN_RUN_MS);
  /** For one task. */
  readonly #flushMs = new Mean(INITIAL_MEAN_FLUSH_MS);
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
    return this.length * (this.#runMs.value + this.#flushMs.value);
  }

  /** Runs a task in the next round. An idle loop begins it as soon as it has read what has arrived. */
  add(task: Task): void {
    this.#tasks.push(task);
    if (this.#isRoundDue) return;
    this.#otherWorkStartMs = this.#now();
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
    while (this.length > 0 && now - startMs < roundMs) now = this.#runGroup(now, startMs + roundMs);
    this.#otherWorkStartMs = now;
    if (this.length === 0) {
      this.#tasks.length = 0;
      this.#firstWaiting = 0;
      this.#isRoundDue = false;
      return;
    }
    if (this.#firstWaiting > MAX_FINISHED_TASKS) {
      this.#tasks.splice(0, this.#firstWaiting);
      this.#firstWaiting = 0;
    }
    this.#scheduleRound();
  }

  /** REQUIRES: a task waits. The group ends with its round at the latest. Returns the time of its end. */
  #runGroup(startMs: number, roundEndMs: number): number {
    const tasks = this.#tasks;
    const first = this.#firstWaiting;
    const end = Math.min(first + MAX_GROUP_TASKS, tasks.length);
    const endMs = Math.min(startMs + MAX_GROUP_MS, roundEndMs);
    let now = startMs;
    do {
      const taskStartMs = now;
      (tasks[this.#firstWaiting++] as Task).run();
      now = this.#now();
      this.#runMs.add(now - taskStartMs);
    } while (this.#firstWaiting < end && now < endMs);
    const count = this.#firstWaiting - first;
    for (let i = first; i < first + count; i++) (tasks[i] as Task).flush();
    const flushedMs = this.#now();
    this.#flushMs.add((flushedMs - now) / count);
    return flushedMs;
  }
}

/** A mean of durations. Recent ones count most, and one that the machine delays counts little. */
class Mean {
  value: number;

  constructor(initial: number) {
    this.value = initial;
  }

  add(ms: number): void {
    this.value += (Math.min(ms, MAX_FACTOR * this.value) - this.value) / MEAN_COUNT;
  }
}

/** How long a round runs tasks, in milliseconds: some tens of short texts. */
const ROUND_MS = 1;
/** If other work makes a round long, tasks may run this many times as long as the other work, up to MAX_ROUND_MS. */
const OTHER_WORK_FACTOR = 4;
const MAX_ROUND_MS = 10;
/** A response waits for the other tasks of its group, so a group is small and short. */
const MAX_GROUP_TASKS = 16;
const MAX_GROUP_MS = 0.25;
/** The means before the first task, in milliseconds. */
const INITIAL_MEAN_RUN_MS = 0.08;
const INITIAL_MEAN_FLUSH_MS = 0.02;
/** The approximate number of values in a mean, and the largest value that one may count with, as a multiple of the mean. */
const MEAN_COUNT = 32;
const MAX_FACTOR = 8;
/** The number of finished tasks that the array keeps before it is compacted. */
const MAX_FINISHED_TASKS = 1024;
