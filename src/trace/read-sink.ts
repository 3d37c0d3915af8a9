import type { WorkloadBuilder } from '../workload-builder.ts';
import type { Declared, Tally, TraceSink } from './format.ts';

/** The places that are kept of each kind: enough to look at, few enough to print. */
const PLACES = 5;

/** Counts by kind, in the order in which the kinds were first met. */
class Tallies {
  readonly #kinds = new Map<string, { what: string; count: number; where: number[] }>();

  add(what: string, count: number, where?: number): void {
    let kind = this.#kinds.get(what);
    if (kind === undefined) {
      kind = { what, count: 0, where: [] };
      this.#kinds.set(what, kind);
    }
    kind.count += count;
    if (where !== undefined && kind.where.length < PLACES) kind.where.push(where);
  }

  list(): readonly Tally[] {
    return [...this.#kinds.values()];
  }
}

/** Keeps the account of a file while a reader goes through it. */
export class TallySink implements TraceSink {
  readonly jobs: WorkloadBuilder;
  readonly #skipped = new Tallies();
  readonly #repaired = new Tallies();
  readonly #noJob = new Tallies();
  readonly #further = new Tallies();
  readonly warnings: string[] = [];
  declared: Declared = {};

  constructor(jobs: WorkloadBuilder) {
    this.jobs = jobs;
  }

  skip(reason: string, where?: number, count = 1): void {
    this.#skipped.add(reason, count, where);
  }

  repair(what: string, where: number): void {
    this.#repaired.add(what, 1, where);
  }

  noJob(what: string, lines = 1): void {
    if (lines > 0) this.#noJob.add(what, lines);
  }

  furtherJobs(what: string, where: number, jobs: number): void {
    if (jobs > 0) this.#further.add(what, jobs, where);
  }

  warn(message: string): void {
    this.warnings.push(message);
  }

  declare(declared: Declared): void {
    this.declared = { ...this.declared, ...declared };
  }

  account(): { skipped: readonly Tally[]; repaired: readonly Tally[]; noJob: readonly Tally[]; furtherJobs: readonly Tally[] } {
    return {
      skipped: this.#skipped.list(),
      repaired: this.#repaired.list(),
      noJob: this.#noJob.list(),
      furtherJobs: this.#further.list(),
    };
  }
}
