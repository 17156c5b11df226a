/**
 * Sorts responses: accepted, refused by a server that sheds load, or an error of some class. If responses are checked,
 * each must hold a score. A score may be any finite number, because models have different ranges, but the same text
 * must always get the same score.
 */

export type Verdict = 'accepted' | 'refused' | { readonly error: string };

const MALFORMED: Verdict = { error: 'malformed answer' };
const WRONG: Verdict = { error: 'wrong answer' };

export class ResponseChecker {
  readonly #isChecked: boolean;
  /** For each text the index of its first occurrence. */
  readonly #first: readonly number[];
  readonly #bodies: string[] = [];
  readonly #scores: number[] = [];

  constructor(texts: readonly string[], isChecked: boolean) {
    this.#isChecked = isChecked;
    const seen = new Map<string, number>();
    this.#first = texts.map((text, i) => {
      const first = seen.get(text) ?? i;
      seen.set(text, first);
      return first;
    });
  }

  verdictOf(textIndex: number, status: number, body: string): Verdict {
    if (status === 503 || status === 429) return 'refused';
    if (status < 200 || status > 299) return { error: `status ${status}` };
    if (!this.#isChecked) return 'accepted';
    const text = this.#first[textIndex] as number;
    if (this.#bodies[text] === body) return 'accepted'; // the usual case: the body need not be parsed
    const score = scoreIn(body);
    if (score === undefined) return MALFORMED;
    this.#scores[text] ??= score;
    if (score !== this.#scores[text]) return WRONG;
    this.#bodies[text] ??= body;
    return 'accepted';
  }
}

function scoreIn(body: string): number | undefined {
  try {
    const { score } = JSON.parse(body) as { score?: unknown };
    return Number.isFinite(score) ? (score as number) : undefined; // JSON may hold 1e999, which is Infinity
  } catch {
    return undefined; // not JSON, or null
  }
}
