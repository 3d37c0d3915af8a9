import type { Round } from './elastic-rounds.ts';
import { isSame } from './sia-gains.ts';
import type { Configuration, SiaType } from './sia-configurations.ts';
import type { Allocations } from './targets.ts';

type Picked = ReadonlyMap<number, Configuration>;

/** Finds nodes for what jobs are to have: whole nodes, or a part of one. */
export class SiaPlacement {
  readonly #round: Round;
  readonly #types: readonly SiaType[];
  #free: Int32Array;

  constructor(round: Round, types: readonly SiaType[]) {
    this.#round = round;
    this.#types = types;
    this.#free = Int32Array.from(round.capacity);
  }

  /** Jobs that hold what they are to have already stay, unless there is no room for others beside them. */
  place(picked: Picked, held: Picked): Allocations {
    const wanted = new Map<number, Int32Array>();
    this.#types.forEach((_, type) => {
      const own = new Map([...picked].filter(([, configuration]) => configuration.type === type));
      const rows = this.#fill(own, held) ?? this.#fill(own, new Map(), 'pieces') ?? [];
      for (const [job, row] of rows) wanted.set(job, row);
    });
    return wanted;
  }

  /** Undefined if somebody finds no room; with `pieces`, he gets what there is. */
  #fill(picked: Picked, held: Picked, misfits?: 'pieces'): Map<number, Int32Array> | undefined {
    const before = this.#free.slice();
    const rows = new Map<number, Int32Array>();
    for (const [job, configuration] of picked) {
      const now = this.#round.jobs.get(job)?.held;
      const was = held.get(job);
      if (now === undefined || was === undefined || !isSame(configuration, was)) continue;
      if (now.reduce((sum, gpus) => sum + gpus, 0) !== configuration.gpus) continue;
      rows.set(job, now.slice());
      now.forEach((gpus, node) => (this.#free[node] -= gpus));
    }
    const left = [...picked].filter(([job]) => !rows.has(job)).sort(([, a], [, b]) => b.gpus - a.gpus);
    for (const [job, configuration] of left) {
      const row = this.#rowFor(configuration, misfits);
      if (row === undefined) {
        this.#free = before;
        return undefined;
      }
      rows.set(job, row);
    }
    return rows;
  }

  /** The fullest node that has room for all, or else the emptiest ones. */
  #rowFor({ type, gpus, nodes }: Configuration, misfits?: 'pieces'): Int32Array | undefined {
    const own = [...this.#types[type].nodes].sort((a, b) => this.#free[a] - this.#free[b] || a - b);
    const row = new Int32Array(this.#free.length);
    const fitting = nodes === 1 ? own.find((node) => this.#free[node] >= gpus) : undefined;
    let left = gpus;
    for (const node of fitting === undefined ? own.reverse() : [fitting]) {
      const taken = Math.min(left, this.#free[node]);
      row[node] = taken;
      left -= taken;
    }
    const places = row.filter((some) => some > 0).length;
    if (misfits === undefined && (left > 0 || places > nodes)) return undefined;
    row.forEach((some, node) => (this.#free[node] -= some));
    return row;
  }
}
