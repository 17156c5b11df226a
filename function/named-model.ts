/** The loaded model, as a request names it. */
import { HttpError } from './response.ts';
import type { NamedModel, PathParameters } from './route.ts';

/**
 * The model that `{model}` and `{version}` name. Throws a 404 unless it is the loaded one, by its own name or as
 * `stars`. A path has the name percent-encoded, in any normalization form.
 */
export function namedModel({ model, version }: PathParameters, loaded: NamedModel): NamedModel {
  const name = model === undefined ? undefined : decodedName(model);
  if (name === undefined || (name !== 'stars' && name !== loaded.name && name.normalize() !== loaded.name.normalize()))
    throw new HttpError(404, `Expected the model ${loaded.name}, received another`);
  if (version !== undefined && version !== loaded.version)
    throw new HttpError(404, `Expected the version ${loaded.version}, received another`);
  return { name: name === 'stars' ? name : loaded.name, version: loaded.version };
}

/** Undefined if its escapes are not UTF-8. */
function decodedName(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
