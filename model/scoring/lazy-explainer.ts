/** Loads the explainer at the first explanation: a start does without it. */
import { BundleError, type Manifest } from '../bundle/manifest.ts';
import type { Explainer } from './explain.ts';

/** A failure that is not the bundle's fault is not kept: the next call tries again. */
export function explainerOnce(bundlePath: string, manifest: Manifest): () => Promise<Explainer> {
  let explainer: Promise<Explainer> | undefined;
  return () => {
    explainer ??= import('./explain.ts').then(({ Explainer }) => Explainer.load(bundlePath, manifest));
    explainer.catch((error: unknown) => {
      if (!(error instanceof BundleError)) explainer = undefined;
    });
    return explainer;
  };
}
