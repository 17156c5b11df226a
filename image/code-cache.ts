/**
 * `node code-cache.js FILE`: pack.ts forks it. It serves until a message comes, then writes V8's compiled code next to
 * FILE.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cacheOf, runCompiled } from './compiled-script.ts';

const [, , file = ''] = process.argv;
const script = runCompiled(file, createRequire(file));
process.once('message', () => {
  writeFileSync(cacheOf(file), script.createCachedData());
  process.exit();
});
process.once('disconnect', () => process.exit(1)); // the parent has ended
