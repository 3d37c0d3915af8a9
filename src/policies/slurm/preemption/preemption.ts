/** Preemption of running jobs: candidates, victims and what is done to them. Source: Slurm 22.05, src/slurmctld/preempt.c. */
import type { Cycle } from '../../../policy.ts';
import { jobId } from '../../../workload.ts';
import type { Requests } from '../../../workload.ts';
import { NOBODY } from '../allocation.ts';
import type { JobDemand } from '../demand.ts';
import { addAll, countNodes, isSameSet, keepOnly, overlaps } from '../node-set.ts';
import type { NodeSet } from '../node-set.ts';
import type { Partitions } from '../partitions.ts';
import type { PlanClock } from '../plan-clock.ts';
import type { Allocation, Running } from '../running.ts';
import type { PreemptParty, PreemptRules } from './preempt-rules.ts';
import type { Stops } from './stops.ts';
import { chooseVictims } from './victims.ts';
import type { VictimSearch } from './victims.ts';

/** Victims that are named. */
const TOLD = 10;

export interface PreemptionSettings {
  readonly jobs: Pick<Requests, 'ids'>;
  readonly rules: PreemptRules;
  readonly search: Omit<VictimSearch, 'isRemovable'>;
  readonly running: Running;
  readonly partitions: Partitions;
  readonly clock: PlanClock;
  readonly stops: Stops;
  /** preempt_youngest_first */
  readonly youngestFirst: boolean;
  /** How long a job must have run before it may be preempted [ms]. */
  readonly exemptTimeOf: (victim: PreemptParty) => number;
  /** Whether its priority is too high for being preempted. */
  readonly isExempt: (victim: PreemptParty) => boolean;
  /** How long a job that has preempted others waits for their nodes before it preempts more: KillWait and MessageTimeout [ms]. */
  readonly patience: number;
}

interface Known {
  /** The jobs that ran. */
  readonly jobs: readonly Allocation[];
  /** Those of them that could be preempted at some time. */
  readonly inReach: readonly Allocation[];
  /** [ms] */
  readonly now: number;
  readonly candidates: readonly Allocation[];
}

/** A job for which nobody made room. */
interface InVain {
  readonly candidates: readonly Allocation[];
  /** Nodes that it could have had. */
  readonly among: NodeSet;
  readonly demand: JobDemand;
  /** How often the books had been written [count]. */
  readonly changes: number;
}

export class Preemption {
  readonly rules: PreemptRules;
  readonly stops: Stops;
  readonly #settings: PreemptionSettings;
  readonly #search: VictimSearch;
  /** When waiting jobs began to preempt others [Unix ms]. */
  readonly #began = new Map<number, number>();
  readonly #inVain = new Map<number, InVain>();
  /** Jobs that have preempted others in this walk of the queue: they are not looked at in another partition. */
  readonly #inProgress = new Set<number>();
  /** Of each partition: whom its jobs could preempt when that was last asked. */
  readonly #last: Known[] = [];

  constructor(settings: PreemptionSettings) {
    this.rules = settings.rules;
    this.stops = settings.stops;
    this.#settings = settings;
    this.#search = { ...settings.search, isRemovable: (victim) => this.isRemovable(victim) };
  }

  /** The queue is built anew. */
  beginWalk(): void {
    this.#inProgress.clear();
  }

  isInProgress(job: number): boolean {
    return this.#inProgress.size > 0 && this.#inProgress.has(job);
  }

  forget(job: number): void {
    this.#inVain.delete(job);
    this.#began.delete(job);
  }

  isRemovable(victim: Allocation): boolean {
    const mode = this.rules.modeOf(victim);
    return mode === 'requeue' || mode === 'cancel';
  }

  /** Whether the job is put over others by QoS, which are suspended, instead of making them give back what they hold. */
  suspends(job: number): boolean {
    if (this.rules.precedesByTier) return false;
    const candidates = this.candidatesOf(job);
    return candidates.length > 0 && this.rules.modeOf(candidates[0]) === 'suspend';
  }

