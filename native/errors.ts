/** The one error of native/, and how what an addon throws becomes it. */

/** `argument`: a wrong argument; `model`: a model text that is none; `lightgbm`: LightGBM refused;
 * `tables`: a compiled file that is none; `addon`: not built. */
export type NativeErrorCode = 'argument' | 'model' | 'lightgbm' | 'tables' | 'addon';

export class NativeError extends Error {
  override readonly name = 'NativeError';
  readonly code: NativeErrorCode;

  constructor(code: NativeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export function argumentError(name: string, expected: string, received: unknown): NativeError {
  return new NativeError('argument', `Expected ${name} to be ${expected}, received ${describe(received)}`);
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Object.prototype.toString.call(value).slice(8, -1);
  return typeof value === 'string' ? JSON.stringify(value) : typeof value === 'function' ? 'a function' : String(value);
}

/** What the addon throws has its `code` already; only its class is missing. */
function translate(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof NativeError) return error;
  const { code } = error as { code?: NativeErrorCode };
  return code === undefined ? error : new NativeError(code, error.message, { cause: error });
}

export function call<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translate(error);
  }
}

export async function callAsync<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translate(error);
  }
}
