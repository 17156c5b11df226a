/**
 * Replaces model/scoring/reference-engine.ts in the bundle, because the reference engines need kuromoji, its dictionary
 * and LightGBM.
 */
export function loadReferenceEngine(engine: string): never {
  throw new Error(`Expected HOSHI_ENGINE to be native, the only engine in this image, received ${engine}`);
}
