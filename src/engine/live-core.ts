import type { Eviction, StrangerChange, WhatIf } from '../policy.ts';
import type { Node } from '../kubernetes.ts';
import { COMPLETED } from '../schedule.ts';
import type { Schedule } from '../schedule.ts';
import { Core } from './core.ts';
import type { NodeLedger } from './nodes/ledger.ts';
import { BINDING, NOT_HERE, PENDING, RELEASING, RUNNING, STOPPING } from './phase.ts';

/**
 * The core of a cluster that is not ours alone: decisions may fail, tasks take their time to come up, others use the nodes
 * too, and some jobs may run already when it begins. It decides nothing more than `Core`; these are things that happen.
 */
export class LiveCore extends Core {
  declare protected readonly ledger: NodeLedger;
  /** Jobs to which the policy has given nodes since the driver last asked, in the order of its decisions. */
  #placed: number[] = [];
  /** Called before tasks are placed on a node one by one. */
  onPlace: (node: number) => void = () => undefined;

  override start(job: number, within?: WhatIf): void {
    super.start(job, within);
    this.#placed.push(job);
  }

  override place(job: number, group: number, node: number, tasks: number, bound?: number): void {
    this.onPlace(node);
    super.place(job, group, node, tasks, bound);
    this.#placed.push(job);
  }

  /** The jobs that have been given nodes, each once. */
  takePlaced(): Iterable<number> {
    const placed = new Set(this.#placed);
    this.#placed = [];
    return placed;
  }

  /** The tasks of a job are up: its run begins now, and so does its walltime. */
  began(job: number): void {
    const phase = this.phase[job];
    if ((phase !== RUNNING && phase !== STOPPING) || this.record.lastStart[job] === this.now) return;
    this.record.began(job, this.now);
    this.expect(job, this.now + this.walltimeLeft(job));
  }

  /** The job is being taken off its nodes, though no policy has asked for it; it holds them until `at` at least [ms]. */
  breaking(job: number, at: number): void {
    if (this.phase[job] !== RUNNING) return;
    this.phase[job] = STOPPING;
    this.expect(job, Math.min(this.running.expectedEnd(job), at));
  }

  /** What was decided for the job could not be done: it is in the queue as if it never had been. */
  undone(job: number): void {
    const phase = this.phase[job];
    if (phase === BINDING) {
      this.giveBack(job);
      this.phase[job] = PENDING;
    }
    if (phase !== RUNNING && phase !== STOPPING) return;
    this.running.remove(job);
    this.record.undone(job);
    this.giveBack(job);
    this.queue(job, PENDING);
  }

  /**
   * The job has been on these nodes since before this core began: it runs. Before the first cycle only. `submit` and
   * `began` may lie before the core's own time [ms].
   */
  adopt(job: number, parts: readonly Eviction[], submit: number, began: number): void {
    this.record.submitted(job, submit);
    for (const { group, node, tasks } of parts) this.ledger.put(job, group, node, tasks);
    this.gathering.adopted.push(...parts);
    this.phase[job] = RUNNING;
    this.record.started(job, began, this.ledger);
    this.running.add(job, began + this.walltimeLeft(job));
  }

  /** The job was over before this core began [ms]. */
  wasOver(job: number, submit: number, times: { readonly start: number; readonly end: number; readonly state: number }): void {
    this.record.submitted(job, submit);
    this.record.began(job, times.start);
    this.withdraw(job, times.state);
    this.record.closed(job, times.end, times.state);
  }

  /** All that the job had to do was done without the policy: it is over, and took no time. */
  wasDone(job: number): void {
    if (this.phase[job] === NOT_HERE) this.record.submitted(job, this.now);
    this.record.started(job, this.now, this.ledger);
    this.withdraw(job, COMPLETED);
  }

  // What others do.

  /** A node is not what it was: policies that read Kubernetes objects look at them anew. */
  nodeChanged(node: number, up: boolean, object?: Node): void {
    this.gathering.nodes = true;
    this.gathering.turns.push({ node, up, object });
  }

  /** Processors of the nodes that take jobs [count]. */
  capacityIs(procs: number): void {
    this.record.capacity(this.now, procs);
  }

  /** A pod of somebody else has come or gone; what it uses is told by `occupy`. */
  strangerChanged(change: StrangerChange): void {
    this.gathering.strangers.push(change);
  }

  /**
   * So much of a node is not ours: tasks of a group of a job that nobody submitted, of which each asks for `request`. The
   * job counts as one that has ended and is being cleaned for ever: policies see it among what runs, and cannot preempt
   * it. Answers how many tasks do not fit beside what the node has given away already.
   */
  occupy(job: number, group: number, node: number, tasks: number, request: number): number {
    const before = this.ledger.tasksOn(job, group, node);
    if (tasks < before) this.ledger.takeOff({ job, group, node, tasks: before - tasks });
    const more = Math.max(0, Math.min(tasks - before, this.ledger.books.roomFor(node, request)));
    if (more > 0) this.ledger.put(job, group, node, more);
    if (more > 0 || tasks < before) {
      this.#showStranger(job);
      this.gathering.nodes = true;
    }
    return Math.max(0, tasks - before - more);
  }

  #showStranger(job: number): void {
    const holds = this.ledger.holds(job);
    if (holds === (this.phase[job] === RELEASING)) return;
    this.phase[job] = holds ? RELEASING : NOT_HERE;
    if (holds) this.running.add(job, Infinity);
    else this.running.remove(job);
  }

  // What the driver asks.

  /** When the job's run has used up its walltime [ms]; Infinity if it has none or does not run. */
  limitOf(job: number): number {
    const phase = this.phase[job];
    return phase === RUNNING || phase === STOPPING ? this.record.lastStart[job] + this.walltimeLeft(job) : Infinity;
  }

  /** Of its last run; what is not known yet is NaN [ms]. */
  timesOf(job: number): { readonly submit: number; readonly start: number; readonly end: number; readonly state: number } {
    const { record } = this;
    return { submit: record.submit[job], start: record.lastStart[job], end: record.endOf(job), state: record.stateOf(job) };
  }

  eachPart(job: number, visit: (node: number, group: number, tasks: number) => void): void {
    this.ledger.eachPart(job, visit);
  }

  /** Why jobs wait, since the explanation with this number. */
  explanationsFrom(first: number): Schedule['explanations'] {
    return this.record.explanations.slice(first);
  }

  finish(policy: string): Schedule {
    return this.record.finish(policy, this.now, (job) => this.phase[job] !== NOT_HERE);
  }
}
