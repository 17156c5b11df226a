/** `hoshi serve`: the HTTP server. Its options replace environment variables. */
import { Command } from 'commander';

interface Flags {
  readonly port?: string;
  readonly host?: string;
  readonly bundle?: string;
  readonly engine?: string;
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('start the HTTP server; the environment variables HOSHI_* configure it')
    .option('--port <port>', 'port to listen on (default: PORT, or 8080)')
    .option('--host <address>', 'address to listen on (default: HOST, or all interfaces)')
    .option(
      '--bundle <folder>',
      "folder of the model's bundle (default: HOSHI_BUNDLE, or /mnt/models if it is a bundle, or the shipped model)",
    )
    .option('--engine <engine>', 'engine that computes the scores (default: HOSHI_ENGINE, or auto)')
    .action(async ({ port, host, bundle, engine }: Flags) => {
      const { serve } = await import('../../function/server.ts');
      const code = await serve({
        ...process.env,
        ...(port === undefined ? {} : { PORT: port }),
        ...(host === undefined ? {} : { HOST: host }),
        ...(bundle === undefined ? {} : { HOSHI_BUNDLE: bundle }),
        ...(engine === undefined ? {} : { HOSHI_ENGINE: engine }),
      });
      process.exit(code);
    });
}
