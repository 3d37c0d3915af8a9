// A plan is taken over by a job that asks the same as long as nothing else has changed: each part of that by itself. That the
// plans are right is seen where runs that keep them are compared with others: slurm-standing-plans.test.ts.
import { expect, test } from 'vitest';
import { AlikePlans } from '../src/policies/slurm/alike-plans.ts';
import { NOBODY } from '../src/policies/slurm/allocation.ts';
import { Demands } from '../src/policies/slurm/demand.ts';
import { Machine } from '../src/policies/slurm/machine.ts';
import type { Asked } from '../src/policies/slurm/plan.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { requestsOf } from '../src/workload.ts';
import { workloadOf } from './slurm-runs.ts';

const CONF = 'ClusterName=test\nSelectType=select/cons_tres\nNodeName=n[1-2] CPUs=8\nPartitionName=main Nodes=ALL Default=YES\n';
const { cluster } = readSlurmConf({ conf: { path: 'slurm.conf', text: CONF } });
const requests = requestsOf(workloadOf([1, 1, 2].map((cpus) => ({ at: 0, runs: 10, cpus }))));
const demands = new Demands(requests, new Machine(requests, cluster), cluster.slurm);
const everywhere = Uint32Array.of(3);

/** Somebody has just been planned. */
function setting() {
  const state = { clock: { unix: 0 }, running: { books: { changes: 0 } }, table: { promises: 0 } };
  const willRun = { kindOf: ({ likeness }: Asked['demand']) => likeness.kind };
  const plans = new AlikePlans({ ...state, willRun }, state.table);
  plans.keep({ asked: askedBy(0), promises: 0, looks: [], counted: true, until: Infinity, plan: undefined });
  return { ...state, plans };
}

function askedBy(job: number, other: Partial<Asked> = {}): Asked {
  return { demand: demands.of(job, 0), usable: everywhere, limit: 1000, candidates: NOBODY, ...other };
}

test('a job that asks the same is planned the same, and the plan is its own', () => {
  const { plans } = setting();
  const asked = askedBy(1);
  expect(plans.of(asked)?.asked).toBe(asked);
});

test.each([
  { what: 'other processors', asked: askedBy(2) },
  { what: 'another limit', asked: askedBy(1, { limit: 2000 }) },
  { what: 'other nodes', asked: askedBy(1, { usable: Uint32Array.of(1) }) },
  { what: 'others to preempt', asked: askedBy(1, { candidates: [] }) },
])('not one that asks for $what', ({ asked }) => {
  expect(setting().plans.of(asked)).toBeUndefined();
});

test.each([
  { what: 'time has gone by', change: ({ clock }: ReturnType<typeof setting>) => void clock.unix++ },
  { what: 'a job has come or gone', change: ({ running }: ReturnType<typeof setting>) => void running.books.changes++ },
  { what: 'something was promised', change: ({ table }: ReturnType<typeof setting>) => void table.promises++ },
])('none if $what since', ({ change }) => {
  const now = setting();
  change(now);
  expect(now.plans.of(askedBy(1))).toBeUndefined();
});
