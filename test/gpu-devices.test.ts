// Each task has its own GPUs: whole ones idle before, a share of one, an instance where MIG allows it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster, NodePool } from '../src/cluster.ts';
import { NodeLedger } from '../src/engine/nodes/ledger.ts';
import { simulate } from '../src/engine/simulate.ts';
import { migGeometry, migShare } from '../src/mig.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { conservative } from '../src/policies/conservative/conservative.ts';
import { easy } from '../src/policies/easy/easy.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import { readParameters } from '../src/parameters.ts';
import { randomStream } from '../src/random.ts';
import { requestsOf } from '../src/workload.ts';
import type { TaskRequest } from '../src/workload.ts';
import { modelWorkload } from './node-ledger-model.ts';
import type { ModelJob } from './node-ledger-model.ts';
import { workloadOf } from './workload-of.ts';

// Planted in a copy and caught here: a share goes to the loosest GPU; the wrong room for a mixed request.

const REQUESTS: readonly TaskRequest[] = [
  { cpu: 0, memory: 0, gpu: 300 },
  { cpu: 0, memory: 1, gpu: 500 },
  { cpu: 0, memory: 0, gpu: 700 },
  { cpu: 0, memory: 0, gpu: 1000 },
  { cpu: 0, memory: 1, gpu: 2000 },
  { cpu: 0, memory: 0, gpu: 1500 },
  { cpu: 1000, memory: 1, gpu: 0 },
];

const pool = (name: string, count: number, gpus: number, more: Partial<NodePool> = {}): NodePool => ({
  name,
  count,
  cpu: 64_000,
  memory: 100,
  gpus,
  ...more,
});

const clusterOf = (...pools: NodePool[]): Cluster => ({
  name: 'gpus',
  interchangeable: false,
  pools,
  partitions: [],
  outages: [],
});

const CLUSTER = clusterOf(pool('a', 1, 1), pool('b', 1, 3), pool('c', 1, 2));

/** The most tasks that fit on GPUs with this much free each, by trying every way. */
function mostTasks(free: readonly number[], gpu: number): number {
  if (gpu === 0) return Infinity;
  let most = 0;
  const whole = Math.floor(gpu / 1000);
  const share = gpu % 1000;
  const use = (left: number[], wholes: number) => {
    if (wholes > 0) {
      left.forEach((amount, at) => {
        if (amount === 1000) use(left.with(at, 0), wholes - 1);
      });
    } else if (share === 0) most = Math.max(most, 1 + mostTasks(left, gpu));
    else {
      left.forEach((amount, at) => {
        if (amount >= share) most = Math.max(most, 1 + mostTasks(left.with(at, amount - share), gpu));
      });
    }
  };
  use(
    [...free].sort((a, b) => a - b),
    whole,
  );
  return most;
}

/** Where one task goes by the rule that is stated, which is done to the GPUs. */
function seatByRule(free: number[], gpu: number): number[] {
  const devices: number[] = [];
  for (let whole = Math.floor(gpu / 1000); whole > 0; whole--) {
    const at = free.indexOf(1000);
    free[at] = 0;
    devices.push(at);
  }
  const share = gpu % 1000;
  if (share === 0) return devices;
  const fitting = free.filter((amount, at) => amount >= share && !devices.includes(at));
  const at = free.findIndex((amount, index) => amount === Math.min(...fitting) && !devices.includes(index));
  free[at] -= share;
  return [...devices, at];
}

interface Held {
  readonly parts: { node: number; group: number; tasks: number; devices: number[] }[];
  suspended: boolean;
}

const jobs: fc.Arbitrary<ModelJob[]> = fc.array(
  fc
    .array(fc.record({ tasks: fc.integer({ min: 1, max: 4 }), request: fc.constantFrom(...REQUESTS) }), {
      minLength: 1,
      maxLength: 2,
    })
    .map((groups) => ({ walltime: 1, groups: groups.map((group) => ({ ...group, minimum: group.tasks })) })),
  { minLength: 1, maxLength: 7 },
);

const steps = fc.array(
  fc.record({ does: fc.constantFrom('take', 'take', 'take', 'give', 'suspend', 'what-if'), job: fc.nat(6) }),
  {
    maxLength: 30,
  },
);

