/**
 * Amounts of the three resources that queues share: cpu [millicores], memory [bytes], GPUs [thousandths]. No limit is
 * Infinity. GPUs count in thousandths, so that sums of shares are exact.
 * Source: pkg/scheduler/plugins/proportion/resource_share/resource_quantities.go (KAI-Scheduler v0.13.0).
 */
export const CPU = 0;
export const MEMORY = 1;
export const GPU = 2;
export const RESOURCES = [CPU, MEMORY, GPU] as const;

/** As the messages of the scheduler call them. */
export const RESOURCE_NAMES = ['CPU', 'Memory', 'GPU'] as const;
/** The whole units in which what is over quota is dealt out. */
export const WHOLE = [1, 1, 1000] as const;

/** By resource. */
export type Quantities = readonly number[];

export const NOTHING: Quantities = [0, 0, 0];

export function addTo(sum: number[], more: Quantities, sign: 1 | -1 = 1): void {
  for (const resource of RESOURCES) sum[resource] += sign * more[resource];
}

export function plus(one: Quantities, other: Quantities): number[] {
  return RESOURCES.map((resource) => one[resource] + other[resource]);
}

/** No resource is more. */
export function isWithin(one: Quantities, bound: Quantities): boolean {
  return one[CPU] <= bound[CPU] && one[MEMORY] <= bound[MEMORY] && one[GPU] <= bound[GPU];
}

/** Every resource is less. */
export function isBelow(one: Quantities, bound: Quantities): boolean {
  return one[CPU] < bound[CPU] && one[MEMORY] < bound[MEMORY] && one[GPU] < bound[GPU];
}
