/** Virtual environments with old and new versions of scikit-learn and LightGBM, in build/imports. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../native/package-root.ts';

export const buildFolder = join(packageRoot, 'build', 'imports');
export const sourceFolder = join(packageRoot, 'test', 'long', 'imports');

interface Specification {
  /** Such as `3.11`. */
  readonly python: string;
  readonly packages: readonly string[];
}

export interface Environment {
  /** Such as `scikit-learn 1.9.1, LightGBM 4.7.0, Python 3.13`. */
  readonly name: string;
  readonly number: number;
  /** Its folder for the models. */
  readonly folder: string;
  /** Runs one of the scripts beside this file. Returns its standard output. */
  run(script: string, args: readonly string[]): string;
}

/** The environments of environments.json, made when they are missing. Those whose Python is missing are logged and left out. */
export function makeEnvironments(log: (message: string) => void): Environment[] {
  const specifications = JSON.parse(readFileSync(join(sourceFolder, 'environments.json'), 'utf8')) as Specification[];
  return specifications.flatMap((specification, number) => {
    const interpreter = findPython(specification.python);
    if (interpreter === undefined) {
      log(`Python ${specification.python} is missing: left out ${specification.packages.join(' ')}`);
      return [];
    }
    return [makeEnvironment(specification, number, interpreter, log)];
  });
}

/** On PATH, or among the versions of pyenv. */
function findPython(version: string): string | undefined {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const ofPyenv = existsSync(versions) ? readdirSync(versions).filter((name) => name.startsWith(`${version}.`)) : [];
  const candidates = [...ofPyenv.map((name) => join(versions, name, 'bin', 'python')), `python${version}`];
  return candidates.find((python) => spawnSync(python, ['--version']).status === 0);
}

function makeEnvironment(
  { python, packages }: Specification,
  number: number,
  interpreter: string,
  log: (message: string) => void,
): Environment {
  const versionOf = (name: string) => packages.find((one) => one.startsWith(`${name}==`))?.split('==')[1];
  const name = `scikit-learn ${versionOf('scikit-learn')}, LightGBM ${versionOf('lightgbm')}, Python ${python}`;
  const venv = join(buildFolder, `venv-${number}`);
  const stamp = join(venv, 'packages.txt');
  const wanted = [python, ...packages].join('\n');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    log(`installing ${name}`);
    rmSync(venv, { recursive: true, force: true });
    execFileSync(interpreter, ['-m', 'venv', venv]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
    execFileSync(join(venv, 'bin', 'python'), [...pip, ...packages]);
    writeFileSync(stamp, wanted);
  }
  return {
    name,
    number,
    folder: join(buildFolder, `models-${number}`),
    run: (script, args) =>
      execFileSync(join(venv, 'bin', 'python'), ['-B', join(sourceFolder, script), ...args], {
        encoding: 'utf8',
        maxBuffer: 1 << 30,
        stdio: ['ignore', 'pipe', 'ignore'], // LightGBM writes its warnings to standard error
      }),
  };
}
