/** Entry point of the packed server, as CommonJS: `node server.cjs`. */
import { join } from 'node:path';
import { runCompiled } from './compiled-script.ts';

/** The `require` of this file, for a file in bundle/. `createRequire` would load node:module. */
const requireInBundle = (name: string): unknown => require(name.replace(/^\.\//, './bundle/'));

runCompiled(join(__dirname, 'bundle', 'server.cjs'), Object.assign(requireInBundle, require));
