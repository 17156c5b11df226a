/** The loaded model, as a request names it. */
import { HttpError } from './response.ts';
import type { NamedModel, PathParameters } from './route.ts';

/**
 * The model that `{model}` and `{version}` name. Throws a 404 unless it is the loaded one: by HOSHI_MODEL_NAME, by its
 * own name, or as `stars`. A path has the names percent-encoded, in any normalization form. The result has the name that
 * the client used: so do the servers of KServe and Triton, where a model has only the name in its paths.
 */
export function namedModel(
  { model = '', version }: PathParameters,
  loaded: NamedModel,
  servedName: string = loaded.name,
): NamedModel {
  const asked = decoded(model)?.normalize();
  const name = [servedName, loaded.name, 'stars'].find((known) => known.normalize() === asked);
  if (name === undefined)
    throw new HttpError(404, `Expected the model ${servedName}, received another`, {
      advice: async () =>
        (await import('./hints/similar.ts')).nameAdvice(asked ?? '', [servedName, loaded.name, 'stars']),
    });
  if (version !== undefined && decoded(version) !== loaded.version)
    throw new HttpError(404, `Expected the version ${loaded.version}, received another`);
  return { name, version: loaded.version };
}

/** Undefined if the escapes of the segment are not UTF-8. */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
