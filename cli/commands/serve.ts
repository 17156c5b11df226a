/** `hoshi serve`: the HTTP server; options stand in for its environment variables. */
import { Command } from 'commander';

interface Flags {
  readonly port?: string;
  readonly bundle?: string;
  readonly engine?: string;
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('serve the scores over HTTP; HOSHI_* variables set it up')
    .option('--port <port>', 'the port to listen on; PORT, or 8080, by default')
    .option('--bundle <folder>', 'the model to score with')
    .option('--engine <engine>', 'what computes the score')
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
