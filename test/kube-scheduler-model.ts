// The scheduler's loop as its definition: pods with cpu only, on a few nodes, nothing takes time but grace periods. Every
// list is sorted anew whenever it is looked at.
import type { KubeVersion } from '../src/policies/kube-default/behaviour.ts';

export interface ModelJob {
  readonly submit: number;
  readonly runtime: number;
  /** [cores] */
  readonly cpu: number;
  readonly priority: number;
}

export interface ModelSettings {
  readonly version: KubeVersion;
  readonly grace: number;
  readonly nominates: boolean;
  /** Nothing after this is looked at [ms]. */
  readonly until: number;
}

interface Pod extends ModelJob {
  readonly job: number;
  attempts: number;
  rejections: number;
  /** When it came or failed, and which number that was. */
  since: [time: number, serial: number];
  place: 'active' | 'backoff' | 'unschedulable' | 'flight' | 'node';
  node: number;
  /** The how-manieth eviction it was. */
  evicted: number;
  started: number;
  end: number;
  /** When it is gone from its node. */
  goneAt: number;
  nominated: number;
}

const NOWHERE = -1;

export interface ModelResult {
  readonly start: number[];
  readonly lastStart: number[];
  readonly end: number[];
  readonly node: number[];
  readonly runs: number[];
}

export function runModel(jobs: readonly ModelJob[], nodes: readonly number[], settings: ModelSettings): ModelResult {
  return new Model(jobs, nodes, settings).run();
}

class Model {
  now = 0;
  serial = 0;
  cycle = 0;
  movedInCycle = -1;
  lastTick = -1;
  pods: Pod[] = [];
  /** By node: its pods as the scheduler's cache keeps them. One whose object changes goes and comes back. */
  readonly seats: Pod[][];
  readonly result: ModelResult;
  readonly jobs: readonly ModelJob[];
  readonly nodes: readonly number[];
  readonly settings: ModelSettings;
  readonly isOld: boolean;

  constructor(jobs: readonly ModelJob[], nodes: readonly number[], settings: ModelSettings) {
    this.jobs = jobs;
    this.nodes = nodes;
    this.settings = settings;
    this.seats = nodes.map(() => []);
    this.isOld = settings.version === '1.26';
    const empty = () => jobs.map(() => NaN);
    this.result = { start: empty(), lastStart: empty(), end: empty(), node: empty(), runs: jobs.map(() => 0) };
  }

  run(): ModelResult {
    const possible = this.jobs.map(({ cpu }) => this.nodes.some((room) => cpu <= room));
    const left = () => this.jobs.some((_, job) => possible[job] && Number.isNaN(this.result.end[job]));
    let submitted = -1;
    while (left()) {
      const times = [
        ...this.jobs.map(({ submit }) => submit).filter((time) => time > submitted),
        ...this.pods.flatMap(({ end, goneAt }) => [end, goneAt]).filter((time) => time > this.now),
        (Math.floor(this.now / 1000) + 1) * 1000,
      ];
      // Without nominations a preemptor and the follower of its victim may chase each other for ever.
      if (Math.min(...times) > this.settings.until) break;
      this.now = Math.min(...times);
      const again = this.leave();
      const news = this.jobs.flatMap((job, index) => (possible[index] && job.submit === this.now ? index : []));
      if (this.now > submitted) for (const job of news) this.create(job);
      submitted = Math.max(submitted, this.now);
      this.flush();
      this.attemptAll();
      // Their controllers need a moment to make new pods.
      for (const job of again) this.create(job);
      this.attemptAll();
    }
    return this.result;
  }

  attemptAll(): void {
    for (let pod = this.pop(); pod !== undefined; pod = this.pop()) this.attempt(pod);
  }

