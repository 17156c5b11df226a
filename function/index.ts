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
finishOnSignal();

if (hasExtras(config)) (await import('./extras.ts')).addExtras(config, service);

http('score', (request, response) => handle(request, response, service));

/** functions-framework listens for signals later, and ends the process at once. Its listeners wait for spans and log. */
function finishOnSignal(): void {
  type Listener = (signal: NodeJS.Signals) => void;
  const waiting = new Set<Listener>();
  process.on('newListener', (name: string, listener: Listener) => {
    if ((name !== 'SIGTERM' && name !== 'SIGINT') || waiting.has(listener)) return;
    const wait: Listener = (signal) => {
      void Promise.resolve(service.tracing?.shutdown(config.drainTimeoutMs))
        .then(() => flushLog())
        .then(() => listener(signal));
    };
    waiting.add(wait);
    setImmediate(() => process.off(name, listener).on(name, wait)); // now the listener is not added yet
  });
}
