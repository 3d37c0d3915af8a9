// The queue is kept in order between passes: one that has just been made, and knows nothing, must hand out the same records
// and give the same reasons. Caught when planted: records kept of jobs that have left; a job that comes back for another try
// taken for the one it was; priorities not looked up anew; a job with a start time kept though it was only let in once for
// --time-min; records merged without regard to the tier.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cycle } from '../src/policy.ts';
import { Demands } from '../src/policies/slurm/demand.ts';
import { JobQueue } from '../src/policies/slurm/job-queue.ts';
import type { JobQueueParts } from '../src/policies/slurm/job-queue.ts';
import { Machine } from '../src/policies/slurm/machine.ts';
import { Partitions } from '../src/policies/slurm/partitions.ts';
import { Requeues } from '../src/policies/slurm/preemption/requeues.ts';
import { StateReasons } from '../src/policies/slurm/state-reasons.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { requestsOf } from '../src/workload.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';

const MINUTE = 60_000;
const JOBS = 16;
/** Times are [min]. */
interface Kind {
  readonly partitions: readonly string[];
  readonly limit?: number;
  readonly timeMin?: number;
  readonly begin?: number;
  readonly held?: boolean;
}

const KINDS: readonly Kind[] = [
  { partitions: ['low'] },
  { partitions: ['high'] },
  { partitions: ['low', 'high'] },
  { partitions: ['low'], begin: 2 },
  { partitions: ['down'] },
  { partitions: ['low'], limit: 9 },
  { partitions: ['high'], limit: 9, timeMin: 3 },
  { partitions: ['low'], held: true },
];

/** Jobs of all kinds, in partitions of two tiers of which the lower one lets jobs run for five minutes, and one that is down. */
function bench() {
  const { cluster } = readSlurmConf({
    conf: {
      path: 'slurm.conf',
      text: [
        'ClusterName=test',
        'NodeName=n[0-1] CPUs=4',
        'PartitionName=low Nodes=ALL Default=YES MaxTime=5 PriorityTier=1',
        'PartitionName=high Nodes=ALL MaxTime=5 PriorityTier=2',
        'PartitionName=down Nodes=ALL State=DOWN',
        '',
      ].join('\n'),
    },
  });
  const builder = new WorkloadBuilder();
  for (let id = 0; id < JOBS; id++) {
    const { partitions, limit = 1, timeMin, begin, held } = KINDS[id % KINDS.length];
    const options = {
      ...(partitions.length > 1 ? { partitions } : {}),
      ...(timeMin === undefined ? {} : { timeMin: timeMin * MINUTE }),
      ...(held === undefined ? {} : { held }),
    };
    builder.add({
      id,
      submit: 0,
      runtime: 1,
      walltime: limit * MINUTE,
      partition: partitions[0],
      tasks: 1,
      request: builder.request({ cpu: 1000, memory: 0, gpu: 0 }),
      slurm: { options: builder.slurm.options(options), ...(begin === undefined ? {} : { begin: begin * MINUTE }) },
    });
  }
  const jobs = requestsOf(builder.finish('test'));
  const machine = new Machine(jobs, cluster);
  const priorities = new Map<number, number>();
  const parts: Omit<JobQueueParts, 'reasons'> = {
    partitions: new Partitions(jobs, cluster, machine),
    priorities: {
      next: Infinity,
      submit: () => undefined,
      start: () => undefined,
      finish: () => undefined,
      plan: () => undefined,
      catchUp: () => undefined,
      priorityOf: (job) => (jobs.slurm?.options[jobs.slurm.optionsOfGroup[job]]?.held === true ? 0 : (priorities.get(job) ?? 1)),
    },
    demands: new Demands(jobs, machine, cluster.slurm),
    requeues: new Requeues(jobs, MINUTE),
  };
  return { jobs, parts, priorities };
}

/** A cycle of which only the queue is asked, and what is explained. */
function cycleOf(pending: readonly number[], now: number, told: string[]): Cycle {
  const order = [...pending].sort((a, b) => a - b);
  const set = {
    size: order.length,
    has: (job: number) => order.includes(job),
    first: () => order[0] ?? -1,
    after: (job: number) => order[order.indexOf(job) + 1] ?? -1,
  };
  return { now, pending: set, explain: (job: number, reason: string) => void told.push(`${job} ${reason}`) } as unknown as Cycle;
}

const job = fc.nat({ max: JOBS - 1 });
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ what: fc.constant('submit' as const), job }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('leave' as const), job }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('requeue' as const), job }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('rank' as const), job, priority: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('wait' as const) }) },
    {
      weight: 4,
      arbitrary: fc.record({ what: fc.constant('build' as const), by: fc.constantFrom('limit' as const, 'time-min' as const) }),
    },
  ),
  { minLength: 10, maxLength: 60 },
);

test('hands out what a queue that knows nothing hands out', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const { jobs, parts, priorities } = bench();
      const keptReasons = new StateReasons();
      const newReasons = new StateReasons();
      const keeping = new JobQueue(jobs, { ...parts, reasons: keptReasons });
      const pending = new Set<number>();
      let now = 0;
      for (const step of all) {
        if (step.what === 'submit') pending.add(step.job);
        else if (step.what === 'leave') pending.delete(step.job);
        else if (step.what === 'wait') now += MINUTE;
        else if (step.what === 'rank') {
          priorities.set(step.job, step.priority);
          keeping.reorder();
        } else if (step.what === 'requeue') {
          // It has run meanwhile.
          keeping.forget(step.job);
          keptReasons.forget(step.job);
          newReasons.forget(step.job);
          parts.requeues.add(step.job, now);
          pending.add(step.job);
        } else {
          const [told, toldAnew]: string[][] = [[], []];
          const records = keeping.build(cycleOf([...pending], now, told), step.by);
          const anew = new JobQueue(jobs, { ...parts, reasons: newReasons });
          const expected = anew.build(cycleOf([...pending], now, toldAnew), step.by);
          expect(records).toEqual(expected);
          expect(told.sort()).toEqual(toldAnew.sort());
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('a pass that pauses goes on with the records that it has begun with', () => {
  const { jobs, parts } = bench();
  const queue = new JobQueue(jobs, { ...parts, reasons: new StateReasons() });
  const before = queue.build(cycleOf([0, 1, 8], 0, []));
  const copy = [...before];
  queue.build(cycleOf([8, 9], 0, []));
  expect(before).toEqual(copy);
});
