/** The completion scripts in a real bash and a real zsh, as a person presses the Tab key. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Command } from 'commander';
import { completionScript } from '../../cli/completion.ts';
import { createProgram } from '../../cli/program.ts';
import { hoshi } from '../fixtures/hoshi.ts';

let folder = '';
let program: Command;
before(async () => {
  program = await createProgram([]);
  folder = mkdtempSync(join(tmpdir(), 'hoshi-completion-'));
  for (const name of ['reviews.tsv', 'my file.csv', "it's.csv"]) writeFileSync(join(folder, name), '');
  for (const name of ['my-stars', '.completion']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, '.completion', 'bash'), completionScript('bash', program));
  writeFileSync(join(folder, '.completion', '_hoshi'), completionScript('zsh', program));
});
after(() => rmSync(folder, { recursive: true }));

const names = () => [...program.commands.map((command) => command.name()), 'help'].sort();
const optionsOf = (name: string) => {
  const command = program.commands.find((each) => each.name() === name) as Command;
  return [...command.options.map(({ long }) => long), '--help'].sort();
};

describe('in bash', () => {
  /** The words that bash offers. `words` are split as readline splits them, with the word at the cursor last. */
  function offered(...words: string[]): string[] {
    const script = `source .completion/bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hoshi; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const output = execFileSync('bash', ['--norc', '-c', script, 'bash', ...words], { cwd: folder, encoding: 'utf8' });
    return output.split('\n').filter(Boolean).sort();
  }

  const cases: [what: string, words: string[], expected: () => string[]][] = [
    ['all commands', [''], names],
    ['commands by their beginning', ['com'], () => ['compare', 'compile', 'compile-dictionary', 'completion']],
    ['commands after help', ['help', 'in'], () => ['inspect']],
    ['options of hoshi', ['--v'], () => ['--version']],
    ['all options of a command', ['train', '-'], () => optionsOf('train') as string[]],
    ['choices', ['score', '--engine', 'native'], () => ['native', 'native-lightgbm']],
    ['choices after =', ['score', '--engine', '=', 'n'], () => ['native', 'native-lightgbm']],
    ['choices right after =', ['train', '--normalizer', '='], () => ['off', 'on']],
    ['choices of an argument', ['completion', ''], () => ['bash', 'zsh']],
    [
      'files, also with spaces and quotes',
      ['eval', ''],
      () => ['.completion', "it's.csv", 'my file.csv', 'my-stars', 'reviews.tsv'],
    ],
    ['files after the first of many', ['score', 'reviews.tsv', 'm'], () => ['my file.csv', 'my-stars']],
    ['files as the value of an option', ['eval', 'reviews.tsv', '--report', 'my f'], () => ['my file.csv']],
    ['folders only, as the value of an option', ['train', 'reviews.tsv', '--out', 'm'], () => ['my-stars']],
    ['the second argument', ['compare', 'my-stars', 'm'], () => ['my-stars']],
    ['the third argument, after an option', ['compare', '--top', '3', 'a', 'b', 'r'], () => ['reviews.tsv']],
    ['nothing after the last argument', ['eval', 'reviews.tsv', ''], () => []],
    ['nothing for a number', ['train', 'reviews.tsv', '--seed', ''], () => []],
    ['nothing for a URL', ['load', ''], () => []],
    ['nothing after an unknown command', ['fly', ''], () => []],
  ];
  for (const [what, words, expected] of cases)
    test(`${what}: hoshi ${words.join(' ')}`, () => assert.deepEqual(offered('hoshi', ...words), expected()));

  test('the Tab key completes and quotes a path in a terminal', () => {
    assert.match(
      typed('bash --norc -i', "PS1='> '; source .completion/bash\n", 'hoshi eval my\\ f\t'),
      /hoshi eval my\\ file\.csv /,
    );
  });
});

describe('in zsh', {
  skip: spawnSync('zsh', ['--version']).status === 0 ? false : 'zsh is missing: apt-get install zsh',
}, () => {
  const start =
    "PS1='> '; autoload -U compinit; compinit -u -D; unsetopt zle_bracketed_paste; source .completion/_hoshi\n";
  const cases: [typed: string, shown: RegExp][] = [
    ['hoshi insp\t', /hoshi inspect /],
    ['hoshi train --out my\t', /hoshi train --out my-stars/],
    ['hoshi eval --rep\t', /hoshi eval --report=/],
    ['hoshi score --engine li\t', /hoshi score --engine lightgbm/],
    ['hoshi score --engine=li\t', /hoshi score --engine=lightgbm/],
    ['hoshi completion z\t', /hoshi completion zsh/],
    ['hoshi eval rev\t', /hoshi eval reviews\.tsv/],
    ['hoshi score --js\t', /hoshi score --json/],
  ];
  for (const [keys, shown] of cases) test(keys.trim(), () => assert.match(typed('zsh -f -i', start, keys), shown));

  test('the descriptions are shown, also those with brackets and quotes', () => {
    const shown = typed('zsh -f -i', start, 'hoshi train -\t\t');
    assert.match(shown, /--seed/);
    assert.doesNotMatch(shown, /_arguments|parse error|invalid/);
  });
});

test('each name of a value has completions, or is known to have none', () => {
  const known = new Set(
    'alpha address by count data engine file files folder bundle format header i/n k kind lowest,highest method model ms n name name=value names new old path port preset reviews s shard share shell state text texts url weights command'.split(
      ' ',
    ),
  );
  for (const command of program.commands) {
    const values = command.options.flatMap(({ flags }) => /[<[]([^>\]]+?)(?:\.{3})?[>\]]/.exec(flags)?.[1] ?? []);
    for (const name of [...values, ...command.registeredArguments.map((argument) => argument.name())])
      assert.ok(
        known.has(name),
        `${command.name()}: ${name} is new: add it to the values of cli/completion.ts or here`,
      );
  }
});

test('hoshi completion prints the script; another shell is wrong usage', async () => {
  for (const shell of ['bash', 'zsh'] as const)
    assert.deepEqual(await hoshi(['completion', shell]), {
      stdout: completionScript(shell, program),
      stderr: '',
      code: 0,
      signal: null,
    });
  const { stderr, code } = await hoshi(['completion', 'fish']);
  assert.match(stderr, /Allowed choices are bash, zsh/);
  assert.equal(code, 2);
});

/** What a terminal shows after these keys. The shell is interactive, and its line editor reads the keys. */
function typed(shell: string, start: string, keys: string): string {
  const code = `
import os, pty, select, sys, time
shell, start, keys = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(TERM='dumb', HISTFILE='/dev/null', COLUMNS='200')
    os.execvp(shell.split()[0], shell.split())
shown = b''
def read_until(quiet):
    global shown
    while select.select([terminal], [], [], quiet)[0]:
        shown += os.read(terminal, 65536)
os.write(terminal, start.encode())
while b'ready' not in shown.replace(b'echo re', b''):
    if not select.select([terminal], [], [], 0.2)[0]:
        os.write(terminal, b'echo re""ady\\n')
    else:
        shown += os.read(terminal, 65536)
read_until(0.3)
shown = b''
os.write(terminal, keys.encode())
read_until(1)
os.close(terminal)
sys.stdout.write(shown.decode(errors='replace'))
`;
  return execFileSync('python3', ['-c', code, shell, start, keys], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
}
