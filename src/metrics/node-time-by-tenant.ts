import { PURPOSES, USEFUL } from '../node-time.ts';
import { HOUR } from '../units.ts';
import type { Category } from '../workload.ts';
import type { Group, RunMetric } from './metric.ts';

/** [millicore-ms] of one core for an hour. */
const CORE_HOUR = 1000 * HOUR;
/** Tenants that are listed by name: those with the most [count]. */
const LISTED = 20;

/** The waste waterfall by who the work was for. */
export const nodeTimeByTenant: RunMetric = {
  name: 'node-time-by-tenant',
  summary: `Where the time went that a system held for the jobs of each user, in core-hours; by name the ${LISTED} that held most.`,
  unit: 'core-hours',
  better: 'neither',
  source: 'the ledgers of the managers',
  window: 'the whole run; what is held for nobody, such as standing leases, is not in it',
  figures({ workload: { user }, schedule: { nodeTime } }) {
    if (nodeTime === undefined) return { figures: [{ name: 'held', value: NaN }], groups: [] };
    const sums = sumsOf(user, nodeTime.ofJobs);
    const held = (sum: Float64Array) => sum.reduce((total, amount) => total + amount, 0);
    const tenants = [...sums].filter(([, { sum }]) => held(sum) > 0);
    tenants.sort(([a, one], [b, other]) => held(other.sum) - held(one.sum) || a - b);
    const total = tenants.reduce((all, [, { sum }]) => all + held(sum), 0);
    const figures = [{ name: 'held', value: total / CORE_HOUR }];
    return {
      figures,
      groups: tenants.slice(0, LISTED).map(([code, tenant]) => groupOf(code < 0 ? 'nobody' : user.names[code], tenant)),
    };
  },
};

interface Tenant {
  jobs: number;
  readonly sum: Float64Array;
}

function sumsOf({ code }: Category, ofJobs: Float64Array): Map<number, Tenant> {
  const sums = new Map<number, Tenant>();
  for (let job = 0; job < code.length; job++) {
    let tenant = sums.get(code[job]);
    if (tenant === undefined) sums.set(code[job], (tenant = { jobs: 0, sum: new Float64Array(PURPOSES.length) }));
    tenant.jobs++;
    for (let purpose = 0; purpose < PURPOSES.length; purpose++) tenant.sum[purpose] += ofJobs[job * PURPOSES.length + purpose];
  }
  return sums;
}

function groupOf(name: string, { jobs, sum }: Tenant): Group {
  const used = PURPOSES.flatMap((purpose, at) =>
    sum[at] > 0 || at === USEFUL ? [{ name: purpose, value: sum[at] / CORE_HOUR }] : [],
  );
  return { name, jobs, figures: used };
}
