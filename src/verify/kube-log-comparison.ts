/** How close our scheduler comes to a record when it is left alone, with the best choice of what the record does not tell. */
import type { KubeVersion } from '../policies/kube-default/behaviour.ts';
import { runFreely } from './kube-log-free.ts';
import type { FreePod, FreeRun, Simulate } from './kube-log-free.ts';
import { decisionsOf } from './kube-log-decisions.ts';
import type { KubeLog } from './kube-log-record.ts';

/** Limits of a client as they are by default: calls a second, and at once. */
export const STOCK_LIMITS = { qps: 50, burst: 100 };

/** Flushes are tried at each of these parts of a second [ms]. */
const PHASE_STEP = 50;
/** What an attempt and a call take [ms]. */
const STEP = 1;
/** Pods that were bound closer to each other than this are in no order [ms]. */
const TOGETHER = 100;

export interface FreeComparison {
  /** Part of a second at which flushes fall in this run [ms]. */
  readonly phase: number;
  /** Pods that were bound in both or in neither [count]. */
  readonly sameFate: number;
  readonly sameNode: number;
  /** Pods that were evicted in both or in neither [count]. */
  readonly sameVictims: number;
  /** Pairs of pods that were bound in the other order, and all pairs that have one. */
  readonly inversions: number;
  readonly pairs: number;
  readonly preemptions: { readonly real: number; readonly ours: number };
  /** Pods bound in a second; absent if the record was not made for that. */
  readonly throughput?: { readonly real: number; readonly ours: number };
}

export function compareFreely(log: KubeLog, version: KubeVersion, simulate: Simulate): FreeComparison {
  const real = realPods(log);
  const decisions = decisionsOf(log);
  const preemptions = decisions.filter(({ kind }) => kind === 'preempt').length;
  const limited = keepsLimits(log);
  const limits = limited ? STOCK_LIMITS : { qps: 0, burst: 0 };
  const costs = { attempt: STEP, bind: STEP, call: STEP, ...limits };
  // Where nothing is tried twice it does not matter when flushes fall.
  const phases = preemptions === 0 ? [0] : Array.from({ length: 1000 / PHASE_STEP }, (_, i) => i * PHASE_STEP);
  let best: FreeComparison | undefined;
  for (const phase of phases) {
    const found = compare(real, runFreely(log, version, simulate, costs, phase), phase, preemptions);
    if (best === undefined || likeness(found) > likeness(best)) best = { ...found, throughput: undefined };
    if (log.throughput === undefined || !limited) continue;
    best = { ...best, throughput: { real: log.throughput, ours: found.throughput?.ours ?? NaN } };
  }
  if (best === undefined) throw new Error('no phase was tried');
  return best;
}

/** Whether a client with the default limits can have made as many bindings so soon. */
export function keepsLimits({ events }: KubeLog): boolean {
  const binds = events.filter(({ kind }) => kind === 'bind');
  const slack = 5;
  return binds.every(({ at }, index) => {
    return index <= STOCK_LIMITS.burst + slack + ((at - binds[0].at) / 1000) * STOCK_LIMITS.qps * 1.05;
  });
}

function likeness({ sameFate, sameNode, sameVictims, inversions }: FreeComparison): number {
  return sameFate + sameVictims + sameNode - inversions / 1000;
}

function compare(
  real: readonly FreePod[],
  { pods, preemptions }: FreeRun,
  phase: number,
  realPreemptions: number,
): FreeComparison {
  const count = (same: (one: FreePod, other: FreePod) => boolean) => pods.filter((pod, i) => same(pod, real[i])).length;
  return {
    phase,
    sameFate: count((one, other) => Number.isNaN(one.bound) === Number.isNaN(other.bound)),
    sameNode: count((one, other) => one.node === other.node),
    sameVictims: count((one, other) => one.evicted === other.evicted),
    ...inversionsOf(real, pods),
    preemptions: { real: realPreemptions, ours: preemptions },
    throughput: { real: throughputOf(real), ours: throughputOf(pods) },
  };
}

function inversionsOf(real: readonly FreePod[], ours: readonly FreePod[]): Pick<FreeComparison, 'inversions' | 'pairs'> {
  let inversions = 0;
  let pairs = 0;
  for (let i = 0; i < real.length; i++) {
    for (let j = 0; j < i; j++) {
      const apart = real[i].bound - real[j].bound;
      const ourApart = ours[i].bound - ours[j].bound;
      if (!(Math.abs(apart) >= TOGETHER) || Number.isNaN(ourApart)) continue;
      pairs++;
      if (apart * ourApart < 0) inversions++;
    }
  }
  return { inversions, pairs };
}

function throughputOf(pods: readonly FreePod[]): number {
  const times = pods.map(({ bound }) => bound).filter((bound) => !Number.isNaN(bound));
  const [first, last] = times.reduce(
    ([least, most], time) => [Math.min(least, time), Math.max(most, time)],
    [Infinity, -Infinity],
  );
  return times.length / ((last - first) / 1000);
}

function realPods({ pods, events }: KubeLog): FreePod[] {
  const bound = new Map(events.filter(({ kind }) => kind === 'bind').map((event) => [event.pod, event]));
  const evicted = new Set(events.filter(({ kind }) => kind === 'delete').map(({ pod }) => pod));
  return pods.map(({ pod: { name } }) => {
    const event = bound.get(name);
    return { name, bound: event?.at ?? NaN, node: event?.node, evicted: evicted.has(name) };
  });
}
