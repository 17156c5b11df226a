/**
 * The errors of files, as one message for people: which file, what happened, and what to do next. Every start of the
 * server loads this file, so it takes Node's modules from native/builtin.ts.
 */
import { requireBuiltin } from '../../native/builtin.ts';

/** A file cannot be read or written. */
export class FileError extends Error {
  override readonly name = 'FileError';
  /** The system's name of the error, such as ENOSPC; undefined if hoshi found it. */
  readonly code: string | undefined;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = isSystemError(options?.cause) ? codeOf(options.cause) : undefined;
  }
}

const ELSEWHERE = 'choose another place';

/** What happened, and what to do next. */
const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: `no space is left (ENOSPC). Free some space, or ${ELSEWHERE}`,
  EDQUOT: `the disk quota is used up (EDQUOT). Delete some files, or ${ELSEWHERE}`,
  EFBIG: `the file is larger than allowed (EFBIG). Raise the limit (ulimit -f), or ${ELSEWHERE}`,
  ENOENT: 'its folder is gone (ENOENT): another process deleted or replaced it. Try again',
  EROFS: `the file system is read-only (EROFS). Please ${ELSEWHERE}`,
  EACCES: `permission denied (EACCES). Change the permissions, or ${ELSEWHERE}`,
  EPERM: `not permitted (EPERM). Change the owner or the permissions, or ${ELSEWHERE}`,
  EIO: `the disk reports an error (EIO). Check the disk, or ${ELSEWHERE}`,
  EBUSY: `it is in use by the system (EBUSY), as a mounted folder is. Please ${ELSEWHERE}`,
  EXDEV: `it cannot be moved (EXDEV), as a folder of a container's image. Please ${ELSEWHERE}`,
  EEXIST: `a file is in the place of a folder (EEXIST). Please ${ELSEWHERE}`,
  ENOTDIR: `a part of the path is not a folder (ENOTDIR). Please ${ELSEWHERE}`,
  ENAMETOOLONG: 'the name is too long (ENAMETOOLONG). Choose a shorter one',
  ELOOP: `the path has too many symbolic links (ELOOP). Please ${ELSEWHERE}`,
  EMFILE: 'too many files are open (EMFILE). Raise the limit (ulimit -n)',
  ENXIO: `it is a socket, or a FIFO or device without another end (ENXIO). Please ${ELSEWHERE}`,
  EPIPE: 'its reader has closed it (EPIPE)',
};

/** The error of a system call that wrote `file`. Returns other errors unchanged. */
export function writeError(file: string, error: unknown): unknown {
  if (!isSystemError(error)) return error;
  return new FileError(`cannot write ${file}: ${reasonOf(error)}`, { cause: error });
}

/** The error of a system call that read `file`. `expected` says what should be there. Returns other errors unchanged. */
export function readError(file: string, error: unknown, expected = 'a file'): unknown {
  if (!isSystemError(error)) return error;
  const found = { ENOENT: 'none', ENOTDIR: 'none', EISDIR: 'a folder', ENXIO: 'a socket' }[codeOf(error)];
  const message =
    found === undefined
      ? `cannot read ${file}: ${reasonOf(error).replace(/(\. Please|, or) choose another place$/, '')}`
      : `${file}: expected ${expected}, found ${found}`;
  return new FileError(message, { cause: error });
}

function reasonOf(error: SystemError): string {
  return REASONS[codeOf(error)] ?? error.message;
}

/** Node's name of an error, or the system's: Node has no name for EDQUOT. */
function codeOf({ code, errno = 0 }: SystemError): string {
  if (!/^unknown/i.test(code)) return code;
  const names = Object.entries(requireBuiltin('node:os').constants.errno);
  return names.find(([, number]) => number === -errno)?.[0] ?? code;
}

type SystemError = NodeJS.ErrnoException & { readonly code: string };

/** Whether the error is of a system call: Node gives those a `syscall`. */
function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** A file, a folder or something else, as a message names it. */
export function kindOf(stats: {
  isFile(): boolean;
  isDirectory(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}): string {
  if (stats.isFile()) return 'a file';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a FIFO (named pipe)';
  return stats.isSocket() ? 'a socket' : 'a device';
}
