/** Trouble with files that is not ours: by the code of the operating system, what can be done about it. */
const HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'check the path: something of it does not exist',
  EACCES: 'check the permissions of the path',
  EPERM: 'check the permissions of the path',
  EROFS: 'the file system is read-only: name another place',
  EISDIR: 'a folder is there: name a file',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'something else is there already: name another path, or remove it',
  ENOTEMPTY: 'a folder that is not empty is there: name another path',
  ENOSPC: 'the disk is full: make room, or name another place',
  EDQUOT: 'your share of the disk is used up: make room, or name another place',
  EFBIG: 'the file is larger than the file system or "ulimit -f" allows',
  EIO: 'the device reports an error: check the disk, or name another place',
  ELOOP: 'the symbolic links of the path go round in a circle',
  EBUSY: 'it is in use: name another path, or wait',
  EMLINK: 'the folder holds as many entries as it can: name another one',
  EMFILE: 'too many files are open: raise "ulimit -n"',
  ENFILE: 'too many files are open on this machine',
  ENAMETOOLONG: 'name something shorter',
  ENXIO: 'nothing is at the other end: name a file',
  ETXTBSY: 'it is a program that runs: name another path',
  EXDEV: 'the path crosses file systems: name another place',
};

export function isFileTrouble(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && Object.hasOwn(HINTS, (error as NodeJS.ErrnoException).code ?? '');
}

/** The trouble in words: where, what, and the hint. */
export function fileTroubleText({ path, message, code = '' }: NodeJS.ErrnoException, where = path ?? 'file system'): string {
  return `${where}: ${message}\n  hint: ${HINTS[code]}`;
}
