/** Entry point of the lean server: `node dist/function/main.js`. */
import { serve } from './server.ts';

serve(process.env).then((code) => process.exit(code));