  /** Running jobs that the job may preempt, those first that are to go first. */
  candidatesOf(job: number): readonly Allocation[] {
    const { running, partitions, clock } = this.#settings;
    const partition = partitions.of(job);
    if (!this.rules.mightPreempt({ job, partition })) return NOBODY;
    // Where tiers decide, all jobs of a partition may preempt the same ones.
    if (!this.rules.precedesByTier) return this.#candidatesAmong(this.#inReachOf({ job, partition }));
    const jobs = running.byEnd();
    const last = this.#last[partition];
    if (last?.jobs === jobs && last.now === clock.now) return last.candidates;
    const inReach = last?.jobs === jobs ? last.inReach : this.#inReachOf({ job, partition });
    const found = this.#candidatesAmong(inReach);
    // Whoever keeps something of a list goes by which list it is.
    const candidates = last !== undefined && isSameList(last.candidates, found) ? last.candidates : found;
    this.#last[partition] = { jobs, inReach, now: clock.now, candidates };
    return candidates;
  }

  /** Running jobs that the job could preempt if they had run long enough, and were not exempt. */
  #inReachOf(preemptor: PreemptParty): Allocation[] {
    const { running, partitions } = this.#settings;
    const { nodes } = partitions.rules[preemptor.partition];
    const inReach: Allocation[] = [];
    for (const victim of running.allocations()) {
      if (this.rules.mayPreempt(preemptor, victim) && overlaps(victim.nodes, nodes)) inReach.push(victim);
    }
    return inReach;
  }

  #candidatesAmong(inReach: readonly Allocation[]): readonly Allocation[] {
    const { clock, youngestFirst, exemptTimeOf, isExempt } = this.#settings;
    const candidates = inReach.filter((victim) => !isExempt(victim) && clock.unix >= victim.start + exemptTimeOf(victim));
    if (candidates.length === 0) return NOBODY;
    // In the order of the list of jobs, which is that of their ids.
    candidates.sort((a, b) => a.job - b.job);
    if (youngestFirst) return candidates.sort((a, b) => b.start - a.start);
    return candidates
      .map((victim) => ({ victim, importance: this.rules.importanceOf(victim, countNodes(victim.nodes)) }))
      .sort((a, b) => a.importance - b.importance)
      .map(({ victim }) => victim);
  }

  /** Stops others so that the job can start later, if that is possible. `nodes`: all that it may use, and of those the free ones. */
  makeRoom(cycle: Cycle, job: number, demand: JobDemand, nodes: { readonly usable: NodeSet; readonly startable: NodeSet }): void {
    const candidates = this.candidatesOf(job);
    if (candidates.length === 0) return;
    const among = nodes.startable.slice();
    for (const candidate of candidates) addAll(among, candidate.nodes);
    keepOnly(among, nodes.usable);
    const now = this.#settings.clock.unix;
    // What it has preempted may be on its way out still.
    const began = this.#began.get(job) ?? -Infinity;
    if (began > now - this.#settings.patience || this.#isInVain(job, candidates, among, demand)) return;
    const victims = chooseVictims(this.#search, demand, among, candidates);
    if (victims.length === 0) {
      this.#inVain.set(job, { candidates, among, demand, changes: this.#settings.running.books.changes });
      return;
    }
    this.#began.set(job, now);
    this.#inProgress.add(job);
    this.#tell(cycle, job, victims);
    for (const victim of victims) this.#settings.stops.stop(cycle, victim);
  }

  /** Whether it was found before that not even all of them make room, and nothing has changed there since. */
  #isInVain(job: number, candidates: readonly Allocation[], among: NodeSet, demand: JobDemand): boolean {
    const known = this.#inVain.get(job);
    if (known?.candidates !== candidates || known.demand !== demand || demand.switches !== undefined) return false;
    return isSameSet(known.among, among) && !this.#settings.running.books.hasChanged(among, known.changes);
  }

  /** Who makes room for whom. */
  #tell(cycle: Cycle, job: number, victims: readonly Allocation[]): void {
    const { jobs } = this.#settings;
    const names = victims.slice(0, TOLD).map((victim) => jobId(jobs, victim.job));
    const more = victims.length > TOLD ? ` and ${victims.length - TOLD} more` : '';
    cycle.explain(job, `Resources (preempts ${names.join(', ')}${more})`);
    for (const victim of victims) cycle.explain(victim.job, `Preempted (by job ${jobId(jobs, job)})`);
  }
}

function isSameList(one: readonly Allocation[], other: readonly Allocation[]): boolean {
  return one.length === other.length && one.every((allocation, index) => allocation === other[index]);
}
