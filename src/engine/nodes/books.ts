import type { NodeRoom } from '../../placement.ts';
import { BlockBounds } from './block-bounds.ts';
import { CPU, MEMORY } from './demand.ts';
import type { NodeDemand } from './demand.ts';
import { GpuRoom } from './gpu-room.ts';
import { RoomSearch } from './room-search.ts';
import { NO_SEAT } from './seats.ts';

/** Tasks that fit where the request takes nothing that is counted. */
export const ANY_NUMBER = 0x7fffffff;

/**
 * What is free of each resource on each node: numbers only, who holds them is written elsewhere. Also the books of
 * what-ifs and of plans over time.
 *
 * GPUs are summed over a node, which is exact for whole ones; else `gpus` has what is free of each, and both must have room.
 */
export class NodeBooks extends GpuRoom implements NodeRoom {
  readonly nodes: number;
  /** Of each node and resource: what is free there, whether the node is up or not. */
  readonly #free: Float64Array;
  /**
   * Of each resource: what is free on nodes that are up, or more. Infinity for memory: the bytes of thousands of large nodes
   * do not add up exactly, and no search is spared much by them.
   */
  readonly #total: Float64Array;
  /** Of each node: for how many reasons it is down [count]. Shared with what-ifs and plans: down is down for all. */
  readonly #downs: Uint8Array;
  readonly #bounds: BlockBounds;
  readonly #search: RoomSearch;
  readonly #resources: number;
  readonly #perTask: Float64Array;
  /** Counts changes: a plan made at one version holds until the next. */
  version = 0;
  /** Counts changes that leave more room: what did not fit before may fit now. */
  growths = 0;

  /**
   * Books of an idle cluster whose nodes are up, or down where those of `like` are: then its totals count them all the
   * same, since they may come back. Or a copy of `like`.
   */
  constructor(demand: NodeDemand, like?: NodeBooks, state: 'idle' | 'copied' = 'idle') {
    super(demand);
    this.nodes = demand.nodes;
    this.#resources = demand.resources.length;
    this.#perTask = demand.perTask;
    this.#downs = like ? like.#downs : new Uint8Array(this.nodes);
    this.#free = new Float64Array(this.nodes * this.#resources);
    this.#total = new Float64Array(this.#resources);
    this.#bounds = new BlockBounds(this.#free, this.#perTask, this.#resources);
    this.#search = new RoomSearch(this, this.#bounds);
    if (like && state === 'copied') this.copyFrom(like);
    else this.#fill();
  }

  copy(): NodeBooks {
    return new NodeBooks(this.demand, this, 'copied');
  }

  /** Becomes equal to other books of the same cluster. */
  copyFrom(other: NodeBooks): void {
    this.#free.set(other.#free);
    this.#total.set(other.#total);
    this.#bounds.copyFrom(other.#bounds);
    this.copyGpus(other);
    this.version++;
    this.growths++;
  }

