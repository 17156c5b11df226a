/** `hoshi completion`: prints a script that completes commands, options and paths in a shell. */
import { Argument, Command } from 'commander';
import { completionScript, type Shell, shells } from '../completion.ts';

/** `loadAll` returns the program with all commands. */
export function completionCommand(loadAll: () => Promise<Command>): Command {
  return new Command('completion')
    .description('print a script that completes commands, options and paths in bash or zsh')
    .addArgument(new Argument('<shell>', 'shell that reads the script').choices(shells))
    .addHelpText(
      'after',
      `
For this terminal:
  source <(hoshi completion bash)     # or zsh, after compinit

For all new ones:
  echo 'source <(hoshi completion bash)' >> ~/.bashrc
  echo 'source <(hoshi completion zsh)' >> ~/.zshrc`,
    )
    .action(async (shell: Shell) => {
      process.stdout.write(completionScript(shell, await loadAll()));
    });
}
