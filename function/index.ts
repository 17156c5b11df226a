/** Entry point under functions-framework: `npx functions-framework --target=score`. */
import { http } from '@google-cloud/functions-framework';
import { parseConfig } from './config.ts';
import { flushLog, log } from './log.ts';
import { handle } from './request-lifecycle.ts';
import { ScoringService } from './service.ts';

const service = ScoringService.load(parseConfig(process.env));
service.scorer.catch((error: unknown) => {
  log('error', error instanceof Error ? error.message : String(error));
  void flushLog().then(() => process.exit(1));
});

http('score', (request, response) => handle(request, response, service));
