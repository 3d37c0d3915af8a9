/** Jobs that come into the queue: an array comes as one submission, and is turned away or let in as a whole. */
import type { Cycle } from '../../../policy.ts';
import type { Scheduling } from '../scheduling.ts';

type Submission = Pick<Scheduling, 'arrays' | 'limits' | 'feasibility' | 'requests'>;

/** Those that are let in. `isKnown`: whether a job was in the queue before; such a job is not asked again. */
export function submitJobs(cycle: Cycle, scheduling: Submission, isKnown: (job: number) => boolean): readonly number[] {
  const { submitted } = cycle.changed;
  const { arrays, limits } = scheduling;
  const arrayOf = (job: number) => arrays.of(job);
  const letIn: number[] = [];
  const done = new Set<number>();
  for (const job of submitted) {
    if (done.has(job)) continue;
    const array = arrayOf(job);
    const isTogether = (other: number) => arrayOf(other) === array && !isKnown(other);
    const together = isKnown(job) || arrayOf(job) < 0 ? [job] : submitted.filter(isTogether);
    const reason = isKnown(job) ? undefined : refuse(together, scheduling, cycle.now);
    for (const one of together) {
      done.add(one);
      if (reason !== undefined) cycle.reject(one, reason);
      else letIn.push(one);
      if (reason === undefined) limits?.submit(one);
    }
  }
  return letIn;
}

/** Why jobs that come together are turned away; undefined if they are let in. */
function refuse(jobs: readonly number[], { limits, feasibility, requests }: Submission, now: number): string | undefined {
  const [job] = jobs;
  return requests.beforeLimits(job) ?? limits?.refuse(jobs) ?? requests.afterLimits(job, now) ?? feasibility.refuse(job);
}