  /** Jobs that end go first; then evicted pods, in the order of their evictions. Answers the jobs that need new ones. */
  leave(): number[] {
    const ended = this.pods.filter((pod) => pod.end === this.now).sort((a, b) => a.job - b.job);
    for (const pod of ended) {
      this.result.end[pod.job] = this.now;
      pod.goneAt = Infinity;
      this.remove(pod);
    }
    const evicted = this.pods.filter((pod) => pod.goneAt === this.now).sort((a, b) => a.evicted - b.evicted);
    for (const pod of evicted) this.remove(pod);
    return evicted.map(({ job }) => job);
  }

  remove(pod: Pod): void {
    this.pods = this.pods.filter((other) => other !== pod);
    this.unseat(pod);
    this.somethingFreed(Infinity);
  }

  /** The last one takes the seat of one that goes. */
  unseat(pod: Pod): void {
    const seats = this.seats[pod.node];
    const seat = seats.indexOf(pod);
    const last = seats.pop();
    if (last !== undefined && last !== pod) seats[seat] = last;
  }

  create(job: number): void {
    const rest = {
      attempts: 0,
      rejections: 0,
      node: NOWHERE,
      evicted: 0,
      started: NaN,
      end: NaN,
      goneAt: Infinity,
      nominated: NOWHERE,
    };
    const since: [number, number] = [this.now, ++this.serial];
    this.pods.push({ ...this.jobs[job], ...rest, job, since, place: 'active' });
  }

  /** Wakes the pods that were rejected, up to a priority, but for one that is just evicting others. */
  somethingFreed(upTo: number, evicting?: Pod): void {
    for (const pod of this.pods) {
      if (pod.place === 'unschedulable' && pod.priority <= upTo && pod !== evicting)
        pod.place = this.isBackingOff(pod) ? 'backoff' : 'active';
    }
    this.movedInCycle = this.cycle;
  }

  backoffEnd({ since: [time], attempts, rejections }: Pod): number {
    const end = time + Math.min(10_000, 1000 * 2 ** ((this.isOld ? attempts : rejections) - 1));
    return this.isOld ? end : Math.floor(end / 1000) * 1000;
  }

  isBackingOff(pod: Pod, now = this.now): boolean {
    return this.isOld ? this.backoffEnd(pod) > now : this.backoffEnd(pod) >= Math.floor(now / 1000) * 1000;
  }

  flush(): void {
    const tick = Math.floor(this.now / 1000) * 1000;
    if (tick === this.lastTick) return;
    this.lastTick = tick;
    for (const pod of this.pods) if (pod.place === 'backoff' && !this.isBackingOff(pod, tick)) pod.place = 'active';
  }

  pop(): Pod | undefined {
    const order = (a: Pod, b: Pod) => b.priority - a.priority || a.since[0] - b.since[0] || a.since[1] - b.since[1];
    const [first] = this.pods.filter(({ place }) => place === 'active').sort(order);
    if (first !== undefined || this.isOld) return first;
    const late = (a: Pod, b: Pod) => this.backoffEnd(a) - this.backoffEnd(b) || order(a, b);
    return this.pods.filter(({ place }) => place === 'backoff').sort(late)[0];
  }

  attempt(pod: Pod): void {
    pod.place = 'flight';
    pod.attempts++;
    this.cycle++;
    const nodes = this.nodes.map((_, node) => node);
    const node = [pod.nominated, ...nodes].find((one) => one !== NOWHERE && this.fits(pod, one, this.on(one)));
    if (node === undefined) return this.fail(pod);
    this.seats[node].push(pod);
    Object.assign(pod, { place: 'node', node, nominated: NOWHERE, started: this.now, end: this.now + pod.runtime });
    const { start, lastStart, node: nodeOf, runs } = this.result;
    if (Number.isNaN(start[pod.job])) start[pod.job] = this.now;
    lastStart[pod.job] = this.now;
    nodeOf[pod.job] = node;
    runs[pod.job]++;
    this.movedInCycle = this.cycle;
  }

  on(node: number): Pod[] {
    return this.pods.filter((pod) => pod.node === node);
  }

