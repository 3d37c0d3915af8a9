import { stateAtEnd } from '../engine/outcomes.ts';
import { usageError } from '../errors.ts';
import { jobId, nameOf, OUTLASTS } from '../workload.ts';
import { STAGES, SUBMITS } from './agenda.ts';
import type { Assembly } from './assembly.ts';
import { Computation } from './compute.ts';
import type { Workshop } from './compute.ts';
import { draw } from './distribution.ts';
import { millicoresOf } from './bridge.ts';
import type { JobBook } from './job-book.ts';
import type { Delivery, Order } from './order.ts';
import { Step } from './step.ts';
import type { System } from './system.ts';
import { managerOf } from './system.ts';
import type { SystemWorkload } from './system-workload.ts';
import { ONLY_CPU } from './system-workload.ts';

/** The users: who submit jobs, cancel some, delete others, and are told when they are over. */
export class Lives {
  readonly #workload: SystemWorkload;
  readonly #book: JobBook;
  readonly #shop: Workshop;
  /** Of each job; `front`: from its submission by its user to its manager [ms]. */
  readonly #planned: { readonly delivery: Delivery; readonly front: number }[] = [];

  constructor(workload: SystemWorkload, book: JobBook, shop: Workshop) {
    this.#workload = workload;
    this.#book = book;
    this.#shop = shop;
  }

  /** Plans all steps of a job, and what its user will do. Jobs are planned in their order. */
  plan(job: number, entry: string, assembly: Assembly, system: System): void {
    const { cancelAt, deleteAt } = this.#workload;
    const { stages } = this.#shop;
    const manager = managerOf(system, entry);
    const orders = Array.from({ length: this.#book.stepsOf(job) }, (_, index) => this.#order(job, index));
    const delivery = assembly.targetOf(entry).plan(orders);
    const front = draw(manager.submit, stages.stream(`${entry}/submit`));
    this.#planned.push({ delivery, front });
    this.#later(job, cancelAt, () => delivery.cancel());
    this.#later(job, deleteAt, () => delivery.remove());
  }

  /** Its user submits it. */
  submit(job: number): void {
    const { agenda } = this.#shop;
    const { delivery, front } = this.#planned[job];
    this.#book.submit[job] = agenda.now;
    if (front === 0) delivery.submit();
    else agenda.at(agenda.now + front, SUBMITS, () => delivery.submit());
  }

  /** What it waits for can no longer happen. */
  withdraw(job: number): void {
    this.#planned[job].delivery.cancel();
  }

  #later(job: number, times: Float64Array | undefined, act: () => void): void {
    const time = times?.[job] ?? NaN;
    if (!Number.isNaN(time)) this.#shop.agenda.at(time, STAGES, act);
  }

  #order(job: number, index: number): Order {
    const { jobs, mixOf } = this.#workload;
    const groups = this.#groupsOf(job);
    const outcome = { state: stateAtEnd(jobs, job), outlasts: jobs.outcome[job] === OUTLASTS };
    const millicores = millicoresOf({ groups });
    const step = new Step({ job, runtime: jobs.runtime[job], mix: mixOf?.(job) ?? ONLY_CPU, millicores, outcome }, this.#book);
    return {
      id: this.#book.stepsOf(job) === 1 ? jobId(jobs, job) : `${jobId(jobs, job)}.${index}`,
      job,
      groups,
      apart: false,
      asked: Infinity,
      walltime: jobs.walltime[job],
      priority: jobs.priority?.[job],
      user: nameOf(jobs.user, job),
      account: nameOf(jobs.account, job),
      queue: nameOf(jobs.queue, job),
      partition: nameOf(jobs.partition, job),
      qos: nameOf(jobs.qos, job),
      body: new Computation(step, 0, this.#shop),
      copies: { make: (copy) => new Computation(step, copy, this.#shop), choose: (copy) => step.choose(copy) },
      told: { over: (state) => this.#book.sawEnd(job, this.#shop.agenda.now, state), released: () => undefined },
    };
  }

  #groupsOf(job: number): Order['groups'] {
    const { jobs } = this.#workload;
    const groups = [];
    for (let group = jobs.firstGroup[job]; group < jobs.firstGroup[job + 1]; group++) {
      groups.push({ tasks: jobs.groupTasks[group], request: jobs.requests[jobs.groupRequest[group]] });
    }
    if (groups.length === 0) throw usageError(`job ${jobId(jobs, job)} has no tasks`, jobs.name, 'give each job at least one');
    return groups;
  }
}
