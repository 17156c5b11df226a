/**
 * Whose turn it is on the event loop. Node's loop takes one new connection each time it goes round, so that a round in which all
 * that is there gets its answer keeps newcomers waiting: of a thousand that come at once, the last would wait for a thousand rounds.
 * A round is kept short instead: what is asked beyond it waits, first come first served, and goes on in the next.
 */
export class EventLoopQueue {
  readonly #now: () => number;
  readonly #waiting: (() => void)[] = [];
  /** Of `#waiting`: those before it are done with. */
  #first = 0;
  /** When the loop was last seen to begin with work of ours, and to end one. */
  #beganMs = Number.NEGATIVE_INFINITY;
  #endedMs = Number.NEGATIVE_INFINITY;
  /** How long one takes: a mean in which the last ones count most, and one that the machine held up counts little. */
  #meanMs = SHORT_MS;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** How many wait. */
  get length(): number {
    return this.#waiting.length - this.#first;
  }

  /** How long what waits will take, in milliseconds, by how long the last ones took. */
  get expectedMs(): number {
    return this.length * this.#meanMs;
  }

  /** Does it now, if nothing waits and the round is young; or else in a later round. It must not throw. */
  take(work: () => void): void {
    const now = this.#now();
    // Rounds are not told apart by asking the loop, which costs a short request: a busy one has no pauses.
    if (now - this.#endedMs > PAUSE_MS) this.#beganMs = now;
    if (this.length === 0 && now - this.#beganMs < ROUND_MS) {
      this.#do(work, now);
      return;
    }
    this.#waiting.push(work);
    if (this.length === 1) setImmediate(() => this.#goOn());
  }

  /** When it has ended. */
  #do(work: () => void, beganMs: number): number {
    work();
    this.#endedMs = this.#now();
    this.#meanMs += (Math.min(this.#endedMs - beganMs, MAX_MEAN_FACTOR * this.#meanMs) - this.#meanMs) / MEAN_OF;
    return this.#endedMs;
  }

  #goOn(): void {
    this.#beganMs = this.#now();
    // Turning others away takes time as well. Whoever was let in is not kept waiting for that.
    const elsewhereMs = this.#beganMs - this.#endedMs;
    const roundMs = Math.max(ROUND_MS, Math.min(MAX_ROUND_MS, SHARE * elsewhereMs));
    let now = this.#beganMs;
    while (this.length > 0 && now - this.#beganMs < roundMs)
      now = this.#do(this.#waiting[this.#first++] as () => void, now);
    if (this.#first > MAX_DONE || this.length === 0) {
      this.#waiting.splice(0, this.#first);
      this.#first = 0;
    }
    if (this.length > 0) setImmediate(() => this.#goOn());
  }
}

/** What is done in one round, in milliseconds: some ten short texts. */
const ROUND_MS = 1;
/** Where a round is long by what else is in it, so many times as long as that, and at most so many milliseconds. */
const SHARE = 4;
const MAX_ROUND_MS = 10;
/** What is assumed before anything was done; how many make the mean; and how much of it one counts at most. */
const SHORT_MS = 0.1;
const MEAN_OF = 32;
const MAX_MEAN_FACTOR = 8;
/** Without work for so long, the loop has gone round. */
const PAUSE_MS = 0.2;
/** So many that are done with are kept before the others move up. */
const MAX_DONE = 1024;
