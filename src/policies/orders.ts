import type { ParameterSpec, Parameters } from '../parameters.ts';
import type { Order } from '../policy.ts';
import { HOUR, SECOND } from '../units.ts';
import type { Requests } from '../workload.ts';

/**
 * Orders of the queue that a backfilling policy can be told. All are ascending scores; ties go to the job that was
 * submitted first. r = walltime [s], n = processors, s = submission [s since the start of the trace], w = wait [s].
 * A job without a walltime counts as endless.
 */
const ORDERS: Record<string, { summary: string; order(jobs: Requests): Order | undefined }> = {
  submit: { summary: 'first come, first served', order: () => undefined },
  sjf: { summary: 'shortest walltime first', order: byScore((r) => r) },
  ljf: { summary: 'longest walltime first', order: byScore((r) => -r) },
  smallest: { summary: 'fewest processors first', order: byScore((_r, n) => n) },
  largest: { summary: 'most processors first', order: byScore((_r, n) => -n) },
  saf: { summary: 'smallest area (walltime x processors) first', order: byScore((r, n) => r * n) },
  priority: {
    summary: 'highest submitted priority first',
    order: (jobs) => ({ key: (job) => -(jobs.priority?.[job] ?? 0) }),
  },
  wfp3: {
    summary: '(w / r)^3 x n, largest first (Tang, Lan, Desai, Buettner, CLUSTER 2009)',
    order: byWait((w, r, n) => -((w / r) ** 3) * n),
  },
  unicef: {
    summary: 'w / (log2(n) x r), largest first; n at least 2 (Tang et al., CLUSTER 2009)',
    order: byWait((w, r, n) => -w / (Math.log2(Math.max(2, n)) * r)),
  },
  expansion: {
    summary: '(w + r) / r, largest first: what the slowdown would be if it started now',
    order: byWait((w, r) => -(w + r) / r),
  },
  f1: {
    summary: 'log10(r) n + 870 log10(s) (Carastan-Santos, de Camargo, SC 2017)',
    order: bySubmission((r, n) => Math.log10(r) * n, 870),
  },
  f2: { summary: 'sqrt(r) n + 25600 log10(s), ibid.', order: bySubmission((r, n) => Math.sqrt(r) * n, 25_600) },
  f3: { summary: 'r n + 6860000 log10(s), ibid.', order: bySubmission((r, n) => r * n, 6_860_000) },
  f4: { summary: 'r sqrt(n) + 530000 log10(s), ibid.', order: bySubmission((r, n) => r * Math.sqrt(n), 530_000) },
};

/** The parameter with which a policy offers these orders. */
export const orderParameter: ParameterSpec = {
  summary: `Order of the queue: ${Object.entries(ORDERS)
    .map(([name, { summary }]) => `${name} = ${summary}`)
    .join('; ')}.`,
  type: 'choice',
  choices: Object.keys(ORDERS),
  default: 'submit',
};

/** The order that the parameter `order` names; undefined for submission order. */
export function orderOf(parameters: Parameters, jobs: Requests): Order | undefined {
  return ORDERS[String(parameters.order)].order(jobs);
}

type Score = (r: number, n: number) => number;

/** What an endless job counts as in scores that would otherwise be undefined [s]. */
const ENDLESS = (1e6 * HOUR) / SECOND;
/** Scores take logarithms and quotients of walltimes: below a second they would rule everything [s]. */
const SHORTEST = 1;

function walltimeOf(jobs: Requests, job: number): number {
  return Math.min(ENDLESS, Math.max(SHORTEST, jobs.walltime[job] / SECOND));
}

function byScore(score: Score): (jobs: Requests) => Order {
  return (jobs) => ({ key: (job) => score(Math.min(ENDLESS, jobs.walltime[job] / SECOND), jobs.procs[job]) });
}

function byWait(score: (w: number, r: number, n: number) => number): (jobs: Requests) => Order {
  return (jobs) => ({
    varies: true,
    key: (job, now) => score((now - jobs.submit[job]) / SECOND, walltimeOf(jobs, job), jobs.procs[job]),
  });
}

function bySubmission(score: Score, weight: number): (jobs: Requests) => Order {
  return (jobs) => ({
    key: (job) => score(walltimeOf(jobs, job), jobs.procs[job]) + weight * Math.log10(Math.max(1, jobs.submit[job] / SECOND)),
  });
}
