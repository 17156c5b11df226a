/** `hoshi serve`: the HTTP server. Its options replace environment variables. */
import { Command } from 'commander';

interface Flags {
  readonly port?: string;
  readonly bundle?: string;
  readonly engine?: string;
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('serve scores over HTTP; environment variables HOSHI_* configure the server')
    .option('--port <port>', 'listen on this port (default: PORT, or 8080)')
    .option('--bundle <folder>', 'score with the model in this folder (default: HOSHI_BUNDLE, or the shipped model)')
    .option('--engine <engine>', 'compute scores with this engine (default: HOSHI_ENGINE)')
    .action(async ({ port, bundle, engine }: Flags) => {
      const { serve } = await import('../../function/server.ts');
      const code = await serve({
        ...process.env,
        ...(port === undefined ? {} : { PORT: port }),
        ...(bundle === undefined ? {} : { HOSHI_BUNDLE: bundle }),
        ...(engine === undefined ? {} : { HOSHI_ENGINE: engine }),
      });
      process.exit(code);
    });
}
