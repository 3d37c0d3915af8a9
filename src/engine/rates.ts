import type { Cluster } from '../cluster.ts';
import { NodeSpeeds, mindsNeighbours, trainingOf } from '../speeds.ts';
import type { Speeds } from '../speeds.ts';
import type { Workload } from '../workload.ts';
import { HeldGpus } from './held-gpus.ts';
import type { Ledger } from './ledger.ts';
import { Neighbours } from './neighbours.ts';
import type { Progress } from './progress.ts';
import type { Recorder } from './recorder.ts';

/** No GPU that could be shared. */
const NONE = -1;

/**
 * How fast jobs run on what they hold: asked when a run begins, and whenever tasks join or leave it, or a run joins or leaves
 * one of its GPUs.
 */
export class Rates {
  readonly #speeds: NodeSpeeds;
  readonly #workload: Workload;
  readonly #ledger: Ledger;
  readonly #progress: Progress;
  readonly #record: Recorder;
  /** Of trainings; absent if there are none. */
  readonly #held: HeldGpus | undefined;
  /** Absent if nobody minds them. */
  readonly #neighbours: Neighbours | undefined;
  /** GPUs have numbers: that of their node times this, and theirs on the node. */
  readonly #gpusOfNode: number;

  private constructor(
    speeds: Speeds,
    workload: Workload,
    cluster: Cluster,
    ledger: Ledger,
    progress: Progress,
    record: Recorder,
  ) {
    const { models } = speeds;
    this.#speeds = new NodeSpeeds(speeds, workload, cluster);
    this.#workload = workload;
    this.#ledger = ledger;
    this.#progress = progress;
    this.#record = record;
    this.#held = models.some(({ training }) => training !== undefined) ? new HeldGpus(workload.count) : undefined;
    if (this.#held !== undefined) record.resized = this.#held.column;
    this.#neighbours = ledger.seatsOf !== undefined && models.some(mindsNeighbours) ? new Neighbours() : undefined;
    this.#gpusOfNode = Math.max(1, ...cluster.pools.map(({ gpus }) => gpus));
  }

  /** Undefined if all jobs are as fast anywhere. */
  static of(workload: Workload, cluster: Cluster, ledger: Ledger, progress: Progress, record: Recorder): Rates | undefined {
    if (workload.speeds === undefined || cluster.interchangeable) return undefined;
    return new Rates(workload.speeds, workload, cluster, ledger, progress, record);
  }

  /** The job holds other nodes from now on, its run having loaded and worked for `ran` ms. */
  holdsAnew(job: number, ran: number): void {
    const nodes: number[] = [];
    let gpus = 0;
    this.#ledger.eachPart(job, (node, group, tasks) => {
      nodes.push(node);
      gpus += (tasks * this.#gpusOfTask(job, group)) / 1000;
    });
    this.#neighbours?.runsOn(
      job,
      this.#sharedGpus(job, nodes).filter((gpu) => gpu !== NONE),
    );
    const curve = this.#speeds.curve(job, nodes, gpus);
    if (curve === undefined) return this.#progress.setRate(job, this.#speeds.of(job, nodes, this.#besideOthers(job, nodes)), ran);
    this.#progress.setCurve(job, curve, ran);
    this.#held?.change(job, gpus, ran, this.#progress.loadsUntil(job));
  }

  /** Jobs that have got other neighbours since this was last asked: they hold what they held. */
  takeThoseWithOtherNeighbours(): readonly number[] {
    return this.#neighbours?.takeChanged() ?? [];
  }

  /** The job has other neighbours, its run having loaded and worked for `ran` ms. Answers whether its speed is another now. */
  isSlowedAnew(job: number, ran: number): boolean {
    if (this.#speeds.trainingOf(job) !== undefined) return false;
    const nodes: number[] = [];
    this.#ledger.eachPart(job, (node) => nodes.push(node));
    const rate = this.#speeds.of(job, nodes, this.#besideOthers(job, nodes));
    if (this.#progress.rateOf(job) === rate) return false;
    this.#progress.setRate(job, rate, ran);
    return true;
  }

  /** Of each part of what the job holds: the number of the GPU of which it has a share; a MIG instance has slices of its own. */
  #sharedGpus(job: number, nodes: readonly number[]): number[] {
    const seats = this.#ledger.seatsOf?.(job) ?? [];
    return nodes.map((node, part) => {
      const seat = seats[part];
      return seat === undefined || seat.shared < 0 || seat.window !== 0 ? NONE : node * this.#gpusOfNode + seat.shared;
    });
  }

  /** Of each part of what the job holds: what is left of its speed there; undefined if nobody minds neighbours. */
  #besideOthers(job: number, nodes: readonly number[]): number[] | undefined {
    const neighbours = this.#neighbours;
    if (neighbours === undefined) return undefined;
    return this.#sharedGpus(job, nodes).map((gpu) => (gpu === NONE ? 1 : this.#speeds.beside(job, neighbours.on(gpu))));
  }

  #gpusOfTask(job: number, group: number): number {
    const { firstGroup, groupRequest, requests } = this.#workload;
    return requests[groupRequest[firstGroup[job] + group]].gpu;
  }

  /** The run of the job is over, having loaded and worked for `ran` ms. */
  settle(job: number, ran: number): void {
    this.#record.slowed(job, this.#progress.slowed(job, ran));
    this.#held?.settle(job, ran);
    this.#neighbours?.runsOn(job, []);
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
