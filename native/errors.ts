/** The error type of native/, and the translation of the addons' errors into it. */

/**
 * `argument`: an argument is invalid. `model`: a model text is invalid. `lightgbm`: LightGBM returned an error.
 * `tables`: a compiled file is invalid. `addon`: the addon cannot be loaded.
 */
export type NativeErrorCode = 'argument' | 'model' | 'lightgbm' | 'tables' | 'addon';

export class NativeError extends Error {
  override readonly name = 'NativeError';
  readonly code: NativeErrorCode;

  constructor(code: NativeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An error with the code `argument`. */
export function argumentError(name: string, expected: string, received: unknown): NativeError {
  return new NativeError('argument', `Expected ${name} to be ${expected}, received ${describe(received)}`);
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Object.prototype.toString.call(value).slice(8, -1);
  return typeof value === 'string' ? JSON.stringify(value) : typeof value === 'function' ? 'a function' : String(value);
}

/** Converts an error of the addon, which has a `code`, to a NativeError. Returns other errors unchanged. */
function translate(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof NativeError) return error;
  const { code } = error as { code?: NativeErrorCode };
  return code === undefined ? error : new NativeError(code, error.message, { cause: error });
}

/** Runs `work`, which calls an addon, and translates its error. */
export function call<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translate(error);
  }
}

/** The same for a call that returns a promise. */
export async function callAsync<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translate(error);
  }
}
