/** Stands in the bundle for model/scoring/reference-engine.ts: the reference engines need kuromoji and its dictionary, and LightGBM. */
export function loadReferenceEngine(engine: string): never {
  throw new Error(`Expected HOSHI_ENGINE to be native, the engine of the bundled server, received ${engine}`);
}
