/** `hoshi load`: sends load to a server, and reports throughput, latency and errors. */
import { Command, Option } from 'commander';
import { checkWritable, writeAtomically } from '../../model/io/write-atomically.ts';
import type { KneeStep } from '../loadtest/knee.ts';
import type { Plot } from '../loadtest/plot.ts';
import type { Figures } from '../loadtest/recorder.ts';
import type { LoadOptions } from '../loadtest/run.ts';
import { headerName, type Method, methods, targetOf, urlOf } from '../loadtest/target.ts';
import { addTextFileOptions, log, numberFrom, parsedBy, print, readingOf, type TextFileFlags } from '../options.ts';
import { runInterruptible } from '../terminal/interrupt.ts';

interface Flags extends TextFileFlags {
  readonly workers: number;
  readonly rounds: number;
  readonly rate?: number;
  readonly duration?: number;
  readonly findKnee?: boolean;
  readonly p99Limit: number;
  readonly connections: number;
  readonly timeout: number;
  readonly texts?: string;
  readonly count: number;
  readonly path?: string;
  readonly method: Method;
  readonly header?: readonly string[];
  readonly insecure?: boolean;
  readonly check: boolean;
  readonly json?: boolean;
  readonly plot?: string;
  readonly progress?: boolean;
}

const DEFAULT_SECONDS = 10;
const KNEE_STEP_SECONDS = 5;
const KNEE_FIRST_RATE = 100;
const KNEE_PAUSE_MS = 1000; // an overloaded server recovers within this time

export function loadtestCommand(): Command {
  const command = new Command('load')
    .description(
      'put a server under load: a stress test with 10 workers and 6 rounds of 1,000 texts, or an open loop with --rate',
    )
    .argument('<url>', 'URL of the server; without a path, requests go to /api/1/users', parsedBy(urlOf));
  addLoopOptions(command);
  addRequestOptions(command);
  return command
    .optionsGroup('Results:')
    .option('--json', 'print the results as JSON')
    .option('--plot <file>', 'SVG file for plots of the results')
    .option('--progress', 'log the progress of each second on stderr (default: in a terminal)')
    .option('--no-progress', 'do not log the progress')
    .action(loadtest);
}

function addLoopOptions(command: Command): void {
  command
    .optionsGroup('Closed loop (each worker sends its next text after the response to its last one):')
    .option('--workers <n>', 'number of workers', numberFrom(1, 65_535), 10)
    .option('--rounds <n>', 'number of rounds; each round sends all texts once', numberFrom(1, 1e6), 6)
    .optionsGroup('Open loop (requests are due at fixed times, and latency counts from these times):')
    .option('--rate <n>', 'requests per second', numberFrom(0.1, 1e6, 'number'))
    .option(
      '--duration <s>',
      `duration in seconds (default: ${DEFAULT_SECONDS}, or ${KNEE_STEP_SECONDS} for each step of --find-knee)`,
      numberFrom(0.1, 86_400, 'number'),
    )
    .option('--connections <n>', 'maximum number of connections; they are opened on demand', numberFrom(1, 65_535), 256)
    .option(
      '--find-knee',
      `find the highest rate that the server holds, in whole requests per second, starting at --rate or ${KNEE_FIRST_RATE}`,
    )
    .option(
      '--p99-limit <ms>',
      'highest p99 latency, in milliseconds, at which a rate counts as held',
      numberFrom(0.1, 60_000, 'number'),
      250,
    );
}

function addRequestOptions(command: Command): void {
  command
    .optionsGroup('Requests:')
    .option('--texts <file>', 'file of texts to send, in any format of `hoshi score` (default: composed reviews)');
  addTextFileOptions(command)
    .option('--count <n>', 'maximum number of texts', numberFrom(1, 1e6), 1000)
    .option('--path <path>', 'path for the requests, instead of the path of the URL')
    .addOption(new Option('--method <method>', 'method of the requests').choices([...methods]).default('POST'))
    .option('--header <header>', 'additional header, such as "Name: value"; can be repeated', collectHeaders)
    .option('--insecure', 'accept a TLS certificate that cannot be verified')
    .option(
      '--timeout <s>',
      'time-out of a request in seconds, counted from the time when it was due',
      numberFrom(0.1, 3600, 'number'),
      10,
    )
    .option('--no-check', 'accept every response with a 2xx status; do not check the body');
}

function collectHeaders(header: string, before: readonly string[] = []): string[] {
  parsedBy(headerName)(header);
  return [...before, header];
}

