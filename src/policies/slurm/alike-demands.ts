/** What jobs ask for, worked out once for all that a user submits alike: many of his are. */
import type { Requests } from '../../workload.ts';
import type { Demands, JobDemand } from './demand.ts';

export class AlikeDemands {
  readonly #jobs: Requests;
  readonly #demands: Pick<Demands, 'of'>;
  /** See `#textOf`. */
  readonly #known = new Map<string, JobDemand>();

  constructor(jobs: Requests, demands: Pick<Demands, 'of'>) {
    this.#jobs = jobs;
    this.#demands = demands;
  }

  /** `partition`: index into the partitions of the configuration. */
  of(job: number, partition: number): JobDemand {
    const text = this.#textOf(job, partition);
    let demand = this.#known.get(text);
    if (demand !== undefined) return demand;
    demand = this.#demands.of(job, partition);
    // That of a job with `switches` tells since when it waits.
    if (demand.switches === undefined) this.#known.set(text, demand);
    return demand;
  }

  /** All that the demand is made of, but for the time of submission. */
  #textOf(job: number, partition: number): string {
    const { slurm, firstGroup, groupTasks, groupMinimum, groupRequest, user } = this.#jobs;
    let text = `${partition} ${user.code[job]}`;
    for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
      const tasks = Math.max(groupTasks[group], groupMinimum[group]);
      const [options, component] = [slurm?.optionsOfGroup[group] ?? -1, slurm?.componentOfGroup?.[group] ?? 0];
      text += ` ${groupRequest[group]} ${tasks} ${options} ${component}`;
    }
    return text;
  }
}
