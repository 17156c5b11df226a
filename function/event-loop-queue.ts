/**
 * The queue for the event loop: first come, first served, in short rounds.
 *
 * Node's event loop accepts one new connection in each round. If a round answered every waiting request, new
 * connections would wait: the last of a thousand new clients would wait for a thousand long rounds. So a round runs
 * tasks for about a millisecond, and the other tasks wait for a later round.
 */
export class EventLoopQueue {
  readonly #now: () => number;
  readonly #tasks: (() => void)[] = [];
  /** The index in #tasks of the first task that waits. The tasks before it have run. */
  #firstWaiting = 0;
  /** When the current round started to run tasks, and when its last task ended. */
  #roundStartMs = Number.NEGATIVE_INFINITY;
  #lastEndMs = Number.NEGATIVE_INFINITY;
  /** The mean duration of a task. Recent tasks count most, and one task that the machine delays counts little. */
  #meanTaskMs = INITIAL_MEAN_TASK_MS;

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

  /** Runs a task now, if no task waits and the round is young; otherwise in a later round. The task must not throw. */
  run(task: () => void): void {
    const now = this.#now();
    // Asking the loop whether a new round has begun would cost more than a short request. A busy loop has no pauses,
    // so a pause means a new round.
    if (now - this.#lastEndMs > PAUSE_MS) this.#roundStartMs = now;
    if (this.length === 0 && now - this.#roundStartMs < ROUND_MS) {
      this.#runTask(task, now);
      return;
    }
    this.#tasks.push(task);
    if (this.length === 1) setImmediate(() => this.#runRound());
  }

  /** Returns the time when the task ended. */
  #runTask(task: () => void, startMs: number): number {
    task();
    this.#lastEndMs = this.#now();
    const taskMs = Math.min(this.#lastEndMs - startMs, MAX_TASK_FACTOR * this.#meanTaskMs);
    this.#meanTaskMs += (taskMs - this.#meanTaskMs) / MEAN_TASK_COUNT;
    return this.#lastEndMs;
  }

  #runRound(): void {
    this.#roundStartMs = this.#now();
    // Shedding other requests takes time, too. Waiting tasks get a share of that time, so that shedding does not delay
    // them.
    const otherWorkMs = this.#roundStartMs - this.#lastEndMs;
    const roundMs = Math.max(ROUND_MS, Math.min(MAX_ROUND_MS, OTHER_WORK_FACTOR * otherWorkMs));
    let now = this.#roundStartMs;
    while (this.length > 0 && now - this.#roundStartMs < roundMs)
      now = this.#runTask(this.#tasks[this.#firstWaiting++] as () => void, now);
    if (this.#firstWaiting > MAX_FINISHED_TASKS || this.length === 0) {
      this.#tasks.splice(0, this.#firstWaiting);
      this.#firstWaiting = 0;
    }
    if (this.length > 0) setImmediate(() => this.#runRound());
  }
}

/** How long a round runs tasks, in milliseconds: about ten short texts. */
const ROUND_MS = 1;
/** If other work makes a round long, tasks may run this many times as long as the other work, up to MAX_ROUND_MS. */
const OTHER_WORK_FACTOR = 4;
const MAX_ROUND_MS = 10;
/**
 * The mean before the first task, in milliseconds; the approximate number of tasks in the mean; and the largest value
 * that one task counts with, as a multiple of the mean.
 */
const INITIAL_MEAN_TASK_MS = 0.1;
const MEAN_TASK_COUNT = 32;
const MAX_TASK_FACTOR = 8;
/** If no task ran for this long, in milliseconds, the loop has started a new round. */
const PAUSE_MS = 0.2;
/** The number of finished tasks that the array keeps before it is compacted. */
const MAX_FINISHED_TASKS = 1024;