const placementFor = (requests: ReturnType<typeof requestsOf>, cluster: Cluster) =>
  firstFit.create({ parameters: {}, jobs: requests, cluster, random: randomStream(1, 'placement') });

describe('shares of single GPUs', () => {
  test('first-fit takes what fits, on the GPUs that the rule says, and all is there again when it is given back', () => {
    let shared = 0;
    fc.assert(
      fc.property(jobs, steps, (all, does) => {
        const requests = requestsOf(modelWorkload(all));
        const ledger = new NodeLedger(requests, CLUSTER, placementFor(requests, CLUSTER), 'always');
        const gpus = CLUSTER.pools.map((one) => Array.from({ length: one.gpus }, () => 1000));
        const held = new Map<number, Held>();
        for (const step of does) {
          const job = step.job % all.length;
          const own = held.get(job);
          if (step.does === 'give' && own) {
            if (!own.suspended) release(own, all[job], gpus);
            ledger.give(job);
            held.delete(job);
          } else if (step.does === 'suspend' && own && !own.suspended) {
            release(own, all[job], gpus);
            ledger.suspend(job);
            own.suspended = true;
          } else if (step.does === 'take' && own?.suspended) {
            const fits = canSitAgain(own, all[job], gpus);
            expect(ledger.fits(job)).toBe(fits);
            if (!fits) continue;
            ledger.take(job);
            occupy(own, all[job], gpus);
            own.suspended = false;
          } else if (!own) {
            const expected = placeByRule(all[job], gpus);
            expect(ledger.fits(job)).toBe(expected !== undefined);
            if (step.does === 'what-if') {
              const room = ledger.copy();
              for (const other of held.keys()) room.give(other);
              expect(room.fits(job)).toBe(ledger.possible(job));
            }
            if (step.does !== 'take' || expected === undefined) continue;
            ledger.take(job);
            const parts = partsOf(ledger, job);
            expect(flat(parts)).toEqual(flat(expected));
            held.set(job, { parts: expected, suspended: false });
            occupy({ parts: expected, suspended: false }, all[job], gpus);
            if (parts.some(({ devices }) => devices.length > 0)) shared++;
          }
          ledger.audit();
        }
      }),
      { numRuns: 600 },
    );
    expect(shared).toBeGreaterThan(300);
  });

  test('room is the most tasks that any way of seating them gives', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 200, 300, 500, 700, 1000, 1000), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(300, 500, 700, 1000, 2000, 1300, 1500, 2500),
        (free, gpu) => {
          const one = clusterOf(pool('one', 1, free.length));
          const filler = free.map((amount) => ({ tasks: 1, minimum: 1, request: { cpu: 0, memory: 0, gpu: 1000 - amount } }));
          const asked = { tasks: 9, minimum: 1, request: { cpu: 0, memory: 0, gpu } };
          const requests = requestsOf(
            modelWorkload([{ walltime: 1, groups: [asked] }, ...filler.map((group) => ({ walltime: 1, groups: [group] }))]),
          );
          const ledger = new NodeLedger(requests, one, placementFor(requests, one), 'always');
          // The tightest GPU that has room is the same one only if the fullest come first, each on an idle GPU.
          const order = free.map((_, at) => at).filter((at) => free[at] < 1000);
          order.sort((a, b) => free[a] - free[b]);
          const left = free.map(() => 1000);
          for (const at of order) {
            seatByRule(left, 1000 - free[at]);
            ledger.put(1 + at, 0, 0, 1);
          }
          expect(ledger.books.tasksThatFit(0, 0, 0)).toBe(mostTasks(left, gpu));
        },
      ),
      { numRuns: 400 },
    );
  });

  test('memory of a GPU that is shared is a share of it, and a GPU with too little is closed', () => {
    const cluster = clusterOf(pool('small', 1, 1, { gpuMemory: 16 }), pool('large', 1, 1, { gpuMemory: 80 }));
    const request: TaskRequest = { cpu: 0, memory: 0, gpu: 100, gpuMemory: 20 };
    const requests = requestsOf(workloadOf([{ submit: 0, runtime: 1, procs: 5, request }]));
    const ledger = new NodeLedger(requests, cluster, placementFor(requests, cluster));
    expect(ledger.books.tasksThatFit(0, 0, 0)).toBe(0);
    expect(ledger.books.tasksThatFit(1, 0, 0)).toBe(4);
  });
});

