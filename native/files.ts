/**
 * Two calls of the file system that Node lacks. They are in the addon hoshi_engine. Without the addon, or on a file system
 * without the call, the result says so, and the caller does without.
 */
import { requireBuiltin } from './builtin.ts';
import { checkInteger } from './checks.ts';
import { addon } from './engine-addon.ts';
import { argumentError, NativeError } from './errors.ts';

/** EPERM is the answer of a sandbox that forbids the call. */
const UNSUPPORTED: readonly string[] = ['ENOSYS', 'EINVAL', 'EOPNOTSUPP', 'ENOTSUP', 'ENOLCK', 'EPERM'];

/**
 * Exchanges two paths of one file system in one step, so that both always exist. Returns false, and changes nothing, if
 * the system or the file system has no such call. Throws an error with a `code` such as EIO if the call fails.
 */
export function exchangePaths(one: string, other: string): boolean {
  for (const path of [one, other])
    if (typeof path !== 'string' || path.includes('\0')) throw argumentError('the path', 'a path', path);
  return supported('renameat2', ({ exchangePaths }) => exchangePaths(one, other));
}

/**
 * Locks an open file or folder, without waiting. The system releases the lock when the descriptor is closed, at the
 * latest when the process ends, however it ends. `taken`: another descriptor has the lock, in this process or another.
 * `unsupported`: the system or the file system has no locks.
 */
export function tryLock(descriptor: number): 'locked' | 'taken' | 'unsupported' {
  checkInteger(descriptor, 0, 2 ** 31 - 1, 'the descriptor');
  try {
    return supported('flock', ({ tryLock }) => tryLock(descriptor)) ? 'locked' : 'unsupported';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 'taken';
    throw error;
  }
}

function supported(name: string, call: (engine: ReturnType<typeof addon>) => number): boolean {
  let errno: number;
  try {
    errno = call(addon());
  } catch (error) {
    if (error instanceof NativeError && error.code === 'addon') return false;
    throw error;
  }
  if (errno === 0) return true;
  const code = requireBuiltin('node:util').getSystemErrorName(-errno);
  if (UNSUPPORTED.includes(code)) return false;
  throw Object.assign(new Error(`${code}: ${name}`), { code, errno: -errno, syscall: name });
}
