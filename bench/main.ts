/** `npm run bench -- [BENCHMARK] [OPTIONS]`: each benchmark is one file. `stages` runs by default. */
import { Command } from 'commander';
import { accuracyCommand } from './accuracy.ts';
import { bulkCommand } from './bulk.ts';
import { gateCommand } from './gate.ts';
import { httpCommand } from './http.ts';
import { lengthCommand } from './length.ts';
import { overloadCommand } from './overload.ts';
import { peersCommand } from './peers.ts';
import { stagesCommand } from './stages.ts';
import { startCommand } from './start.ts';
import { stressCommand } from './stress.ts';
import { trainingCommand } from './training.ts';
import { trainingMemoryCommand } from './training-memory.ts';

const program = new Command('bench')
  .description('compare hoshi with other programs; bench/README.md has the results')
  .addCommand(stagesCommand(), { isDefault: true })
  .addCommand(httpCommand())
  .addCommand(startCommand())
  .addCommand(lengthCommand())
  .addCommand(bulkCommand())
  .addCommand(peersCommand())
  .addCommand(accuracyCommand())
  .addCommand(trainingCommand())
  .addCommand(stressCommand())
  .addCommand(overloadCommand())
  .addCommand(trainingMemoryCommand())
  .addCommand(gateCommand());
try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
