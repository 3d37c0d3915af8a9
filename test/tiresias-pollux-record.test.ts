// The baseline "Tiresias" of the artifact of Pollux (Qiao et al., OSDI 2021; simulator/tiresias.py) on its workload 6, step by
// step: 160 jobs, 16 nodes of 4 GPUs, a decision every 60 s, two queues with a limit of 16 GPU-hours.
//
// How fast jobs get on is taken from the record: a job's run time is the time for which it held GPUs until it was complete,
// the 30 s of each start included. What is compared is who held which GPUs when, and thereby the average completion time.
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { las2d } from '../src/policies/tiresias/las-2d.ts';
import { openTrace } from '../src/trace/input.ts';
import type { Cluster } from '../src/cluster.ts';
import type { PlacementSpec } from '../src/placement.ts';
import type { Schedule } from '../src/schedule.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';

// Planted, and caught here: decisions between rounds; rounds counted from the first submission; queues with those that run
// first; jobs that start before others have made way for them.

const RECORD = '../shared/truth/ml/pollux-tiresias-w6.jsonl.xz';
const SECOND = 1000;
/** From one decision to the next [s]. */
const STEP = 60;
const NODES = 16;

const CLUSTER: Cluster = {
  name: '16 nodes of 4 GPUs',
  interchangeable: false,
  pools: [{ name: 'n', count: NODES, cpu: 64_000, memory: Infinity, gpus: 4 }],
  partitions: [],
  outages: [],
};

/** GPUs on the node with the most free ones, as many as there are, and so on; ties to the lowest number. */
const mostFreeFirst: PlacementSpec = {
  name: 'most-free-first',
  summary: 'Fills the node with the most free GPUs first.',
  source: 'petuum/adaptdl, branch osdi21-artifact, simulator/tiresias.py',
  create: ({ jobs }) => ({
    place(job, _room, plan) {
      const group = jobs.firstGroup[job];
      let left = jobs.groupTasks[group];
      while (left > 0) {
        const rooms = Array.from({ length: NODES }, (_, node) => plan.roomLeft(node, jobs.groupRequest[group], job));
        const most = Math.max(...rooms);
        if (most === 0) return false;
        plan.add(0, rooms.indexOf(most), Math.min(most, left));
        left -= Math.min(most, left);
      }
      return true;
    },
  }),
};

/** One line of the record. */
interface Step {
  readonly timestamp: number;
  readonly submitted_jobs: readonly {
    readonly name: string;
    /** The node of each GPU. */
    readonly allocation: readonly number[];
    readonly submission_time: number;
    readonly completion_time: number | null;
  }[];
}

/** A time for which a job held GPUs, and on which nodes [s]. */
interface Hold {
  readonly from: number;
  until: number;
  readonly nodes: readonly number[];
}

interface RecordedJob {
  readonly name: string;
  /** [s] */
  readonly submit: number;
  end: number;
  readonly holds: Hold[];
}

async function readSteps(): Promise<Step[]> {
  const pieces: string[] = [];
  for await (const piece of (await openTrace(RECORD)).text()) pieces.push(piece);
  const lines = pieces.join('').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Step);
}

function jobsOf(steps: readonly Step[]): RecordedJob[] {
  const jobs = new Map<string, RecordedJob>();
  for (const { timestamp, submitted_jobs } of steps) {
    for (const { name, allocation, submission_time, completion_time } of submitted_jobs) {
      const job = jobs.get(name) ?? { name, submit: submission_time, end: NaN, holds: [] };
      jobs.set(name, job);
      const last = job.holds.at(-1);
      const goesOn = last?.until === timestamp;
      if (completion_time !== null) {
        job.end = completion_time;
        if (last !== undefined) last.until = Math.min(last.until, completion_time);
      } else if (allocation.length > 0 && goesOn && String(last.nodes) === String(allocation)) last.until += STEP;
      else if (allocation.length > 0) job.holds.push({ from: timestamp, until: timestamp + STEP, nodes: allocation });
    }
  }
  return [...jobs.values()];
}

function workloadOf(jobs: readonly RecordedJob[]): Workload {
  const builder = new WorkloadBuilder();
  const request = builder.request({ cpu: 1000, memory: 0, gpu: 1000 });
  for (const { name, submit, holds } of jobs) {
    const runs = holds.reduce((sum, { from, until }) => sum + until - from, 0);
    const times = { submit: submit * SECOND, runtime: runs * SECOND, walltime: Infinity };
    builder.add({ id: name, ...times, tasks: holds[0].nodes.length, request });
  }
  return builder.finish('workload 6');
}

/** When a job held GPUs in a schedule [s, in the time of the trace]. */
function holdsOf({ origin }: Workload, { attempts, lastStart, end }: Schedule, job: number): { from: number; until: number }[] {
  const time = (since: number) => (origin + since) / SECOND;
  const broken = Array.from({ length: attempts.count }, (_, row) => row).filter((row) => attempts.job[row] === job);
  return [
    ...broken.map((row) => ({ from: time(attempts.start[row]), until: time(attempts.end[row]) })),
    { from: time(lastStart[job]), until: time(end[job]) },
  ];
}

/** The nodes of the GPUs that its last run held. */
function lastNodesOf({ placements }: Schedule, job: number): number[] {
  const nodes: number[] = [];
  if (placements === undefined) return nodes;
  for (let part = placements.first[job]; part < placements.first[job + 1]; part++) {
    for (let task = 0; task < placements.tasks[part]; task++) nodes.push(placements.node[part]);
  }
  return nodes.sort((a, b) => a - b);
}

describe.skipIf(!existsSync(RECORD))('workload 6 of Pollux under Tiresias (skipped where the record is absent)', () => {
  test('every job holds its GPUs when and where it did in the record; 3469.69375 s on average', async () => {
    const jobs = jobsOf(await readSteps());
    const workload = workloadOf(jobs);
    const given = { thresholds: '57600', within: 'joined', round: '60s' };
    const parameters = readParameters(las2d.parameters ?? {}, given, 'las-2d');
    const schedule = simulate(workload, CLUSTER, las2d, { parameters, placement: mostFreeFirst, audit: true });
    const rowOf = (name: string) => (workload.ids as readonly string[]).indexOf(name);
    const found = jobs.map(({ name }) => ({ name, holds: holdsOf(workload, schedule, rowOf(name)) }));
    expect(found).toEqual(jobs.map(({ name, holds }) => ({ name, holds: holds.map(({ from, until }) => ({ from, until })) })));
    const lastNodes = jobs.map(({ name }) => ({ name, nodes: lastNodesOf(schedule, rowOf(name)) }));
    expect(lastNodes).toEqual(jobs.map(({ name, holds }) => ({ name, nodes: [...holds.at(-1)!.nodes].sort((a, b) => a - b) })));
    const sum = jobs.reduce((total, { submit }, job) => total + found[job].holds.at(-1)!.until - submit, 0);
    expect([jobs.length, sum / jobs.length]).toEqual([160, 3469.69375]);
  });
});
