/** What the nodes of the cluster have in all, and what jobs hold of that. Whole numbers, so that sums are exact. */
import { processorCount } from '../../cluster.ts';
import type { Cluster } from '../../cluster.ts';
import type { Requests, TaskRequest } from '../../workload.ts';

/** Of each resource [millicores, bytes, thousandths of GPUs, count]. */
export type Amounts = Float64Array;

export class Holdings {
  readonly #jobs: Requests;
  readonly #names: readonly string[];
  /** Of each resource: all that there is; those that nothing has, or has without end, do not count. */
  readonly #capacity: ReadonlyMap<string, number>;

  constructor(jobs: Requests, cluster: Cluster) {
    this.#jobs = jobs;
    this.#capacity = capacityOf(cluster);
    this.#names = [...this.#capacity.keys()];
  }

  get capacity(): Amounts {
    return Float64Array.from(this.#capacity.values());
  }

  /** What a job holds when all its tasks run. */
  of(job: number): Amounts {
    const { firstGroup, groupTasks, groupRequest, requests } = this.#jobs;
    const amounts = new Float64Array(this.#names.length);
    for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
      const request = requests[groupRequest[group]];
      this.#names.forEach((name, index) => (amounts[index] += groupTasks[group] * amountOf(request, name)));
    }
    return amounts;
  }
}

function capacityOf(cluster: Cluster): Map<string, number> {
  const sums = new Map<string, number>([['cpu', 0]]);
  const add = (name: string, amount: number) => sums.set(name, (sums.get(name) ?? 0) + amount);
  if (cluster.interchangeable) add('cpu', processorCount(cluster) * 1000);
  else {
    for (const { count, cpu, memory, gpus, other = {} } of cluster.pools) {
      add('cpu', count * cpu);
      add('memory', count * memory);
      add('gpu', count * gpus * 1000);
      for (const [name, amount] of Object.entries(other)) add(`other ${name}`, count * amount);
    }
  }
  return new Map([...sums].filter(([, amount]) => amount > 0 && amount < Infinity));
}

function amountOf({ cpu, memory, gpu, other }: TaskRequest, name: string): number {
  if (name === 'cpu') return cpu;
  if (name === 'memory') return memory;
  return name === 'gpu' ? gpu : (other?.[name.slice('other '.length)] ?? 0);
}

export function addTo(sum: Amounts, amounts: Amounts, times: number): void {
  for (let index = 0; index < sum.length; index++) sum[index] += times * amounts[index];
}
