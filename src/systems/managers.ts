import { processorCount } from '../cluster.ts';
import { LeavingCore } from './leaving-core.ts';
import type { Driver } from '../engine/driver.ts';
import { BINDING, NOT_HERE, PAUSED, PENDING, RELEASING, RUNNING, STOPPING } from '../engine/phase.ts';
import { Recorder } from '../engine/recorder.ts';
import type { Eviction, Preemption } from '../policy.ts';
import { CANCELLED, FAILED, KILLED } from '../schedule.ts';
import { requestsOf } from '../workload.ts';
import { ENDS, LIMITS, STAGES, TIMERS } from './agenda.ts';
import type { Agenda } from './agenda.ts';
import type { Meter } from './meter.ts';
import { GRACE, RENDEZVOUS, START_UP } from './meter.ts';
import type { ManagerParts } from './made-of.ts';
import type { MeteredLedger } from './metered-ledger.ts';
import type { Tenant } from './tenant.ts';
import type { Wear } from './wear.ts';

/** A queue and a policy over nodes: the driver of one core among several that share a clock. */
export class Manager implements Driver {
  readonly name: string;
  readonly ledger: MeteredLedger;
  readonly meter: Meter;
  readonly core: LeavingCore;
  readonly rows: number;
  readonly #record: Recorder;
  readonly #tenants: readonly Tenant[];
  readonly #agenda: Agenda;
  readonly #killScan: number;
  readonly #wear: Wear;
  /** Of each row: how often something began or ended. An event that was booked before is out of date. */
  readonly #turn: Int32Array;
  /** The booking of each row's limit; -1 = none. */
  readonly #limit: Int32Array;
  /** Rows whose tenant knows that they have ended. */
  readonly #told: Uint8Array;
  /** Rows that were told to stop. */
  readonly #warned = new Set<number>();
  /** Nodes that go as soon as nobody holds anything there, and what to do then. */
  readonly #draining = new Map<number, () => void>();
  /** Something has happened that its policy has not been asked about. */
  hasNews = false;
  /** Rows that lost what they held, by preemption or with their nodes [count]. */
  takenBack = 0;

