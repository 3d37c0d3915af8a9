/** Puts the managers of a system together: for each of them, who takes orders that are given to it. */
import type { Cluster } from '../cluster.ts';
import { nodeCount } from '../cluster.ts';
import type { TaskRequest } from '../workload.ts';
import { Bridge } from './bridge.ts';
import type { Workshop } from './compute.ts';
import { Junction, shortest } from './junction.ts';
import { LeaseTarget } from './lease.ts';
import { wholeNodeOf } from './node-shape.ts';
import type { Target } from './order.ts';
import { QueueTarget } from './queue-target.ts';
import { Site } from './site.ts';
import type { SiteSetting } from './site.ts';
import { StandingLease } from './standing-lease.ts';
import type { BridgeSpec, LeaseSpec, System } from './system.ts';
import { managerOf } from './system.ts';

export class Assembly {
  readonly #system: System;
  readonly #setting: SiteSetting;
  readonly #shop: Workshop;
  readonly #closed: (site: Site) => void;
  readonly #targets = new Map<string, Target>();
  /** Sites that are there from the beginning, in the order of the managers. */
  readonly sites = new Map<string, Site>();
  readonly standing: StandingLease[] = [];
  #instances = 0;

  constructor(system: System, setting: SiteSetting, shop: Workshop, closed: (site: Site) => void) {
    this.#system = system;
    this.#setting = setting;
    this.#shop = shop;
    this.#closed = closed;
    // Standing leases wait in the queues before all jobs.
    for (const { name } of system.managers) this.#siteOf(name);
    for (const lease of system.leases) if (lease.scope === 'standing') this.#stand(lease);
  }

  /** Who takes orders that users give to this manager. */
  targetOf(name: string): Target {
    let target = this.#targets.get(name);
    if (target === undefined) this.#targets.set(name, (target = this.#makeTarget(name)));
    return target;
  }

  /** Opens all queues: everything that may stand in them is planned. */
  open(): void {
    for (const [name, site] of this.sites) site.open(managerOf(this.#system, name).owns === undefined ? 'leased' : 'up');
    for (const lease of this.standing) lease.start();
  }

  #makeTarget(name: string): Target {
    const bridges = this.#system.bridges.filter(({ from }) => from === name);
    if (bridges.length > 0) return this.#bridges(name, bridges);
    const lease = this.#system.leases.find(({ to, scope }) => to === name && scope === 'job');
    return lease === undefined ? new QueueTarget(this.#knownSite(name)) : this.#lease(lease);
  }

  #bridges(name: string, bridges: readonly BridgeSpec[]): Target {
    const ways = bridges.map((bridge) => this.#bridge(bridge));
    if (ways.length === 1) return ways[0];
    const queued = (way: number) => this.sites.get(this.#workplace(bridges[way].to))?.manager.core.pending.size ?? 0;
    const random = this.#shop.stages.stream(`${name}/route`);
    return new Junction(
      ways,
      managerOf(this.#system, name).route === 'blind' ? (most) => random.integer(most) : shortest(queued),
    );
  }

  #bridge(spec: BridgeSpec): Target {
    const source = spec.carrier && new QueueTarget(this.#knownSite(spec.from));
    return new Bridge(
      { spec, source, target: this.targetOf(spec.to), wholeNode: this.#wholeNode(this.#workplace(spec.to)) },
      this.#shop,
    );
  }

  #lease(spec: LeaseSpec): Target {
    const makeSite = (cluster: Cluster) => {
      const manager = managerOf(this.#system, spec.to);
      return new Site(manager, `${spec.to}#${this.#instances++}`, cluster, this.#setting);
    };
    const wholeNode = this.#wholeNode(this.#workplace(spec.from));
    const parent = this.targetOf(spec.from);
    return new LeaseTarget({ spec, parent, wholeNode, makeSite, closed: this.#closed }, this.#shop);
  }

  #stand(spec: LeaseSpec): void {
    const sites = { site: this.#knownSite(spec.to), from: this.#knownSite(spec.from) };
    this.standing.push(new StandingLease(spec, sites, this.#wholeNode(spec.from), this.#shop));
  }

  /** Managers with nodes of their own, or with a standing lease, are there from the beginning. */
  #siteOf(name: string): void {
    const spec = managerOf(this.#system, name);
    const lease = this.#system.leases.find(({ to }) => to === name);
    if (spec.owns !== undefined) this.sites.set(name, new Site(spec, name, this.#poolOf(spec.owns), this.#setting));
    else if (lease?.scope === 'standing') this.sites.set(name, new Site(spec, name, this.#leasedPool(lease), this.#setting));
  }

  #leasedPool({ from, to, scale }: LeaseSpec): Cluster {
    const { cpu, memory, gpu } = this.#wholeNode(from);
    const count = Math.min(scale.max, nodeCount(this.#rootPool(from)));
    const pool = { name: to, count, cpu, memory: memory === 0 ? Infinity : memory, gpus: gpu / 1000 };
    return { name: to, interchangeable: false, pools: [pool], partitions: [], outages: [] };
  }

  #wholeNode(name: string): TaskRequest {
    return wholeNodeOf(this.#rootPool(name), `system ${this.#system.name}, manager ${name}`);
  }

  /** The manager in whose queue work ends up that is given to this one. */
  #workplace(name: string): string {
    const bridge = this.#system.bridges.find(({ from }) => from === name);
    return bridge === undefined ? name : this.#workplace(bridge.to);
  }

  /** The nodes that a manager lives on in the end. */
  #rootPool(name: string): Cluster {
    const { owns } = managerOf(this.#system, name);
    if (owns !== undefined) return this.#poolOf(owns);
    const lease = this.#system.leases.find(({ to }) => to === name);
    if (lease === undefined) throw new Error(`manager ${name} has no nodes`);
    return this.#rootPool(lease.scope === 'job' ? this.#workplace(lease.from) : lease.from);
  }

  #poolOf(name: string): Cluster {
    const pool = this.#system.pools.get(name);
    if (pool === undefined) throw new Error(`system ${this.#system.name} has no pool "${name}"`);
    return pool;
  }

  #knownSite(name: string): Site {
    const site = this.sites.get(name);
    if (site === undefined) throw new Error(`manager ${name} has no nodes of its own`);
    return site;
  }
}
