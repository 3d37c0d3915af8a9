import type { Eviction, Policy, Preemption } from '../policy.ts';

const HOW: readonly Preemption['how'][] = ['requeue', 'cancel', 'discard', 'kill', 'suspend', 'checkpoint'];
const FIRST = ['ends', 'submissions', 'due-ends'];
const CYCLE = ['instant', 'event'];

/** Refuses a policy whose settings make no sense: policies from outside are not checked by a compiler. */
export function checkPolicy({ killScan = 0, rhythm }: Policy): void {
  if (!(killScan >= 0 && killScan < Infinity)) throw new Error(`the policy's killScan is ${killScan}: give 0 or more ms`);
  if (rhythm === undefined) return;
  if (!FIRST.includes(rhythm.first))
    throw new Error(`the policy's rhythm.first is "${rhythm.first}": one of ${FIRST.join(', ')}`);
  if (!CYCLE.includes(rhythm.cycle))
    throw new Error(`the policy's rhythm.cycle is "${rhythm.cycle}": one of ${CYCLE.join(', ')}`);
}

/** Refuses a time that has passed. */
export function checkGrace(what: string, grace: number): void {
  if (grace >= 0 && grace < Infinity) return;
  throw new Error(`the policy ${what} with a grace period of ${grace} ms: give 0 or more`);
}

/** Refuses a preemption that names no way to do it, or would happen in the past. */
export function checkPreemption(job: number, { how, grace = 0 }: Preemption): void {
  if (!HOW.includes(how)) throw new Error(`the policy preempted job ${job} by "${how}": one of ${HOW.join(', ')}`);
  checkGrace(`preempted job ${job}`, grace);
}

/** Tasks cannot be there before they are placed, nor never. */
export function checkBound(job: number, bound: number, now: number): void {
  if (bound >= now && bound < Infinity) return;
  throw new Error(`the policy placed tasks of job ${job} to be there at ${bound} ms, but it is ${now} ms already`);
}

/** `there`: tasks of the group on the node that are not about to leave [count]. */
export function checkEviction({ job, group, node, tasks }: Eviction, there: number): void {
  if (tasks >= 1 && tasks <= there) return;
  throw new Error(`the policy evicted ${tasks} tasks of job ${job}, group ${group}, from node ${node}: ${there} stay there`);
}
