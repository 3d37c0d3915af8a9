import type { NodeDemand } from './demand.ts';
import { WHOLE } from './device-needs.ts';
import { NO_SEAT } from './seats.ts';

/** Tasks that fit where the request takes nothing of a GPU. */
const ANY_NUMBER = 0x7fffffff;
const NONE = -1;

/**
 * What is free of each GPU of each node. A task's share comes from one GPU, its whole GPUs have nobody else on them, and a
 * GPU that is cut into MIG instances gives nothing else.
 */
export class DeviceBooks {
  readonly #demand: NodeDemand;
  /** Where the GPUs of each node stand; one entry more than there are nodes. */
  readonly #first: Int32Array;
  /** Of each GPU [thousandths]. */
  readonly #free: Int32Array;
  /** Of each GPU: memory slices that MIG instances hold [bit mask]. */
  readonly #cut: Uint8Array;
  /** Of each node: GPUs that nobody uses [count], and the most that is free of one that is not cut [thousandths]. */
  readonly #idle: Int32Array;
  readonly #most: Int32Array;
  /** Of each node and kind of request: tasks that sit there [count]. */
  readonly #tasks: Int32Array;

  /** Books of an idle cluster. */
  constructor(demand: NodeDemand) {
    const { nodes, poolOf } = demand;
    this.#demand = demand;
    this.#first = new Int32Array(nodes + 1);
    for (let node = 0; node < nodes; node++) this.#first[node + 1] = this.#first[node] + demand.gpusOfPool[poolOf[node]];
    this.#free = new Int32Array(this.#first[nodes]).fill(WHOLE);
    this.#cut = new Uint8Array(this.#first[nodes]);
    this.#idle = new Int32Array(nodes);
    this.#most = new Int32Array(nodes);
    this.#tasks = new Int32Array(nodes * demand.needs.kinds);
    for (let node = 0; node < nodes; node++) this.#sumUp(node);
  }

  copyFrom(other: DeviceBooks): void {
    this.#free.set(other.#free);
    this.#cut.set(other.#cut);
    this.#idle.set(other.#idle);
    this.#most.set(other.#most);
    this.#tasks.set(other.#tasks);
  }

  /** One node becomes as it is in other books of the same cluster. */
  copyNode(other: DeviceBooks, node: number): void {
    for (let at = this.#first[node]; at < this.#first[node + 1]; at++) {
      this.#free[at] = other.#free[at];
      this.#cut[at] = other.#cut[at];
    }
    this.#idle[node] = other.#idle[node];
    this.#most[node] = other.#most[node];
    const { kinds } = this.#demand.needs;
    for (let kind = node * kinds; kind < (node + 1) * kinds; kind++) this.#tasks[kind] = other.#tasks[kind];
  }

