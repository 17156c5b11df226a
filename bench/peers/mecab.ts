/** MeCab (peers/mecab.cc) as a contender. It is compiled when it is needed, and skipped if it is not installed. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../native/package-root.ts';
import type { Contender } from '../contender.ts';

const DICTIONARY = '/var/lib/mecab/dic/ipadic-utf8'; // from Debian's package mecab-ipadic-utf8
const source = join(packageRoot, 'bench', 'peers', 'mecab.cc');
const program = join(packageRoot, 'build', 'bench', 'mecab');

export const mecabMissing = 'mecab is skipped: it needs g++ and `apt-get install mecab libmecab-dev mecab-ipadic-utf8`';

/** Undefined if MeCab, its dictionary or a compiler is missing. */
export async function mecabContender(texts: readonly string[]): Promise<Contender | undefined> {
  if (!compileProgram()) return undefined;
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

/** False if the dictionary, MeCab's headers or a compiler is missing. */
function compileProgram(): boolean {
  if (!existsSync(DICTIONARY)) return false;
  if (existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs) return true;
  mkdirSync(join(packageRoot, 'build', 'bench'), { recursive: true });
  try {
    execFileSync('g++', ['-std=c++17', '-O2', source, '-o', program, '-lmecab'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
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
