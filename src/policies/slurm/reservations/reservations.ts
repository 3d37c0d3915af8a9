/**
 * Advance reservations: what they leave to jobs without one, and who may use them when.
 * Source: Slurm 22.05, src/slurmctld/reservation.c, job_test_resv, job_test_resv_now, find_resv_end.
 */
import type { SlurmConfig } from '../../../slurm.ts';
import type { Requests } from '../../../workload.ts';
import type { JobDemand } from '../demand.ts';
import { isWithin, nodeSetOf, overlaps, removeAll } from '../node-set.ts';
import type { NodeSet } from '../node-set.ts';
import type { Partitions } from '../partitions.ts';
import type { PlanClock } from '../plan-clock.ts';
import { mayUse } from './access.ts';
import { Reservation } from './reservation.ts';

/** What a job that begins at some time can have. */
const SECOND = 1000;

export interface Reserved {
  readonly nodes: NodeSet;
  /** When it begins: later than was asked if nothing is to be had before [Unix ms]. */
  readonly from: number;
  /** Whether reservations have taken nodes of its partition away. */
  readonly overlaps: boolean;
}

/** A time that a job would like to run. */
export interface Wish {
  readonly job: number;
  readonly demand: JobDemand;
  /** [Unix ms] */
  readonly from: number;
  readonly length: number;
  /** Whether a later begin will do. */
  readonly moves: boolean;
}

export interface ReservationParts {
  readonly jobs: Requests;
  readonly config: SlurmConfig;
  readonly partitions: Partitions;
  readonly clock: PlanClock;
  readonly nodes: number;
}

/** A job without a reservation: index into them. */
export const NO_RESERVATION = -1;
/** Later times that are tried for a job that cannot have its nodes. */
const MOST_TRIES = 10;

export class Reservations {
  readonly #parts: ReservationParts;
  readonly #all: readonly Reservation[];
  readonly #everyNode: NodeSet;
  /** The reservation that a job is looked at in, or runs in [index]. */
  readonly #current = new Map<number, number>();
  /** When the next of them begins or ends [Unix ms]. */
  #next = -Infinity;

