/** Writes a trace in another format, and states what that format cannot hold. */
import { usageError } from '../errors.ts';
import { isService } from '../workload.ts';
import type { Workload } from '../workload.ts';
import type { Trace, TraceFormat } from './format.ts';

/** Something that the written file does not have. */
export interface Loss {
  readonly what: string;
  /** Jobs it concerns; all of them if it is about the trace as a whole. */
  readonly jobs: number;
}

export interface Conversion {
  readonly format: string;
  /** Jobs written [count]. */
  readonly jobs: number;
  /** [bytes] */
  readonly bytes: number;
  readonly losses: readonly Loss[];
}

/** Takes the pieces of the file; resolves when there is room for more. */
export type TakePiece = (piece: string | Uint8Array) => Promise<void> | void;

/**
 * Writes a trace. What was no job in the file it was read from (skipped rows, comments) is not written either, and is
 * among the losses.
 */
export async function convertTrace(trace: Trace, format: TraceFormat, take: TakePiece): Promise<Conversion> {
  if (format.write === undefined) {
    throw usageError(
      `${format.name} can be read but not written`,
      '--to',
      'name another format; `yardmaster formats` lists them',
    );
  }
  const losses: Loss[] = trace.skipped.map(({ what, count }) => ({ what: `left out when read: ${what}`, jobs: count }));
  const lost = (what: string, jobs: number) => losses.push({ what, jobs });
  tellKubernetes(trace.workload, lost, format.write.keepsSlurm === true);
  let bytes = 0;
  await format.write.prepare?.();
  for (const piece of format.write.write(trace.workload, lost, trace.declared)) {
    bytes += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.byteLength;
    await take(piece);
  }
  return { format: format.name, jobs: trace.workload.count, bytes, losses };
}

/** No table holds what Kubernetes or Slurm know of a job beyond its requests, nor a run without end. */
function tellKubernetes(workload: Workload, lost: (what: string, jobs: number) => void, keepsSlurm: boolean): void {
  const { count, kubernetes, slurm } = workload;
  let services = 0;
  for (let job = 0; job < count; job++) if (isService(workload, job)) services++;
  if (services > 0) lost('services, which never end: they have no run time', services);
  if (slurm !== undefined && !keepsSlurm) lost('what only Slurm knows: nodes, constraints, licences, arrays', count);
  if (kubernetes === undefined) return;
  lost('pod templates: labels, affinity, tolerations, spreading, nodes, gangs', count);
  const throttled = kubernetes.throttleOfJob.reduce((jobs, throttle) => (throttle >= 0 ? jobs + 1 : jobs), 0);
  if (throttled > 0) lost('how many pods of a controller may be there at once', throttled);
}
