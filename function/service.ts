/** The state that a handler is given: the scorer as it loads, and whether the process is about to end. */
import { loadScorer, type Scorer } from '../model/scorer.ts';
import type { BodyLimits } from './body.ts';
import type { Config } from './config.ts';
import type { Service } from './handler.ts';
import { log } from './log.ts';

export class ScoringService implements Service {
  readonly limits: BodyLimits;
  readonly scorer: Promise<Scorer>;
  ready: Scorer | undefined;
  isDraining = false;

  constructor(limits: BodyLimits, scorer: Promise<Scorer>) {
    this.limits = limits;
    this.scorer = scorer;
    scorer.then(
      (loaded) => {
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
