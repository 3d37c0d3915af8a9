/** What the streams we write to can show. */
import pc from 'picocolors';
import { plain, plainLines } from './plain-text.ts';

type Colors = ReturnType<typeof pc.createColors>;

/** Colours for a stream: none off a terminal, with NO_COLOR, or on a dumb terminal; always with FORCE_COLOR. */
export function colorsFor(stream: { readonly isTTY?: boolean }): Colors {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return pc.createColors(false);
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '0') return pc.createColors(true);
  return pc.createColors(stream.isTTY === true && TERM !== 'dumb');
}

/** Writes a message for people: standard output is for data only. */
export function say(message: string): void {
  process.stderr.write(`${plainLines(message)}\n`);
}

export function warn(message: string): void {
  say(`${colorsFor(process.stderr).yellow('warning:')} ${message}`);
}

/** A line of progress on standard error, rewritten in place; silent off a terminal, in CI and on a dumb terminal. */
export class Progress {
  /** Whether it can be seen at all. */
  readonly shown: boolean;
  /** Time of the last line [ms]; a terminal is slow, so it is not written to more often than people can read. */
  #last = 0;
  #dirty = false;

  constructor(stream: { readonly isTTY?: boolean } = process.stderr) {
    const { CI, TERM } = process.env;
    this.shown = stream.isTTY === true && !CI && TERM !== 'dumb';
  }

  show(line: () => string): void {
    if (!this.shown) return;
    const now = performance.now();
    if (now - this.#last < 100) return;
    this.#last = now;
    this.#dirty = true;
    process.stderr.write(`\r\x1b[2K${plain(line()).slice(0, (process.stderr.columns || 80) - 1)}`);
  }

  /** Takes the line away, before anything else is written. */
  clear(): void {
    if (this.#dirty) process.stderr.write('\r\x1b[2K');
    this.#dirty = false;
  }
}
