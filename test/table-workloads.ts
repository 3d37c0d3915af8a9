/** Workloads with everything that a table can hold, dense: few distinct values, so that things coincide. */
import fc from 'fast-check';
import { migShareOfProfile } from '../src/mig.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { JobRow, Label } from '../src/workload-builder.ts';
import { gpusOf, jobId, mostTasks, nameOf } from '../src/workload.ts';
import type { TaskRequest, Workload } from '../src/workload.ts';

/** Names that are hard on notations: quotes, delimiters, line ends, words that mean "no value", numbers. */
const names = fc.constantFrom(
  'ada', 'ben', 'a,b', 'say "hi"', ' lead', 'trail ', 'two\nlines', 'cr\r\nlf', 'semi;colon', 'a:b', '50%', 'x|y', 'null',
  'NaN', 'none', '-', '007', '7', '#hash', '1e3', 'Ünïcode', '日本', '=1+1', '/', 'a+b', "it's", '\t', '{"a":1}',
); // prettier-ignore
const label: fc.Arbitrary<Label> = fc.option(names, { nil: undefined });

const request: fc.Arbitrary<TaskRequest> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ cpu: 1000, memory: 0, gpu: 0 }) },
  fc
    .record({
      cpu: fc.constantFrom(0, 1, 250, 1000, 4000),
      memory: fc.constantFrom(0, 1, 17179869184, 123456789012),
      gpu: fc.constantFrom(0, 1, 333, 1000, 8000),
      gpuModels: fc.option(fc.uniqueArray(names, { minLength: 1, maxLength: 2 }), { nil: undefined }),
      gpuMemory: fc.option(fc.constantFrom(1, 17179869184), { nil: undefined }),
      mig: fc.option(fc.constantFrom('1g.5gb', '2g.12gb', '7g.80gb'), { nil: undefined }),
      other: fc.option(fc.dictionary(fc.oneof(names, fc.constantFrom('rdma', 'cpu', 'min', 'max', 'model', 'gpu', 'mig', 'gpu-memory')), fc.nat(3), { minKeys: 1, maxKeys: 2 }), { nil: undefined }),
    })
    .map(({ gpuModels, gpuMemory, mig, other, ...plain }) => ({ ...plain, ...(gpuMemory !== undefined && { gpuMemory }), ...(mig !== undefined && { mig, gpu: migShareOfProfile(mig)! }), ...(gpuModels && { gpuModels }), ...(other && { other: { ...other } }) })),
); // prettier-ignore

const group = fc.record({ tasks: fc.constantFrom(1, 2, 3, 64), spare: fc.nat(2), more: fc.constantFrom(0, 0, 1, 64), request });

const times = fc.oneof(fc.nat(5).map((s) => s * 1000), fc.nat(7), fc.constantFrom(86_400_000, 1_700_000_000_123, 2 ** 50)); // prettier-ignore

const row = fc.record({
  submit: times,
  runtime: times,
  walltime: fc.oneof(
    fc.constant(Infinity),
    times.map((time) => time + 1),
  ),
  groups: fc.array(group, { minLength: 1, maxLength: 3 }),
  outcome: fc.nat(2),
  wait: fc.oneof(fc.constant(NaN), times),
  user: label,
  account: label,
  queue: label,
  partition: label,
  qos: label,
  priority: fc.constantFrom(0, 1, -3.5, 1e9),
  after: fc.array(fc.record({ job: fc.nat(11), kind: fc.nat(3), think: fc.constantFrom(NaN, 0, 1500) }), { maxLength: 2 }),
});

/** Ids of one workload: all numbers, or some text that looks like numbers. */
const idsOf = fc.constantFrom<(job: number) => string | number>(
  (job) => job + 1,
  (job) => `job ${job}`,
  (job) => `00${job}`,
  (job) => (job === 3 ? 'x;y:z%' : job),
  (job) => `${job}_[1-3]`,
);

export const workloads = fc
  .record({
    rows: fc.array(row, { minLength: 1, maxLength: 12 }),
    idOf: idsOf,
    epoch: fc.constantFrom(NaN, 0, 838_857_600_000, 1_700_000_000_500),
    priorities: fc.boolean(),
    starts: fc.boolean(),
    chains: fc.boolean(),
  })
  .map(({ rows, idOf, epoch, priorities, starts, chains }) => {
    const jobs = new WorkloadBuilder();
    rows.forEach(({ groups, wait, priority, after, ...rest }, job) => {
      const [first, ...more] = groups.map(({ tasks, spare, more, request }) => ({
        tasks,
        minimum: Math.max(0, tasks - spare),
        most: tasks + more,
        request: jobs.request(request),
      }));
      const added: JobRow = {
        ...rest,
        ...first,
        id: idOf(job),
        moreGroups: more,
        recordedStart: starts ? rest.submit + wait : NaN,
        priority: priorities ? priority : undefined,
        after: chains ? after.map(({ job: other, kind, think }) => ({ id: idOf(other), kind, think })) : [],
      };
      jobs.add(added);
    });
    return jobs.finish('test', epoch);
  });

/** Everything there is to a workload, by meaning: category codes and request numbers may differ. */
export function meaningOf(workload: Workload): unknown {
  const { count, origin, epoch, submit, runtime, walltime, outcome, recordedStart, priority, dependencies } = workload;
  return {
    count,
    origin,
    epoch,
    idsAreNumbers: workload.ids instanceof Float64Array,
    jobs: Array.from({ length: count }, (_, job) => ({
      id: jobId(workload, job),
      submit: submit[job],
      runtime: runtime[job],
      walltime: walltime[job],
      outcome: outcome[job],
      recordedStart: recordedStart?.[job],
      priority: priority?.[job],
      procs: workload.procs[job],
      gpus: gpusOf(workload, job),
      user: nameOf(workload.user, job),
      account: nameOf(workload.account, job),
      queue: nameOf(workload.queue, job),
      partition: nameOf(workload.partition, job),
      qos: nameOf(workload.qos, job),
      groups: span(workload.firstGroup, job).map((group) => ({
        tasks: workload.groupTasks[group],
        minimum: workload.groupMinimum[group],
        most: mostTasks(workload, group),
        request: workload.requests[workload.groupRequest[group]],
      })),
      after:
        dependencies &&
        span(dependencies.first, job).map((edge) => [dependencies.on[edge], dependencies.kind[edge], dependencies.think[edge]]),
    })),
  };
}

function span(first: Int32Array, job: number): number[] {
  return Array.from({ length: first[job + 1] - first[job] }, (_, index) => first[job] + index);
}