async function loadtest(url: URL, flags: Flags): Promise<void> {
  if (flags.plot !== undefined) await checkWritable(flags.plot);
  const { loadTexts } = await import('../loadtest/texts.ts');
  const { column, count, format } = flags;
  const texts = await loadTexts({
    column,
    count,
    ...readingOf(flags),
    ...(flags.texts === undefined ? {} : { file: flags.texts }),
    ...(format === undefined ? {} : { format }),
  });
  const target = targetOf(
    {
      url,
      method: flags.method,
      headers: flags.header ?? [],
      isInsecure: flags.insecure === true,
      ...(flags.path === undefined ? {} : { path: flags.path }),
    },
    texts,
  );
  await runInterruptible((signal) => {
    const options = {
      target,
      texts,
      isChecked: flags.check && (flags.method === 'POST' || flags.method === 'PUT'),
      connections: flags.connections,
      timeoutMs: flags.timeout * 1000,
      signal,
    };
    return flags.findKnee ? searchKnee(options, flags) : runOnce(options, flags);
  });
}

async function runOnce(options: LoadOptions, flags: Flags): Promise<void> {
  const { rate, duration = DEFAULT_SECONDS, workers, rounds, json } = flags;
  const [{ runOpenLoop, runClosedLoop }, report] = await Promise.all([
    import('../loadtest/run.ts'),
    import('../loadtest/report.ts'),
  ]);
  const { name } = options.target;
  const logged: LoadOptions = showsProgress(flags)
    ? { ...options, onSecond: (second) => log(report.formatSecond(second)) }
    : options;
  let figures: Figures & { readonly rounds?: readonly number[] };
  let load: string;
  if (rate === undefined) {
    const requests = options.texts.length;
    load = `${workers} workers, ${rounds} rounds of ${requests} texts`;
    figures = await runClosedLoop(logged, { workers, rounds, round: { requests } });
  } else {
    load = `${rate} requests per second for ${duration} s, at most ${options.connections} connections`;
    figures = await runOpenLoop(logged, { rate, durationMs: duration * 1000 });
  }
  const seconds = figures.rounds?.map((each) => each.toFixed(2)).join(', ');
  const lines = [
    `${name}: ${load}`,
    '',
    report.formatFigures(figures),
    ...(seconds ? [`rounds took ${seconds} s`] : []),
  ];
  await draw(flags, report.plotsOfRun(`${name}: ${load}`, figures)).finally(() =>
    print(`${json ? JSON.stringify({ url: name, load, ...figures }) : lines.join('\n').trimEnd()}\n`),
  );
  expectResponses(name, [figures]);
}

async function searchKnee(options: LoadOptions & { readonly signal: AbortSignal }, flags: Flags): Promise<void> {
  const { rate: firstRate = KNEE_FIRST_RATE, duration = KNEE_STEP_SECONDS, p99Limit: p99LimitMs, json } = flags;
  const [{ findKnee }, { runOpenLoop }, report, { setTimeout: delay }] = await Promise.all([
    import('../loadtest/knee.ts'),
    import('../loadtest/run.ts'),
    import('../loadtest/report.ts'),
    import('node:timers/promises'),
  ]);
  const { signal } = options;
  const { name } = options.target;
  const logged = showsProgress(flags)
    ? { onStep: ({ rate, why }: KneeStep) => log(`${rate} requests per second: ${why || 'held'}`) }
    : {};
  const knee = await findKnee({ firstRate, p99LimitMs, signal, ...logged }, async (rate) => {
    const figures = await runOpenLoop(options, { rate, durationMs: duration * 1000 });
    await delay(KNEE_PAUSE_MS, undefined, { signal }).catch(() => {}); // an interrupt ends the pause
    return figures;
  });
  const load = `steps of ${duration} s, p99 of at most ${p99LimitMs} ms`;
  const text = `${name}: ${load}\n\n${report.formatKnee(knee)}`;
  await draw(flags, report.plotsOfKnee(`${name}: ${load}`, knee)).finally(() =>
    print(json ? `${JSON.stringify({ url: name, load, ...knee })}\n` : text),
  );
  expectResponses(
    name,
    knee.steps.map(({ figures }) => figures),
  );
}

function showsProgress({ progress }: Flags): boolean {
  return progress ?? process.stderr.isTTY === true;
}

/** The plots come before the text, because the process ends when the reader of standard output ends. */
async function draw({ plot }: Flags, plots: readonly Plot[]): Promise<void> {
  if (plot === undefined) return;
  const { plotLines } = await import('../loadtest/plot.ts');
  await writeAtomically(plot, Buffer.from(await plotLines(...plots)));
}

/** Throws if the server never responded, because then nothing was measured. */
function expectResponses(name: string, all: readonly Figures[]): void {
  const hasResponded = all.some(
    ({ accepted, refused, errors }) =>
      accepted + refused > 0 || Object.keys(errors).some((each) => /^status|answer$/.test(each)),
  );
  if (hasResponded) return;
  const failures = [...new Set(all.flatMap(({ errors }) => Object.keys(errors)))];
  throw new Error(`Expected ${name} to respond, received: ${failures.join(', ') || 'nothing'}`);
}
