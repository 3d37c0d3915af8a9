import { COMPLETED } from '../schedule.ts';
import { STAGES, TIMERS } from './agenda.ts';
import type { Workshop } from './compute.ts';
import { GRACE, PASSED, START_UP } from './meter.ts';
import type { Body, Delivery, Hold, Order, Target } from './order.ts';
import { QueueTarget } from './queue-target.ts';
import type { Site } from './site.ts';
import type { LeaseSpec } from './system.ts';
import type { TaskRequest } from '../workload.ts';

/** Carriers that a standing lease may use up: each time one is let go, the next is a new one. */
const MOST_CARRIERS_PER_SLOT = 64;

/** A number of leases of one node each, on which one manager lives: as many as it needs, if it is scaled. */
export class StandingLease {
  readonly #spec: LeaseSpec;
  readonly #site: Site;
  readonly #shop: Workshop;
  readonly #slots: Slot[];
  readonly #from: Site;
  /** Since when nothing waits inside and a node is idle [ms]; NaN = that is not so. */
  #needless = NaN;

  constructor(spec: LeaseSpec, { site, from }: { site: Site; from: Site }, wholeNode: TaskRequest, shop: Workshop) {
    const parent = new QueueTarget(from);
    this.#spec = spec;
    this.#site = site;
    this.#from = from;
    this.#shop = shop;
    this.#slots = site.nodeNames.map((_, slot) => new Slot(slot, spec, site, parent, wholeNode, shop));
  }

  /** After all managers are open. */
  start(): void {
    const { metric, min } = this.#spec.scale;
    this.#want(metric === 'pending' ? min : this.#slots.length);
    if (metric !== 'fixed') this.#pollIn(this.#spec.scale.poll);
  }

  /** Nodes of carriers that were taken away from it [count]. */
  get preemptions(): number {
    return this.#slots.reduce((sum, slot) => sum + slot.preemptions, 0);
  }

  /** Carriers that could not be made anew, since too many were used up [count]. */
  get unmade(): number {
    return this.#slots.reduce((sum, slot) => sum + slot.unmade, 0);
  }

