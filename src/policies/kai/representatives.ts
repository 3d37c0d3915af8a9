/**
 * Jobs for which no victims were found: those that are no easier to place need not be tried.
 * Source: pkg/scheduler/actions/common/minimal_job_comparison.go (KAI-Scheduler v0.13.0).
 */
import type { PodSpec } from '../../kubernetes.ts';
import type { PodGroup } from './pod-group.ts';
import type { Task } from './task.ts';

export class Representatives {
  readonly #smallest = new Map<string, PodGroup>();

  /** Whether it may find a place although the smallest that is like it did not. */
  isWorthATry(group: PodGroup): boolean {
    const failed = this.#smallest.get(footprintOf(group).signature);
    return failed === undefined || isEasier(group, failed);
  }

  note(group: PodGroup): void {
    const { signature } = footprintOf(group);
    const failed = this.#smallest.get(signature);
    if (failed === undefined || isSmaller(group, failed)) this.#smallest.set(signature, group);
  }
}

/** Fewer pods, or a smaller one where the pods are paired by size. */
function isEasier(group: PodGroup, other: PodGroup): boolean {
  const [own, its] = [footprintOf(group).waiting, footprintOf(other).waiting];
  if (own.length === 0 || its.length === 0) return false;
  if (own.length < its.length) return true;
  for (let i = 0; i < Math.min(own.length, its.length); i++) {
    if (asksForNoMore(own[i], its[i]) && !asksForNoMore(its[i], own[i])) return true;
  }
  return false;
}

function isSmaller(group: PodGroup, other: PodGroup): boolean {
  const [own, its] = [footprintOf(group).waiting, footprintOf(other).waiting];
  if (own.length === 0 || own.length > its.length) return false;
  return own.every((task, i) => asksForNoMore(task, its[i]));
}

/** What is compared of a job, worked out once for each of its states. */
interface Footprint {
  readonly version: number;
  /** Tasks that wait, the smallest first. */
  readonly waiting: readonly Task[];
  readonly signature: string;
}

const footprints = new WeakMap<PodGroup, Footprint>();

function footprintOf(group: PodGroup): Footprint {
  let known = footprints.get(group);
  if (known?.version !== group.version) {
    const waiting = [...group.tasks()].filter(({ status }) => status === 'pending');
    waiting.sort((one, other) => Number(asksForNoMore(other, one)) - Number(asksForNoMore(one, other)));
    known = { version: group.version, waiting, signature: signatureOf(group) };
    footprints.set(group, known);
  }
  return known;
}

function asksForNoMore({ demand }: Task, other: Task): boolean {
  for (const [resource, amount] of demand) if (amount > (other.demand.get(resource) ?? 0)) return false;
  return true;
}

/** What the pods that have no node demand of nodes beside resources. */
function signatureOf(group: PodGroup): string {
  const parts = group.subGroups.map(({ name, tasks }) => {
    const pods = tasks.filter((task) => !task.isActive).map(({ pod }) => constraintsOf(pod.pod.spec));
    return `${name}:${pods.sort().join(',')}`;
  });
  return parts.sort().join(';');
}

const known = new WeakMap<PodSpec, string>();

function constraintsOf(spec: PodSpec): string {
  let text = known.get(spec);
  if (text === undefined) {
    const { priority, nodeSelector, nodeAffinity, podAffinity, podAntiAffinity, tolerations, containers } = spec;
    const ports = containers.flatMap((container) => container.ports);
    text = JSON.stringify([priority, [...nodeSelector], nodeAffinity, podAffinity, podAntiAffinity, tolerations, ports], sorted);
    known.set(spec, text);
  }
  return text;
}

/** Maps are not JSON. */
function sorted(_key: string, value: unknown): unknown {
  return value instanceof Map ? [...(value as Map<unknown, unknown>)] : value;
}