  /** Those that are nominated there, as far as others see it. */
  expected(node: number): Pod[] {
    return this.settings.nominates ? this.pods.filter((other) => other.nominated === node) : [];
  }

  /** With those counted that are nominated there and matter at least as much. */
  fits(pod: Pod, node: number, there: readonly Pod[]): boolean {
    const coming = this.expected(node).filter((other) => other.priority >= pod.priority && other !== pod);
    const used = [...there, ...coming].reduce((sum, { cpu }) => sum + cpu, 0);
    return used + pod.cpu <= this.nodes[node];
  }

  fail(pod: Pod): void {
    const waits = this.on(pod.nominated).some((there) => there.priority < pod.priority && there.goneAt < Infinity);
    const choice = waits && pod.nominated !== NOWHERE ? undefined : this.candidate(pod);
    const victims = choice?.victims.filter((victim) => victim.goneAt === Infinity) ?? [];
    const nomination = waits && pod.nominated !== NOWHERE ? pod.nominated : (choice?.node ?? NOWHERE);
    const evictAll = () => {
      if (choice === undefined || (victims.length === 0 && !this.isOld)) return;
      const clear = () => {
        const yielding = this.expected(choice.node).filter((other) => other.priority < pod.priority);
        for (const other of yielding) this.nominate(other, NOWHERE);
      };
      if (!this.isOld) clear();
      for (const victim of victims) this.evict(victim);
      if (this.isOld) clear();
    };
    if (this.isOld) evictAll();
    this.putBack(pod);
    this.nominate(pod, nomination, victims.length > 0 ? pod : undefined);
    if (!this.isOld) evictAll();
  }

  evict(victim: Pod): void {
    // Without a grace period its run is over at once, but the scheduler learns of it a moment later.
    if (this.settings.grace === 0) victim.end = Infinity;
    victim.evicted = ++this.serial;
    this.unseat(victim);
    this.seats[victim.node].push(victim);
    victim.goneAt = this.now + Math.max(1, this.settings.grace);
    this.movedInCycle = this.cycle;
  }

  putBack(pod: Pod): void {
    pod.rejections++;
    pod.since = [this.now, ++this.serial];
    pod.place = this.isOld && this.movedInCycle >= this.cycle ? 'backoff' : 'unschedulable';
  }

  nominate(pod: Pod, node: number, evicting?: Pod): void {
    const old = pod.nominated;
    pod.nominated = node;
    if (!this.isOld && old !== NOWHERE && old !== node) this.somethingFreed(pod.priority, evicting);
  }

  candidate(pod: Pod): { node: number; victims: Pod[] } | undefined {
    const found = this.nodes.flatMap((_, node) => {
      const victims = this.victimsOn(pod, node);
      return victims.length === 0 ? [] : [{ node, victims, key: keyOf(victims) }];
    });
    found.sort((a, b) => compare(a.key, b.key) || a.node - b.node);
    return found[0];
  }

  victimsOn(pod: Pod, node: number): Pod[] {
    const lower = this.seats[node].filter(({ priority }) => priority < pod.priority);
    let there = this.on(node).filter((other) => !lower.includes(other));
    if (!this.fits(pod, node, there)) return [];
    const victims: Pod[] = [];
    const byImportance = (a: Pod, b: Pod) => b.priority - a.priority || a.started - b.started;
    for (const other of lower.sort(byImportance)) {
      if (this.fits(pod, node, [...there, other])) there = [...there, other];
      else victims.push(other);
    }
    return victims;
  }
}

/** Lower is better. */
function keyOf(victims: readonly Pod[]): number[] {
  const highest = Math.max(...victims.map(({ priority }) => priority));
  const sum = victims.reduce((total, { priority }) => total + priority + 2 ** 31, 0);
  const earliest = Math.min(...victims.filter(({ priority }) => priority === highest).map(({ started }) => started));
  return [highest, sum, victims.length, -earliest];
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}
