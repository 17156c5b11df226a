/**
 * bench/instructions.json: the accepted number of instructions of each stage, and how new counts are compared with it.
 */

/** The compiler of the core, with its flags. Counts of two compilers cannot be compared. */
export interface Compiler {
  /** Name, version and target, as in `gcc 12.2.0 x86_64-linux-gnu`. */
  readonly compiler: string;
  /** The flags that the addon's core is compiled with. */
  readonly flags: string;
}

export interface Instructions extends Compiler {
  /** Instructions by stage. */
  readonly stages: Readonly<Record<string, number>>;
}

export interface Comparison {
  readonly verdict: 'passed' | 'failed' | 'skipped';
  /** One sentence per line, for the terminal. */
  readonly lines: readonly string[];
}

export const instructionsFile = 'bench/instructions.json';

/** A stage may cost 5 % more than the file says; below 5 % less, the file can be renewed. */
const MAX_CHANGE = 0.05;
const ACCEPT = 'npm run bench -- gate --accept';
const HOW_TO_ACCEPT = `To accept the new counts, run \`${ACCEPT}\` and commit ${instructionsFile} with the reason.`;
const HOW_TO_RENEW = `To lower the limits, run \`${ACCEPT}\` and commit ${instructionsFile}.`;

/**
 * Compares counts with the accepted ones. A stage fails if it costs over 5 % more, or if only one of the two has it.
 * `isRequired`: another compiler is a failure; otherwise the gate is skipped.
 */
export function compareInstructions(accepted: Instructions, counted: Instructions, isRequired = false): Comparison {
  if (accepted.compiler !== counted.compiler) {
    const line = `${instructionsFile} was made by ${accepted.compiler}, this compiler is ${counted.compiler}`;
    return isRequired
      ? { verdict: 'failed', lines: [`${line}. Use that compiler, or unset GATE_REQUIRED.`] }
      : { verdict: 'skipped', lines: [`skipped: ${line}`] };
  }
  const failures: string[] = [];
  const savings: string[] = [];
  for (const stage of new Set([...Object.keys(accepted.stages), ...Object.keys(counted.stages)])) {
    const [before, now] = [accepted.stages[stage], counted.stages[stage]];
    if (before === undefined) failures.push(`Stage "${stage}" is not in ${instructionsFile}.`);
    else if (now === undefined) failures.push(`Stage "${stage}" is in ${instructionsFile}, but was not counted.`);
    else if (now > before * (1 + MAX_CHANGE)) failures.push(sentenceOf(stage, before, now));
    else if (now < before * (1 - MAX_CHANGE)) savings.push(sentenceOf(stage, before, now));
  }
  const changed =
    accepted.flags === counted.flags ? [] : [`The flags were "${accepted.flags}", now "${counted.flags}".`];
  if (failures.length > 0) return { verdict: 'failed', lines: [...failures, ...changed, HOW_TO_ACCEPT] };
  return { verdict: 'passed', lines: [...savings, ...changed, ...(savings.length > 0 ? [HOW_TO_RENEW] : [])] };
}

function sentenceOf(stage: string, before: number, now: number): string {
  const limit = now > before ? `, over the limit of +${MAX_CHANGE * 100} %` : '';
  const change = `${percentOf(before, now)}${limit}`;
  return `Stage "${stage}": ${grouped(before)} instructions accepted, ${grouped(now)} counted (${change}).`;
}

/** The change in percent, with its sign: `+7.3 %`. */
export function percentOf(before: number, now: number): string {
  const percent = (now / before - 1) * 100;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
}

/** The count with a comma after each three digits. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
