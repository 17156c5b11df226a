/** A contender as the one who times it sees it: a process that answers first, and is timed when it is told. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answers, Order, Samples, Stage } from './protocol.ts';

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
    answers: await messageOf<Answers>(child, name),
    time: async (order) => {
      child.send(order);
      return messageOf<Samples>(child, name);
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/** The next message of a child; rejects if it ends instead. */
export async function messageOf<Message>(child: ChildProcess, name: string): Promise<Message> {
  const waiting = new AbortController();
  const signal = waiting.signal;
  const message = once(child, 'message', { signal }).then(([received]) => received as Message);
  const end = once(child, 'exit', { signal }).then(([code]): Message => {
    throw new Error(`Expected ${name} to answer, it ended with code ${code}`);
  });
  try {
    return await Promise.race([message, end]);
  } finally {
    waiting.abort();
    for (const other of [message, end]) other.catch(() => {});
  }
}
