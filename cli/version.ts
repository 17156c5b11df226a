/** The output of `hoshi --version`, for bug reports: the version, the shipped model, the commit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { packageRoot, shippedBundle } from '../native/package-root.ts';

/** Adds `-V, --version`. The text is made only if `args` ask for it, and only then the files that it needs are loaded. */
export async function addVersion(command: Command, args: readonly string[]): Promise<Command> {
  const isAsked = args.includes('--version') || args.includes('-V');
  const text = isAsked ? await versionText() : '';
  return command.version(text, '-V, --version', 'print the version, the shipped model and the commit');
}

async function versionText(): Promise<string> {
  const { commitOf } = await import('../native/commit.ts');
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
