/** Entry point of the packed server, as CommonJS: `node server.cjs`. */
import { join } from 'node:path';
import { runCompiled } from './compiled-script.ts';

runCompiled(join(__dirname, 'bundle', 'server.cjs'));
