/** Entry point under functions-framework: `npx functions-framework --target=score`. */
import { http } from '@google-cloud/functions-framework';
import { hasExtras, parseConfig } from './config.ts';
import { flushLog, log } from './log.ts';
import { handle } from './request-lifecycle.ts';
import { ScoringService } from './service.ts';

const config = parseConfig(process.env);
const service = ScoringService.load(config);
service.scorer.catch((error: unknown) => {
  log('error', error instanceof Error ? error.message : String(error));
  void flushLog().then(() => process.exit(1));
});

if (hasExtras(config)) (await import('./extras.ts')).addExtras(config, service);

http('score', (request, response) => handle(request, response, service));
