/**
 * What an answer is worth: accepted, refused by a server that sheds load, or a class of errors. A score has to be a number, of
 * whatever stars the model knows, and the same for the same text each time.
 */

export type Verdict = 'accepted' | 'refused' | { readonly error: string };

const MALFORMED: Verdict = { error: 'malformed answer' };
const WRONG: Verdict = { error: 'wrong answer' };

export class Judge {
  readonly #isChecked: boolean;
  /** Text by text, where its first occurrence is. */
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
    if (this.#bodies[text] === body) return 'accepted'; // nearly always: parsing each would take longer
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
    return Number.isFinite(score) ? (score as number) : undefined; // 1e999 is JSON, too, and infinite
  } catch {
    return undefined; // no JSON, or null
  }
}
