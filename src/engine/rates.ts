import type { Cluster } from '../cluster.ts';
import { NodeSpeeds } from '../speeds.ts';
import type { Workload } from '../workload.ts';
import type { Ledger } from './ledger.ts';
import type { Progress } from './progress.ts';

/** How fast jobs run on what they hold: asked when a run begins, and whenever tasks join or leave it. */
export class Rates {
  /** How much longer all runs of each job have taken for it [ms]. */
  readonly slowed: Float64Array;
  readonly #speeds: NodeSpeeds;
  readonly #ledger: Ledger;
  readonly #progress: Progress;

  private constructor(workload: Workload, speeds: NodeSpeeds, ledger: Ledger, progress: Progress) {
    this.slowed = new Float64Array(workload.count);
    this.#speeds = speeds;
    this.#ledger = ledger;
    this.#progress = progress;
  }

  /** Undefined if all jobs are as fast anywhere. */
  static of(workload: Workload, cluster: Cluster, ledger: Ledger, progress: Progress): Rates | undefined {
    if (workload.speeds === undefined || cluster.interchangeable) return undefined;
    return new Rates(workload, new NodeSpeeds(workload.speeds, workload, cluster), ledger, progress);
  }

  /** The job holds other nodes from now on, its run having loaded and worked for `ran` ms. */
  holdsAnew(job: number, ran: number): void {
    const nodes: number[] = [];
    this.#ledger.eachPart(job, (node) => void nodes.push(node));
    this.#progress.setRate(job, this.#speeds.of(job, nodes), ran);
  }

  /** The run of the job is over, after it has loaded and worked for `ran` ms. */
  settle(job: number, ran: number): void {
    this.slowed[job] += this.#progress.slowed(job, ran);
  }
}
