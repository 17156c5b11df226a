/** `node code-cache.js FILE`, forked by pack.ts: serves until it is told to, then leaves beside the file what V8 has compiled of it. */
import { writeFileSync } from 'node:fs';
import { cacheOf, runCompiled } from './compiled-script.ts';

const [, , file = ''] = process.argv;
const script = runCompiled(file);
process.once('message', () => {
  writeFileSync(cacheOf(file), script.createCachedData());
  process.exit();
});
process.once('disconnect', () => process.exit(1)); // nobody is left to tell it
