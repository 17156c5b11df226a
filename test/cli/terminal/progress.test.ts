import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { createProgress } from '../../../cli/terminal/progress.ts';

/** A stream that keeps its writes. */
function stream(isTTY: boolean) {
  const written: string[] = [];
  const writable = new Writable({
    write: (chunk, _, done) => {
      written.push(String(chunk));
      done();
    },
  });
  return { stream: Object.assign(writable, { isTTY, columns: 80 }), written };
}

const round = (number: number, rounds: number) => ({
  round: number,
  rounds,
  trees: number,
  metrics: { rmse: { training: 0.5, validation: 0.75 }, l1: { training: 0.25 } },
});

describe('progress', () => {
  test('outside of a terminal: a line for each stage, for every 100th round, and for the last round', async () => {
    const { stream: out, written } = stream(false);
    const { onStage, onProgress, onRound, pause } = await createProgress(false, out);
    onStage('boosting');
    onProgress(1, 2);
    for (let number = 1; number <= 250; number++) onRound(round(number, 250));
    pause();
    assert.equal(
      written.join(''),
      [
        'hoshi: boosting',
        ...[100, 200, 250].map((n) => `hoshi: round ${n} of 250: rmse 0.5000 / 0.7500, l1 0.2500`),
        '',
      ].join('\n'),
    );
  });

  test('in a terminal: a bar with the remaining time, removed when the next stage begins', async () => {
    const { stream: out, written } = stream(true);
    const { onStage, onProgress, onRound, pause } = await createProgress(false, out);
    onStage('tokenizing');
    onProgress(0, 4);
    onProgress(4, 4);
    onStage('boosting');
    onRound(round(1, 2));
    pause();
    const all = written.join('');
    assert.match(all, /hoshi: tokenizing\n.*hoshi: [^\n]* 0 %, .* left/s);
    assert.match(all, /hoshi: boosting\n[^\n]*hoshi: [^\n]* 50 %, .* left rmse 0\.5000 \/ 0\.7500, l1 0\.2500/);
    assert.ok(all.lastIndexOf('\x1b[') > all.lastIndexOf('left'), 'the bar is removed');
  });

  test('--quiet: no output', async () => {
    const { stream: out, written } = stream(true);
    const { onStage, onProgress, onRound, pause } = await createProgress(true, out);
    onStage('boosting');
    onProgress(1, 2);
    onRound(round(1, 1));
    pause();
    assert.deepEqual(written, []);
  });
});
