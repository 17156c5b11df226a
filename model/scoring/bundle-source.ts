/**
 * The bundle that an engine is loaded from. Its files are read when they are needed: to start, the native engine needs
 * the manifest and the compiled tables only.
 */
import { join } from 'node:path';
import { requireBuiltin } from '../../native/builtin.ts';
import { BundleError, CARD_FILES, type CardLanguage, cardLanguages, type Manifest } from '../bundle/manifest.ts';
import {
  type Bundle,
  readBundle,
  readBundleFile,
  readFileOfBundle,
  readManifestUncheckedSettings,
} from '../bundle/read.ts';

export { type CardLanguage, cardLanguages };

export interface BundleSource {
  readonly path: string;
  readonly manifest: Manifest;
  /** Returns the whole bundle, in the version of `manifest`. Reads it at every call, unless it is in memory. */
  read(): Promise<Bundle>;
  /** Rejects if the folder has another version by now. */
  checkVersion(): Promise<void>;
  /** Gives only the text of model.txt, of the manifest's hash. Reads it again at every call, as `read` does. */
  readModelText(): Promise<string>;
}

/** The source for a folder. The methods reject with a BundleError if the folder has another version by then. */
export function sourceOfFolder(path: string, manifest: Manifest): BundleSource {
  const checkVersion = ({ version }: Manifest) => {
    if (version === manifest.version) return;
    throw new BundleError(
      `${path}/manifest.json: expected version ${manifest.version}, the version that the scorer was loaded from, received ${version}`,
    );
  };
  return {
    path,
    manifest,
    async read() {
      const bundle = await readBundle(path);
      checkVersion(bundle.manifest);
      return bundle;
    },
    async checkVersion() {
      checkVersion(await readManifestUncheckedSettings(path));
    },
    async readModelText() {
      return readBundleFile(path, manifest, 'model.txt');
    },
  };
}

/** The source for a bundle in memory. */
export function sourceOfBundle(bundle: Bundle): BundleSource {
  const { path, manifest, modelText } = bundle;
  return {
    path,
    manifest,
    read: async () => bundle,
    checkVersion: async () => {},
    readModelText: async () => modelText,
  };
}

const MAX_CARD_BYTES = 1 << 20;

/** The card of the bundle in the folder `path`, Markdown in UTF-8; undefined if the bundle has none in this language. */
export function readCard(path: string, language: CardLanguage): Buffer | undefined {
  const file = join(path, CARD_FILES[language]);
  return requireBuiltin('node:fs').existsSync(file) ? readFileOfBundle(file, undefined, MAX_CARD_BYTES) : undefined;
}

/**
 * Loads an explainer at the first call, so that a start costs less. Later calls get the same explainer or the same
 * BundleError. After another error (no memory, no permission) the next call tries again.
 */
export function lazyExplainer<Explainer>(load: () => Promise<Explainer>): () => Promise<Explainer> {
  let explainer: Promise<Explainer> | undefined;
  return () => {
    explainer ??= load();
    explainer.catch((error: unknown) => {
      if (!(error instanceof BundleError)) explainer = undefined;
    });
    return explainer;
  };
}
