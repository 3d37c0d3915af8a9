/** Where the time of the nodes went, level by level: what each manager was given, used, and passed on. */
import { PURPOSES } from './meter.ts';
import type { Site } from './site.ts';

/** One manager, over all of its instances [millicore-ms]. */
export interface Level {
  readonly manager: string;
  /** Managers of this name that there were [count]. */
  readonly instances: number;
  /** What its nodes offered. */
  readonly offered: number;
  /** Offered, and held by nobody. */
  readonly idle: number;
  /** By purpose, in the order of `PURPOSES`. */
  readonly purposes: readonly number[];
}

/** Gathers the accounts of managers, and forgets those that are closed. */
export class Waterfall {
  readonly #levels = new Map<string, { instances: number; offered: number; purposes: Float64Array }>();
  /** Of each job, by purpose. */
  readonly #jobs: Float64Array;

  constructor(managers: readonly string[], jobs: number) {
    for (const name of managers)
      this.#levels.set(name, { instances: 0, offered: 0, purposes: new Float64Array(PURPOSES.length) });
    this.#jobs = new Float64Array(jobs * PURPOSES.length);
  }

  /** Adds what a site has on its meter. Once for each. */
  add(site: Site): void {
    const level = this.#levels.get(site.spec.name);
    if (level === undefined) throw new Error(`manager ${site.spec.name} is not of this system`);
    const { meter } = site.manager;
    level.instances++;
    level.offered += meter.offered;
    for (let row = 0; row < site.jobs.length; row++) {
      for (let purpose = 0; purpose < PURPOSES.length; purpose++) {
        const account = meter.accountOf(row, purpose);
        level.purposes[purpose] += account;
        if (site.jobs[row] >= 0) this.#jobs[site.jobs[row] * PURPOSES.length + purpose] += account;
      }
    }
  }

  levels(): Level[] {
    return [...this.#levels].map(([manager, { instances, offered, purposes }]) => ({
      manager,
      instances,
      offered,
      idle: offered - purposes.reduce((sum, account) => sum + account, 0),
      purposes: [...purposes],
    }));
  }

  /** One account of a job, over all managers [millicore-ms]. */
  ofJob(job: number, purpose: number): number {
    return this.#jobs[job * PURPOSES.length + purpose];
  }
}