  /** One node becomes what is free both here and in other books; of its tasks it has whichever are more. */
  narrowNode(other: DeviceBooks, node: number): void {
    for (let at = this.#first[node]; at < this.#first[node + 1]; at++) {
      if (other.#free[at] < this.#free[at]) this.#free[at] = other.#free[at];
      this.#cut[at] |= other.#cut[at];
    }
    const { kinds } = this.#demand.needs;
    for (let kind = node * kinds; kind < (node + 1) * kinds; kind++) {
      this.#tasks[kind] = Math.max(this.#tasks[kind], other.#tasks[kind]);
    }
    this.#sumUp(node);
  }

  /** Tasks on the node that ask for GPUs as this request does [count]. */
  tasksAlike(node: number, request: number): number {
    const { kind, kinds } = this.#demand.needs;
    return kind[request] < 0 ? 0 : this.#tasks[node * kinds + kind[request]];
  }

  /** Kinds of tasks on the node [count]. */
  kindsOfTasks(node: number): number {
    const { kinds } = this.#demand.needs;
    let found = 0;
    for (let kind = node * kinds; kind < (node + 1) * kinds; kind++) if (this.#tasks[kind] > 0) found++;
    return found;
  }

  /** GPUs of a node [count]. */
  count(node: number): number {
    return this.#first[node + 1] - this.#first[node];
  }

  /** What is free of one GPU for whoever asks for a share of it [thousandths]. */
  free(node: number, device: number): number {
    const at = this.#first[node] + device;
    return this.#cut[at] === 0 ? this.#free[at] : 0;
  }

  /** Whether such tasks take anything of a GPU. */
  takes(node: number, request: number): boolean {
    const { needs, poolOf } = this.#demand;
    return needs.whole[request] > 0 || needs.share[needs.at(request, poolOf[node])] > 0;
  }

  /** Whether there is room for one such task. */
  fitsOne(node: number, request: number): boolean {
    const { needs, poolOf } = this.#demand;
    const need = needs.at(request, poolOf[node]);
    const whole = needs.whole[request];
    if (needs.windows[need] !== undefined || (whole > 0 && needs.share[need] > 0)) return this.room(node, request) > 0;
    return whole <= this.#idle[node] && needs.share[need] <= this.#most[node];
  }

  /** Such tasks that fit [count]. */
  room(node: number, request: number): number {
    const { needs, poolOf } = this.#demand;
    const need = needs.at(request, poolOf[node]);
    const whole = needs.whole[request];
    const share = needs.share[need];
    const windows = needs.windows[need];
    if (windows !== undefined) return this.#instances(node, windows, share);
    const idle = this.#idle[node];
    if (share === 0) return whole === 0 ? ANY_NUMBER : Math.floor(idle / whole);
    let room = 0;
    for (let at = this.#first[node]; at < this.#first[node + 1]; at++) {
      if (this.#cut[at] === 0 && this.#free[at] < WHOLE) room += Math.floor(this.#free[at] / share);
    }
    const each = Math.floor(WHOLE / share);
    if (whole === 0) return room + idle * each;
    // Each task takes away idle GPUs, of which the others might have had shares.
    return Math.min(Math.floor(idle / whole), Math.floor((room + idle * each) / (1 + whole * each)));
  }

  /**
   * Where one such task sits if nobody says otherwise: on the idle GPUs with the lowest numbers, and on the one with the
   * least free that has room for its share. NO_SEAT if it takes no GPU; the caller has made sure that it fits.
   */
  choose(node: number, request: number): number {
    const { needs, poolOf, seats } = this.#demand;
    const need = needs.at(request, poolOf[node]);
    const windows = needs.windows[need];
    if (windows !== undefined) return this.#chooseWindow(node, windows, needs.share[need]);
    const share = needs.share[need];
    if (needs.whole[request] === 0) return share === 0 ? NO_SEAT : seats.share(this.#tightest(node, share, []));
    const whole: number[] = [];
    for (let device = 0; whole.length < needs.whole[request]; device++) {
      if (this.#isIdle(this.#first[node] + device)) whole.push(device);
    }
    return seats.of(whole, share === 0 ? NONE : this.#tightest(node, share, whole), 0);
  }

  /** The seat on these GPUs: whole ones first, then the shared one. NO_SEAT if they are not what the request takes. */
  seatOn(node: number, request: number, devices: readonly number[]): number {
    const { needs, poolOf, seats } = this.#demand;
    const need = needs.at(request, poolOf[node]);
    const whole = needs.whole[request];
    const shared = needs.share[need] > 0;
    const exist = devices.every((device, index) => device >= 0 && device < this.count(node) && devices.indexOf(device) === index);
    if (!exist || needs.windows[need] !== undefined || devices.length !== whole + (shared ? 1 : 0)) return NO_SEAT;
    return seats.of(devices.slice(0, whole), shared ? devices[whole] : NONE, 0);
  }

  /** Whether tasks of this request fit on this seat, all of them on the same GPUs. */
  canTake(node: number, request: number, seat: number, tasks: number): boolean {
    const sits = this.#demand.seats.get(seat);
    if (sits === undefined) return true;
    const { needs, poolOf } = this.#demand;
    const { whole, shared, window } = sits;
    const first = this.#first[node];
    if (tasks > 1 && (whole.length > 0 || window !== 0)) return false;
    for (let index = 0; index < whole.length; index++) if (!this.#isIdle(first + whole[index])) return false;
    if (shared === NONE) return true;
    const free = this.#free[first + shared];
    if (free < tasks * needs.share[needs.at(request, poolOf[node])]) return false;
    const cut = this.#cut[first + shared];
    return window === 0 ? cut === 0 : (cut & window) === 0 && (cut !== 0 || free === WHOLE);
  }

  /** Whether tasks may have this seat and need no other. */
  suits(node: number, request: number, seat: number, tasks: number): boolean {
    return (seat !== NO_SEAT || !this.takes(node, request)) && this.canTake(node, request, seat, tasks);
  }

  /** The caller has made sure that they fit. */
  take(node: number, request: number, seat: number, tasks: number): void {
    this.#change(node, request, seat, tasks, -1);
  }

  give(node: number, request: number, seat: number, tasks: number): void {
    this.#change(node, request, seat, tasks, 1);
  }

  /** Throws unless these books say the same of every GPU. */
  audit(expected: DeviceBooks): void {
    for (let node = 0; node < this.#idle.length; node++) {
      for (let at = this.#first[node]; at < this.#first[node + 1]; at++) {
        if (this.#free[at] === expected.#free[at] && this.#cut[at] === expected.#cut[at] && this.#free[at] >= 0) continue;
        const device = `GPU ${at - this.#first[node]} of node ${node} has ${this.#free[at]} free`;
        throw new Error(
          `${device} and slices ${this.#cut[at]} cut, but by what is held ${expected.#free[at]} and ${expected.#cut[at]}`,
        );
      }
      const { [node]: idle } = this.#idle;
      const { [node]: most } = this.#most;
      this.#sumUp(node);
      if (idle !== this.#idle[node] || most !== this.#most[node])
        throw new Error(
          `node ${node} is said to have ${idle} idle GPUs and ${most} free on one, but has ${this.#idle[node]} and ${this.#most[node]}`,
        );
    }
  }

  #change(node: number, request: number, seat: number, tasks: number, sign: number): void {
    const sits = this.#demand.seats.get(seat);
    if (sits === undefined) return;
    const { needs, poolOf } = this.#demand;
    const { whole, shared, window } = sits;
    const first = this.#first[node];
    this.#tasks[node * needs.kinds + needs.kind[request]] -= sign * tasks;
    for (let index = 0; index < whole.length; index++) this.#free[first + whole[index]] += sign * WHOLE;
    if (shared !== NONE) {
      this.#free[first + shared] += sign * tasks * needs.share[needs.at(request, poolOf[node])];
      this.#cut[first + shared] ^= window;
    }
    this.#sumUp(node);
  }

  #isIdle(at: number): boolean {
    return this.#free[at] === WHOLE && this.#cut[at] === 0;
  }

  #sumUp(node: number): void {
    let idle = 0;
    let most = 0;
    for (let at = this.#first[node]; at < this.#first[node + 1]; at++) {
      if (this.#cut[at] !== 0) continue;
      if (this.#free[at] === WHOLE) idle++;
      if (this.#free[at] > most) most = this.#free[at];
    }
    this.#idle[node] = idle;
    this.#most[node] = most;
  }

  /** The GPU with the least free that has room, without these; ties to the lowest number. */
  #tightest(node: number, share: number, without: readonly number[]): number {
    let best = NONE;
    let least = WHOLE + 1;
    for (let device = 0; device < this.count(node); device++) {
      const free = this.free(node, device);
      if (free < share || free >= least || without.includes(device)) continue;
      best = device;
      least = free;
    }
    return best;
  }

  /** Instances that fit beside each other: the places of one profile never overlap. */
  #instances(node: number, windows: readonly number[], share: number): number {
    let room = 0;
    for (let at = this.#first[node]; at < this.#first[node + 1]; at++) {
      if (this.#cut[at] === 0 && this.#free[at] < WHOLE) continue;
      const free = windows.filter((window) => (this.#cut[at] & window) === 0).length;
      room += share === 0 ? free : Math.min(free, Math.floor(this.#free[at] / share));
    }
    return room;
  }

  /**
   * On the GPU that is cut furthest and still has a place, ties to the lowest number; there at the place with the highest
   * slices: what begins low is what the large profiles need.
   */
  #chooseWindow(node: number, windows: readonly number[], share: number): number {
    let chosen = NO_SEAT;
    let fewest = WHOLE + 1;
    for (let device = 0; device < this.count(node); device++) {
      const at = this.#first[node] + device;
      if ((this.#cut[at] === 0 && this.#free[at] < WHOLE) || this.#free[at] >= fewest || this.#free[at] < share) continue;
      const window = windows.findLast((one) => (this.#cut[at] & one) === 0);
      if (window === undefined) continue;
      chosen = this.#demand.seats.of([], device, window);
      fewest = this.#free[at];
    }
    return chosen;
  }
}
