/**
 * The bundle that an engine is loaded from. Its files are read when they are needed: to start, the native engine needs
 * the manifest and the compiled tables only.
 */
import { BundleError, type Manifest } from '../bundle/manifest.ts';
import { type Bundle, readBundle, readBundleFile } from '../bundle/read.ts';
import type { Explainer } from './explain.ts';

export interface BundleSource {
  readonly path: string;
  readonly manifest: Manifest;
  /** Returns the whole bundle, in the version of `manifest`. Reads it at every call, unless it is in memory. */
  read(): Promise<Bundle>;
  /** Gives only the text of model.txt, of the manifest's hash. Reads it again at every call, as `read` does. */
  readModelText(): Promise<string>;
}

/** The source for a folder. The methods reject with a BundleError if the folder has another version by then. */
export function sourceOfFolder(path: string, manifest: Manifest): BundleSource {
  return {
    path,
    manifest,
    async read() {
      const bundle = await readBundle(path);
      const { version } = bundle.manifest;
      if (version === manifest.version) return bundle;
      throw new BundleError(
        `${path}/manifest.json: expected version ${manifest.version}, the version that the scorer was loaded from, received ${version}`,
      );
    },
    async readModelText() {
      return readBundleFile(path, manifest, 'model.txt');
    },
  };
}

/** The source for a bundle in memory. */
export function sourceOfBundle(bundle: Bundle): BundleSource {
  const { path, manifest, modelText } = bundle;
  return { path, manifest, read: async () => bundle, readModelText: async () => modelText };
}

/**
 * Loads the explainer at the first call, so that a start costs less. Later calls get the same explainer or the same
 * BundleError. After another error (no memory, no permission) the next call tries again.
 */
export function lazyExplainer(source: BundleSource): () => Promise<Explainer> {
  let explainer: Promise<Explainer> | undefined;
  return () => {
    explainer ??= import('./explain.ts').then(async ({ Explainer }) => new Explainer(await source.read()));
    explainer.catch((error: unknown) => {
      if (!(error instanceof BundleError)) explainer = undefined;
    });
    return explainer;
  };
}
