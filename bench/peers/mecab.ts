/** MeCab (peers/mecab.cc) as a contender. It is compiled when it is needed, and skipped if it is not installed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { compiled } from '../compile.ts';
import type { Contender } from '../contender.ts';

const DICTIONARY = '/var/lib/mecab/dic/ipadic-utf8'; // from Debian's package mecab-ipadic-utf8

export const mecabMissing = 'mecab is skipped: it needs g++ and `apt-get install mecab libmecab-dev mecab-ipadic-utf8`';

/** Undefined if MeCab, its dictionary or a compiler is missing. */
export async function mecabContender(texts: readonly string[]): Promise<Contender | undefined> {
  const program = existsSync(DICTIONARY) ? compiled('mecab', 'peers/mecab.cc', '-lmecab') : undefined;
  if (program === undefined) return undefined;
  const child = spawn(program, [DICTIONARY], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done) throw new Error(`Expected a line from ${program}, it exited with code ${child.exitCode}`);
    return line.value;
  };
  child.stdin.write([texts.length, ...texts, ''].join('\n'));
  const surfaces: string[][] = [];
  for (const _ of texts) surfaces.push((await next()).split('\t'));
  return {
    name: 'mecab',
    stages: ['tokenize'],
    answers: { ends: texts.map((text, i) => endsIn(text, surfaces[i] as string[])), hashes: {} },
    time: async ({ milliseconds }) => {
      child.stdin.write(`${milliseconds}\n`);
      return (await next()).split(' ').map(Number);
    },
    stop: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** The end of each token. MeCab drops the spaces between tokens; they become tokens here, as in kuromoji. */
function endsIn(text: string, surfaces: readonly string[]): number[] {
  const ends: number[] = [];
  let end = 0;
  for (const surface of surfaces) {
    const start = text.indexOf(surface, end);
    if (start > end) ends.push(start);
    end = start + surface.length;
    ends.push(end);
  }
  return ends;
}
