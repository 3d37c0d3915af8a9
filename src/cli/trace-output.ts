/** Writes a trace: to a file as a whole or not at all, or to standard output. */
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import type { Command } from 'commander';
import { usageError } from '../errors.ts';
import { AtomicFile, writeAtomically } from '../results/write.ts';
import { convertTrace } from '../trace/convert.ts';
import { formatNamed } from '../trace/detect.ts';
import type { Declared, Trace, TraceFormat } from '../trace/format.ts';
import { formats } from '../trace/index.ts';
import type { Workload } from '../workload.ts';
import { say, warn } from './terminal.ts';
import { countOf } from '../units.ts';

/** Declares what every command that writes a trace has. */
export function declareTraceOutput(command: Command): void {
  command
    .argument('<output>', 'where to write it; its ending says the format and whether to compress (.gz); - = standard output')
    .option('--to <format>', 'format to write (default: told from the ending of OUTPUT)');
}

/** A trace that is about to be written: found out before the work begins, so that a mistake is told at once. */
export interface TraceTarget {
  readonly path: string;
  readonly format: TraceFormat;
}

export function traceTarget(path: string, to: string | undefined): TraceTarget {
  const writable = formats.filter(({ write }) => write !== undefined);
  if (to !== undefined) return { path, format: formatNamed(writable, to) };
  const plain = path.replace(COMPRESSED, '').toLowerCase();
  const format = writable.find(({ extensions }) => extensions.some((ending) => plain.endsWith(ending)));
  if (format) return { path, format };
  const names = writable.map(({ name }) => name).join(', ');
  throw usageError(`the ending of "${path}" says no format that can be written`, '--to', `name one: ${names}`);
}

const COMPRESSED = /\.gz$/i;

/** Writes the trace, and says what of it the format cannot hold. */
export async function writeTrace(trace: Trace, { path, format }: TraceTarget): Promise<void> {
  const { jobs, losses } =
    path === '-' ? await convertTrace(trace, format, writeToStdout) : await writeToFile(trace, path, format);
  for (const { what, jobs: concerned } of losses)
    warn(
      concerned === 0
        ? `${format.name} does not hold ${what}`
        : `${format.name} does not hold ${what}: ${countOf(concerned, 'job')}`,
    );
  if (path !== '-') say(`wrote ${path}: ${countOf(jobs, 'job')} (${format.name})`);
}

/** A workload that was made here, as if it had been read from a file. */
export function asTrace(workload: Workload, declared: Declared): Trace {
  const nothing = { skipped: [], repaired: [], noJob: [], furtherJobs: [], warnings: [] };
  return { workload, format: '', sha256: '', bytes: 0, declared, ...nothing };
}

async function writeToFile(trace: Trace, path: string, format: TraceFormat): Promise<Awaited<ReturnType<typeof convertTrace>>> {
  if (COMPRESSED.test(path)) {
    const pieces: Uint8Array[] = [];
    const conversion = await convertTrace(trace, format, (piece) => {
      pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
    });
    writeAtomically(path, [gzipSync(Buffer.concat(pieces))]);
    return conversion;
  }
  const file = new AtomicFile(path);
  try {
    const conversion = await convertTrace(trace, format, (piece) => file.write(piece));
    file.commit();
    return conversion;
  } catch (error) {
    file.discard();
    throw error;
  }
}

async function writeToStdout(piece: string | Uint8Array): Promise<void> {
  if (typeof piece !== 'string' && process.stdout.isTTY) {
    throw usageError('this format is binary, and standard output is a terminal', '-', 'name a file to write to');
  }
  if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
}
