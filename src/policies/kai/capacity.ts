/**
 * What keeps a job out of its queue whatever is free: the limit, and for jobs that nobody may preempt the quota, of the
 * queue and of all above it.
 * Source: pkg/scheduler/plugins/proportion/capacity_policy, pkg/scheduler/api/unschedule_info.go (KAI-Scheduler v0.13.0).
 */
import { CPU, GPU, RESOURCE_NAMES, RESOURCES } from './quantities.ts';
import type { Quantities } from './quantities.ts';
import type { Queue } from './queue.ts';

/** Why the job may not have it, in the scheduler's words; undefined if it may. */
export function overCapacity(queue: Queue, request: Quantities, preemptible: boolean): string | undefined {
  return overLimit(queue, request) ?? (preemptible ? undefined : overQuota(queue, request));
}

function overLimit(leaf: Queue, request: Quantities): string | undefined {
  for (let queue: Queue | undefined = leaf; queue !== undefined; queue = queue.parent) {
    const { limit, displayName } = queue.object;
    for (const resource of RESOURCES) {
      const [most, has, more] = [limit[resource], queue.allocated[resource], request[resource]];
      if (more === 0 || most >= has + more) continue;
      const [unit, name] = UNITS[resource];
      const numbers = [most, has, more].map((amount) => show(amount, resource));
      return (
        `${displayName} quota has reached the allowable limit of ${name}. Limit is ${numbers[0]} ${unit}, ` +
        `currently ${numbers[1]} ${unit} allocated and workload requested ${numbers[2]} ${unit}`
      );
    }
  }
  return undefined;
}

/** What jobs that nobody may preempt hold must stay within the quota. */
export function overQuota(leaf: Queue, request: Quantities): string | undefined {
  for (let queue: Queue | undefined = leaf; queue !== undefined; queue = queue.parent) {
    const { deserved, displayName } = queue.object;
    for (const resource of RESOURCES) {
      const [quota, has, more] = [deserved[resource], queue.allocatedNonPreemptible[resource], request[resource]];
      if (more === 0 || quota >= has + more) continue;
      const [unit, name] = UNITS[resource];
      return (
        `Non-preemptible workload is over quota. Workload requested ${show(more, resource)} ${resource === CPU ? name : unit}` +
        `${resource === CPU || resource === GPU ? '' : ' memory'}, but ${displayName} quota is ${show(quota, resource)} ${unit}, ` +
        `while ${show(has, resource)} ${unit} are already allocated for non-preemptible pods. ` +
        'Use a preemptible workload to go over quota.'
      );
    }
  }
  return undefined;
}

/** Units, and what the limit is of, by resource. */
const UNITS = [
  ['cores', 'CPU cores'],
  ['GB', 'memory'],
  ['GPUs', 'GPUs'],
] as const;
const PER_UNIT = [1000, 1e9, 1000];

function show(amount: number, resource: number): string {
  if (amount === Infinity) return 'unlimited';
  return String(Number((amount / PER_UNIT[resource]).toFixed(3)));
}

/** For people: `GPU 2, CPU 4`. */
export function describeQuantities(amounts: Quantities): string {
  const parts = RESOURCES.filter((resource) => amounts[resource] > 0).map(
    (resource) => `${RESOURCE_NAMES[resource]} ${show(amounts[resource], resource)}`,
  );
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
