import type { Cluster } from '../cluster.ts';
import { CANCELLED, COMPLETED } from '../schedule.ts';
import type { TaskRequest } from '../workload.ts';
import { STAGES } from './agenda.ts';
import type { Workshop } from './compute.ts';
import { GRACE, PASSED, START_UP } from './meter.ts';
import { nodesFor } from './node-shape.ts';
import type { Body, Delivery, Hold, Order, Target } from './order.ts';
import { QueueTarget } from './queue-target.ts';
import type { Site } from './site.ts';
import type { LeaseSpec } from './system.ts';

export interface LeaseParts {
  readonly spec: LeaseSpec;
  /** Where the lease is asked for. */
  readonly parent: Target;
  readonly wholeNode: TaskRequest;
  /** Makes the place for a manager on so many leased nodes. */
  makeSite(cluster: Cluster): Site;
  /** It is over, and holds nothing any more. */
  closed(site: Site): void;
}

/** Orders that run inside a lease of their own: one for all orders of a job. */
export class LeaseTarget implements Target {
  readonly #parts: LeaseParts;
  readonly #shop: Workshop;

  constructor(parts: LeaseParts, shop: Workshop) {
    this.#parts = parts;
    this.#shop = shop;
  }

  plan(orders: readonly Order[]): Delivery {
    const { spec, wholeNode, parent } = this.#parts;
    const all = spec.nodesFor === 'all-steps';
    const inside = all
      ? nodesFor(sideBySide(orders), wholeNode)
      : Math.max(...orders.map(({ groups }) => nodesFor(groups, wholeNode)));
    const nodes = inside + spec.extraNodes;
    const body = new Lease(orders, nodes, this.#parts, this.#shop);
    const { id, job, user, account, queue, partition, qos, priority } = orders[0];
    const limits = orders.map((order) => order.walltime);
    const walltime = (all ? Math.max(...limits) : limits.reduce((sum, limit) => sum + limit, 0)) + spec.margin;
    return parent.plan([
      {
        id,
        job,
        user,
        account,
        queue,
        partition,
        qos,
        priority: spec.priority ?? priority,
        groups: [{ tasks: nodes, request: wholeNode }],
        apart: false,
        asked: Infinity,
        walltime,
        body,
        told: body,
      },
    ]);
  }
}

/** The tasks of all orders, those of one shape together: they may share nodes. */
function sideBySide(orders: readonly Order[]): Order['groups'] {
  const shapes = new Map<string, { tasks: number; request: TaskRequest }>();
  for (const { tasks, request } of orders.flatMap(({ groups }) => groups)) {
    const shape = JSON.stringify(request);
    const found = shapes.get(shape);
    if (found === undefined) shapes.set(shape, { tasks, request });
    else found.tasks += tasks;
  }
  return [...shapes.values()];
}

/** One lease: a job of the parent manager in which another manager lives. */
class Lease implements Body {
  readonly #orders: readonly Order[];
  readonly #parts: LeaseParts;
  readonly #shop: Workshop;
  readonly #nodes: number;
  #site: Site | undefined;
  #inside: Delivery | undefined;
  #hold: Hold | undefined;
  #run = 0;
  #isPassed = false;
  /** Orders that are not over, or hold something still. */
  #over = 0;
  #released = 0;
  readonly #isOver: boolean[];

  constructor(orders: readonly Order[], nodes: number, parts: LeaseParts, shop: Workshop) {
    this.#orders = orders;
    this.#nodes = nodes;
    this.#parts = parts;
    this.#shop = shop;
    this.#isOver = orders.map(() => false);
  }

  begin(hold: Hold): void {
    const { agenda, stages } = this.#shop;
    const { acquire, from, to } = this.#parts.spec;
    const run = ++this.#run;
    this.#hold = hold;
    hold.turn(START_UP);
    const delay = stages.total(acquire, `${from}-${to}/acquire`, hold.nodes, agenda.now);
    agenda.at(agenda.now + delay, STAGES, () => {
      if (this.#run === run) this.#pass(hold);
    });
  }

  /** The nodes are the other manager's from now on. */
  #pass(hold: Hold): void {
    const isFirst = this.#site === undefined;
    const site = (this.#site ??= this.#makeSite());
    hold.turn(PASSED);
    this.#isPassed = true;
    hold.nodes.forEach((name, slot) => {
      site.nodeNames[slot] = name;
      site.manager.nodeUp(slot);
    });
    if (isFirst) this.#inside?.submit();
  }

  #makeSite(): Site {
    const { wholeNode } = this.#parts;
    const pool = { name: 'leased', count: this.#nodes, cpu: wholeNode.cpu, memory: wholeNode.memory, gpus: wholeNode.gpu / 1000 };
    const cluster: Cluster = { name: 'leased', interchangeable: false, pools: [pool], partitions: [], outages: [] };
    const site = this.#parts.makeSite(cluster);
    this.#inside = new QueueTarget(site).plan(this.#orders.map((order, index) => this.#watched(order, index)));
    site.open('leased');
    return site;
  }

  /** The order, and what tells us of its end too. */
  #watched(order: Order, index: number): Order {
    const told = {
      over: (state: number) => this.#orderOver(index, state),
      released: () => {
        order.told.released();
        if (++this.#released === this.#orders.length) this.#giveBack();
      },
    };
    return { ...order, told };
  }

  #orderOver(index: number, state: number): void {
    if (this.#isOver[index]) return;
    this.#isOver[index] = true;
    this.#over++;
    this.#orders[index].told.over(state);
  }

  /** Nothing runs inside any more. */
  #giveBack(): void {
    const hold = this.#hold;
    if (hold === undefined || !this.#isPassed) return;
    const { agenda, stages } = this.#shop;
    const { release, from, to } = this.#parts.spec;
    const run = ++this.#run;
    this.#takeNodes(true);
    hold.turn(GRACE);
    const delay = stages.total(release, `${from}-${to}/release`, hold.nodes, agenda.now);
    agenda.at(agenda.now + delay, STAGES, () => {
      if (this.#run === run) hold.finish(COMPLETED, 0);
    });
  }

  #takeNodes(warned: boolean): void {
    if (!this.#isPassed) return;
    this.#isPassed = false;
    for (let slot = 0; slot < this.#nodes; slot++) this.#site?.manager.takeNode(slot, warned);
  }

  stopping(): void {
    // What runs inside goes on until the nodes are gone: it may end in time.
  }

  interrupted(warned: boolean): void {
    this.#run++;
    this.#takeNodes(warned);
  }

  ended(state: number, warned: boolean): void {
    this.#run++;
    // What goes with the nodes does not wait in a queue of its own.
    if (this.#over < this.#orders.length) this.#inside?.end(state === COMPLETED ? CANCELLED : state);
    this.#takeNodes(warned);
  }

  abandon(): void {
    for (const order of this.#orders) order.body.abandon();
  }

  attend(): void {
    // A lease is started by the manager that grants it.
  }

  /** Told of the lease as an order of the parent: for those inside that never came to be. */
  over(state: number): void {
    this.#orders.forEach((_, index) => this.#orderOver(index, state));
  }

  released(): void {
    if (this.#site !== undefined) this.#parts.closed(this.#site);
    else for (const order of this.#orders) order.told.released();
  }
}
