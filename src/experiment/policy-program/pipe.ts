/** Pipes to another process that can be read and written without an event loop. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The two ends of a pipe, as file descriptors. */
export interface Pipe {
  readonly reader: number;
  readonly writer: number;
}

/**
 * Opens pipes. Those that Node makes for a child do not block, and so cannot be waited for; a named pipe does. Its name is
 * gone when this returns.
 */
export function openPipes(count: number): Pipe[] {
  const folder = mkdtempSync(join(tmpdir(), 'yardmaster-'));
  try {
    const names = Array.from({ length: count }, (_, index) => join(folder, String(index)));
    execFileSync('mkfifo', ['-m', '600', ...names]);
    return names.map(openPipe);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Either end of a named pipe alone would wait for the other: one that is both comes first. */
function openPipe(name: string): Pipe {
  const both = openSync(name, 'r+');
  const pipe = { reader: openSync(name, 'r'), writer: openSync(name, 'w') };
  closeSync(both);
  return pipe;
}

/** Longest line that is taken [bytes]: more is no answer. */
const LONGEST_LINE = 256 * 1024 * 1024;
const NEW_LINE = 10;

export class LineTooLong extends Error {
  readonly bytes = LONGEST_LINE;
}

/** Reads lines from a pipe, waiting for them. */
export class LineReader {
  readonly #pipe: number;
  #bytes = Buffer.allocUnsafe(64 * 1024);
  /** What has been read and not yet been handed out. */
  #from = 0;
  #until = 0;

  constructor(pipe: number) {
    this.#pipe = pipe;
  }

  /** The next line, without its end. What stands at the end of a pipe that was closed counts as a line. Throws LineTooLong. */
  next(): string {
    let searched = this.#from;
    for (;;) {
      const end = this.#bytes.subarray(0, this.#until).indexOf(NEW_LINE, searched);
      if (end >= 0) return this.#take(end, end + 1);
      searched = this.#until;
      if (this.#from > 0 && this.#until === this.#bytes.length) searched -= this.#moveToFront();
      if (this.#until === this.#bytes.length) this.#grow();
      const read = waitAndRead(this.#pipe, this.#bytes, this.#until);
      if (read === 0) return this.#take(this.#until, this.#until);
      this.#until += read;
    }
  }

  #take(end: number, next: number): string {
    const line = this.#bytes.toString('utf8', this.#from, end);
    this.#from = next;
    if (this.#from === this.#until) this.#from = this.#until = 0;
    return line;
  }

  #moveToFront(): number {
    const by = this.#from;
    this.#bytes.copyWithin(0, this.#from, this.#until);
    this.#from = 0;
    this.#until -= by;
    return by;
  }

  #grow(): void {
    if (this.#bytes.length >= LONGEST_LINE) throw new LineTooLong();
    const larger = Buffer.allocUnsafe(2 * this.#bytes.length);
    this.#bytes.copy(larger, 0, 0, this.#until);
    this.#bytes = larger;
  }
}

/** Reads what there is, waiting for it, to this place and after it. Answers how much it was [bytes]: none at the end. */
function waitAndRead(pipe: number, bytes: Buffer, from: number): number {
  for (;;)
    try {
      return readSync(pipe, bytes, from, bytes.length - from, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EINTR') throw error;
      letSignalEndUs();
    }
}

/** Longest time from a signal to the end that the runtime puts to work that it is to end [ms]. */
const LONGEST_END = 10_000;

/**
 * The system breaks off a read when a signal comes that the runtime ends this work for, on another thread: that may take a
 * while. To read on at once could be to wait where nothing wakes us any more; here it does.
 */
function letSignalEndUs(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LONGEST_END);
}

/** Writes all of the text, waiting for room. */
export function writeAll(pipe: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(pipe, bytes, written);
}
