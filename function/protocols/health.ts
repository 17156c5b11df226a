/**
 * Health probes, as Kubernetes and KServe send them. Live: the process can respond. Ready: the model is loaded and the
 * process is not shutting down; the request lifecycle checks this for every route that declares `requiresReady`.
 */
import type { Scorer } from '../../model/scoring/scorer.ts';
import type { Operation } from '../route.ts';

export const live: Operation = {
  handle: () => ({ json: { status: 'alive' } }),
};

export const ready: Operation = {
  handle({ service }) {
    const { engine, bundle } = service.ready as Scorer; // the route requires it
    return { json: { status: 'ready', engine, bundle: { name: bundle.name, version: bundle.version } } };
  },
};

export const v2Live: Operation = {
  handle: () => ({ json: { live: true } }),
};

export const v2Ready: Operation = {
  handle: () => ({ json: { ready: true } }),
};