  #pollIn(delay: number): void {
    this.#shop.agenda.at(this.#shop.agenda.now + delay, TIMERS, () => {
      if (this.#spec.scale.metric === 'yield') this.#yield();
      else this.#scale();
      this.#pollIn(this.#spec.scale.poll);
    });
  }

  /** As KEDA does with the number of pending jobs: one node for each that waits beside those in use; shrinks late. */
  #scale(): void {
    const { min, cooldown } = this.#spec.scale;
    const { now } = this.#shop.agenda;
    const waiting = this.#site.manager.core.pending.size;
    const busy = this.#slots.filter((slot) => slot.isBusy).length;
    const wanted = this.#slots.filter((slot) => slot.isWanted).length;
    const needed = Math.min(this.#slots.length, Math.max(min, busy + waiting));
    if (needed >= wanted) {
      this.#needless = NaN;
      this.#want(needed);
      return;
    }
    if (Number.isNaN(this.#needless)) this.#needless = now;
    if (now - this.#needless >= cooldown) this.#want(needed);
  }

  /** One node drains for each job that waits outside; when none does, all are wanted again after a while. */
  #yield(): void {
    const { cooldown, min } = this.#spec.scale;
    const { now } = this.#shop.agenda;
    const carriers = this.#slots.filter((slot) => slot.isWaiting).length;
    const outside = this.#from.manager.core.pending.size - carriers;
    if (outside > 0) {
      this.#needless = NaN;
      // A carrier that waits would take the very node that is given up.
      for (const slot of this.#slots) if (slot.isWaiting) slot.leave();
      const draining = this.#slots.filter((slot) => slot.isDraining).length;
      const there = this.#slots.filter((slot) => slot.isThere).sort((a, b) => a.worth - b.worth || b.number - a.number);
      const going = Math.max(0, Math.min(outside - draining, there.length - min));
      for (const slot of there.slice(0, going)) slot.leave();
      return;
    }
    if (Number.isNaN(this.#needless)) this.#needless = now;
    if (now - this.#needless >= cooldown) this.#want(this.#slots.length);
  }

  #want(count: number): void {
    let wanted = this.#slots.filter((slot) => slot.isWanted).length;
    for (const slot of this.#slots) {
      if (wanted >= count) break;
      if (slot.isWanted) continue;
      slot.acquire();
      wanted++;
    }
    // Those that wait go first, then those that are idle, then those that must drain; of equals the last.
    const leaving = this.#slots.filter((slot) => slot.isWanted).sort((a, b) => a.worth - b.worth || b.number - a.number);
    for (const slot of leaving) {
      if (wanted <= count) break;
      slot.leave();
      wanted--;
    }
  }
}

/** One node of a standing lease, and the carrier that holds it. */
class Slot implements Body {
  readonly number: number;
  readonly #spec: LeaseSpec;
  readonly #site: Site;
  readonly #shop: Workshop;
  readonly #carriers: Delivery[];
  #next = 0;
  #hold: Hold | undefined;
  #run = 0;
  #isPassed = false;
  #isStopping = false;
  /** It is wanted again, and its last carrier is still on its way out. */
  #isAwaited = false;
  isWanted = false;
  preemptions = 0;
  unmade = 0;

  constructor(slot: number, spec: LeaseSpec, site: Site, parent: Target, wholeNode: TaskRequest, shop: Workshop) {
    this.number = slot;
    this.#spec = spec;
    this.#site = site;
    this.#shop = shop;
    const most = spec.scale.metric === 'fixed' ? 4 : MOST_CARRIERS_PER_SLOT;
    this.#carriers = Array.from({ length: most }, (_, index) => parent.plan([this.#order(index, wholeNode)]));
  }

  #order(index: number, wholeNode: TaskRequest): Order {
    return {
      id: `${this.#spec.to}-${this.number}.${index}`,
      job: -1,
      groups: [{ tasks: 1, request: wholeNode }],
      apart: false,
      asked: Infinity,
      walltime: Infinity,
      priority: this.#spec.priority,
      body: this,
      told: { over: () => this.#carrierOver(), released: () => undefined },
    };
  }

  /** Its carrier is in the queue. */
  get isWaiting(): boolean {
    return this.isWanted && this.#hold === undefined;
  }

  /** Its node is used, and nobody has asked for it back. */
  get isThere(): boolean {
    return this.isWanted && this.#isPassed;
  }

  get isDraining(): boolean {
    return !this.isWanted && this.#hold !== undefined;
  }

  get isBusy(): boolean {
    return this.#isPassed && !this.#site.manager.isIdle(this.number);
  }

  /** What would be lost if it went: nothing, a node, or time until its jobs are over. */
  get worth(): number {
    return this.#isPassed ? (this.isBusy ? 2 : 1) : 0;
  }

  acquire(): void {
    this.isWanted = true;
    // It may be on its way out, and stay after all.
    if (this.#isPassed && this.#site.manager.keepNode(this.number)) return;
    // The next carrier comes when the last one has given its node back.
    if (this.#hold === undefined) this.#submitNext();
    else this.#isAwaited = true;
  }

  #submitNext(): void {
    this.#isAwaited = false;
    if (this.#next === this.#carriers.length) {
      this.unmade++;
      this.isWanted = false;
      return;
    }
    this.#carriers[this.#next++].submit();
  }

  leave(): void {
    this.isWanted = false;
    if (this.#isAwaited) {
      this.#isAwaited = false;
      return;
    }
    if (!this.#isPassed) return this.#carriers[this.#next - 1].cancel();
    this.#site.manager.drainNode(this.number, () => this.#drained());
  }

  #drained(): void {
    const hold = this.#hold;
    if (hold === undefined) throw new Error(`slot ${this.number} drains without a node`);
    this.#isPassed = false;
    const { agenda, stages } = this.#shop;
    const { release, from, to } = this.#spec;
    const run = ++this.#run;
    hold.turn(GRACE);
    const delay = stages.total(release, `${from}-${to}/release`, hold.nodes, agenda.now);
    agenda.at(agenda.now + delay, STAGES, () => {
      if (this.#run === run) hold.finish(COMPLETED, 0);
    });
  }

  begin(hold: Hold): void {
    const { agenda, stages } = this.#shop;
    const { acquire, from, to } = this.#spec;
    const run = ++this.#run;
    this.#hold = hold;
    hold.turn(START_UP);
    const delay = stages.total(acquire, `${from}-${to}/acquire`, hold.nodes, agenda.now);
    agenda.at(agenda.now + delay, STAGES, () => {
      if (this.#run !== run) return;
      hold.turn(PASSED);
      this.#isPassed = true;
      this.#site.nodeNames[this.number] = hold.nodes[0];
      this.#site.manager.nodeUp(this.number);
    });
  }

  /** It tells its manager at once that its node is down: jobs are requeued, and nothing is put there any more. */
  stopping(): void {
    this.#run++;
    this.#isStopping = true;
    this.preemptions++;
    this.#hold?.turn(GRACE);
    this.#takeNode(true);
  }

  interrupted(warned: boolean): void {
    this.#run++;
    this.#hold = undefined;
    if (warned && !this.#isStopping) this.preemptions++;
    this.#isStopping = false;
    this.#takeNode(warned);
  }

  ended(_state: number, warned: boolean): void {
    this.#run++;
    this.#hold = undefined;
    this.#isStopping = false;
    this.#takeNode(warned);
  }

  #takeNode(warned: boolean): void {
    if (!this.#isPassed) return;
    this.#isPassed = false;
    this.#site.manager.takeNode(this.number, warned);
  }

  /** A carrier that is gone for good though it is wanted, or is wanted again, is followed by another: told after `ended`. */
  #carrierOver(): void {
    if (this.isWanted) this.acquire();
  }

  abandon(): void {
    // Nobody waits for a standing lease.
  }

  attend(): void {
    // It is started by the manager that grants it.
  }
}
