/** Entry point of the lean server. */
import { serve } from './server.ts';

process.exit(await serve(process.env));
