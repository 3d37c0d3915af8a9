import type { Cluster } from '../cluster.ts';
import { NodeSpeeds, trainingOf } from '../speeds.ts';
import type { Workload } from '../workload.ts';
import { HeldGpus } from './held-gpus.ts';
import type { Ledger } from './ledger.ts';
import type { Progress } from './progress.ts';
import type { Recorder } from './recorder.ts';

/** How fast jobs run on what they hold: asked when a run begins, and whenever tasks join or leave it. */
export class Rates {
  readonly #speeds: NodeSpeeds;
  readonly #workload: Workload;
  readonly #ledger: Ledger;
  readonly #progress: Progress;
  readonly #record: Recorder;
  /** Of trainings; absent if there are none. */
  readonly #held: HeldGpus | undefined;

  private constructor(speeds: NodeSpeeds, workload: Workload, ledger: Ledger, progress: Progress, record: Recorder) {
    this.#speeds = speeds;
    this.#workload = workload;
    this.#ledger = ledger;
    this.#progress = progress;
    this.#record = record;
    const isTraining = workload.speeds?.models.some(({ training }) => training !== undefined) === true;
    this.#held = isTraining ? new HeldGpus(workload.count) : undefined;
    if (this.#held !== undefined) record.resized = this.#held.column;
  }

  /** Undefined if all jobs are as fast anywhere. */
  static of(workload: Workload, cluster: Cluster, ledger: Ledger, progress: Progress, record: Recorder): Rates | undefined {
    if (workload.speeds === undefined || cluster.interchangeable) return undefined;
    return new Rates(new NodeSpeeds(workload.speeds, workload, cluster), workload, ledger, progress, record);
  }

  /** The job holds other nodes from now on, its run having loaded and worked for `ran` ms. */
  holdsAnew(job: number, ran: number): void {
    const nodes: number[] = [];
    let gpus = 0;
    this.#ledger.eachPart(job, (node, group, tasks) => {
      nodes.push(node);
      gpus += (tasks * this.#gpusOfTask(job, group)) / 1000;
    });
    const curve = this.#speeds.curve(job, nodes, gpus);
    if (curve === undefined) return this.#progress.setRate(job, this.#speeds.of(job, nodes), ran);
    this.#progress.setCurve(job, curve, ran);
    this.#held?.change(job, gpus, ran, this.#progress.loadsUntil(job));
  }

  #gpusOfTask(job: number, group: number): number {
    const { firstGroup, groupRequest, requests } = this.#workload;
    return requests[groupRequest[firstGroup[job] + group]].gpu;
  }

  /** The run of the job is over, having loaded and worked for `ran` ms. */
  settle(job: number, ran: number): void {
    this.#record.slowed(job, this.#progress.slowed(job, ran));
    this.#held?.settle(job, ran);
  }

  /** In which phase of its training the job is, its run having loaded and worked for `ran` ms. */
  phaseOf(job: number, ran: number): number {
    const training = this.#workload.speeds && trainingOf(this.#workload.speeds, job);
    if (training === undefined) return 0;
    const share = this.#progress.position(job, ran) / this.#workload.runtime[job];
    const phase = training.phases.findIndex(({ until }) => share < until);
    return phase < 0 ? training.phases.length - 1 : phase;
  }
}
