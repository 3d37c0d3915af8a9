/**
 * Amounts of resources as Volcano reckons with them: cpu and memory always, every other resource only where somebody
 * names it. What is not named is no demand on the left of a comparison, and 0 on the right. Differences below a tenth of
 * a unit are none.
 * Source: pkg/scheduler/api/resource_info.go, pkg/scheduler/api/helpers/helpers.go (Volcano v1.15.1).
 */
import type { Resources } from '../../kubernetes.ts';

/** By number of the table; NaN = not named. cpu in millicores, memory in bytes, pods in pieces, others in thousandths. */
export type Resource = Float64Array<ArrayBuffer>;

export const CPU = 0;
export const MEMORY = 1;
export const PODS = 2;
const KNOWN = ['cpu', 'memory', 'pods'];
const TOLERANCE = 0.1;

/** The resources that anybody in a run names. */
export class ResourceTable {
  readonly names: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(everything: Iterable<Resources>) {
    const names = new Set(KNOWN);
    for (const resources of everything) for (const name of resources.keys()) if (counts(name)) names.add(name);
    this.names = [...names];
    this.#numbers = new Map(this.names.map((name, number) => [name, number]));
  }

  numberOf(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  /** Nothing of cpu and memory, and nothing else named. */
  nothing(): Resource {
    const resource = new Float64Array(this.names.length).fill(NaN);
    resource[CPU] = 0;
    resource[MEMORY] = 0;
    return resource;
  }

  of(amounts: Resources): Resource {
    const resource = this.nothing();
    for (const [name, amount] of amounts) {
      const number = this.#numbers.get(name);
      if (number !== undefined) resource[number] = number <= PODS ? amount : amount * 1000;
    }
    return resource;
  }
}

/** Object counts of a quota are no resources of a node. */
function counts(name: string): boolean {
  return !name.startsWith('count/');
}

/** What there is of a resource; 0 if it is not named. */
export function amountOf(resource: Resource, number: number): number {
  const amount = resource[number];
  return Number.isNaN(amount) ? 0 : amount;
}

export function add(to: Resource, other: Resource): Resource {
  for (let i = 0; i < to.length; i++) if (!Number.isNaN(other[i])) to[i] = amountOf(to, i) + other[i];
  return to;
}

export function subtract(from: Resource, other: Resource): Resource {
  for (let i = 0; i < from.length; i++) if (!Number.isNaN(other[i])) from[i] = amountOf(from, i) - other[i];
  return from;
}

export function multiply(resource: Resource, factor: number): Resource {
  for (let i = 0; i < resource.length; i++) resource[i] *= factor;
  return resource;
}

export function plus(one: Resource, other: Resource): Resource {
  return add(one.slice(), other);
}

/** All that one names is there in the other. */
export function lessEqual(one: Resource, other: Resource): boolean {
  return firstExceeding(one, other) < 0;
}

/** The first resource of which one has more than the other; -1 if there is none. */
export function firstExceeding(one: Resource, other: Resource): number {
  for (let i = 0; i < one.length; i++) {
    const left = one[i];
    if (Number.isNaN(left)) continue;
    const right = amountOf(other, i);
    if (!(left < right || Math.abs(left - right) < TOLERANCE)) return i;
  }
  return -1;
}

/** The resources in `request` of which one has more than the other, to the unit. Pods are not looked at. */
export function exceedingWhereRequested(one: Resource, other: Resource, request: Resource): number[] {
  const found: number[] = [];
  for (let i = 0; i < one.length; i++) {
    if (i !== PODS && request[i] > 0 && amountOf(one, i) > amountOf(other, i)) found.push(i);
  }
  return found;
}

/** Nothing of anything but pods. */
export function isEmpty(resource: Resource): boolean {
  for (let i = 0; i < resource.length; i++) if (i !== PODS && resource[i] >= TOLERANCE) return false;
  return true;
}

/** There is some of it. */
export function has(resource: Resource, number: number): boolean {
  return resource[number] >= TOLERANCE;
}

/** Lowers what is above the limit. A resource that the limit does not name has none, or none is allowed. */
export function lowerTo(resource: Resource, limit: Resource, unnamed: 'unlimited' | 'nothing'): Resource {
  for (let i = 0; i < resource.length; i++) {
    if (Number.isNaN(resource[i])) continue;
    if (!Number.isNaN(limit[i])) resource[i] = Math.min(resource[i], limit[i]);
    else if (unnamed === 'nothing') resource[i] = 0;
  }
  return resource;
}

/** The larger of each. Beyond cpu and memory, amounts below 0 are forgotten. */
export function larger(one: Resource, other: Resource): Resource {
  const result = new Float64Array(one.length).fill(NaN);
  for (let i = 0; i < one.length; i++) {
    if (i <= MEMORY) result[i] = Math.max(one[i], other[i]);
    else {
      if (one[i] >= 0) result[i] = one[i];
      if (other[i] >= 0) result[i] = Math.max(other[i], amountOf(result, i));
    }
  }
  return result;
}

/** What one has more than the other; a resource of which it has no more is not named. */
export function excess(one: Resource, other: Resource): Resource {
  const result = new Float64Array(one.length).fill(NaN);
  for (let i = 0; i < one.length; i++) {
    const difference = amountOf(one, i) - amountOf(other, i);
    if (difference > 0) result[i] = difference;
    else if (i <= MEMORY) result[i] = 0;
  }
  return result;
}

/** The same, added up. */
export function addExcess(to: Resource, one: Resource, other: Resource): void {
  for (let i = 0; i < to.length; i++) {
    const difference = amountOf(one, i) - amountOf(other, i);
    if (difference > 0) to[i] = amountOf(to, i) + difference;
  }
}

/** To the last bit, and naming the same. */
export function same(one: Resource, other: Resource): boolean {
  for (let i = 0; i < one.length; i++) if (!Object.is(one[i] + 0, other[i] + 0)) return false;
  return true;
}

/** A share of what there is; all of nothing is everything. */
export function share(part: number, whole: number): number {
  if (whole === 0) return part === 0 ? 0 : 1;
  return part / whole;
}
