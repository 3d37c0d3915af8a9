import type { Cluster } from '../cluster.ts';
import { NodeSpeeds } from '../speeds.ts';
import type { Workload } from '../workload.ts';
import type { Ledger } from './ledger.ts';
import type { Progress } from './progress.ts';

/** How fast jobs run on what they hold: asked when a run begins, and whenever tasks join or leave it. */
export class Rates {
  readonly #speeds: NodeSpeeds;
  readonly #ledger: Ledger;
  readonly #progress: Progress;

  private constructor(speeds: NodeSpeeds, ledger: Ledger, progress: Progress) {
    this.#speeds = speeds;
    this.#ledger = ledger;
    this.#progress = progress;
  }

  /** Undefined if all jobs are as fast anywhere. */
  static of(workload: Workload, cluster: Cluster, ledger: Ledger, progress: Progress): Rates | undefined {
    if (workload.speeds === undefined || cluster.interchangeable) return undefined;
    return new Rates(new NodeSpeeds(workload.speeds, workload, cluster), ledger, progress);
  }

  /** The job holds other nodes from now on, its run having loaded and worked for `ran` ms. */
  holdsAnew(job: number, ran: number): void {
    const nodes: number[] = [];
    this.#ledger.eachPart(job, (node) => void nodes.push(node));
    this.#progress.setRate(job, this.#speeds.of(job, nodes), ran);
  }

  /** How much longer the run of the job has taken for it, having loaded and worked for `ran` ms. */
  slowed(job: number, ran: number): number {
    return this.#progress.slowed(job, ran);
  }
}
