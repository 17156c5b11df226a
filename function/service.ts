/** The state that a handler is given: the scorer as it loads, what is counted, and whether the process is about to end. */
import { loadScorer } from '../model/scoring/load.ts';
import type { Scorer, WordCounts } from '../model/scoring/scorer.ts';
import { AccessLog } from './access-log.ts';
import { Admission } from './admission.ts';
import type { Config } from './config.ts';
import { Counters } from './counters.ts';
import type { RequestLimits, Service } from './exchange.ts';
import { log } from './log.ts';

export class ScoringService implements Service {
  readonly limits: RequestLimits;
  readonly bundlePath: string;
  readonly scorer: Promise<Scorer>;
  readonly admission: Admission;
  readonly counters = new Counters();
  readonly accessLog: AccessLog;
  ready: Scorer | undefined;
  goldenWords: WordCounts | undefined;
  isDraining = false;

  constructor(config: Config, scorer: Promise<Scorer>) {
    this.limits = config;
    this.bundlePath = config.bundlePath;
    this.scorer = scorer;
    this.admission = new Admission(config);
    this.accessLog = new AccessLog(config);
    scorer.then(
      (loaded) => {
        this.counters.setScoreRange(loaded.bundle.scoreRange);
        this.counters.startPhases.set('ready', performance.now());
        this.goldenWords = loaded.wordCounts?.();
        this.ready = loaded;
      },
      () => {}, // whoever serves waits for `scorer`, and ends the process
    );
  }

  static load(config: Config): ScoringService {
    for (const name of config.unknown) log('warning', `${name} is no variable that hoshi knows`);
    const warn = (message: string) => log('warning', message);
    return new ScoringService(config, loadScorer({ bundlePath: config.bundlePath, engine: config.engine, warn }));
  }
}
