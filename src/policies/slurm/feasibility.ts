/**
 * Whether a job could start if all nodes were up and it had them for itself. Slurm turns away at submission what could not:
 * it would keep its partition for ever. Source: Slurm 22.05, node_scheduler.c, _pick_best_nodes (`runable_ever`); job_mgr.c,
 * job_allocate and _select_nodes_parts.
 */
import { ByNodes } from './by-nodes.ts';
import type { JobDemand } from './demand.ts';
import { removeAll } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import type { Scheduling } from './scheduling.ts';

/** What Slurm says to who submits such a job. */
const NEVER = 'BadConstraints (Requested node configuration is not available)';

interface Fit {
  readonly nodes: NodeSet;
  fits: boolean | undefined;
}

export class Feasibility {
  readonly #scheduling: Scheduling;
  /** Of jobs that take any nodes of their partition: jobs that ask for the same have the same answer. */
  readonly #known = new Map<string, boolean>();

  /** Of nodes that were looked at, without anybody on them. */
  readonly #ofNodes = new ByNodes<Fit>((nodes) => ({ nodes, fits: undefined }));

  constructor(scheduling: Scheduling) {
    this.#scheduling = scheduling;
  }

  /** Why the job is turned away; undefined if it may start some day in one of its partitions, or waits for their limits. */
  refuse(job: number): string | undefined {
    const { partitions } = this.#scheduling;
    const usual = partitions.of(job);
    const never = partitions.allOf(job).every((partition) => {
      partitions.lookIn(job, partition);
      return !this.#isPutOff(job) && !this.#fits(job, partition);
    });
    partitions.lookIn(job, usual);
    return never ? NEVER : undefined;
  }

  /** Limits of a partition are looked at first: they may be changed while jobs wait. */
  #isPutOff(job: number): boolean {
    const { queue, limits, partitions } = this.#scheduling;
    const { trouble, minNodes } = queue.demandOf(job);
    return (trouble ?? (limits === undefined ? partitions.objection(job, minNodes) : limits.objection(job))) !== undefined;
  }

  #fits(job: number, partition: number): boolean {
    const demand = this.#scheduling.queue.demandOf(job);
    if (isPicky(demand)) return this.#test(demand, partition);
    const key = `${partition} ${demand.likenessOfAll.asks}`;
    const known = this.#known.get(key) ?? this.#test(demand, partition);
    this.#known.set(key, known);
    return known;
  }

  #test(demand: JobDemand, partition: number): boolean {
    const nodes = this.#scheduling.partitions.rules[partition].nodes.slice();
    if (demand.excluded !== undefined) removeAll(nodes, demand.excluded);
    return this.fitsOn(nodes, demand);
  }

  /** Whether a job has room on these nodes if nobody else is there. Too many switches are no reason against it: it waits. */
  fitsOn(nodes: NodeSet, demand: JobDemand): boolean {
    const answer = this.#ofNodes.of(demand.likenessOfAll.kind, nodes);
    return (answer.fits ??= this.#choose(nodes, demand));
  }

  #choose(nodes: NodeSet, { switches: _, ...demand }: JobDemand): boolean {
    const { running, selection } = this.#scheduling;
    return selection.choose(running.idle, demand, nodes) !== undefined;
  }
}

function isPicky({ required, excluded, constraint, contiguous }: JobDemand): boolean {
  return required !== undefined || excluded !== undefined || constraint !== undefined || contiguous;
}
