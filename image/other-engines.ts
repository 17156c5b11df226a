/**
 * Replaces the loaders of the engines other than `native` in the bundle (model/scoring/native-lightgbm-engine.ts and
 * reference-engine.ts), because they need LightGBM's addon, or kuromoji and its dictionary.
 */
export function loadNativeLightgbmEngine(): never {
  return refuse('native-lightgbm');
}

export function loadReferenceEngine(engine: string): never {
  return refuse(engine);
}

function refuse(engine: string): never {
  throw new Error(
    `Expected HOSHI_ENGINE to be native, the only engine in this image, received ${engine}. An image built with HOSHI_ENGINES=all has every engine`,
  );
}
