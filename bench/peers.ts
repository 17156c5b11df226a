/**
 * `bench peers`: hoshi compared with the same service in Python (peers/python) with the same model. It measures start,
 * memory, and the cost of a request.
 */
import { Command } from 'commander';
import { numberFrom } from '../cli/options.ts';
import { measureHttp } from './http.ts';
import { addCommonOptions, type CommonFlags, firstBundleOf, log } from './options.ts';
import { preparePython, pythonServer } from './peers/python.ts';
import { machine, writeJson } from './report.ts';
import { echoServer, hoshiServer } from './servers.ts';
import { measureStart } from './start.ts';

/** Requests per second of the open loop; Python can serve this many, too. */
const RATE = 200;

interface Flags extends CommonFlags {
  readonly runs: number;
}

export function peersCommand(): Command {
  const command = new Command('peers').description('compare hoshi with MeCab + scikit-learn + LightGBM behind FastAPI');
  return addCommonOptions(command, 10_000, ['large'])
    .option('--runs <count>', 'number of processes of each kind', numberFrom(1, 10_000), 5)
    .action(async ({ json, time, bundle, runs }: Flags) => {
      const model = await firstBundleOf(bundle);
      preparePython(log);
      const servers = [
        echoServer(process.execPath),
        hoshiServer(process.execPath, model.path),
        pythonServer(model.path),
      ];
      console.log(`${machine()}\n${model.name}\n`);
      const http = await measureHttp(servers, model.path, time, RATE);
      await writeJson(json, { http, start: await measureStart(servers, runs) });
    });
}
