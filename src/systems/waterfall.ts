/** Where the time of the nodes went, level by level: what each manager was given, used, and passed on. */
import { PURPOSES } from '../node-time.ts';
import type { Level } from '../node-time.ts';
import type { Site } from './site.ts';
import type { ManagerSpec } from './system.ts';

export type { Level } from '../node-time.ts';

/** Gathers the accounts of managers, and forgets those that are closed. */
export class Waterfall {
  readonly #levels = new Map<string, { owns: boolean; instances: number; offered: number; purposes: Float64Array }>();
  /** Of each job, by purpose. */
  readonly #jobs: Float64Array;

  constructor(managers: readonly ManagerSpec[], jobs: number) {
    for (const { name, owns } of managers)
      this.#levels.set(name, { owns: owns !== undefined, instances: 0, offered: 0, purposes: new Float64Array(PURPOSES.length) });
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
    return [...this.#levels].map(([manager, { owns, instances, offered, purposes }]) => ({
      manager,
      owns,
      instances,
      offered,
      idle: offered - purposes.reduce((sum, account) => sum + account, 0),
      purposes: [...purposes],
    }));
  }

  /** Of each job over all managers: its purposes stand at `job * PURPOSES.length` [millicore-ms]. */
  get ofJobs(): Float64Array {
    return this.#jobs;
  }

  /** One account of a job, over all managers [millicore-ms]. */
  ofJob(job: number, purpose: number): number {
    return this.#jobs[job * PURPOSES.length + purpose];
  }
}
