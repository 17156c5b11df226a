/** The commit that the sources or an installed package were made from. */
import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** In an image and in a package, which have no git. It holds one line, as `commitOf` returns it. */
export const COMMIT_FILE = 'commit.txt';

/**
 * The commit of a folder, as 40 hexadecimal digits, with `-dirty` after them if files have changed since. In a checkout
 * git tells it, elsewhere COMMIT_FILE. Undefined if neither does. A folder within another checkout, such as an installed
 * package, is not a checkout.
 */
export function commitOf(folder: string): string | undefined {
  return commitByGit(folder) ?? commitInFile(folder);
}

function commitByGit(folder: string): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    if (realpathSync(git('rev-parse', '--show-toplevel')) !== realpathSync(folder)) return undefined;
    return `${git('rev-parse', 'HEAD')}${git('status', '--porcelain') === '' ? '' : '-dirty'}`;
  } catch {
    return undefined; // no git, no checkout, or no commit yet
  }
}

function commitInFile(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, COMMIT_FILE), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