function placeByRule(job: ModelJob, gpus: number[][]): Held['parts'] | undefined {
  const trial = gpus.map((free) => [...free]);
  const parts: Held['parts'] = [];
  for (const [group, { tasks, request }] of job.groups.entries()) {
    let left = tasks;
    for (let node = 0; node < trial.length && left > 0; node++) {
      for (const most = Math.min(left, mostTasks(trial[node], request.gpu)), until = left - most; left > until; left--) {
        parts.push({ node, group, tasks: 1, devices: seatByRule(trial[node], request.gpu) });
      }
    }
    if (left > 0) return undefined;
  }
  return parts;
}

/** One entry a task: parts may be joined or not. */
function flat(parts: Held['parts']): string[] {
  return parts
    .flatMap(({ node, group, tasks, devices }) => Array.from({ length: tasks }, () => `${group} ${node} ${devices.join(',')}`))
    .sort();
}

function partsOf(ledger: NodeLedger, job: number): Held['parts'] {
  const seats = ledger.seatsOf?.(job) ?? [];
  const parts: Held['parts'] = [];
  ledger.eachPart(job, (node, group, tasks) => {
    const seat = seats[parts.length];
    parts.push({ node, group, tasks, devices: seat ? [...seat.whole, ...(seat.shared < 0 ? [] : [seat.shared])] : [] });
  });
  return parts;
}

function change(own: Held, job: ModelJob, gpus: number[][], sign: number): void {
  for (const { node, group, devices } of own.parts) {
    const { gpu } = job.groups[group].request;
    devices.forEach((device, index) => (gpus[node][device] += sign * (index < Math.floor(gpu / 1000) ? 1000 : gpu % 1000)));
  }
}

const release = (own: Held, job: ModelJob, gpus: number[][]) => change(own, job, gpus, 1);
const occupy = (own: Held, job: ModelJob, gpus: number[][]) => change(own, job, gpus, -1);

function canSitAgain(own: Held, job: ModelJob, gpus: number[][]): boolean {
  const trial = gpus.map((free) => [...free]);
  occupy(own, job, trial);
  return trial.every((free) => free.every((amount) => amount >= 0));
}

