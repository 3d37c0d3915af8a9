import type { Tally, Trace } from '../trace/format.ts';
import { countOf, formatBytes, formatDuration, grouped } from '../units.ts';

/** The account of every line of a trace, for people. */
export function accountText(trace: Trace): string {
  const { workload, format, bytes, declared, skipped, repaired, noJob, furtherJobs } = trace;
  const span = workload.count === 0 ? 0 : workload.submit[workload.count - 1];
  const lines = [
    `${workload.name}: ${countOf(workload.count, 'job')} submitted over ${formatDuration(span)} (${format}, ${formatBytes(bytes)})`,
    ...tallyLines('skipped', skipped),
    ...tallyLines('repaired', repaired),
    ...tallyLines('further jobs', furtherJobs),
    ...tallyLines('no job', noJob),
  ];
  if (declared.computer !== undefined) lines.push(`  machine: ${declared.computer}`);
  return lines.join('\n');
}

/** The same for machines. */
export function accountFacts({
  workload,
  format,
  sha256,
  bytes,
  declared,
  skipped,
  repaired,
  noJob,
  furtherJobs,
  warnings,
}: Trace): object {
  // Its size stands there too; the nodes themselves are as long as the trace.
  const { cluster: _, ...declaredFacts } = declared;
  return {
    name: workload.name,
    format,
    sha256,
    bytes,
    jobs: workload.count,
    skipped,
    repaired,
    no_job: noJob,
    further_jobs: furtherJobs,
    warnings,
    declared: declaredFacts,
  };
}

function tallyLines(label: string, tallies: readonly Tally[]): string[] {
  return tallies.map(({ what, count: times, where }) => {
    const places = where.length === 0 ? '' : ` (${label === 'no job' ? 'at' : 'first at'} ${where.join(', ')})`;
    return `  ${label}: ${grouped(times)} x ${what}${places}`;
  });
}