  constructor(parts: ReservationParts) {
    const { config, partitions, nodes } = parts;
    this.#parts = parts;
    this.#everyNode = nodeSetOf(
      nodes,
      Array.from({ length: nodes }, (_, node) => node),
    );
    this.#all = config.reservations.map((rules) => {
      const partition = partitions.rules.findIndex(({ name }) => name === rules.partition);
      return new Reservation(rules, nodeSetOf(nodes, rules.nodes), partition);
    });
  }

  /** Moves those on that are over. Answers whether any has begun or ended since the last time. */
  advance(): boolean {
    const now = this.#parts.clock.unix;
    if (now < this.#next) return false;
    for (const reservation of this.#all) reservation.advance(now);
    const isFirst = this.#next === -Infinity;
    this.#next = Infinity;
    for (const { start, end } of this.#all) {
      for (const time of [start, end]) if (time > now) this.#next = Math.min(this.#next, time);
    }
    return !isFirst;
  }

  /** When one begins or ends next [Unix ms]; Infinity = never. */
  get next(): number {
    return this.#next;
  }

  /** In which reservations the queue looks at a job [index]: the ones that it named, or none and all that draw jobs. */
  allOf(job: number): readonly number[] {
    const { jobs } = this.#parts;
    const named = namesOf(job, jobs);
    const indices = this.#all.map((_, index) => index);
    if (named.length > 0) return indices.filter((index) => named.includes(this.#all[index].rules.name));
    const drawing = indices.filter((index) => this.#all[index].has('MAGNETIC') && mayUse(this.#all[index].rules, job, jobs));
    return [NO_RESERVATION, ...drawing];
  }

  /** From now on the job is looked at in this reservation, or in none. */
  lookIn(job: number, reservation: number): void {
    if (reservation === NO_RESERVATION) this.#current.delete(job);
    else this.#current.set(job, reservation);
  }

  /** The one that it is looked at in, or runs in. */
  of(job: number): Reservation | undefined {
    return this.#all[this.#current.get(job) ?? NO_RESERVATION];
  }

  /** Whether the job is in this reservation without having named it. */
  isDrawn(job: number): boolean {
    return this.#current.has(job) && namesOf(job, this.#parts.jobs).length === 0;
  }

  /** Why a job that names reservations is turned away; undefined if it is not: it may use all of them, and none is over. */
  refusal(job: number): string | undefined {
    const { jobs, clock } = this.#parts;
    for (const name of namesOf(job, jobs)) {
      const named = this.#all.find(({ rules }) => rules.name === name);
      if (named === undefined || named.end <= clock.unix) return `Requested reservation is invalid (${name})`;
      if (!mayUse(named.rules, job, jobs)) return `Access denied to requested reservation (${name})`;
    }
    return undefined;
  }

  /** Why the job has no place in the queue; undefined if its reservation has begun, or it has none. */
  objection(job: number): string | undefined {
    const reservation = this.of(job);
    if (reservation === undefined) return namesOf(job, this.#parts.jobs).length > 0 ? 'InvalidReservation' : undefined;
    if (!mayUse(reservation.rules, job, this.#parts.jobs)) return 'Reservation (no access)';
    if (reservation.has('FLEX') || this.isDrawn(job)) return undefined;
    const now = this.#parts.clock.unix;
    // A reservation that is over is forgotten, and its jobs are held.
    if (now > reservation.end) return 'ReservationDeleted';
    return now < reservation.start ? 'Reservation' : undefined;
  }

  /** What the job can have from then on for so long; undefined if nothing. */
  test(wish: Wish): Reserved | undefined {
    const reservation = this.of(wish.job);
    return reservation === undefined ? this.#without(wish) : this.#within(reservation, wish);
  }

  /** When it is worth to look again, if nodes come back with the end of one before the table ends; `later` if not [Unix ms]. */
  lookAgain(from: number, later: number, table: { readonly resolution: number; readonly end: number }): number {
    const end = this.endAfter(from, table.resolution);
    if (end === 0 || end + SECOND >= table.end) return later;
    return later === 0 ? end + SECOND : Math.min(later, end + SECOND);
  }

  /** The end of the first of them to end after a time, rounded up [Unix ms]; 0 = none does. */
  endAfter(time: number, resolution: number): number {
    let first = 0;
    for (const { end } of this.#all) if (end >= time && (first === 0 || end < first)) first = end;
    return Math.ceil(first / resolution) * resolution;
  }

  #within(own: Reservation, { job, demand, from, length }: Wish): Reserved | undefined {
    if (!mayUse(own.rules, job, this.#parts.jobs)) return undefined;
    const everywhere = own.has('FLEX') || own.has('ANY_NODES');
    if (!own.has('FLEX') && (from < own.start || from > own.end)) return undefined;
    const { required } = demand;
    if (!everywhere && required !== undefined && !isWithin(required, own.nodes)) return undefined;
    const nodes = (everywhere ? this.#everyNode : own.nodes).slice();
    let taken = false;
    for (const other of this.#all) {
      if (other === own || own.has('MAINT') || (own.has('OVERLAP') && !other.has('MAINT'))) continue;
      if (!other.meets(from, from + length) || !overlaps(nodes, other.nodes)) continue;
      removeAll(nodes, other.nodes);
      taken = true;
    }
    return { nodes, from, overlaps: taken };
  }

  #without({ job, demand, from: asked, length, moves }: Wish): Reserved | undefined {
    const { rules } = this.#parts.partitions;
    const partition = this.#parts.partitions.of(job);
    let from = asked;
    for (let tries = 0; tries <= MOST_TRIES; tries++) {
      const nodes = this.#everyNode.slice();
      let taken = false;
      let blocking: Reservation | undefined;
      for (const other of this.#all) {
        if (!other.meets(from, from + length) || other.rules.nodes.length === 0) continue;
        if (this.#closes(other, partition) || (demand.required !== undefined && overlaps(demand.required, other.nodes))) {
          blocking = other;
          break;
        }
        removeAll(nodes, other.nodes);
        taken ||= overlaps(rules[partition].nodes, other.nodes);
      }
      if (blocking === undefined) return { nodes, from, overlaps: taken };
      if (!moves) return undefined;
      from = blocking.end;
    }
    return undefined;
  }

  /** Whether a reservation leaves nothing of a partition to jobs without it. */
  #closes(reservation: Reservation, partition: number): boolean {
    if (reservation.has('ALL_NODES')) return true;
    if (reservation.has('PART_NODES') && reservation.partition === partition) return true;
    const { nodes } = this.#parts.partitions.rules[partition];
    return reservation.has('MAINT') && isWithin(nodes, reservation.nodes);
  }
}

function namesOf(job: number, { slurm, firstGroup }: Requests): readonly string[] {
  const option = slurm?.optionsOfGroup[firstGroup[job]] ?? -1;
  return (option < 0 ? undefined : slurm?.options[option].reservation)?.split(',') ?? [];
}
