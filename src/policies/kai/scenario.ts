/**
 * A job that wants nodes, and jobs that might make way for it.
 * Source: pkg/scheduler/actions/common/solvers/scenario (KAI-Scheduler v0.13.0).
 */
import type { PodGroup } from './pod-group.ts';
import { GPU } from './quantities.ts';
import type { Session } from './session.ts';
import type { Task } from './task.ts';

/** The tasks of a job that look for nodes. */
export interface Preemptor {
  readonly group: PodGroup;
  readonly tasks: readonly Task[];
}

/** Tasks of one job that go together. */
export type Chunk = readonly Task[];

export class Scenario {
  readonly preemptor: Preemptor;
  /** Victims of the tasks that were solved before. */
  readonly recorded: readonly Chunk[];
  readonly #chunks = new Map<PodGroup, Chunk[]>();
  readonly #byNode = new Map<number, PodGroup[]>();
  readonly #victims = new Map<PodGroup, Task[]>();
  #latest: PodGroup | undefined;
  readonly #rooms: FreeGpus;

  constructor(session: Session, preemptor: Preemptor, recorded: readonly Chunk[]) {
    this.preemptor = preemptor;
    this.recorded = recorded;
    this.#rooms = new FreeGpus(session);
    for (const chunk of recorded) this.#add(chunk);
  }

  get recordedTasks(): Task[] {
    return this.recorded.flat();
  }

  /** The job that was added last. */
  get latest(): PodGroup | undefined {
    return this.#latest;
  }

  /** By job: all that might go. */
  get victims(): ReadonlyMap<PodGroup, readonly Task[]> {
    return this.#victims;
  }

  addPotential(chunk: Chunk): void {
    if (chunk.length === 0) return;
    this.#add(chunk);
    this.#latest = chunk[0].group;
    for (const { row, group } of chunk) {
      const there = this.#byNode.get(row) ?? [];
      if (!there.includes(group)) this.#byNode.set(row, [...there, group]);
    }
  }

  /** Jobs on the node might make way only with all their tasks that might. */
  tasksOnNode(row: number): Task[] {
    return (this.#byNode.get(row) ?? []).flatMap((group) => (this.#chunks.get(group) ?? []).flat());
  }

  chunkOf(task: Task): Chunk {
    const chunk = this.#chunks.get(task.group)?.find((one) => one.includes(task));
    if (chunk === undefined) throw new Error(`pod ${task.pod.pod.name} is no victim`);
    return chunk;
  }

  /** It is worth a trial: the GPUs could be found. */
  get isPromising(): boolean {
    return this.#rooms.hold(this.preemptor.tasks.map(({ request }) => request[GPU]));
  }

  #add(chunk: Chunk): void {
    const { group } = chunk[0];
    this.#chunks.set(group, [...(this.#chunks.get(group) ?? []), chunk]);
    this.#victims.set(group, [...(this.#victims.get(group) ?? []), ...chunk]);
    for (const task of chunk) this.#rooms.add(task.row, task.request[GPU]);
  }
}

/**
 * GPUs that nodes could have free. Tasks are put, the largest first, on the fullest list of nodes that still hold them;
 * only as many nodes are looked at as there are tasks.
 * Source: accumulated_scenario_filters/idle_gpus.
 */
class FreeGpus {
  readonly #free = new Map<number, number>();

  constructor({ table }: Session) {
    const gpu = table.shared(GPU);
    for (const row of table.rows) this.#free.set(row, table.left(gpu, row));
  }

  add(row: number, gpus: number): void {
    this.#free.set(row, (this.#free.get(row) ?? 0) + gpus);
  }

  hold(wanted: readonly number[]): boolean {
    const largestFirst = wanted.toSorted((a, b) => b - a);
    if (largestFirst.every((gpus) => gpus === 0)) return true;
    const rooms = [...this.#free.values()].sort((a, b) => b - a).slice(0, wanted.length);
    const left = [...rooms];
    for (const gpus of largestFirst) {
      if (gpus === 0) return true;
      const at = left.findIndex((room) => room >= gpus);
      if (at < 0) return false;
      left[at] -= gpus;
    }
    return true;
  }
}
