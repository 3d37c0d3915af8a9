import { poolOfNodes } from '../../cluster.ts';
import type { Cluster } from '../../cluster.ts';
import type { Cycle } from '../../policy.ts';
import { NodeSpeeds, trainingOf } from '../../speeds.ts';
import { runsOn } from '../../training.ts';
import type { Training } from '../../training.ts';
import { mostTasks } from '../../workload.ts';
import type { Requests } from '../../workload.ts';

/** One job that waits or runs, and what has become of it so far. */
export interface ElasticJob {
  readonly job: number;
  /** Fewest and most GPUs that it can run on, and those that it asks for [count]. */
  readonly fewest: number;
  readonly most: number;
  readonly asked: number;
  /** Undefined for one that needs just what it asks for, and is as fast on any GPUs. */
  readonly training: Training | undefined;
  /** On each node [GPUs]. */
  readonly held: Int32Array;
  /** Most GPUs that it has held at once. */
  widest: number;
  /** Models of GPUs that it has run on. */
  readonly models: Set<string>;
  /** Changes of what it held, after the first start [count]; -1 = it has not started. */
  restarts: number;
  /** [GPU-ms] */
  attained: number;
}

/** Whether a job may hold GPUs of several models at once. */
export type Together = 'any models' | 'one model';

/**
 * The jobs among which GPUs are shared out: those of one kind of tasks, with one whole GPU each. All others run on what is free,
 * first come, first served.
 */
export class ElasticJobs {
  readonly #jobs: Requests;
  readonly #cluster: Cluster;
  readonly #together: Together;
  readonly #poolOf: Int32Array;
  readonly #speeds: NodeSpeeds | undefined;
  readonly #active = new Map<number, ElasticJob>();
  #others: number[] = [];
  #last = 0;

  constructor(jobs: Requests, cluster: Cluster, together: Together) {
    this.#jobs = jobs;
    this.#cluster = cluster;
    this.#together = together;
    this.#poolOf = poolOfNodes(cluster);
    this.#speeds = jobs.speeds && new NodeSpeeds(jobs.speeds, jobs, cluster);
  }

  get nodes(): number {
    return this.#poolOf.length;
  }

