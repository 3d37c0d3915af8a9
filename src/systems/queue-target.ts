import type { Delivery, Hold, Order, Target } from './order.ts';
import { SUBMITS } from './agenda.ts';
import { RENDEZVOUS } from './meter.ts';
import { CANCELLED, COMPLETED } from '../schedule.ts';
import type { Site } from './site.ts';
import type { ManagerSpec } from './system.ts';
import type { Tenant } from './tenant.ts';

/** Orders that go straight into the queue of a manager. */
export class QueueTarget implements Target {
  readonly #site: Site;

  constructor(site: Site) {
    this.#site = site;
  }

  plan(orders: readonly Order[]): Delivery {
    const queued = orders.map((order) => new QueuedOrder(this.#site, order));
    const each = (act: (one: QueuedOrder) => void) => () => queued.forEach(act);
    return {
      submit: each((one) => one.submit()),
      cancel: each((one) => one.end(CANCELLED)),
      remove: each((one) => one.end(CANCELLED)),
      end: (state) => queued.forEach((one) => one.end(state)),
    };
  }
}

/** One order in a queue: one row of it, or one for each task. */
class QueuedOrder implements Tenant, Hold {
  readonly #site: Site;
  readonly #order: Order;
  readonly #rows: number[];
  /** Rows that have their nodes. */
  readonly #granted = new Set<number>();
  #isRunning = false;
  #isOver = false;
  #released = 0;

  constructor(site: Site, order: Order) {
    this.#site = site;
    this.#order = order;
    const { id, apart } = order;
    const groups = apart
      ? order.groups.flatMap(({ tasks, request }) => Array.from({ length: tasks }, () => [{ tasks: 1, request }]))
      : [order.groups];
    this.#rows = groups.map((row, index) =>
      site.planRow({ ...order, id: apart ? `${id}-${index}` : id, groups: row, tenant: this }, order.job),
    );
  }

  get spec(): ManagerSpec {
    return this.#site.spec;
  }

  get nodes(): readonly string[] {
    return this.#rows.flatMap((row) => this.#site.nodesOf(row));
  }

  get isAlive(): boolean {
    return this.#isRunning && this.#rows.every((row) => this.#site.manager.runs(row));
  }

  get limit(): number {
    return Math.min(...this.#rows.map((row) => this.#site.manager.core.walltimeLeft(row)));
  }

  submit(): void {
    if (this.#isOver) return;
    const { agenda } = this.#site;
    for (const row of this.#rows) {
      const delay = this.#order.arrivesIn?.() ?? 0;
      if (delay === 0) this.#arrive(row);
      else agenda.at(agenda.now + delay, SUBMITS, () => this.#arrive(row));
    }
  }

  #arrive(row: number): void {
    if (this.#isOver) return;
    const { manager } = this.#site;
    manager.meter.asks(row, this.#order.asked / this.#rows.length);
    manager.submit(row);
  }

  /** Ends what there is of it; what was not submitted yet never will be. */
  end(state: number): void {
    if (!this.#isOver) this.#over(state, false);
  }

  granted(row: number): void {
    this.#granted.add(row);
    this.turn(RENDEZVOUS);
    if (this.#granted.size < this.#rows.length || this.#isOver) return;
    this.#isRunning = true;
    this.#order.body.begin(this);
  }

  stopping(_row: number, at: number): void {
    if (this.#isRunning) this.#order.body.stopping(at);
  }

  taken(row: number, warned: boolean, keeps: boolean): void {
    this.#granted.delete(row);
    if (!this.#isRunning) return;
    this.#isRunning = false;
    // The others of a gang lose their work with it, and keep their nodes.
    for (const other of this.#granted) {
      if (keeps) this.#site.manager.meter.keep(other);
      else this.#site.manager.meter.spoil(other);
    }
    this.turn(RENDEZVOUS);
    this.#order.body.interrupted(warned, keeps);
  }

  ended(_row: number, state: number, warned: boolean): void {
    if (!this.#isOver) this.#over(state, warned);
  }

  released(): void {
    if (++this.#released === this.#rows.length) this.#order.told.released();
  }

  turn(purpose: number): void {
    for (const row of this.#granted) this.#site.manager.meter.turn(row, purpose);
  }

  spoil(purpose: number): void {
    for (const row of this.#rows) this.#site.manager.meter.spoil(row, purpose);
  }

  slowed(share: number): void {
    for (const row of this.#rows) this.#site.manager.meter.slowed(row, share);
  }

  finish(state: number, holdsFor: number): void {
    if (!this.isAlive) return;
    this.#isOver = true;
    this.#isRunning = false;
    for (const row of this.#rows) this.#site.manager.end(row, state, holdsFor);
    this.#tell(state, false);
  }

  /** What ends one row ends them all. */
  #over(state: number, warned: boolean): void {
    this.#isOver = true;
    this.#isRunning = false;
    const { manager } = this.#site;
    for (const row of this.#rows) {
      // One that has not come to the queue never will, and nobody says that it is gone.
      if (manager.isNew(row)) this.#released++;
      if (state !== COMPLETED) manager.meter.spoil(row);
      manager.cancel(row, state);
    }
    this.#tell(state, warned);
    if (this.#released === this.#rows.length) this.#order.told.released();
  }

  #tell(state: number, warned: boolean): void {
    this.#order.body.ended(state, warned);
    this.#order.told.over(state);
  }
}
