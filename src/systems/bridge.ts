import { CANCELLED, COMPLETED, FAILED } from '../schedule.ts';
import type { TaskRequest } from '../workload.ts';
import { STAGES, SUBMITS } from './agenda.ts';
import type { Workshop } from './compute.ts';
import { draw } from './distribution.ts';
import { CARRIER } from './meter.ts';
import type { Attendance, Body, Delivery, Hold, Order, Target } from './order.ts';
import { StatusClock } from './status-clock.ts';
import type { BridgeSpec, LossEffect } from './system.ts';

/** How often work may be submitted again after its carrier was lost: as the backoffLimit of a Kubernetes Job. */
const MOST_COPIES = 6;

export interface BridgeParts {
  readonly spec: BridgeSpec;
  /** Where carriers queue; absent if there are none. */
  readonly source: Target | undefined;
  readonly target: Target;
  /** A whole node at the target. */
  readonly wholeNode: TaskRequest;
}

/** Orders that one manager hands on to another. */
export class Bridge implements Target {
  readonly #parts: BridgeParts;
  readonly #shop: Workshop;

  constructor(parts: BridgeParts, shop: Workshop) {
    this.#parts = parts;
    this.#shop = shop;
  }

  plan(orders: readonly Order[]): Delivery {
    const bridged = orders.map((order) => new BridgedOrder(order, this.#parts, this.#shop));
    const each = (act: (one: BridgedOrder) => void) => () => bridged.forEach(act);
    return {
      submit: each((one) => one.submit()),
      cancel: each((one) => one.cancel()),
      remove: each((one) => one.remove()),
      end: (state) => bridged.forEach((one) => one.endNow(state)),
    };
  }
}

/** The order as the target gets to see it. */
function translated(order: Order, { spec, wholeNode }: BridgeParts): Omit<Order, 'body' | 'told'> {
  const { groups, asked, walltime, priority, user } = order;
  return {
    ...order,
    groups: spec.exclusive ? groups.map(({ tasks }) => ({ tasks, request: wholeNode })) : groups,
    asked: spec.exclusive ? Math.min(asked, millicoresOf(order)) : asked,
    apart: spec.unit === 'pod',
    walltime: spec.walltime === 'keep' ? walltime : Infinity,
    priority: spec.priority === 'keep' ? priority : undefined,
    user: spec.user === 'keep' ? user : spec.from,
    partition: spec.partition ?? order.partition,
    copies: undefined,
  };
}

/** What all tasks of an order ask for. */
export function millicoresOf({ groups }: Pick<Order, 'groups'>): number {
  return groups.reduce((sum, { tasks, request }) => sum + tasks * request.cpu, 0);
}

/** One order on its way over a bridge, and the carrier that stands for it at the source. */
class BridgedOrder implements Body {
  readonly #order: Order;
  readonly #spec: BridgeSpec;
  readonly #shop: Workshop;
  readonly #carrier: Delivery | undefined;
  readonly #copies: { readonly delivery: Delivery; readonly body: Body }[] = [];
  /** The copy that is waited for; -1 = none was submitted yet. */
  #copy = -1;
  readonly #status: StatusClock;
  #hold: Hold | undefined;
  #run = 0;
  #isOver = false;
  #isStarted = false;
  /** What still holds something, or may. */
  #open = 0;

  constructor(order: Order, parts: BridgeParts, shop: Workshop) {
    const { spec, source, target } = parts;
    this.#order = order;
    this.#spec = spec;
    this.#shop = shop;
    this.#status = new StatusClock(spec.status, shop.stages.stream(`${spec.from}-${spec.to}/status`));
    this.#carrier = spec.carrier && source?.plan([this.#carrierOrder(spec.carrier)]);
    const duplicates = spec.onCarrierLoss.evicted === 'duplicate' || spec.onCarrierLoss.lost === 'duplicate';
    const most = duplicates && order.copies !== undefined ? MOST_COPIES : 0;
    // Pods are submitted each by itself.
    const arrivesIn = spec.unit === 'pod' ? () => this.#submission() : undefined;
    for (let copy = 0; copy <= most; copy++) {
      const body = copy === 0 ? order.body : order.copies!.make(copy);
      const told = { over: (state: number) => this.#targetOver(copy, state), released: () => this.#released() };
      this.#copies.push({ body, delivery: target.plan([{ ...translated(order, parts), body, told, arrivesIn }]) });
    }
  }

  #carrierOrder({ cpu, memory }: { cpu: number; memory: number }): Order {
    const { priority, user, job, id } = this.#order;
    return {
      id: `${id}-carrier`,
      job,
      groups: [{ tasks: 1, request: { cpu, memory, gpu: 0 } }],
      apart: false,
      asked: Infinity,
      walltime: Infinity,
      priority,
      user,
      body: this,
      told: { over: () => undefined, released: () => this.#released() },
    };
  }

  submit(): void {
    if (this.#isOver) return;
    this.#isStarted = true;
    if (this.#carrier === undefined) return this.#submitIn(++this.#run);
    this.#open++;
    this.#carrier.submit();
  }

  // What happens to the carrier.

  begin(hold: Hold): void {
    this.#hold = hold;
    hold.turn(CARRIER);
    this.#submitIn(++this.#run);
  }

  #submitIn(run: number): void {
    const { agenda } = this.#shop;
    const delay = this.#spec.unit === 'pod' ? 0 : this.#submission();
    agenda.at(agenda.now + delay, SUBMITS, () => {
      if (this.#run !== run || this.#isOver) return;
      this.#copy++;
      if (this.#copy > 0) this.#order.copies!.choose(this.#copy);
      this.#open++;
      this.#status.anchor(agenda.now);
      const { body, delivery } = this.#copies[this.#copy];
      body.attend(this.#attendance());
      delivery.submit();
    });
  }

  #submission(): number {
    const { submit, from, to } = this.#spec;
    return draw(submit, this.#shop.stages.stream(`${from}-${to}/submit`));
  }

  stopping(): void {
    // It goes on until it is stopped.
  }

  interrupted(warned: boolean): void {
    this.#run++;
    if (!this.#isOver && this.#copy >= 0)
      this.#carrierLost(warned ? this.#spec.onCarrierLoss.evicted : this.#spec.onCarrierLoss.lost);
  }

  ended(state: number, warned: boolean): void {
    this.#run++;
    if (this.#isOver) return;
    if (this.#copy < 0) return this.#over(state);
    const effect = warned ? this.#spec.onCarrierLoss.evicted : this.#spec.onCarrierLoss.lost;
    // Nobody makes another carrier.
    this.#carrierLost(effect === 'duplicate' ? 'orphan' : effect);
  }

  #carrierLost(effect: LossEffect): void {
    const { body, delivery } = this.#copies[this.#copy];
    if (effect === 'cancel') delivery.cancel();
    else body.abandon();
    if (effect === 'duplicate' && this.#copy + 1 < this.#copies.length) return;
    this.#over(effect === 'cancel' ? CANCELLED : FAILED);
  }

  abandon(): void {
    // A carrier is waited for by nobody but us.
  }

  attend(): void {
    // Carriers are started by their own manager.
  }

  // What happens to the work.

  #targetOver(copy: number, state: number): void {
    if (this.#isOver || copy !== this.#copy) return;
    const { agenda } = this.#shop;
    agenda.at(this.#status.seenAt(agenda.now), STAGES, () => {
      if (!this.#isOver && copy === this.#copy) this.#over(state);
    });
  }

  cancel(): void {
    if (this.#isOver) return;
    if (this.#copy < 0) return this.#over(CANCELLED);
    const { agenda, stages } = this.#shop;
    const { cancel } = this.#spec;
    if (cancel.by === 'never') return;
    const signal = cancel.by === 'signal' ? draw(cancel.delay, stages.stream(`${this.#spec.from}-${this.#spec.to}/cancel`)) : 0;
    const at = cancel.by === 'signal' ? agenda.now + signal : this.#status.nextAfter(agenda.now);
    const { delivery } = this.#copies[this.#copy];
    agenda.at(at, STAGES, () => delivery.cancel());
  }

  remove(): void {
    if (this.#isOver) return;
    if (this.#copy >= 0 && this.#spec.onDelete === 'cancel') return this.cancel();
    if (this.#copy >= 0) this.#copies[this.#copy].body.abandon();
    this.#over(CANCELLED);
  }

  endNow(state: number): void {
    if (this.#isOver) return;
    if (this.#copy >= 0) this.#copies[this.#copy].delivery.end(state);
    this.#over(state);
  }

  #over(state: number): void {
    this.#isOver = true;
    this.#run++;
    if (state === COMPLETED && this.#hold !== undefined) this.#hold.finish(COMPLETED, 0);
    else this.#carrier?.end(CANCELLED);
    this.#order.told.over(state);
    if (!this.#isStarted || this.#open === 0) this.#order.told.released();
  }

  #released(): void {
    this.#open--;
    if (this.#open === 0 && this.#isOver) this.#order.told.released();
  }

  #attendance(): Attendance {
    const { agenda, stages } = this.#shop;
    const { bindBack, start, exec, from, to } = this.#spec;
    const tries = bindBack && new StatusClock({ by: 'ladder', steps: bindBack.tries });
    const called = () => {
      tries?.anchor(this.#status.anchoredAt);
      return tries === undefined ? 0 : tries.seenAt(agenda.now) - agenda.now;
    };
    return {
      exec,
      startsIn: (nodes) => {
        const wait = called();
        return wait + stages.total(start, `${from}-${to}/start`, nodes, agenda.now + wait);
      },
      // Where the target starts work by itself it also sees its end.
      seenIn: () => (bindBack === undefined ? 0 : this.#status.seenAt(agenda.now) - agenda.now),
      goesOn: () => this.#goesOn(),
    };
  }

  #goesOn(): number {
    const { revoke } = this.#spec;
    return revoke === undefined ? 0 : draw(revoke, this.#shop.stages.stream(`${this.#spec.from}-${this.#spec.to}/revoke`));
  }
}
