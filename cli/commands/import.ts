/** `hoshi import`: makes a bundle from a model that was trained in Python. */
import { basename } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { MAX_TEXT_BYTES, readRegularFile, readText } from '../../model/io/regular-file.ts';
import { parseExportedVectorizer } from '../../model/training/exported-vectorizer.ts';
import { importModel } from '../../model/training/import-model.ts';
import { decodeModelFile } from '../../model/training/model-file.ts';
import { addNameOption, finiteNumber, log, modelNameOf } from '../options.ts';
import { withReservedBundle } from '../terminal/reserved-bundle.ts';

interface Flags {
  readonly vectorizer: string;
  readonly out: string;
  readonly name?: string;
  readonly range?: readonly [number, number];
  readonly json?: boolean;
}

export function importCommand(): Command {
  const command = new Command('import')
    .description("import a Python model: LightGBM's model.txt and an exported TfidfVectorizer")
    .argument('<model>', "file in LightGBM's text format, written by Booster.save_model")
    .requiredOption(
      '--vectorizer <file>',
      'JSON file of the vectorizer, written by model/training/python/export_vectorizer.py',
    )
    .requiredOption('--out <folder>', 'folder for the bundle');
  return addNameOption(command)
    .option('--range <lowest,highest>', 'range to clamp the scores to, such as 1,5 (default: no clamping)', rangeFrom)
    .option('--json', 'print the manifest as JSON')
    .action(importFiles);
}

async function importFiles(model: string, flags: Flags): Promise<void> {
  const { vectorizer, out, range, json } = flags;
  const manifest = await withReservedBundle(out, async (destination) => {
    const name = modelNameOf(flags);
    const modelBytes = readRegularFile(model, { what: 'a file', maxBytes: MAX_TEXT_BYTES });
    const exported = parseExportedVectorizer(readText(vectorizer), vectorizer);
    return importModel(destination, decodeModelFile(modelBytes, model), exported, {
      name,
      command: `hoshi import ${basename(model)} --vectorizer ${basename(vectorizer)}${range === undefined ? '' : ` --range ${range.join(',')}`}`,
      modelFile: model,
      ...(range === undefined ? {} : { scoreRange: range }),
      onNotice: log,
    });
  });
  log(`${out} holds ${manifest.name} ${manifest.version}`);
  if (json) process.stdout.write(`${JSON.stringify(manifest)}\n`);
}

function rangeFrom(text: string): readonly [number, number] {
  const numbers = text.split(',').map(finiteNumber);
  const [lowest, highest] = numbers as [number, number];
  if (numbers.length === 2 && numbers.every(Number.isFinite) && lowest < highest) return [lowest, highest];
  throw new InvalidArgumentError('Expected two numbers, the lower one first, such as 1,5.');
}
