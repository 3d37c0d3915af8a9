import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { usageError } from '../errors.ts';
import { makeFolder } from './folder.ts';

/** Bytes that are written at a time. */
const BLOCK = 1 << 20;

/** Whether to wait for the disk. */
export type Care = 'cached' | 'durable';

/** Files that are being written now; an interrupted run removes them. */
const unfinished = new Set<AtomicFile>();

/**
 * A file that is there as a whole or not at all: written under a temporary name beside it, then renamed. Makes the
 * folders it needs. What was there before stays until the new file is complete.
 */
export class AtomicFile {
  readonly #path: string;
  readonly #temporary: string;
  readonly #file: number;
  readonly #block = Buffer.allocUnsafe(BLOCK);
  #filled = 0;
  #open = true;

  constructor(path: string) {
    makeFolder(dirname(path));
    refuseWhatIsNoFile(path);
    this.#path = path;
    this.#temporary = `${path}.${process.pid}.part`;
    this.#file = openSync(this.#temporary, 'w');
    unfinished.add(this);
  }

  write(piece: string | Uint8Array): void {
    // A character takes up to three bytes.
    const size = typeof piece === 'string' ? 3 * piece.length : piece.length;
    if (this.#filled + size > BLOCK) this.#flush();
    if (size > BLOCK) this.#writeOut(typeof piece === 'string' ? Buffer.from(piece) : piece);
    else if (typeof piece === 'string') this.#filled += this.#block.write(piece, this.#filled);
    else {
      this.#block.set(piece, this.#filled);
      this.#filled += piece.length;
    }
  }

  /** Puts the file in its place; `durable`: when it is on the disk, so that it is whole even if the machine goes down. */
  commit(care: Care = 'cached'): void {
    this.#flush();
    if (care === 'durable') fsyncSync(this.#file);
    this.#close();
    renameSync(this.#temporary, this.#path);
    unfinished.delete(this);
  }

  /** Leaves what was there before. */
  discard(): void {
    unfinished.delete(this);
    try {
      this.#close();
    } finally {
      rmSync(this.#temporary, { force: true });
    }
  }

  /** Once only: the number of a closed file may be another one's by then. */
  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#file);
  }

  #flush(): void {
    this.#writeOut(this.#block.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #writeOut(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) from += writeSync(this.#file, bytes, from);
  }
}

/** A rename would fail on a folder, and put a file in the place of a device. */
function refuseWhatIsNoFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return;
  const what = found.isDirectory() ? 'it is a folder' : 'it is not a regular file';
  throw usageError(what, path, 'name a file that may be written anew; - is standard output where a trace is written');
}

/** Writes a file as a whole or not at all. */
export function writeAtomically(path: string, pieces: Iterable<string | Uint8Array>, care: Care = 'cached'): void {
  const file = new AtomicFile(path);
  try {
    for (const piece of pieces) file.write(piece);
    file.commit(care);
  } catch (error) {
    file.discard();
    throw error;
  }
}

/** Removes what a run that is being interrupted has half written. */
export function removeUnfinishedFiles(): void {
  for (const file of unfinished) file.discard();
}
