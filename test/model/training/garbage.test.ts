import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

/** The resident memory, in MiB, that a new process keeps after it has used and freed arrays of 24 MiB. */
async function keptMemory(before: string): Promise<number> {
  const garbage = new URL('../../../model/training/garbage.js', import.meta.url);
  const program = `
    import { freeGarbage } from ${JSON.stringify(garbage)};
    ${before}
    const use = () => { new Uint8Array(24 << 20).fill(1); };
    const freeAll = async () => {
      gc();
      // V8 frees arrays on another thread.
      const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
      do await turn(); while (process.memoryUsage().arrayBuffers > 24 << 20);
    };
    await freeAll();
    const first = process.memoryUsage.rss();
    for (let i = 0; i < 5; i++) { use(); await freeAll(); }
    console.log((process.memoryUsage.rss() - first) / 2 ** 20);`;
  const args = ['--expose-gc', '--input-type=module', '--eval', program];
  return Number((await promisify(execFile)(process.execPath, args)).stdout);
}

test('freeGarbage: from then on, freed blocks go back to the system, which glibc keeps by default', async (t) => {
  const report = process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } };
  if (report.header.glibcVersionRuntime === undefined) return t.skip('this is not glibc');
  const [kept, keptByDefault] = [await keptMemory('freeGarbage(100_000);'), await keptMemory('freeGarbage(99_999);')];
  assert.ok(kept < 12, `expected less than 12 MiB, found ${kept}`);
  assert.ok(keptByDefault > 20, `expected over 20 MiB, found ${keptByDefault}`);
});
