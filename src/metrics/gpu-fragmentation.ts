import { poolOfNodes } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import { fragmentation, typicalTasks } from '../fragmentation.ts';
import type { FreeNode, TypicalTask } from '../fragmentation.ts';
import type { Placements, Steps } from '../schedule.ts';
import type { Workload } from '../workload.ts';
import type { Run, SeriesMetric } from './metric.ts';
import { sweep } from './sweep.ts';

/** Share of all tasks that the usual ones make up. */
const POPULARITY = 0.95;

/** The nodes of a run that was interrupted are not in a schedule, so that only last runs count. */
export const gpuFragmentation: SeriesMetric = {
  name: 'gpu-fragmentation',
  summary:
    'Free GPUs that the usual tasks (the commonest, 95 % of all) could not use: all of a node where such a task cannot run, else those with too little free, the mean over such tasks; jobs count during their last run, and nodes that are down count as there. NaN where trainings held now more, now less: a schedule does not say on which nodes.',
  unit: 'GPUs',
  better: 'lower',
  source: 'Weng et al., "Beware of fragmentation", USENIX ATC 2023, section 3',
  window: 'time: mean, median, p95 and max over the whole run; submissions-mean and steady-mean over these windows',
  series(run) {
    const { placements, resized } = run.schedule;
    if (resized?.times.some((times) => times > 0) === true) return UNKNOWN;
    if (placements === undefined || run.cluster.pools.every(({ gpus }) => gpus === 0)) return NOTHING;
    return fragmentationOverTime(run, placements);
  },
};

const UNKNOWN: Steps = { time: Float64Array.of(0), value: Float64Array.of(NaN) };

const NOTHING: Steps = { time: new Float64Array(0), value: new Float64Array(0) };

function fragmentationOverTime({ workload, cluster, schedule }: Run, placements: Placements): Steps {
  const nodes = new FreeNodes(workload, cluster, placements);
  const rows: number[] = [];
  for (let job = 0; job < schedule.count; job++) if (!Number.isNaN(schedule.lastStart[job])) rows.push(job);
  const from = Float64Array.from(rows, (job) => schedule.lastStart[job]);
  const until = Float64Array.from(rows, (job) => (Number.isNaN(schedule.end[job]) ? schedule.until : schedule.end[job]));
  const time = [Math.min(0, from.length > 0 ? from.reduce((a, b) => Math.min(a, b)) : 0)];
  const value = [nodes.lost / 1000];
  // Ends come first: what is given back at an instant may be taken again at it.
  sweep([until, from], (list, row, now) => {
    nodes.change(rows[row], list === 0 ? 1 : -1);
    if (time[time.length - 1] !== now) time.push(now);
    value[time.length - 1] = nodes.lost / 1000;
  });
  return { time: Float64Array.from(time), value: Float64Array.from(value) };
}

/** What is free on each node, and what of it the usual tasks could not use. */
class FreeNodes {
  /** Over all nodes [thousandths]. */
  lost = 0;
  readonly #workload: Workload;
  readonly #placements: Placements;
  readonly #typical: readonly TypicalTask[];
  readonly #nodes: (FreeNode & { cpu: number; free: Float64Array })[];
  readonly #lostOn: Float64Array;
  /** Of each node, where only sums are known: what is free over its GPUs [thousandths]. */
  readonly #sum: Float64Array;

  constructor(workload: Workload, cluster: Cluster, placements: Placements) {
    this.#workload = workload;
    this.#placements = placements;
    this.#typical = typicalTasks(workload, POPULARITY);
    this.#nodes = Array.from(poolOfNodes(cluster), (pool) => {
      const { cpu, gpus, gpuModel } = cluster.pools[pool];
      return { cpu, gpus, gpuModel, free: new Float64Array(gpus).fill(1000) };
    });
    this.#sum = Float64Array.from(this.#nodes, ({ gpus }) => 1000 * gpus);
    this.#lostOn = new Float64Array(this.#nodes.length);
    for (let node = 0; node < this.#nodes.length; node++) this.#weigh(node);
  }

  /** A job gives back what it has (1), or takes it (-1). */
  change(job: number, sign: number): void {
    const { first, node, group, tasks } = this.#placements;
    const { requests, groupRequest, firstGroup } = this.#workload;
    for (let entry = first[job]; entry < first[job + 1]; entry++) {
      const { cpu, gpu } = requests[groupRequest[firstGroup[job] + group[entry]]];
      this.#nodes[node[entry]].cpu += sign * tasks[entry] * cpu;
      if (gpu > 0) this.#changeGpus(entry, gpu, sign);
      this.#weigh(node[entry]);
    }
  }

  #changeGpus(entry: number, gpu: number, sign: number): void {
    const { node, tasks, devices } = this.#placements;
    const { free, gpus } = this.#nodes[node[entry]];
    if (devices !== undefined) {
      const whole = Math.floor(gpu / 1000);
      for (let at = devices.first[entry]; at < devices.first[entry + 1]; at++) {
        const isWhole = at - devices.first[entry] < whole;
        free[devices.device[at]] += sign * (isWhole ? 1000 : tasks[entry] * (gpu % 1000));
      }
      return;
    }
    // Which ones they are is not known: as few as possible are in use.
    this.#sum[node[entry]] += sign * tasks[entry] * gpu;
    for (let device = 0, left = this.#sum[node[entry]]; device < gpus; device++) {
      free[device] = Math.min(1000, left);
      left -= free[device];
    }
  }

  #weigh(node: number): void {
    const lost = fragmentation(this.#nodes[node], this.#typical);
    this.lost += lost - this.#lostOn[node];
    this.#lostOn[node] = lost;
  }
}