describe('MIG instances', () => {
  const a100 = clusterOf(pool('a100', 1, 2, { mig: 'A100-40GB', gpuModel: 'A100' }), pool('t4', 1, 2, { gpuModel: 'T4' }));
  const geometry = migGeometry('A100-40GB');
  const requestOf = (profile: string): TaskRequest => ({
    cpu: 0,
    memory: 0,
    gpu: (geometry && migShare(geometry, profile)) ?? 0,
    mig: profile,
  });
  const roomFor = (profiles: readonly string[], asked: string) => {
    const all = [...profiles, asked].map((profile) => ({ submit: 0, runtime: 1, procs: 9, request: requestOf(profile) }));
    const requests = requestsOf(workloadOf(all));
    const ledger = new NodeLedger(requests, a100, placementFor(requests, a100));
    profiles.forEach((_, job) => ledger.put(job, 0, 0, 1));
    ledger.audit();
    return ledger.books.tasksThatFit(0, requests.groupRequest[profiles.length], profiles.length);
  };

  test.each([
    [[], '1g.5gb', 14],
    [[], '1g.10gb', 8],
    [[], '2g.10gb', 6],
    [[], '3g.20gb', 4],
    [[], '4g.20gb', 2],
    [[], '7g.40gb', 2],
    [['3g.20gb'], '4g.20gb', 2],
    [['3g.20gb'], '7g.40gb', 1],
    [['4g.20gb'], '3g.20gb', 3],
    [['1g.5gb'], '2g.10gb', 6],
    [['1g.5gb'], '3g.20gb', 3],
    [['3g.20gb', '3g.20gb'], '1g.5gb', 7],
  ])('beside %j, %s fits %i times on two A100', (beside, asked, times) => {
    expect(roomFor(beside, asked)).toBe(times);
  });

  test('a GPU that is cut gives no shares, and one that is shared is not cut', () => {
    const share: TaskRequest = { cpu: 0, memory: 0, gpu: 500 };
    const all = [requestOf('1g.5gb'), share].map((request) => ({ submit: 0, runtime: 1, procs: 20, request }));
    const requests = requestsOf(workloadOf(all));
    const ledger = new NodeLedger(requests, a100, placementFor(requests, a100));
    ledger.put(0, 0, 0, 1);
    expect(ledger.books.tasksThatFit(0, 1, 1)).toBe(2);
    ledger.put(1, 0, 0, 1);
    expect(ledger.books.tasksThatFit(0, 0, 0)).toBe(6);
    expect(ledger.books.tasksThatFit(1, 0, 0)).toBe(0);
  });

  test('instances never overlap, whatever comes and goes', () => {
    const profiles = geometry?.profiles.map(({ name }) => name) ?? [];
    const run = fc.array(fc.record({ profile: fc.constantFrom(...profiles), gives: fc.boolean() }), {
      minLength: 1,
      maxLength: 25,
    });
    fc.assert(
      fc.property(run, (all) => {
        const requests = requestsOf(
          workloadOf(all.map(({ profile }) => ({ submit: 0, runtime: 1, procs: 1, request: requestOf(profile) }))),
        );
        const ledger = new NodeLedger(requests, a100, placementFor(requests, a100));
        const masks = [0, 0];
        const held: { job: number; device: number; window: number }[] = [];
        all.forEach(({ profile, gives }, job) => {
          const windows = geometry?.profiles.find(({ name }) => name === profile)?.windows ?? [];
          const fits = masks.some((mask) => windows.some((window) => (mask & window) === 0));
          expect(ledger.fits(job)).toBe(fits);
          if (fits) {
            ledger.take(job);
            const [seat] = ledger.seatsOf?.(job) ?? [];
            expect(windows).toContain(seat?.window);
            held.push({ job, device: seat?.shared ?? -1, window: seat?.window ?? 0 });
            expect(masks[seat?.shared ?? -1] & (seat?.window ?? 0)).toBe(0);
            masks[seat?.shared ?? -1] |= seat?.window ?? 0;
          }
          const first = gives ? held.shift() : undefined;
          if (first) {
            ledger.give(first.job);
            masks[first.device] &= ~first.window;
          }
          ledger.audit();
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe.each([fcfs, easy, conservative])('$name', (spec) => {
  test('never has two tasks on more than one GPU can give, plans included', () => {
    const row = fc.record({
      submit: fc.nat(6),
      runtime: fc.integer({ min: 1, max: 5 }),
      over: fc.nat(3),
      procs: fc.integer({ min: 1, max: 3 }),
      request: fc.constantFrom(...REQUESTS),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 14 }), (rows) => {
        const workload = workloadOf(rows.map(({ over, ...job }) => ({ ...job, walltime: job.runtime + over })));
        const parameters = readParameters(spec.parameters ?? {}, {}, spec.name);
        const schedule = simulate(workload, CLUSTER, spec, { placement: firstFit, parameters, audit: true });
        const { placements, start, end } = schedule;
        if (placements?.devices === undefined) return;
        for (let time = 0; time < 60; time++) {
          const used = CLUSTER.pools.map((one) => Array.from({ length: one.gpus }, () => 0));
          for (let job = 0; job < workload.count; job++) {
            if (!(start[job] <= time && time < end[job])) continue;
            const { gpu } = workload.requests[workload.groupRequest[job]];
            for (let entry = placements.first[job]; entry < placements.first[job + 1]; entry++) {
              const devices = [
                ...placements.devices.device.slice(placements.devices.first[entry], placements.devices.first[entry + 1]),
              ];
              expect(devices).toHaveLength(Math.ceil(gpu / 1000));
              devices.forEach((device, index) => {
                used[placements.node[entry]][device] +=
                  placements.tasks[entry] * (index < Math.floor(gpu / 1000) ? 1000 : gpu % 1000);
              });
            }
          }
          for (const node of used) for (const amount of node) expect(amount).toBeLessThanOrEqual(1000);
        }
      }),
      { numRuns: 150 },
    );
  });
});
