/** `hoshi import`: makes a bundle from a model that was trained in Python. */
import { basename, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { readText } from '../../model/io/regular-file.ts';
import { engineReports } from '../../model/scoring/inspect.ts';
import { parseExportedVectorizer } from '../../model/training/exported-vectorizer.ts';
import { importModel } from '../../model/training/import-model.ts';
import { finiteNumber, log } from '../options.ts';
import { withReservedBundle } from '../terminal/reserved-bundle.ts';

interface Flags {
  readonly vectorizer: string;
  readonly out: string;
  readonly name?: string;
  readonly range?: readonly [number, number];
  readonly json?: boolean;
}

export function importCommand(): Command {
  return new Command('import')
    .description("import a Python model: LightGBM's model.txt and an exported TfidfVectorizer")
    .argument('<model>', "file in LightGBM's text format, written by Booster.save_model")
    .requiredOption(
      '--vectorizer <file>',
      'JSON file of the vectorizer, written by model/training/python/export_vectorizer.py',
    )
    .requiredOption('--out <folder>', 'folder for the bundle')
    .option('--name <name>', 'name of the model (default: name of the folder)')
    .option('--range <lowest,highest>', 'range to clamp the scores to, such as 1,5 (default: no clamping)', rangeFrom)
    .option('--json', 'print the manifest as JSON')
    .action(importFiles);
}

async function importFiles(model: string, flags: Flags): Promise<void> {
  const { vectorizer, out, name, range, json } = flags;
  const manifest = await withReservedBundle(out, async (destination) => {
    const [modelText, vectorizerText] = [readText(model), readText(vectorizer)];
    const exported = parseExportedVectorizer(vectorizerText, vectorizer);
    return importModel(destination, modelText, exported, {
      name: name ?? basename(resolve(out)),
      command: `hoshi import ${basename(model)} --vectorizer ${basename(vectorizer)}${range === undefined ? '' : ` --range ${range.join(',')}`}`,
      modelFile: model,
      ...(range === undefined ? {} : { scoreRange: range }),
      onNotice: log,
    });
  });
  for (const { engine, refusal } of await engineReports(out)) {
    if (refusal !== undefined) log(`engine ${engine} cannot serve this model: ${refusal.message}`);
  }
  log(`${out} holds ${manifest.name} ${manifest.version}`);
  if (json) process.stdout.write(`${JSON.stringify(manifest)}\n`);
}

function rangeFrom(text: string): readonly [number, number] {
  const numbers = text.split(',').map(finiteNumber);
  const [lowest, highest] = numbers as [number, number];
  if (numbers.length === 2 && numbers.every(Number.isFinite) && lowest < highest) return [lowest, highest];
  throw new InvalidArgumentError('Expected two numbers, the lower one first, such as 1,5.');
}
