/** What `bin/hoshi` runs: the commands of model/, and `serve` of function/. */
import { Command } from 'commander';
import { createProgram } from '../model/cli.ts';
import { run } from '../model/run.ts';
import { endWithReader } from './reader.ts';

const serve = new Command('serve')
  .description('serve the scores over HTTP; HOSHI_* variables set it up')
  .option('--port <port>', 'the port to listen on; PORT, or 8080, by default')
  .option('--bundle <folder>', 'the model to score with')
  .option('--engine <engine>', 'what computes the score')
  .action(async ({ port, bundle, engine }: { port?: string; bundle?: string; engine?: string }) => {
    const { serve: start } = await import('../function/server.ts');
    const code = await start({
      ...process.env,
      ...(port === undefined ? {} : { PORT: port }),
      ...(bundle === undefined ? {} : { HOSHI_BUNDLE: bundle }),
      ...(engine === undefined ? {} : { HOSHI_ENGINE: engine }),
    });
    process.exit(code);
  });

endWithReader();
process.exitCode = await run(createProgram().addCommand(serve), process.argv.slice(2));