  /** Leaves nothing free on other nodes than these. Totals stay: a bound still. */
  keepOnly(nodes: ReadonlySet<number>): this {
    for (let node = 0; node < this.nodes; node++) {
      for (let resource = 0; resource < this.#resources && !nodes.has(node); resource++) this.rewrite(node, resource, 0);
    }
    return this;
  }

  /** Becomes what is free in both of two books of the same cluster. Totals are those of the first: a bound still. */
  becomeBoth(one: NodeBooks, other: NodeBooks): void {
    this.copyFrom(one);
    for (let at = 0; at < this.#free.length; at++) if (other.#free[at] < this.#free[at]) this.#free[at] = other.#free[at];
    if (other.gpus) for (let node = 0; node < this.nodes; node++) this.narrowGpus(node, other.gpus);
  }

  /**
   * Free processors over all nodes that are up, the last one perhaps in part [count]. A bound for whole jobs: what a
   * job needs is rounded up in the same way, so one that needs more processors than this cannot fit.
   */
  get procs(): number {
    return Math.ceil(this.#total[CPU] / 1000);
  }

  isUp(node: number): boolean {
    return this.#downs[node] === 0;
  }

  free(node: number, resource: string): number {
    const index = this.demand.resources.indexOf(resource);
    return index < 0 || !this.isUp(node) ? 0 : this.amount(node, index);
  }

  capacity(node: number, resource: string): number {
    const index = this.demand.resources.indexOf(resource);
    return index < 0 ? 0 : this.has(node, index);
  }

  /** Whole processors of a node, up or not [count]. */
  processorsOf(node: number): number {
    return Math.floor(this.has(node, CPU) / 1000);
  }

  /** What is free of a resource, given by its index, whether the node is up or not. */
  amount(node: number, resource: number): number {
    return this.#free[node * this.#resources + resource];
  }

  tasksThatFit(node: number, request: number, job: number): number {
    return this.isOpen(node, request, job) ? this.roomFor(node, request) : 0;
  }

  /** Whether the node is up and tasks of this request of this job may go there. */
  isOpen(node: number, request: number, job: number): boolean {
    return this.#downs[node] === 0 && this.demand.opens(this.demand.poolOf[node], request, job);
  }

  /** Tasks that fit on a node that is known to be open [count]. */
  roomFor(node: number, request: number): number {
    let tasks = ANY_NUMBER;
    const first = node * this.#resources;
    const asked = request * this.#resources;
    for (let resource = 0; resource < this.#resources; resource++) {
      const each = this.#perTask[asked + resource];
      if (each === 0) continue;
      const fit = Math.floor(this.#free[first + resource] / each);
      if (fit < tasks) tasks = fit;
    }
    return this.gpus === undefined || tasks === 0 ? tasks : Math.min(tasks, this.gpus.room(node, request));
  }

  nextWithRoom(from: number, request: number, job: number): number {
    return this.#search.next(from, request, job);
  }

  /** Of each resource: what is free over all nodes, or more. Read only. */
  get totals(): Float64Array {
    return this.#total;
  }

  /** Whether the cluster as a whole has this much left: a bound, whatever the nodes look like. */
  totalsAllow(job: number): boolean {
    for (let resource = 0; resource < this.#resources; resource++) {
      if (this.demand.needOf(job, resource) > this.#total[resource]) return false;
    }
    return true;
  }

  /** The caller has made sure that they fit, on that seat too. */
  take(node: number, request: number, tasks: number, seat: number): void {
    if (seat !== NO_SEAT) this.gpus?.take(node, request, seat, tasks);
    const first = node * this.#resources;
    const asked = request * this.#resources;
    for (let resource = 0; resource < this.#resources; resource++) {
      const amount = tasks * this.#perTask[asked + resource];
      this.#free[first + resource] -= amount;
      this.#total[resource] -= amount;
    }
    this.#bounds.lower(node);
    this.changed(node);
    this.version++;
  }

  give(node: number, request: number, tasks: number, seat: number): void {
    if (seat !== NO_SEAT) this.gpus?.give(node, request, seat, tasks);
    for (let resource = 0; resource < this.#resources; resource++) this.#giveBack(node, request, tasks, resource);
    this.version++;
    this.growths++;
  }

  /** What a resumed job takes: everything but memory, which it has kept. */
  takeAllButMemory(node: number, request: number, tasks: number, seat: number): void {
    this.take(node, request, tasks, seat);
    this.#giveBack(node, request, tasks, MEMORY);
  }

  giveAllButMemory(node: number, request: number, tasks: number, seat: number): void {
    if (seat !== NO_SEAT) this.gpus?.give(node, request, seat, tasks);
    for (let resource = 0; resource < this.#resources; resource++) {
      if (resource !== MEMORY) this.#giveBack(node, request, tasks, resource);
    }
    this.version++;
    this.growths++;
  }

  /** What a suspended job gives up when it goes for good. */
  giveMemory(node: number, request: number, tasks: number): void {
    this.#giveBack(node, request, tasks, MEMORY);
    this.version++;
    this.growths++;
  }

  /** Tasks of a request that can be resumed on the node and on this seat [count]: their memory is there already. */
  roomToResume(node: number, request: number, tasks: number, seat: number): number {
    if (!this.isUp(node) || this.gpus?.canTake(node, request, seat, tasks) === false) return 0;
    const memory = node * this.#resources + MEMORY;
    const free = this.#free[memory];
    this.#free[memory] = Infinity;
    const room = this.roomFor(node, request);
    this.#free[memory] = free;
    return room;
  }

  /** One more reason for the node to be down. Nothing of it may be in use. */
  nodeDown(node: number): void {
    if (this.#downs[node] === 0xff) throw new Error(`node ${node} goes down for more than 255 reasons at once`);
    if (this.#downs[node]++ > 0) return;
    this.#addToTotals(node, -1);
    this.version++;
  }

  /** One reason less; the node is up when none is left. */
  nodeUp(node: number): void {
    if (this.isUp(node)) throw new Error(`node ${node} comes up, but it is up already`);
    if (--this.#downs[node] > 0) return;
    this.#addToTotals(node, 1);
    this.demand.revivals++;
    this.version++;
    this.growths++;
  }

  /** Puts another amount into a node's books, as it is at another time. Totals are left as they are. */
  rewrite(node: number, resource: number, amount: number): void {
    this.#free[node * this.#resources + resource] = amount;
    this.#bounds.lower(node);
    this.#bounds.raise(node, resource, amount);
    this.changed(node);
    this.version++;
    this.growths++;
  }

  /** Throws if a search would pass over what is free of a resource on a node. */
  auditBound(node: number, resource: number): void {
    this.#bounds.audit(node, resource);
  }

  #fill(): void {
    this.#total[MEMORY] = Infinity;
    for (let node = 0; node < this.nodes; node++) {
      for (let resource = 0; resource < this.#resources; resource++) {
        const amount = this.has(node, resource);
        this.#free[node * this.#resources + resource] = amount;
        this.#total[resource] += amount;
      }
    }
  }

  /** What the node has in all of a resource, given by its index. */
  has(node: number, resource: number): number {
    return this.demand.ofPool[this.demand.poolOf[node] * this.#resources + resource];
  }

  #giveBack(node: number, request: number, tasks: number, resource: number): void {
    const amount = tasks * this.#perTask[request * this.#resources + resource];
    const index = node * this.#resources + resource;
    this.#free[index] += amount;
    this.#total[resource] += amount;
    this.changed(node);
    this.#bounds.raise(node, resource, this.#free[index]);
  }

  #addToTotals(node: number, sign: number): void {
    for (let resource = 0; resource < this.#resources; resource++) {
      const free = this.amount(node, resource);
      if (free !== Infinity) this.#total[resource] += sign * free;
    }
  }

  /** Whether a task of this request fits on the node, if it is open to its job. */
  fitsOne(node: number, request: number): boolean {
    if (this.#downs[node] !== 0) return false;
    const first = node * this.#resources;
    const asked = request * this.#resources;
    for (let resource = 0; resource < this.#resources; resource++) {
      if (this.#free[first + resource] < this.#perTask[asked + resource]) return false;
    }
    return this.gpus === undefined || this.gpus.fitsOne(node, request);
  }
}
