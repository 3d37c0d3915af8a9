import { AFTER_ANY } from './workload.ts';
import type { Dependencies } from './workload.ts';
import type { IdBuilder } from './workload-names.ts';

/** A dependency of a row, on a job that may stand anywhere in the trace. */
export interface DependencyRow {
  readonly id: string | number;
  /** AFTER_ANY if absent. */
  readonly kind?: number;
  /** [ms] */
  readonly think?: number;
}

/** A dependency on a job that is not in the trace, or on the job itself. */
export interface VainDependency {
  readonly job: string;
  readonly on: string;
}

/** Gathers who waits for whom; few jobs wait for any. */
export class DependencyBuilder {
  readonly #edges: { readonly row: number; readonly on: DependencyRow }[] = [];
  readonly #vain: VainDependency[] = [];

  add(row: number, after: readonly DependencyRow[]): void {
    for (const on of after) this.#edges.push({ row, on });
  }

  /** Those that `finish` has left out: such a job is over, as far as this trace can tell. */
  get vain(): readonly VainDependency[] {
    return this.#vain;
  }

  finish(count: number, ids: IdBuilder, withdrawn: ReadonlySet<number>): Dependencies | undefined {
    if (this.#edges.length === 0) return undefined;
    const rowOf = new Map<string, number>();
    // The first of several rows with one id: later ones are requeues of the same job.
    for (let row = count - 1; row >= 0; row--) if (!withdrawn.has(row)) rowOf.set(String(ids.get(row)), row);
    const edges = this.#edges.filter(({ row, on }) => {
      const other = rowOf.get(String(on.id));
      if (other !== undefined && other !== row) return true;
      if (!withdrawn.has(row)) this.#vain.push({ job: String(ids.get(row)), on: String(on.id) });
      return false;
    });
    if (edges.length === 0) return undefined;
    const first = new Int32Array(count + 1);
    for (const { row } of edges) first[row + 1]++;
    for (let row = 0; row < count; row++) first[row + 1] += first[row];
    return {
      first,
      on: Int32Array.from(edges, ({ on }) => rowOf.get(String(on.id))!),
      kind: Uint8Array.from(edges, ({ on }) => on.kind ?? AFTER_ANY),
      think: Float64Array.from(edges, ({ on }) => on.think ?? NaN),
    };
  }
}
