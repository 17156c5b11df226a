/** The output of `hoshi --version`, which belongs into a bug report: the version, the shipped model, the commit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { commitOf } from '../native/commit.ts';
import { packageRoot } from '../native/package-root.ts';
import { shippedBundle } from './options.ts';

/** Adds `-V, --version`. The commit is looked up only if `args` ask for it. */
export function addVersion(command: Command, args: readonly string[]): Command {
  const isAsked = args.includes('--version') || args.includes('-V');
  return command.version(
    isAsked ? versionText() : '',
    '-V, --version',
    'print the version, the shipped model and the commit',
  );
}

function versionText(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  return [
    `hoshi ${version}`,
    `model ${shippedModel() ?? 'unknown'}`,
    `commit ${commitOf(packageRoot) ?? 'unknown'}`,
  ].join('\n');
}

/** `NAME VERSION`. Undefined if the model is missing or damaged: `hoshi inspect` says more. */
function shippedModel(): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(join(shippedBundle, 'manifest.json'), 'utf8'));
    return `${name} ${version}`;
  } catch {
    return undefined;
  }
}
