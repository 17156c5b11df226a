/** `hoshi import`: a model made in Python → a bundle. */
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { engineReports } from '../../model/scoring/inspect.ts';
import { parseExportedVectorizer } from '../../model/training/exported-vectorizer.ts';
import { importModel } from '../../model/training/import.ts';
import { finiteNumber, log } from '../options.ts';

interface Flags {
  readonly vectorizer: string;
  readonly out: string;
  readonly name?: string;
  readonly range?: readonly [number, number];
  readonly json?: boolean;
}

export function importCommand(): Command {
  return new Command('import')
    .description("make a bundle of a model from Python: LightGBM's model.txt and an exported TfidfVectorizer")
    .argument('<model>', "LightGBM's text format, as Booster.save_model writes it")
    .requiredOption('--vectorizer <file>', 'JSON, as model/training/python/export_vectorizer.py writes it')
    .requiredOption('--out <folder>', 'where the bundle goes')
    .option('--name <name>', "the model's name; the folder's by default")
    .option('--range <lowest,highest>', 'hold scores within it; by default none is changed', rangeFrom)
    .option('--json', 'print the manifest as JSON')
    .action(importFiles);
}

async function importFiles(model: string, { vectorizer, out, name, range, json }: Flags): Promise<void> {
  const exported = parseExportedVectorizer(await readFile(vectorizer, 'utf8'), vectorizer);
  const manifest = await importModel(out, await readFile(model, 'utf8'), exported, {
    name: name ?? basename(resolve(out)),
    command: `hoshi import ${basename(model)} --vectorizer ${basename(vectorizer)}${range === undefined ? '' : ` --range ${range.join(',')}`}`,
    modelFile: model,
    ...(range === undefined ? {} : { scoreRange: range }),
    onNotice: log,
  });
  for (const { engine, refusal } of await engineReports(out)) {
    if (refusal !== undefined) log(`the engine ${engine} cannot serve it: ${refusal.message}`);
  }
  log(`${out} holds ${manifest.name} ${manifest.version}`);
  if (json) process.stdout.write(`${JSON.stringify(manifest)}\n`);
}

function rangeFrom(text: string): readonly [number, number] {
  const numbers = text.split(',').map(finiteNumber);
  const [lowest, highest] = numbers as [number, number];
  if (numbers.length === 2 && numbers.every(Number.isFinite) && lowest < highest) return [lowest, highest];
  throw new InvalidArgumentError('Expected two numbers, the lowest first, as in 1,5.');
}
