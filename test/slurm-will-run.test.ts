// What is remembered of earlier questions must not show: one who has never been asked before gives the same answers.
// Caught when planted: answers kept though another job runs; a search that was broken off taken for one that found nothing;
// jobs of all kinds taken for one; nodes compared by their hash alone, with a hash of four values; --switches remembered.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Demands } from '../src/policies/slurm/demand.ts';
import { Machine } from '../src/policies/slurm/machine.ts';
import { nodeSetOf } from '../src/policies/slurm/node-set.ts';
import { Running } from '../src/policies/slurm/running.ts';
import { Selection } from '../src/policies/slurm/selection.ts';
import { WillRun } from '../src/policies/slurm/will-run.ts';
import type { Forecast } from '../src/policies/slurm/will-run.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { requestsOf } from '../src/workload.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';

const MINUTE = 60_000;
const NODES = 6;
const KINDS = [
  { tasks: 1 },
  { tasks: 2 },
  { tasks: 4 },
  { tasks: 6, minNodes: 3 },
  { tasks: 2, exclusive: 'node' as const },
  { tasks: 2, constraint: 'big' },
  { tasks: 5, switches: { count: 1, wait: MINUTE } },
];
const JOBS = 40;

/** Six nodes of two processors on two switches, and jobs of few kinds. */
function bench() {
  const file = (path: string, lines: readonly string[]) => ({ path, text: `${lines.join('\n')}\n` });
  const { cluster } = readSlurmConf({
    conf: file('slurm.conf', [
      'ClusterName=test',
      'SelectType=select/cons_tres',
      'SelectTypeParameters=CR_Core',
      'TopologyPlugin=topology/tree',
      'NodeName=n[0-2] CPUs=2 Feature=small',
      'NodeName=n[3-5] CPUs=2 Feature=big',
      'PartitionName=main Nodes=ALL Default=YES',
    ]),
    topology: file('topology.conf', ['SwitchName=a Nodes=n[0-2]', 'SwitchName=b Nodes=n[3-5]', 'SwitchName=top Switches=a,b']),
  });
  const builder = new WorkloadBuilder();
  for (let id = 0; id < JOBS; id++) {
    const options = KINDS[id % KINDS.length];
    const request = builder.request({ cpu: 1000, memory: 0, gpu: 0 });
    const of = { submit: 0, runtime: 1, walltime: MINUTE, user: id % 2 === 0 ? 'ada' : 'ben' };
    builder.add({ id, ...of, tasks: options.tasks, request, slurm: { options: builder.slurm.options(options) } });
  }
  const jobs = requestsOf(builder.finish('test'));
  const machine = new Machine(jobs, cluster);
  const running = new Running(machine);
  const clock = { unix: 0 };
  const selection = new Selection(machine, { config: cluster.slurm, idle: running.books.empty, clock });
  const demands = new Demands(jobs, machine, cluster.slurm);
  const demandOf = Array.from({ length: JOBS }, (_, job) => demands.of(job, 0));
  const settings = { windowLinear: 0, killWait: 30_000, overTimeLimit: [0], isRemovable: () => false };
  return { running, clock, selection, demandOf, fresh: () => new WillRun(running, selection, settings) };
}

const job = fc.nat({ max: JOBS - 1 });
const minutes = fc.nat({ max: 5 });
const steps = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ what: fc.constant('start' as const), job, limit: minutes }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('finish' as const), job }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('wait' as const), seconds: fc.constantFrom(20, 60, 120) }) },
    {
      weight: 8,
      arbitrary: fc.record({
        what: fc.constant('ask' as const),
        job,
        nodes: fc.constantFrom([0, 1, 2, 3, 4, 5], [0, 1, 2, 3], [3, 4, 5], [1, 2, 4, 5]),
        nowOnly: fc.constantFrom(false, false, false, true),
        notAfter: fc.constantFrom(1, 2, 3, Infinity),
      }),
    },
  ),
  { minLength: 20, maxLength: 60 },
);

function textOf(forecast: Forecast | undefined): string {
  return forecast === undefined ? 'never' : `${forecast.start} ${JSON.stringify(forecast.shares)}`;
}

test('an answer that is remembered is the one that would be found anew', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const { running, clock, selection, demandOf, fresh } = bench();
      const remembering = fresh();
      for (const step of all) {
        if (step.what === 'wait') clock.unix += step.seconds * 1000;
        else if (step.what === 'finish') running.release(step.job);
        else if (step.what === 'start') {
          if (running.of(step.job) !== undefined) continue;
          const shares = selection.choose(running.books, demandOf[step.job], running.up);
          if (shares === undefined) continue;
          const { whole } = demandOf[step.job];
          const end = clock.unix + step.limit * MINUTE;
          running.add({ job: step.job, shares, nodes: running.nodesOf(shares), whole, start: clock.unix, end, partition: 0 });
        } else {
          const notAfter = clock.unix + step.notAfter * MINUTE;
          const nodes = nodeSetOf(NODES, step.nodes);
          const question = { demand: demandOf[step.job], nodes, now: clock.unix, nowOnly: step.nowOnly, notAfter };
          expect(textOf(remembering.test(question))).toBe(textOf(fresh().test(question)));
        }
      }
    }),
    { numRuns: 300 },
  );
});