  constructor({ name, workload, tenants, cluster, ledger, meter, policy, wear }: ManagerParts, agenda: Agenda) {
    this.name = name;
    this.ledger = ledger;
    this.meter = meter;
    this.rows = workload.count;
    this.#tenants = tenants;
    this.#agenda = agenda;
    this.#wear = wear;
    this.#killScan = wear.killScan ?? policy.killScan ?? 0;
    this.#turn = new Int32Array(workload.count);
    this.#told = new Uint8Array(workload.count);
    this.#limit = new Int32Array(workload.count).fill(-1);
    this.#record = new Recorder(workload.submit, { procs: processorCount(cluster), placements: false, explains: false });
    this.core = new LeavingCore(requestsOf(workload), ledger, policy, this, this.#record);
  }

  /** Lets the policy decide. */
  cycle(): void {
    this.#enter();
    this.hasNews = false;
    this.core.cycle();
  }

  // What tenants ask for.

  submit(row: number): void {
    this.#enter();
    this.core.submit(row);
  }

  /** The row has come to its end; it holds its resources for a while yet [ms], and then until they are clean. */
  end(row: number, state: number, holdsFor: number): void {
    this.#enter();
    const turn = this.#nextTurn(row);
    const free = holdsFor + this.#wear.release;
    const warned = this.#warned.delete(row);
    this.meter.turn(row, GRACE);
    this.#tell(row, state, warned);
    this.core.ended(row, state, this.#agenda.now + free);
    if (free > 0) this.#later(free, ENDS, row, turn, () => this.core.released(row));
  }

  /** The row is over, whatever it does; one that was never submitted never will be. */
  cancel(row: number, state = CANCELLED): void {
    const phase = this.core.phase[row];
    this.#enter();
    if (phase === PENDING || phase === BINDING || phase === PAUSED) {
      this.#nextTurn(row);
      this.#tell(row, state, false);
      this.core.leave(row, state);
    } else if (this.runs(row)) this.end(row, state, 0);
  }

  /** Whether the row runs, and may end by its own doing. Its tenant may not know yet that it does not. */
  runs(row: number): boolean {
    return this.core.phase[row] === RUNNING || this.core.phase[row] === STOPPING;
  }

  /** Whether the row was never submitted. */
  isNew(row: number): boolean {
    return this.core.phase[row] === NOT_HERE;
  }

  // What happens to nodes.

  nodeUp(node: number): void {
    this.#enter();
    this.core.nodeUp(node);
  }

  /** Takes a node away from whoever holds something on it. `warned`: they knew. */
  takeNode(node: number, warned: boolean): void {
    this.#enter();
    this.#draining.delete(node);
    for (const row of this.#holders(node)) this.#lose(row, warned);
    this.core.nodeDown(node);
  }

  /** Takes a node away once nobody holds anything on it: nothing more is begun there. */
  drainNode(node: number, then: () => void): void {
    this.#draining.set(node, then);
    this.#sweep();
  }

  /** The node stays after all. Answers whether it was about to go. */
  keepNode(node: number): boolean {
    return this.#draining.delete(node);
  }

  isIdle(node: number): boolean {
    return this.#holders(node).length === 0;
  }

  /** Nodes that drain and are empty go, before the policy can use them again. */
  #sweep(): void {
    for (const [node, then] of this.#draining) {
      if (!this.isIdle(node)) continue;
      this.#draining.delete(node);
      this.#enter();
      this.core.nodeDown(node);
      then();
    }
  }

  /** Before each cycle. */
  tidy(): void {
    if (this.#draining.size > 0) this.#sweep();
  }

  // What the core asks for.

  launch(row: number, ready: number): number {
    const turn = this.#nextTurn(row);
    const begins = ready + this.#wear.launch(row);
    this.meter.turn(row, START_UP);
    this.#later(begins - this.#agenda.now, STAGES, row, turn, () => {
      const limit = this.core.walltimeLeft(row);
      if (limit < Infinity)
        this.#limit[row] = this.#later(this.#untilScan(limit), LIMITS, row, turn, () => this.end(row, KILLED, 0));
      this.#tenants[row].granted(row);
    });
    return begins;
  }

  stop(row: number, { how, grace = 0 }: Preemption): number {
    const at = this.#agenda.now + grace;
    const turn = this.#turn[row];
    if (grace === 0) {
      this.#stopNow(row, how);
      return at;
    }
    this.#warned.add(row);
    this.#later(grace, ENDS, row, turn, () => this.#stopNow(row, how));
    this.#later(0, STAGES, row, turn, () => this.#tenants[row].stopping(row, at));
    return at;
  }

  evict(eviction: Eviction, grace: number): void {
    const { job: row } = eviction;
    if (grace === 0) return this.#evictNow(eviction);
    const turn = this.#turn[row];
    if (this.core.breaks(eviction)) {
      this.#warned.add(row);
      this.#later(0, STAGES, row, turn, () => this.#tenants[row].stopping(row, this.#agenda.now + grace));
    }
    this.#agenda.at(this.#agenda.now + grace, ENDS, () => {
      if (!this.core.isLeaving(eviction)) return;
      this.#enter();
      this.#evictNow(eviction);
    });
  }

  wake(time: number): void {
    this.#agenda.at(time, TIMERS, () => this.#enter());
  }

  over(row: number): void {
    this.#nextTurn(row);
    this.#tell(row, this.#record.stateOf(row), this.#warned.delete(row));
    this.#inThisInstant(() => this.#tenants[row].released(row));
  }

  #stopNow(row: number, how: Preemption['how']): void {
    this.#nextTurn(row);
    this.#warned.delete(row);
    if (how === 'requeue' || how === 'checkpoint' || how === 'suspend') {
      this.#goesBack(row, true, how !== 'requeue');
      return this.core.stopped(row, how, 0);
    }
    this.meter.spoil(row);
    this.#tell(row, how === 'kill' ? KILLED : CANCELLED, true);
    this.core.stopped(row, how, 0);
  }

  #evictNow(eviction: Eviction): void {
    const { job: row } = eviction;
    const breaks = this.core.breaks(eviction);
    if (breaks) {
      this.#nextTurn(row);
      this.#warned.delete(row);
      this.#goesBack(row, true, false);
    }
    this.core.evicted(eviction, 0);
  }

  #lose(row: number, warned: boolean): void {
    const phase = this.core.phase[row];
    const wasWarned = this.#warned.delete(row) || warned;
    this.#nextTurn(row);
    if (phase === RELEASING || phase === PAUSED || phase === BINDING) return this.core.lost(row, 0);
    if (this.#wear.isFailed(row, warned)) {
      this.takenBack++;
      this.meter.spoil(row);
      this.#tell(row, FAILED, wasWarned);
      return this.core.lost(row, 0, FAILED);
    }
    this.#goesBack(row, wasWarned, false);
    this.core.lost(row, 0);
  }

  /** `keeps`: the work that it has done counts for its next run. */
  #goesBack(row: number, warned: boolean, keeps: boolean): void {
    this.takenBack++;
    if (keeps) this.meter.keep(row);
    else this.meter.spoil(row);
    this.meter.turn(row, RENDEZVOUS);
    this.#inThisInstant(() => this.#tenants[row].taken(row, warned, keeps));
  }

  #tell(row: number, state: number, warned: boolean): void {
    if (this.#told[row] === 1) return;
    this.#told[row] = 1;
    this.#inThisInstant(() => this.#tenants[row].ended(row, state, warned));
  }

  /** Tenants act on this and on other managers: not before the core is done with what it does. */
  #inThisInstant(action: () => void): void {
    this.#agenda.at(this.#agenda.now, STAGES, action);
  }

  #holders(node: number): number[] {
    const holders: number[] = [];
    this.ledger.holders(node, holders);
    return holders;
  }

  /** [ms] until somebody looks whether this time is over. */
  #untilScan(time: number): number {
    if (this.#killScan === 0) return time;
    return Math.ceil((this.#agenda.now + time) / this.#killScan) * this.#killScan - this.#agenda.now;
  }

  /** Something begins or ends: what was booked for the row before is out of date. */
  #nextTurn(row: number): number {
    // Far ahead, it would keep the run going when all is over.
    this.#agenda.drop(this.#limit[row]);
    this.#limit[row] = -1;
    return ++this.#turn[row];
  }

  #later(delay: number, kind: number, row: number, turn: number, action: () => void): number {
    return this.#agenda.at(this.#agenda.now + delay, kind, () => {
      if (this.#turn[row] !== turn) return;
      // Stages are news to tenants only.
      if (kind === ENDS) this.#enter();
      else this.core.now = this.#agenda.now;
      action();
    });
  }

  /** Something happens that the policy will be asked about; the core's clock is set. */
  #enter(): void {
    this.core.now = this.#agenda.now;
    this.hasNews = true;
  }
}
