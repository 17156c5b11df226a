/** One line a message on standard error, with the whole of an error behind it. Never the text of a review. */
import { inspect } from 'node:util';

export function log(severity: 'info' | 'warning' | 'error', message: string, error?: unknown): void {
  process.stderr.write(
    `hoshi: ${severity === 'info' ? '' : `${severity}: `}${message}${error === undefined ? '' : `: ${inspect(error)}`}\n`,
  );
}
