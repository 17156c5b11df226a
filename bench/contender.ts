/**
 * A contender is one implementation in a separate process. It first sends its answers, which are compared; then it
 * is timed on request. This file has the messages between the two sides, and the benchmark's side. clock.ts has the
 * contender's side.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const stages = ['tokenize', 'row', 'predict', 'score'] as const;
export type Stage = (typeof stages)[number];

/** The first message of a contender. */
export interface Answers {
  /** For each text, the UTF-16 offset after each token. */
  readonly ends: readonly (readonly number[])[];
  /** For each later stage of the contender, a hash of its results on all texts, to the last bit. */
  readonly hashes: Readonly<Partial<Record<Exclude<Stage, 'tokenize'>, string>>>;
}

/** A request to time a stage, sent any number of times. The contender replies with samples. */
export interface Order {
  readonly stage: Stage;
  readonly milliseconds: number;
}

/** Microseconds for one review; one sample for each pass through all texts. */
export type Samples = readonly number[];

export interface Contender {
  readonly name: string;
  readonly stages: readonly Stage[];
  readonly answers: Answers;
  time(order: Order): Promise<Samples>;
  stop(): Promise<void>;
}

/** Forks a file of bench/ and waits for its answers. */
export async function forkContender(
  name: string,
  stages: readonly Stage[],
  file: string,
  args: readonly string[],
): Promise<Contender> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args);
  return {
    name,
    stages,
    answers: await nextMessage<Answers>(child, name),
    time: async (order) => {
      child.send(order);
      return nextMessage<Samples>(child, name);
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/** The next message of a child. Rejects if the child ends before it sends one. */
export async function nextMessage<Message>(child: ChildProcess, name: string): Promise<Message> {
  const waiting = new AbortController();
  const signal = waiting.signal;
  const message = once(child, 'message', { signal }).then(([received]) => received as Message);
  const end = once(child, 'exit', { signal }).then(([code]): Message => {
    throw new Error(`Expected a message from ${name}, the process exited with code ${code}`);
  });
  try {
    return await Promise.race([message, end]);
  } finally {
    waiting.abort();
    for (const other of [message, end]) other.catch(() => {});
  }
}
