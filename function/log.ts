/** One line a message on standard error, with the whole of an error behind it. Never the text of a review. */
import { requireBuiltin } from '../native/builtin.ts';

export function log(severity: 'info' | 'warning' | 'error', message: string, error?: unknown): void {
  const whole = error === undefined ? '' : `: ${requireBuiltin('node:util').inspect(error)}`;
  process.stderr.write(`hoshi: ${severity === 'info' ? '' : `${severity}: `}${message}${whole}\n`);
}
