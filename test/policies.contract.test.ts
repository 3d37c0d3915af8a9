// The contract of every policy in the list, and of every choice that its parameters offer; and of one in Python, if there is any.
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withIdentities } from '../src/cluster-spec.ts';
import { processorPool } from '../src/cluster.ts';
import type { Cluster } from '../src/cluster.ts';
import { scheduleDigest } from '../src/digest.ts';
import { simulate } from '../src/engine/simulate.ts';
import type { SimulationOptions } from '../src/engine/simulate.ts';
import { loadPolicyFile } from '../src/experiment/policy-file.ts';
import { readParameters } from '../src/parameters.ts';
import type { Parameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { placements } from '../src/placement/index.ts';
import { loadPolicies } from '../src/policies/index.ts';
import type { PolicySpec } from '../src/policy.ts';
import { COMPLETED, KILLED, REJECTED, UNFINISHED } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import { AFTER_START, ONE_PROCESSOR, OUTLASTS } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';
import { costs, denseWorkloads, outages, PROCS } from './engine-workloads.ts';
import { workloadOf } from './workload-of.ts';

// What was planted in each policy, and taken out again, to see that it is caught: by this suite (C), by the definitions in
// simulate-oracle (S), plain-policies (P) and conservative (K), or by the records in easy-dialects (E) and
// conservative-records (R). Validity alone, which is what this suite is about, does not tell a policy from another.
//
//   fcfs                    a job behind the head is tried (S); one start a cycle (S)
//   easy textbook           `<` for `<=` at the shadow time (S); extra room is not used up (S); judges by run times (C)
//   easy pyss               arrivals before all ends (E)
//   easy cqsim              judges by walltimes (E)
//   easy batsched-easy      reserved machines are taken (E); the reservation outlives ends (E)
//   easy batsched-easy-fast the reservation is made anew (E); arrivals are started without a look at it (E)
//   easy rlscheduler        `<=` for `<` (E); the reservation is made anew (E)
//   easy accasim            the head is tried at any time (E); the reservation is made anew (E)
//   easy, nobody to retry the head of accasim at its reserved time: jobs are never started (C)
//   conservative            what is given back early stays taken (K); a job without length has no promise (K); no wake-up
//                           (C, K); a broken plan is kept (C, K); jobs that their own reservation covers are passed over
//                           (K); the search for early starts does not look anew after one (K), or not far enough (K);
//                           arrivals of an instant in the wrong order (K); orders that vary do not renew (K); a promise
//                           is never made up for (K); the heap of promises is not restored (K), or breaks ties wrongly (K)
//   conservative batsched   processors without numbers (R); a step too many is looked at, steps are joined blindly
//                           (machine-profile)
//   sjf                     longest first (P); no order (P)
//   first-fit               stops at a misfit (P, on nodes); one start a cycle (P)
//   random                  by row (P); by Math.random (C, P); one draw a job (P)
//   orders                  a key that peeks at the next submission (C)
//
// Planted too, and found to change nothing: early starts that are looked at twice instead of once; due reservations that
// are moved to where they are; the whole queue tried at arrivals by batsched-easy, where only ends make room.

/** Policies that may know run times, by name and choice, and why. All others must be blind to the future. */
const ORACLES: Record<string, string> = {
  'easy:dialect=cqsim': 'CQSim judges candidates by their true run times; the schedule is marked',
  optimus: 'knows how much is left of jobs',
  ...Object.fromEntries(
    ['srtf', 'srtf:stop=requeue', 'srsf', 'srsf:stop=requeue', 'themis', 'themis:types=blind', 'shockwave'].map((name) => [
      name,
      'goes by true run times unless told not to',
    ]),
  ),
};

/** Policies that push jobs out for others. */
const PREEMPTIVE: readonly string[] = [
  'las-2d',
  'gittins',
  'srtf',
  'srsf',
  'smallest-first',
  'gavel',
  'themis',
  'pollux',
  'optimus',
  'sia',
  'shockwave',
];

/** Policies that hold some nodes for a job while it waits for others, and why they are given jobs of one task only. */
const POD_BY_POD: Record<string, string> = {
  'kube-default': 'binds pod by pod: two jobs that have half of their pods each may wait for each other for ever',
  coscheduling: 'gangs that are in each other’s way give up and try again for a minute of small steps: see gangs.test.ts',
};

/** A policy with one of its choices; all other parameters at their defaults. */
interface Choice {
  readonly name: string;
  readonly spec: PolicySpec;
  readonly parameters: Parameters;
}

/** A policy that is a program of its own: `easy` in Python. */
const PROGRAM = 'clients/python/examples/easy_backfill.py';
const hasPython = spawnSync('python3', ['--version']).status === 0;
const programs = hasPython ? [await loadPolicyFile(PROGRAM)] : [];

const policies = [...(await loadPolicies()), ...programs];
await Promise.all(policies.map((spec) => spec.load?.()));

const choices: Choice[] = policies.flatMap((spec) => {
  const { name, parameters = {} } = spec;
  const plain = { name, spec, parameters: readParameters(parameters, {}, name) };
  const others = Object.entries(parameters).flatMap(([key, { choices = [], default: usual }]) =>
    choices
      .filter((choice) => choice !== usual)
      .map((choice) => ({
        name: `${name}:${key}=${choice}`,
        spec,
        parameters: readParameters(parameters, { [key]: choice }, name),
      })),
  );
  return [plain, ...others];
});

const POOL = processorPool(PROCS);

/** Three nodes of two processors. */
const NODES: Cluster = {
  name: 'nodes=3,cpus=2',
  interchangeable: false,
  pools: [{ name: 'node', count: 3, cpu: 2000, memory: Infinity, gpus: 0 }],
  partitions: [],
  outages: [],
};

/** Orders of the queue score seconds, so that milliseconds would all look alike to them. */
function inSeconds(workload: Workload): Workload {
  const scale = (times: Float64Array) => times.map((time) => 1000 * time);
  return { ...workload, submit: scale(workload.submit), runtime: scale(workload.runtime), walltime: scale(workload.walltime) };
}

const workloads = denseWorkloads().map(inSeconds);

function withOneTaskEach(workload: Workload): Workload {
  const one = (column: Int32Array) => column.map(() => 1);
  const { procs, groupTasks, groupMinimum } = workload;
  return { ...workload, procs: one(procs), groupTasks: one(groupTasks), groupMinimum: one(groupMinimum) };
}

/** Jobs of one or two kinds of tasks for the nodes. */
const nodeWorkloads = fc
  .array(
    fc.record({
      submit: fc.nat(5),
      runtime: fc.nat(6),
      walltime: fc.constantFrom(0, 2, 4, 6, 9, Infinity),
      procs: fc.integer({ min: 1, max: 4 }),
      request: fc.constantFrom(ONE_PROCESSOR, ONE_PROCESSOR, { ...ONE_PROCESSOR, cpu: 2000 }, { ...ONE_PROCESSOR, cpu: 1500 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((jobs) => inSeconds(workloadOf(jobs)));

describe.each(choices)('$name', ({ name, spec, parameters }) => {
  // Each run of a program starts a process. Nor is a failure made smaller then: that would be hundreds of them, in a thread that
  // no timeout reaches, and look as if it hung.
  const times = (numRuns: number) => (programs.includes(spec) ? { numRuns: 2, endOnFailure: true } : { numRuns });
  const runs = times(100);
  const pool = spec.needsNodes === true ? withIdentities(POOL) : POOL;
  const own = (jobs: fc.Arbitrary<Workload>) => (spec.name in POD_BY_POD ? jobs.map(withOneTaskEach) : jobs);
  const anyJobs = own(workloads);
  const nodeJobs = own(nodeWorkloads);
  const dependentJobs = own(denseWorkloads({ dependencies: true }).map(inSeconds));
  const run = (workload: Workload, cluster: Cluster = pool, options: SimulationOptions = {}) =>
    simulate(workload, cluster, spec, { parameters, audit: true, placement: firstFit, ...options });

  test('starts every job once it is there, for as long as it may, and never more than the cluster holds', () => {
    fc.assert(
      fc.property(anyJobs, (workload) => {
        const schedule = run(workload);
        for (let job = 0; job < workload.count; job++) expectRunsOnce(workload, schedule, job, workload.procs[job] <= PROCS);
        if (!PREEMPTIVE.includes(spec.name)) expect(schedule.attempts.count).toBe(0);
        expectNeverMoreThan(
          (time) => procsInUse(workload, schedule, time),
          () => PROCS,
          schedule,
        );
      }),
      runs,
    );
  });

  test(ORACLES[name] ? `is an oracle: ${ORACLES[name]}` : 'cannot see the future', () => {
    if (name in ORACLES) return expect(run(workloadOf([{ submit: 0, runtime: 1, procs: 1 }])).oracle).toBe(true);
    fc.assert(
      fc.property(
        anyJobs,
        fc.nat(6),
        fc.array(fc.nat(8), { minLength: 20, maxLength: 20 }),
        anyJobs,
        (here, since, runtimes, others) => {
          const there = withAnotherFuture(here, 1000 * since, runtimes, others);
          expectSameUntilSeen(here, run(here), run(there), 1000 * since);
        },
      ),
      times(300),
    );
  });

  test('does not depend on chance, nor on the order of rows', () => {
    fc.assert(
      fc.property(anyJobs, fc.array(fc.nat(), { minLength: 20, maxLength: 20 }), (workload, shuffle) => {
        expect(scheduleDigest(run(workload))).toBe(scheduleDigest(run(workload)));
        const rows = Array.from(workload.submit, (_, row) => ({
          id: row,
          submit: workload.submit[row] + row,
          runtime: workload.runtime[row],
          walltime: workload.walltime[row],
          procs: workload.procs[row],
        }));
        const shuffled = rows.map((row, index) => ({ row, key: shuffle[index] })).sort((a, b) => a.key - b.key);
        const [here, there] = [rows, shuffled.map(({ row }) => row)].map((jobs) => scheduleDigest(run(workloadOf(jobs))));
        expect(there).toBe(here);
      }),
      times(50),
    );
  });

  test('works on nodes, whoever places the jobs', () => {
    fc.assert(
      fc.property(nodeJobs, fc.constantFrom(...placements), (workload, placement) => {
        const schedule = run(workload, NODES, { placement });
        for (let job = 0; job < workload.count; job++) expectRunsOnce(workload, schedule, job, schedule.state[job] !== REJECTED);
        for (let node = 0; node < 3; node++) {
          expectNeverMoreThan(
            (time) => millicoresInUse(workload, schedule, node, time),
            () => 2000,
            schedule,
          );
        }
      }),
      runs,
    );
  });

  test('brings every job to an end when nodes fail, and never uses those that are down', () => {
    fc.assert(
      fc.property(anyJobs, outages, fc.constantFrom('requeue', 'fail'), (workload, planned, onNodeFailure) => {
        const seconds = planned.map(({ from, until, ...outage }) => ({ ...outage, from: 1000 * from, until: 1000 * until }));
        const schedule = run(workload, { ...pool, outages: seconds }, { onNodeFailure });
        expect([...schedule.state]).not.toContain(UNFINISHED);
        expectNeverMoreThan(
          (time) => procsInUse(workload, schedule, time),
          (time) => capacityAt(schedule, time),
          schedule,
        );
      }),
      runs,
    );
  });

  test('on nodes as well', () => {
    fc.assert(
      fc.property(nodeJobs, outages, fc.constantFrom(...placements), (workload, planned, placement) => {
        const seconds = planned.map(({ from, until, firstNode, nodes }) => ({
          firstNode: Math.min(2, firstNode),
          nodes: Math.min(3 - Math.min(2, firstNode), nodes),
          from: 1000 * from,
          until: 1000 * until,
        }));
        const { state } = run(workload, { ...NODES, outages: seconds }, { placement });
        expect([...state]).not.toContain(UNFINISHED);
      }),
      runs,
    );
  });

  test('brings every job to an end when launching, cleaning and killing take their time', () => {
    fc.assert(
      fc.property(anyJobs, costs, (workload, { launch = 0, release = 0, killScan = 0, killPhase = 0 }) => {
        const spent = { launch: 500 * launch, release: 500 * release, killScan: 1000 * killScan, killPhase: 500 * killPhase };
        const schedule = run(workload, pool, { costs: spent });
        expect([...schedule.state]).not.toContain(UNFINISHED);
        expectNeverMoreThan(
          (time) => procsInUse(workload, schedule, time),
          () => PROCS,
          schedule,
        );
      }),
      runs,
    );
  });

  test.each(['hold', 'feedback'] as const)('starts no job before what it depends on: %s', (dependencies) => {
    fc.assert(
      fc.property(dependentJobs, (workload) => {
        const schedule = run(workload, pool, { dependencies });
        for (let job = 0; job < workload.count; job++) {
          const { submit, start, state } = schedule;
          // Jobs that wait for each other in a circle never come.
          if (state[job] === UNFINISHED) expect(submit[job]).toBeNaN();
          if (Number.isNaN(start[job]) || workload.dependencies === undefined) continue;
          const { first, on, kind } = workload.dependencies;
          for (let edge = first[job]; edge < first[job + 1]; edge++) {
            const other = on[edge];
            const moment = kind[edge] === AFTER_START ? start[other] : schedule.end[other];
            // One that was turned away, or cancelled in the queue, held nobody up.
            if (!Number.isNaN(start[other])) expect(start[job]).toBeGreaterThanOrEqual(moment);
          }
        }
      }),
      runs,
    );
  });
});

test('the exemptions are about policies that there are', () => {
  for (const name of [...Object.keys(POD_BY_POD), ...PREEMPTIVE]) expect(policies.map((spec) => spec.name)).toContain(name);
  for (const name of Object.keys(ORACLES)) expect(choices.map((choice) => choice.name)).toContain(name);
});

/** Each job has one run that is its last, and does in it what those before it have left to do. */
function expectRunsOnce(
  { submit, runtime, walltime, outcome }: Workload,
  { start, end, state, lastStart, attempts }: Schedule,
  job: number,
  possible: boolean,
): void {
  if (!possible) {
    expect(state[job]).toBe(REJECTED);
    expect(start[job]).toBeNaN();
    return;
  }
  expect(start[job]).toBeGreaterThanOrEqual(submit[job]);
  // What its limit killed in the trace goes on until a limit does.
  const outlasts = outcome[job] === OUTLASTS;
  let left = outlasts && walltime[job] < Infinity ? Infinity : runtime[job];
  for (let row = 0; row < attempts.count; row++) if (attempts.job[row] === job) left -= attempts.kept[row];
  expect(end[job]).toBe(lastStart[job] + Math.min(left, walltime[job]));
  expect([UNFINISHED, REJECTED]).not.toContain(state[job]);
  expect(state[job] === KILLED).toBe(walltime[job] < left || outlasts);
  expect(state[job] === COMPLETED && walltime[job] < left).toBe(false);
}

/** What is in use can only grow where a run begins, and what there is can only shrink where it changes. */
function expectNeverMoreThan(used: (time: number) => number, there: (time: number) => number, schedule: Schedule): void {
  const { lastStart, attempts, capacity } = schedule;
  for (const times of [lastStart, attempts.start, capacity.time]) {
    for (const time of times) if (!Number.isNaN(time)) expect(used(time)).toBeLessThanOrEqual(there(time));
  }
}

function procsInUse({ procs }: Workload, { lastStart, end, attempts }: Schedule, time: number): number {
  let used = 0;
  for (let job = 0; job < procs.length; job++) if (lastStart[job] <= time && time < end[job]) used += procs[job];
  for (let row = 0; row < attempts.count; row++) {
    if (attempts.start[row] <= time && time < attempts.end[row]) used += procs[attempts.job[row]];
  }
  return used;
}

function capacityAt({ capacity: { time: times, value } }: Schedule, time: number): number {
  return value[times.findLastIndex((from) => from <= time)];
}

function millicoresInUse(workload: Workload, { lastStart, end, placements }: Schedule, node: number, time: number): number {
  const { firstGroup, groupRequest, requests } = workload;
  let used = 0;
  for (let job = 0; job < workload.count; job++) {
    if (!(lastStart[job] <= time && time < end[job]) || placements === undefined) continue;
    for (let part = placements.first[job]; part < placements.first[job + 1]; part++) {
      const { cpu } = requests[groupRequest[firstGroup[job] + placements.group[part]]];
      if (placements.node[part] === node) used += placements.tasks[part] * cpu;
    }
  }
  return used;
}

/** The same jobs until `since`, others from then on, and other run times for all. */
function withAnotherFuture(workload: Workload, since: number, runtimes: readonly number[], others: Workload): Workload {
  const rowsOf = ({ submit, runtime, walltime, procs, priority }: Workload) =>
    Array.from(submit, (_, row) => ({
      submit: submit[row],
      runtime: runtime[row],
      walltime: walltime[row],
      procs: procs[row],
      priority: priority?.[row],
    }));
  const past = rowsOf(workload)
    .filter(({ submit }) => submit < since)
    .map((job, row) => ({ ...job, runtime: 1000 * runtimes[row] }));
  // The first job stays where it is: times count from it.
  const future = rowsOf(others).map((job) => ({ ...job, submit: job.submit + Math.max(since, past.length === 0 ? 0 : 1) }));
  return workloadOf([...past, ...future]);
}

/** Until the first difference that could be seen, both runs must be the same. */
function expectSameUntilSeen(here: Workload, atHere: Schedule, atThere: Schedule, since: number): void {
  const known = here.submit.findIndex((submit) => submit >= since);
  const jobs = known < 0 ? here.count : known;
  let seen = since;
  for (let job = 0; job < jobs; job++) {
    // One that was turned away has no end in either.
    if (!Object.is(atHere.end[job], atThere.end[job])) seen = Math.min(seen, atHere.end[job], atThere.end[job]);
  }
  for (let job = 0; job < jobs; job++) {
    for (const [one, other] of [
      [atHere, atThere],
      [atThere, atHere],
    ]) {
      if (one.start[job] < seen) expect(other.start[job]).toBe(one.start[job]);
    }
  }
}
