/** What the commands that change a trace have in common: read, change step by step, write, and say what was done. */
import { usageError } from '../errors.ts';
import type { Changed } from '../trace/slice.ts';
import type { Workload } from '../workload.ts';
import { say } from './terminal.ts';
import { readWithProgress, sayAccount } from './trace-input.ts';
import { traceTarget, writeTrace } from './trace-output.ts';

/** One change; the steps are taken in the order in which they stand. */
export type Step = (workload: Workload) => Changed;

export async function changeTrace(
  path: string,
  output: string,
  { format, to }: { readonly format?: string; readonly to?: string },
  steps: readonly Step[],
): Promise<void> {
  if (steps.length === 0)
    throw usageError(
      'no change is asked for',
      'options',
      'see the examples in --help; to write it in another format: trace convert',
    );
  const target = traceTarget(output, to);
  const trace = await readWithProgress(path, format);
  sayAccount(trace);
  let { workload } = trace;
  for (const step of steps) {
    const changed = step(workload);
    workload = changed.workload;
    for (const note of changed.notes) say(`  ${note}`);
  }
  await writeTrace({ ...trace, workload }, target);
}
