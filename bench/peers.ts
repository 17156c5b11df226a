/**
 * `bench peers`: hoshi beside the same service as one writes it in Python (peers/python), with the same model: start, memory, and what a
 * request costs.
 */
import { Command } from 'commander';
import { measureHttp } from './http.ts';
import { machine } from './machine.ts';
import { addCommonOptions, bundlesOf, type CommonFlags, log } from './options.ts';
import { preparePython, pythonServer } from './peers/python.ts';
import { writeJson } from './report.ts';
import { echoServer, hoshiServer } from './servers.ts';
import { measureStart } from './start.ts';

/** Requests a second that Python can bear, too. */
const RATE = 200;

interface Flags extends CommonFlags {
  readonly runs: string;
}

export function peersCommand(): Command {
  const command = new Command('peers').description('beside MeCab + scikit-learn + LightGBM behind FastAPI');
  return addCommonOptions(command, 10_000, ['large'])
    .option('--runs <count>', 'processes of each kind', '5')
    .action(async ({ json, time, bundle, runs }: Flags) => {
      const [model] = await bundlesOf(bundle.slice(0, 1));
      if (model === undefined) throw new Error('Expected a bundle, received none');
      preparePython(log);
      const servers = [
        echoServer(process.execPath),
        hoshiServer(process.execPath, model.path),
        pythonServer(model.path),
      ];
      console.log(`${machine()}\n${model.name}\n`);
      const http = await measureHttp(servers, model.path, time, RATE);
      await writeJson(json, { http, start: await measureStart(servers, Number(runs)) });
    });
}