  /** In the order in which they came. */
  get active(): ElasticJob[] {
    return [...this.#active.values()];
  }

  get(job: number): ElasticJob | undefined {
    return this.#active.get(job);
  }

  modelOf(node: number): string {
    return this.#cluster.pools[this.#poolOf[node]].gpuModel ?? '';
  }

  /** GPUs of a node, whoever has them [count]. */
  gpusOf(node: number): number {
    return this.#cluster.pools[this.#poolOf[node]].gpus;
  }

  /** Follows what has happened since the last cycle, and starts those jobs that GPUs are not shared out to. */
  update(cycle: Cycle): void {
    const { changed, running, pending, now } = cycle;
    for (const one of this.#active.values()) one.attained += (now - this.#last) * gpusHeld(one);
    this.#last = now;
    // One that was stopped and started again in the last cycle is listed too, and keeps what it has.
    for (const job of changed.ended) if (!running.has(job)) this.#active.get(job)?.held.fill(0);
    for (const job of changed.ended) if (!running.has(job) && !pending.has(job)) this.#active.delete(job);
    for (const job of changed.submitted) if (pending.has(job) && !this.#active.has(job)) this.#take(job, cycle);
    for (const { job, node, tasks } of changed.adopted) this.#adopt(job, node, tasks);
    this.#startOthers(cycle);
  }

  /** One that could never run would wait for ever, as nobody tells it apart from those whose turn comes later. */
  #take(job: number, cycle: Cycle): void {
    this.#add(job);
    const one = this.#active.get(job);
    const room = one === undefined ? 0 : this.#roomFor(job);
    if (one === undefined || one.fewest <= room) return;
    this.#active.delete(job);
    const where = this.#together === 'one model' ? 'GPUs of one model' : 'GPUs of models on which it runs';
    cycle.reject(job, `it needs ${one.fewest} ${where}, of which there are at most ${room}`);
  }

  /** Most GPUs that it could ever hold at once, with all nodes up [count]. */
  #roomFor(job: number): number {
    const room = new Map<string, number>();
    for (let node = 0; node < this.nodes; node++) {
      const model = this.modelOf(node);
      if (this.admits(job, model)) room.set(model, (room.get(model) ?? 0) + this.gpusOf(node));
    }
    const amounts = [...room.values()];
    return this.#together === 'one model' ? Math.max(0, ...amounts) : amounts.reduce((sum, gpus) => sum + gpus, 0);
  }

  #add(job: number): void {
    const { firstGroup, groupTasks, groupMinimum, groupRequest, requests } = this.#jobs;
    const group = firstGroup[job];
    if (firstGroup[job + 1] - group > 1 || requests[groupRequest[group]].gpu !== 1000) {
      this.#others.push(job);
      return;
    }
    this.#active.set(job, {
      job,
      fewest: groupMinimum[group],
      most: mostTasks(this.#jobs, group),
      asked: groupTasks[group],
      training: this.#jobs.speeds && trainingOf(this.#jobs.speeds, job),
      held: new Int32Array(this.nodes),
      widest: 0,
      models: new Set(),
      restarts: -1,
      attained: 0,
    });
  }

  #adopt(job: number, node: number, tasks: number): void {
    if (!this.#active.has(job)) this.#add(job);
    const one = this.#active.get(job);
    if (one === undefined) return;
    one.held[node] += tasks;
    this.noteChange(one);
  }

  #startOthers(cycle: Cycle): void {
    if (this.#others.length === 0) return;
    this.#others = this.#others.filter((job) => {
      if (!cycle.pending.has(job)) return false;
      if (!cycle.free.fits(job)) {
        cycle.explain(job, 'waits until enough is free beside the jobs that GPUs are shared out to');
        return true;
      }
      cycle.start(job);
      return false;
    });
  }

  /** The job holds something else from now on. */
  noteChange(one: ElasticJob): void {
    const gpus = gpusHeld(one);
    if (gpus === 0) return;
    one.restarts++;
    one.widest = Math.max(one.widest, gpus);
    one.held.forEach((tasks, node) => {
      if (tasks > 0) one.models.add(this.modelOf(node));
    });
  }

  /** GPUs of each node that can be shared out: free ones, and those that are held by jobs that may be stopped [count]. */
  capacity(cycle: Cycle): Int32Array {
    const requests = new Map([...this.#active.keys()].map((job) => [this.#requestOf(job), job]));
    const capacity = new Int32Array(this.nodes);
    for (let node = 0; node < this.nodes; node++) {
      for (const job of requests.values()) capacity[node] = Math.max(capacity[node], cycle.roomOn(job, 0, node));
      for (const { job, held } of this.#active.values()) if (cycle.running.mayPreempt(job)) capacity[node] += held[node];
    }
    return capacity;
  }

  #requestOf(job: number): number {
    return this.#jobs.groupRequest[this.#jobs.firstGroup[job]];
  }

  /** Whether the job may run on GPUs of this model, and gets anywhere there: a training that was not measured on it does not. */
  admits(job: number, model: string): boolean {
    const { gpuModels } = this.#jobs.requests[this.#requestOf(job)];
    if (gpuModels !== undefined && !gpuModels.includes(model)) return false;
    const training = this.#jobs.speeds && trainingOf(this.#jobs.speeds, job);
    return training === undefined || runsOn(training, model);
  }

  /** Goodput of a training in its present phase; 0 = it does not run there. */
  goodput(one: ElasticJob, cycle: Cycle, model: string, gpus: number, nodes: number): number {
    if (one.training === undefined || this.#speeds === undefined) return gpus;
    return this.#speeds.goodput(one.training, model, gpus, nodes)[cycle.phaseOf(one.job)];
  }
}

export function gpusHeld({ held }: ElasticJob): number {
  let gpus = 0;
  for (const tasks of held) gpus += tasks;
  return gpus;
}
