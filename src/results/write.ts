import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Bytes that are written at a time. */
const BLOCK = 1 << 20;

/** Temporary files that exist now; an interrupted run removes them. */
const unfinished = new Set<string>();

/**
 * Writes a file as a whole or not at all: under a temporary name beside it, then renamed. Makes the folders it
 * needs. What was there before stays until the new file is complete.
 */
export function writeAtomically(path: string, pieces: Iterable<string | Uint8Array>): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.part`;
  unfinished.add(temporary);
  try {
    const file = openSync(temporary, 'w');
    try {
      writeBlocks(file, pieces);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    unfinished.delete(temporary);
  }
}

/** Removes what a run that is being interrupted has half written. */
export function removeUnfinishedFiles(): void {
  for (const path of unfinished) rmSync(path, { force: true });
  unfinished.clear();
}

function writeBlocks(file: number, pieces: Iterable<string | Uint8Array>): void {
  const block = Buffer.allocUnsafe(BLOCK);
  let filled = 0;
  const flush = () => {
    for (let from = 0; from < filled;) from += writeSync(file, block, from, filled - from);
    filled = 0;
  };
  for (const piece of pieces) {
    const size = typeof piece === 'string' ? 3 * piece.length : piece.length;
    if (filled + size > BLOCK) flush();
    if (size > BLOCK) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      for (let from = 0; from < bytes.length;) from += writeSync(file, bytes, from);
    } else if (typeof piece === 'string') filled += block.write(piece, filled);
    else {
      block.set(piece, filled);
      filled += piece.length;
    }
  }
  flush();
}
