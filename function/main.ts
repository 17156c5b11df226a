/** Entry point of the lean server. */
import { serve } from './server.ts';

serve(process.env).then((code) => process.exit(code));
