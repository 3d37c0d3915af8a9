import type { Cluster } from '../cluster.ts';
import { nodeName } from '../cluster.ts';
import { NodeLedger } from '../engine/nodes/ledger.ts';
import { NodeProfile } from '../engine/nodes/profile.ts';
import { checkPolicy } from '../engine/policy-check.ts';
import type { Costs } from '../engine/simulate.ts';
import { didYouMean, usageError } from '../errors.ts';
import { readParameters } from '../parameters.ts';
import type { PlacementSpec } from '../placement.ts';
import type { Policy, PolicySpec } from '../policy.ts';
import { randomStream } from '../random.ts';
import type { Random } from '../random.ts';
import { requestsOf } from '../workload.ts';
import type { Requests, Workload } from '../workload.ts';
import type { Agenda } from './agenda.ts';
import { Manager } from './managers.ts';
import { Meter, PASSED } from './meter.ts';
import { MeteredLedger } from './metered-ledger.ts';
import { RowPlan } from './row-plan.ts';
import type { RowRequest } from './row-plan.ts';
import type { ManagerSpec } from './system.ts';
import { Wear } from './wear.ts';

/** The policies and placements that a system names. */
export interface Parts {
  readonly policies: ReadonlyMap<string, PolicySpec>;
  readonly placements: ReadonlyMap<string, PlacementSpec>;
}

/** What all sites of a run share. */
export interface SiteSetting {
  readonly agenda: Agenda;
  readonly parts: Parts;
  readonly seed: number | string;
  readonly costs: Costs;
  readonly onNodeFailure: 'requeue' | 'fail';
  readonly maxRestarts: number;
  /** There is one manager: it draws what a single scheduler would draw. */
  readonly isAlone: boolean;
  /** Told when a manager opens: it takes part in every cycle from then on. */
  opened(site: Site): void;
}

/** Where a manager will be, or is: its nodes, and the rows planned for it. It opens when all are planned. */
export class Site {
  readonly spec: ManagerSpec;
  /** Its own name: that of its manager, and a number if there are several of them. */
  readonly name: string;
  /** The job of each row; -1 = none. */
  readonly jobs: number[] = [];
  readonly cluster: Cluster;
  readonly #setting: SiteSetting;
  readonly #plan = new RowPlan();
  #manager: Manager | undefined;
  /** What the nodes are called in the machine as a whole: they may be others each time they are leased. */
  readonly nodeNames: string[];

  constructor(spec: ManagerSpec, name: string, cluster: Cluster, setting: SiteSetting) {
    this.spec = spec;
    this.name = name;
    this.cluster = cluster;
    this.#setting = setting;
    const count = cluster.pools.reduce((sum, pool) => sum + pool.count, 0);
    this.nodeNames = Array.from({ length: count }, (_, node) => nodeName(cluster, node));
  }

  get agenda(): Agenda {
    return this.#setting.agenda;
  }

  get manager(): Manager {
    if (this.#manager === undefined) throw new Error(`${this.name} is not open yet`);
    return this.#manager;
  }

  planRow(request: RowRequest, job: number): number {
    this.jobs.push(job);
    const { walltime } = this.spec;
    return this.#plan.add(request.walltime === Infinity ? { ...request, walltime } : request);
  }

  /** The nodes that a row holds something on. */
  nodesOf(row: number): string[] {
    return this.manager.ledger.nodesOf(row).map((node) => this.nodeNames[node]);
  }

  /** The nodes that leases pass on to other managers. */
  passedNodes(): string[] {
    const { meter, rows } = this.manager;
    const names = [];
    for (let row = 0; row < rows; row++) if (meter.heldBy(row) > 0 && meter.isFor(row, PASSED)) names.push(...this.nodesOf(row));
    return names;
  }

  /** Opens the queue. `nodes`: whether its nodes are there from the beginning, or will be leased. */
  open(nodes: 'up' | 'leased'): void {
    const { agenda, parts } = this.#setting;
    const workload = this.#plan.finish(this.name);
    const jobs = requestsOf(workload);
    const placement = placementOf(this.spec, parts).create({
      parameters: {},
      jobs,
      cluster: this.cluster,
      random: this.#stream('placement'),
    });
    const meter = new Meter(workload.count, () => agenda.now);
    const ledger = new MeteredLedger(new NodeLedger(jobs, this.cluster, placement), jobs, this.cluster, meter);
    const policy = this.#createPolicy(workload, ledger);
    const { tenants } = this.#plan;
    this.#manager = new Manager(
      { name: this.name, workload, tenants, cluster: this.cluster, ledger, meter, policy, wear: this.#wear() },
      agenda,
    );
    if (nodes === 'leased') for (let node = 0; node < this.nodeNames.length; node++) this.#manager.takeNode(node, false);
    this.#setting.opened(this);
  }

  /** Costs are those of the machine: who lives on leased nodes has paid for them once. */
  #wear(): Wear {
    const { seed, isAlone, costs, onNodeFailure, maxRestarts } = this.#setting;
    const { owns, onLoss } = this.spec;
    const ownSeed = isAlone ? seed : `${seed}/${this.name}`;
    return new Wear({ costs: owns === undefined ? {} : costs, seed: ownSeed, onLoss, onNodeFailure, maxRestarts });
  }

  #stream(purpose: string): Random {
    const { seed, isAlone } = this.#setting;
    return randomStream(seed, isAlone ? purpose : `${this.name}/${purpose}`);
  }

  /** The meter counts what each job holds for itself. */
  #refuseSharing(spec: PolicySpec, jobs: Requests): void {
    if ((spec.booked?.(this.cluster, jobs) ?? this.cluster) === this.cluster) return;
    const hint = `leave OverSubscribe out, or run ${spec.name} under policies:`;
    throw usageError('jobs would share cores of its partitions', `manager ${this.spec.name}`, hint);
  }

  #createPolicy(workload: Workload, ledger: MeteredLedger): Policy {
    const { policy: choice, name } = this.spec;
    if (choice === undefined) throw new Error(`manager ${name} has no policy, and can hold no jobs`);
    const spec = found(this.#setting.parts.policies, choice.name, `manager ${name}, policy`);
    this.#refuseSharing(spec, requestsOf(workload));
    const policy = spec.create({
      parameters: readParameters(spec.parameters ?? {}, choice.parameters, `manager ${name}, policy ${choice.name}`),
      files: {},
      jobs: requestsOf(workload),
      cluster: this.cluster,
      random: this.#stream('policy'),
      createProfile: () => new NodeProfile(ledger.books),
      oracleRuntime: () => {
        const hint = 'how long work runs depends on where it runs: choose a policy that does not ask';
        throw usageError(`${choice.name} asks for the true run times`, `manager ${name}`, hint);
      },
    });
    checkPolicy(policy);
    if (policy.rhythm !== undefined && (policy.rhythm.cycle !== 'instant' || policy.rhythm.first !== 'ends')) {
      const hint = 'leave out the parameters that ask for another simulator’s order of events';
      throw usageError(`${choice.name} wants another rhythm than one cycle an instant`, `manager ${name}`, hint);
    }
    return policy;
  }
}

function placementOf({ name, placement }: ManagerSpec, { placements }: Parts): PlacementSpec {
  return found(placements, placement, `manager ${name}, placement`);
}

function found<Spec>(known: ReadonlyMap<string, Spec>, name: string, where: string): Spec {
  const spec = known.get(name);
  if (spec === undefined) throw usageError(`there is no "${name}"`, where, didYouMean(name, known.keys()));
  return spec;
}
