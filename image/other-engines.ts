/**
 * Replaces the loaders of engines in the bundle (model/scoring/native-lightgbm-engine.ts and reference-engine.ts) that
 * the image does not have, because they need LightGBM's addon, or kuromoji and its dictionary.
 */
export function loadNativeLightgbmEngine(): never {
  throw new Error(
    'Expected the engine native-lightgbm in this image, found only native. An image built with HOSHI_ENGINES=native-lightgbm (the default) or all has it',
  );
}

export function loadReferenceEngine(engine: string): never {
  throw new Error(
    `Expected the engine ${engine} in this image, found none. An image built with HOSHI_ENGINES=all has every engine`,
  );
}
