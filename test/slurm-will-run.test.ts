// What is remembered of earlier questions must not show: one who has never been asked before gives the same answers.
// Caught when planted: shares of nodes kept though a job of them ends sooner; jobs of others let to nodes that are kept for one
// user; nodes at the wrong place in the order of ends; rooms never measured anew; answers kept though another job runs; a search that was broken off taken for one that found nothing;
// what one user would be given handed to another as it is; choices kept though something changed;
// a job put in its place among those that end with it by no order; the books of what is to come left as they were;
// jobs of all kinds taken for one; nodes compared by their hash alone, with a hash of four values; --switches remembered.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Demands } from '../src/policies/slurm/demand.ts';
import type { JobDemand } from '../src/policies/slurm/demand.ts';
import { Machine } from '../src/policies/slurm/machine.ts';
import { nodeSetOf } from '../src/policies/slurm/node-set.ts';
import type { NodeSet } from '../src/policies/slurm/node-set.ts';
import { Running } from '../src/policies/slurm/running.ts';
import type { Allocation } from '../src/policies/slurm/running.ts';
import { Selection } from '../src/policies/slurm/selection.ts';
import { WillRun } from '../src/policies/slurm/will-run.ts';
import type { Forecast } from '../src/policies/slurm/will-run.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { requestsOf } from '../src/workload.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';

const MINUTE = 60_000;
const NODES = 6;
const KILL_WAIT = 30_000;
const KINDS = [
  { tasks: 1 },
  { tasks: 2 },
  { tasks: 3 },
  { tasks: 12, minNodes: 3 },
  { tasks: 19 },
  { tasks: 2, exclusive: 'node' as const },
  { tasks: 1, exclusive: 'user' as const },
  { tasks: 2, constraint: 'big' },
  { tasks: 5, switches: { count: 1, wait: MINUTE } },
];
const JOBS = 40;

/** Six nodes of four processors on two switches, and jobs of few kinds. */
function bench() {
  const file = (path: string, lines: readonly string[]) => ({ path, text: `${lines.join('\n')}\n` });
  const { cluster } = readSlurmConf({
    conf: file('slurm.conf', [
      'ClusterName=test',
      'SelectType=select/cons_tres',
      'SelectTypeParameters=CR_Core',
      'TopologyPlugin=topology/tree',
      'NodeName=n[0-2] CPUs=4 Feature=small',
      'NodeName=n[3-5] CPUs=4 Feature=big',
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
  const settings = { windowLinear: 0, killWait: KILL_WAIT, overTimeLimit: [0], isRemovable: () => false };
  return { running, clock, selection, demandOf, remembering: new WillRun(running, selection, settings) };
}

const job = fc.nat({ max: JOBS - 1 });
const minutes = fc.nat({ max: 5 });
const steps = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ what: fc.constant('start' as const), job, limit: minutes }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('finish' as const), job }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('shorten' as const), job, limit: minutes }) },
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

/** Jobs that are alike may be told of the same shares, whosever they are. */
function textOf(forecast: Pick<Forecast, 'start' | 'shares'> | undefined): string {
  if (forecast === undefined) return 'never';
  const shares = forecast.shares.map(({ held: { user: _, ...held }, ...share }) => ({ ...share, held }));
  return `${forecast.start} ${JSON.stringify(shares)}`;
}

interface Question {
  readonly demand: JobDemand;
  readonly nodes: NodeSet;
  readonly now: number;
  readonly nowOnly: boolean;
  readonly notAfter: number;
}

/** As _will_run_test goes: the books are copied, jobs let go one by one, and the nodes measured anew for every test. */
function slowly(running: Running, selection: Selection, { demand, nodes: asked, now, nowOnly, notAfter }: Question) {
  // Nodes that could never do are left out before.
  const nodes = asked.map((word, index) => word & (demand.suitable?.[index] ?? -1));
  const shares = selection.choose(running.books, demand, nodes);
  if (shares !== undefined) return { start: now, shares };
  if (nowOnly) return undefined;
  const jobs = running.byEnd();
  const books = running.books.copy();
  let window = 30_000;
  let barrier = NaN;
  for (let next = 0; next < jobs.length;) {
    let last: Allocation | undefined;
    while (next < jobs.length) {
      const job = jobs[next++];
      if (!job.nodes.some((word, index) => (word & nodes[index]) !== 0)) continue;
      if (Number.isNaN(barrier)) barrier = job.end + (window - (job.end % window));
      last = job;
      books.give(job.shares, job.whole);
      if (next < jobs.length && jobs[next].end > barrier + window) break;
    }
    if (last === undefined) return undefined;
    do window *= 2;
    while (next < jobs.length && jobs[next].end > barrier + window);
    const found = selection.choose(books, demand, nodes, 'later');
    if (found === undefined) continue;
    if (last.end > Math.max(now, notAfter)) return undefined;
    if (last.end > now) return { start: last.end, shares: found };
    const guess = last.end + KILL_WAIT;
    return { start: guess <= now ? now + 1000 : guess, shares: found };
  }
  return undefined;
}

test('an answer that is remembered is the one that would be found anew, node by node', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const { running, clock, selection, demandOf, remembering } = bench();
      for (const step of all) {
        if (step.what === 'wait') clock.unix += step.seconds * 1000;
        else if (step.what === 'finish') {
          running.finish(step.job, clock.unix);
          running.release(step.job);
        } else if (step.what === 'shorten') running.endBy(step.job, clock.unix + step.limit * MINUTE);
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
          expect(textOf(remembering.test(question))).toBe(textOf(slowly(running, selection, question)));
          expect(running.byEnd()).toEqual([...running.allocations()].sort((a, b) => a.end - b.end || a.job - b.job));
          expect(remembering.choices.of(question.demand, nodes)).toEqual(selection.choose(running.books, question.demand, nodes));
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a job that is to end sooner than it was gives its share back sooner', () => {
  const { running, clock, selection, demandOf, remembering } = bench();
  const [one, three] = [demandOf.findIndex(isOf(1)), demandOf.findIndex(isOf(3))];
  const nodes = nodeSetOf(NODES, [0]);
  for (const { job, limit } of [
    { job: one, limit: 10 },
    { job: three, limit: 20 },
  ]) {
    const shares = selection.choose(running.books, demandOf[job], nodes)!;
    const end = limit * MINUTE;
    running.add({ job, shares, nodes: running.nodesOf(shares), whole: false, start: 0, end, partition: 0 });
  }
  const question = { demand: demandOf[three], nodes, now: clock.unix, nowOnly: false, notAfter: Infinity };
  expect(remembering.test(question)?.start).toBe(20 * MINUTE);
  running.endBy(three, 5 * MINUTE);
  expect(remembering.test(question)?.start).toBe(5 * MINUTE);
});

function isOf(tasks: number) {
  return ({ groups, constraint, whole, forUser }: JobDemand) => {
    return groups[0].jobTasks === tasks && constraint === undefined && !whole && !forUser;
  };
}
