/** `hoshi load`: asks a server more than a person would, and tells how it bears that. */
import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type RecordFormat, recordFormats } from '../../model/io/records.ts';
import type { Knee, KneeStep } from '../loadtest/knee.ts';
import type { Plot } from '../loadtest/plot.ts';
import type { Figures } from '../loadtest/recorder.ts';
import type { LoadOptions } from '../loadtest/run.ts';
import { headerName, type Method, methods, targetOf, urlOf } from '../loadtest/target.ts';
import { log, numberFrom } from '../options.ts';

interface Flags {
  readonly workers: number;
  readonly rounds: number;
  readonly rate?: number;
  readonly duration?: number;
  readonly findKnee?: boolean;
  readonly p99Limit: number;
  readonly connections: number;
  readonly timeout: number;
  readonly texts?: string;
  readonly format?: RecordFormat;
  readonly column: string;
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

const OPEN_SECONDS = 10;
const KNEE_SECONDS = 5;
const FIRST_RATE = 100;
const PAUSE_MS = 1000; // a server that a step was too much for gets over it

export function loadtestCommand(): Command {
  return new Command('load')
    .description(
      "put a server under load: the original's stress test (10 workers, 6 rounds of 1,000 texts), or with --rate an open loop",
    )
    .argument('<url>', 'the server; POST to /api/1/users if it has no path', parsedBy(urlOf))
    .optionsGroup('A closed loop, where each worker sends a text when the last one is answered:')
    .option('--workers <n>', 'how many at a time', numberFrom(1, 65_535), 10)
    .option('--rounds <n>', 'how often all texts are sent', numberFrom(1, 1e6), 6)
    .optionsGroup('An open loop, where requests are due at fixed times and latency counts from those:')
    .option('--rate <n>', 'requests a second', numberFrom(0.1, 1e6, 'number'))
    .option('--duration <s>', `for how long; ${OPEN_SECONDS} by default`, numberFrom(0.1, 86_400, 'number'))
    .option('--connections <n>', 'the most connections; they are opened as it takes', numberFrom(1, 65_535), 256)
    .option(
      '--find-knee',
      `look for the highest rate that is held, in whole numbers from --rate or ${FIRST_RATE} on; ${KNEE_SECONDS} s each by default`,
    )
    .option('--p99-limit <ms>', 'what a rate that is held takes at most', numberFrom(0.1, 60_000, 'number'), 250)
    .optionsGroup('Requests:')
    .option('--texts <file>', 'the texts to send, of any format of `hoshi score`; composed ones by default')
    .option('--column <name>', 'the field of TSV, CSV or JSONL that holds the text', 'text')
    .addOption(
      new Option('--format <format>', 'what the file is, where its name does not tell').choices([...recordFormats]),
    )
    .option('--count <n>', 'how many texts, at most', numberFrom(1, 1e6), 1000)
    .option('--path <path>', "in place of the URL's")
    .addOption(new Option('--method <method>', 'of the requests').choices([...methods]).default('POST'))
    .option('--header <header>', '"Name: value", any number of times', collectHeaders)
    .option('--insecure', 'take a certificate that nobody vouches for')
    .option('--timeout <s>', 'when a request is given up, from when it was due', numberFrom(0.1, 3600, 'number'), 10)
    .option('--no-check', 'take any answer with a status of 2xx for a good one')
    .optionsGroup('Results:')
    .option('--json', 'print the figures as JSON')
    .option('--plot <file>', 'draw them, as SVG')
    .option('--progress', 'tell on stderr what each second brought; so does a terminal')
    .option('--no-progress', 'tell nothing')
    .action(load);
}

/** What a parser of ours refuses is wrong usage. */
function parsedBy<Parsed>(parse: (text: string) => Parsed): (text: string) => Parsed {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
}

function collectHeaders(header: string, before: readonly string[] = []): string[] {
  parsedBy(headerName)(header);
  return [...before, header];
}

async function load(url: URL, flags: Flags): Promise<void> {
  const { loadTexts } = await import('../loadtest/texts.ts');
  const { column, count, format } = flags;
  const texts = await loadTexts({
    column,
    count,
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
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGINT', stop); // the second one ends the process
  const options: LoadOptions = {
    target,
    texts,
    isChecked: flags.check && (flags.method === 'POST' || flags.method === 'PUT'),
    connections: flags.connections,
    timeoutMs: flags.timeout * 1000,
    signal: stopping.signal,
  };
  try {
    await (flags.findKnee ? knee(options, flags) : single(options, flags));
  } finally {
    process.off('SIGINT', stop);
  }
}

async function single(options: LoadOptions, flags: Flags): Promise<void> {
  const { rate, duration = OPEN_SECONDS, workers, rounds, json } = flags;
  const [{ runOpenLoop, runClosedLoop }, report] = await Promise.all([
    import('../loadtest/run.ts'),
    import('../loadtest/report.ts'),
  ]);
  const { name } = options.target;
  const told: LoadOptions = isTold(flags)
    ? { ...options, onSecond: (second) => log(report.formatSecond(second)) }
    : options;
  let figures: Figures & { readonly rounds?: readonly number[] };
  let what: string;
  if (rate === undefined) {
    const requests = options.texts.length;
    what = `${workers} workers, ${rounds} rounds of ${requests} texts`;
    figures = await runClosedLoop(told, { workers, rounds, round: { requests } });
  } else {
    what = `${rate} requests a second for ${duration} s, at most ${options.connections} connections`;
    figures = await runOpenLoop(told, { rate, durationMs: duration * 1000 });
  }
  const seconds = figures.rounds?.map((each) => each.toFixed(2)).join(', ');
  const lines = [
    `${name}: ${what}`,
    '',
    report.formatFigures(figures),
    ...(seconds ? [`rounds took ${seconds} s`, ''] : []),
  ];
  print(json ? JSON.stringify({ url: name, load: what, ...figures }) : lines.join('\n').trimEnd());
  await draw(flags, report.plotsOfRun(`${name}: ${what}`, figures));
  expectAnswers(name, [figures]);
}

async function knee(options: LoadOptions, flags: Flags): Promise<void> {
  const { rate: firstRate = FIRST_RATE, duration = KNEE_SECONDS, p99Limit: p99LimitMs, json } = flags;
  const [{ findKnee }, { runOpenLoop }, report, { setTimeout: delay }] = await Promise.all([
    import('../loadtest/knee.ts'),
    import('../loadtest/run.ts'),
    import('../loadtest/report.ts'),
    import('node:timers/promises'),
  ]);
  const { name } = options.target;
  const told = isTold(flags) ? { onStep: (step: KneeStep) => log(`${step.rate} a second: ${step.why || 'held'}`) } : {};
  const signal = options.signal as AbortSignal;
  const found: Knee = await findKnee({ firstRate, p99LimitMs, signal, ...told }, async (rate) => {
    const figures = await runOpenLoop(options, { rate, durationMs: duration * 1000 });
    await delay(PAUSE_MS, undefined, { signal }).catch(() => {});
    return figures;
  });
  const what = `steps of ${duration} s, p99 of at most ${p99LimitMs} ms`;
  print(
    json
      ? JSON.stringify({ url: name, load: what, ...found })
      : `${name}: ${what}\n\n${report.formatKnee(found)}`.trimEnd(),
  );
  await draw(flags, report.plotsOfKnee(`${name}: ${what}`, found));
  expectAnswers(
    name,
    found.steps.map(({ figures }) => figures),
  );
}

function isTold({ progress }: Flags): boolean {
  return progress ?? process.stderr.isTTY === true;
}

function print(content: string): void {
  process.stdout.write(`${content}\n`);
}

async function draw({ plot }: Flags, plots: readonly Plot[]): Promise<void> {
  if (plot !== undefined) await writeFile(plot, (await import('../loadtest/plot.ts')).plotLines(...plots));
}

/** A server that never answered was not measured. */
function expectAnswers(name: string, all: readonly Figures[]): void {
  const reached = all.some(
    ({ accepted, refused, errors }) =>
      accepted + refused > 0 || Object.keys(errors).some((each) => /^status|answer$/.test(each)),
  );
  if (reached) return;
  const failures = [...new Set(all.flatMap(({ errors }) => Object.keys(errors)))];
  throw new Error(`Expected ${name} to answer, received: ${failures.join(', ') || 'nothing'}`);
}
