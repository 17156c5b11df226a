/**
 * Completion scripts for bash and zsh, made from commander's table of commands: their names, options, choices, and the
 * places where a path stands. A script is complete by itself: it needs neither hoshi nor a library when a key is pressed.
 */
import type { Argument, Command, Option } from 'commander';
import { engineNames } from '../model/scoring/scorer.ts';

export const shells = ['bash', 'zsh'] as const;
export type Shell = (typeof shells)[number];

type Values = 'none' | 'file' | 'folder' | readonly string[];

/**
 * The values that an argument or an option's argument has by its name. All other names have values that no shell can
 * know, such as numbers and texts.
 */
const VALUES: Readonly<Record<string, Values>> = {
  file: 'file',
  files: 'file',
  data: 'file',
  reviews: 'file',
  model: 'file',
  folder: 'folder',
  bundle: 'folder',
  old: 'folder',
  new: 'folder',
  engine: ['auto', ...engineNames],
};

interface Completed {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** The values of each positional argument. The last one repeats if `isVariadic`. */
  readonly arguments: readonly { readonly name: string; readonly values: Values }[];
  readonly isVariadic: boolean;
}

interface CompletedOption {
  /** `-h` and `--help`, as far as the option has them. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Undefined if it takes no value. */
  readonly value: { readonly name: string; readonly values: Values } | undefined;
}

/** The script for a shell. `program` has all commands. */
export function completionScript(shell: Shell, program: Command): string {
  const root = completedOf(program);
  const visible = program.createHelp().visibleCommands(program).map(completedOf);
  const names = visible.map(({ name }) => name);
  const commands = visible.map((command) =>
    command.name === 'help' ? { ...command, arguments: [{ name: 'command', values: names }] } : command,
  );
  return shell === 'bash' ? bashScript(root, commands) : zshScript(root, commands);
}

function completedOf(command: Command): Completed {
  const parameters = command.registeredArguments;
  return {
    name: command.name(),
    description: command.description(),
    options: command.createHelp().visibleOptions(command).map(completedOption),
    arguments: parameters.map((argument) => ({ name: argument.name(), values: valuesOf(argument, argument.name()) })),
    isVariadic: parameters.at(-1)?.variadic ?? false,
  };
}

function completedOption(option: Option): CompletedOption {
  const name = /<([^>]+?)(?:\.{3})?>/.exec(option.flags)?.[1];
  return {
    flags: [option.short, option.long].flatMap((flag) => flag ?? []),
    description: option.description,
    value: name === undefined ? undefined : { name, values: valuesOf(option, name) },
  };
}

function valuesOf({ argChoices }: Argument | Option, name: string): Values {
  return argChoices ?? VALUES[name] ?? 'none';
}

/** Needs bash 4. bash splits words at `=`, so `--engine=native` has three words there. */
function bashScript(root: Completed, commands: readonly Completed[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const values = commands.flatMap(({ name, options }) =>
    options.flatMap(({ flags, value }) =>
      value === undefined
        ? []
        : [`    ${flags.map((flag) => `'${name} ${flag}'`).join('|')}) values=${bashValues(value.values)} ;;`],
    ),
  );
  const places = commands.flatMap((command) =>
    command.arguments.map(
      ({ values }, i) => `    '${command.name} '${isRepeated(command, i) ? '*' : i}) values=${bashValues(values)} ;;`,
    ),
  );
  const options = [{ ...root, name: '' }, ...commands].map(
    (command) => `    '${command.name}') values='${longFlagsOf(command)}' ;;`,
  );
  return `# Completion of hoshi for bash 4 and newer, made by \`hoshi completion bash\`.

# _hoshi_values COMMAND OPTION sets \`values\`: @file, @folder, @none or the choices. Empty if the option has no value.
_hoshi_values() {
  values=
  case "$1 $2" in
${values.join('\n')}
  esac
}

# _hoshi_argument COMMAND PLACE sets \`values\` to those of a positional argument.
_hoshi_argument() {
  values=@none
  case "$1 $2" in
${places.join('\n')}
  esac
}

# _hoshi_options COMMAND sets \`values\` to its options, or to those of hoshi itself.
_hoshi_options() {
  values=
  case $1 in
${options.join('\n')}
  esac
}

_hoshi() {
  local word command= expected= values= place=0 i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == = ]]; then continue
    elif [[ -n $expected ]]; then expected=
    elif [[ $word == -* ]]; then _hoshi_values "$command" "$word"; expected=$values
    elif [[ -z $command ]]; then command=$word
    else ((place++)); fi
  done
  word=\${COMP_WORDS[COMP_CWORD]}
  [[ $word != = ]] || word=
  if [[ -n $expected ]]; then values=$expected
  elif [[ $word == -* ]]; then _hoshi_options "$command"
  elif [[ -z $command ]]; then values='${names}'
  else _hoshi_argument "$command" "$place"; fi
  COMPREPLY=()
  case $values in
    @none) ;;
    @file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    @folder) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word") ;;
  esac
}
complete -F _hoshi hoshi
`;
}

function bashValues(values: Values): string {
  return typeof values === 'string' ? `@${values}` : quoted(values.join(' '));
}

function longFlagsOf({ options }: Completed): string {
  return options.flatMap(({ flags }) => flags.filter((flag) => flag.startsWith('--'))).join(' ');
}

/** Whether the argument at this place takes all further words. */
function isRepeated(command: Completed, place: number): boolean {
  return command.isVariadic && place === command.arguments.length - 1;
}

// --------------------------------------------------------------------------------------------------------------- zsh

/** Works as a file `_hoshi` in a folder of `fpath`, and by `source <(hoshi completion zsh)` after `compinit`. */
function zshScript(root: Completed, commands: readonly Completed[]): string {
  const cases = commands.map(
    (command) => `    ${command.name})
      _arguments ${[...command.options.map(zshOption), ...command.arguments.map((argument, i) => zshArgument(argument, isRepeated(command, i)))].join(' \\\n        ')} ;;`,
  );
  return `#compdef hoshi
# Completion of hoshi for zsh, made by \`hoshi completion zsh\`.
_hoshi() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C ${root.options.map(zshOption).join(' ')} '1:command:->command' '*::argument:->argument'
  if [[ $state == command ]]; then
    local -a commands=(
${commands.map(({ name, description }) => `      ${quoted(`${name}:${description}`)}`).join('\n')}
    )
    _describe command commands
    return
  fi
  case $line[1] in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _hoshi ]]; then _hoshi "$@"; else compdef _hoshi hoshi; fi
`;
}

/** `'(-h --help)'{-h,--help}'[display help]'`, or `'--out=[a folder]:folder:_files -/'`. */
function zshOption({ flags, description, value }: CompletedOption): string {
  const text = `[${description.replaceAll(/[[\]\\]/g, '\\$&')}]`;
  const action = value === undefined ? '' : `:${value.name}:${zshAction(value.values)}`;
  const specified = flags.map((flag) => (value !== undefined && flag.startsWith('--') ? `${flag}=` : flag));
  if (specified.length === 1) return quoted(`${specified[0]}${text}${action}`);
  return `${quoted(`(${flags.join(' ')})`)}{${specified.join(',')}}${quoted(`${text}${action}`)}`;
}

function zshArgument({ name, values }: Completed['arguments'][number], isVariadic: boolean): string {
  return quoted(`${isVariadic ? '*' : ''}:${name}:${zshAction(values)}`);
}

function zshAction(values: Values): string {
  if (values === 'file') return '_files';
  if (values === 'folder') return '_files -/';
  return values === 'none' ? ' ' : `(${values.join(' ')})`;
}

/** As one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
