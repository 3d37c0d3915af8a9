import { traceInMemory } from '../src/trace/input.ts';
import { readStored } from '../src/trace/read.ts';
import type { Trace, TraceFormat } from '../src/trace/format.ts';
import { formats } from '../src/trace/index.ts';
import type { Workload } from '../src/workload.ts';

// Writers may have to load what they need.
for (const { write } of formats) await write?.prepare?.();

/** Reads a text or bytes in a given format. */
export function readAs(
  format: string,
  content: string | Uint8Array,
  parameters: Readonly<Record<string, unknown>> = {},
): Promise<Trace> {
  return readStored(traceInMemory(content, `test.${format}`), { format, parameters });
}

/** Writes a workload; also what was lost. */
export function written(format: TraceFormat, workload: Workload): { bytes: Uint8Array; lost: string[] } {
  const lost: string[] = [];
  const pieces = [...format.write!.write(workload, (what) => lost.push(what))];
  return { bytes: Buffer.concat(pieces.map((piece) => Buffer.from(piece))), lost };
}

/** Jobs and everything else that the account of a trace holds [rows]. */
export function accounted({ workload, skipped, noJob, furtherJobs }: Trace): number {
  const sum = (tallies: readonly { count: number }[]) => tallies.reduce((total, { count }) => total + count, 0);
  return workload.count - sum(furtherJobs) + sum(skipped) + sum(noJob);
}
