import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import type { Cluster } from '../src/cluster.ts';
import { withIdentities } from '../src/cluster-spec.ts';
import { NodeLedger } from '../src/engine/nodes/ledger.ts';
import type { WhatIf } from '../src/policy.ts';
import { placements } from '../src/placement/index.ts';
import type { PlacementSpec } from '../src/placement.ts';
import { randomStream } from '../src/random.ts';
import { requestsOf } from '../src/workload.ts';
import {
  change,
  clusters,
  DEFINITIONS,
  isJudgedElsewhere,
  fitsOne,
  idleNodes,
  isOpen,
  jobs,
  modelWorkload,
  placeByDefinition,
  placeContiguous,
  summed,
  tasksThatFit,
} from './node-ledger-model.ts';
import type { ModelJob, ModelNode, ModelPart } from './node-ledger-model.ts';
import { workloadOf } from './workload-of.ts';

// Planted, and caught: a block forgets that something was given back, or its last node; the plan does not count its own
// groups, or is believed after a change; a suspended job gives up what it does not hold, or keeps on resuming half;
// misfits are remembered when a node comes up, or for another partition; parts stay in the list of their node; a
// what-if gives back what was started after it was made; a copy of the books is empty.

/** The ledger as its interface says, with plain objects. */
class PlainLedger {
  readonly nodes: ModelNode[];
  readonly held = new Map<number, ModelPart[]>();
  readonly suspended = new Set<number>();
  readonly #cluster: Cluster;
  readonly #jobs: readonly ModelJob[];
  readonly #placement: string;

  constructor(cluster: Cluster, jobs: readonly ModelJob[], placement: string) {
    this.#cluster = cluster;
    this.#jobs = jobs;
    this.#placement = placement;
    this.nodes = idleNodes(cluster);
  }

  copy(): PlainLedger {
    const copy = new PlainLedger(this.#cluster, this.#jobs, this.#placement);
    this.nodes.forEach(({ free, downs }, node) => {
      Object.assign(copy.nodes[node].free, free);
      copy.nodes[node].downs = downs;
    });
    for (const [job, parts] of this.held) copy.held.set(job, parts);
    for (const job of this.suspended) copy.suspended.add(job);
    return copy;
  }

  /** Where the job goes; undefined if it does not fit. */
  plan(job: number, nodes: readonly ModelNode[] = this.nodes): ModelPart[] | undefined {
    if (this.suspended.has(job)) return this.canResume(job) ? this.held.get(job) : undefined;
    if (this.held.has(job)) return undefined;
    if (this.#placement === 'contiguous') return placeContiguous(this.#cluster, nodes, this.#jobs[job]);
    return placeByDefinition(this.#cluster, nodes, this.#jobs[job], DEFINITIONS[this.#placement]);
  }

  possible(job: number): boolean {
    const idle = new PlainLedger(this.#cluster, this.#jobs, this.#placement);
    return idle.plan(job) !== undefined;
  }

  canResume(job: number): boolean {
    const trial = this.copy();
    return (this.held.get(job) ?? []).every(({ group, node, tasks }) => {
      const request = { ...this.#jobs[job].groups[group].request, memory: 0 };
      if (trial.nodes[node].downs > 0 || tasksThatFit(trial.nodes[node], request) < tasks) return false;
      change(trial.nodes, node, request, -tasks);
      return true;
    });
  }

  take(job: number, parts: readonly ModelPart[]): void {
    const memory = this.suspended.delete(job) ? 'memory' : '';
    for (const { group, node, tasks } of parts) change(this.nodes, node, this.#jobs[job].groups[group].request, -tasks, memory);
    this.held.set(job, summed(parts));
  }

  canPut(job: number, { group, node, tasks }: ModelPart): boolean {
    const { groups } = this.#jobs[job];
    if (this.suspended.has(job) || group >= groups.length || this.tasksOf(job, group) + tasks > groups[group].tasks) return false;
    const open = isOpen(this.#cluster, this.nodes[node], this.#jobs[job], groups[group].request);
    return open && tasksThatFit(this.nodes[node], groups[group].request) >= tasks;
  }

  put(job: number, part: ModelPart): void {
    change(this.nodes, part.node, this.#jobs[job].groups[part.group].request, -part.tasks);
    this.held.set(job, summed([...(this.held.get(job) ?? []), part]));
  }

  give(job: number): void {
    for (const { group, node, tasks } of this.held.get(job) ?? []) {
      const { request } = this.#jobs[job].groups[group];
      if (this.suspended.has(job)) this.nodes[node].free.memory += tasks * request.memory;
      else change(this.nodes, node, request, tasks);
    }
    this.held.delete(job);
    this.suspended.delete(job);
  }

  suspend(job: number): void {
    for (const { group, node, tasks } of this.held.get(job) ?? []) {
      change(this.nodes, node, this.#jobs[job].groups[group].request, tasks, 'memory');
    }
    this.suspended.add(job);
  }

  ready(job: number): boolean {
    return !this.suspended.has(job) && this.#jobs[job].groups.every(({ minimum }, group) => this.tasksOf(job, group) >= minimum);
  }

  tasksOf(job: number, group: number): number {
    return (this.held.get(job) ?? []).filter((part) => part.group === group).reduce((sum, { tasks }) => sum + tasks, 0);
  }

  holders(node: number): number[] {
    return [...this.held]
      .filter(([, parts]) => parts.some((part) => part.node === node))
      .map(([job]) => job)
      .sort((a, b) => a - b);
  }

  get procs(): number {
    return Math.ceil(this.nodes.reduce((sum, { downs, free }) => sum + (downs > 0 ? 0 : free.cpu), 0) / 1000);
  }

  get up(): number {
    return this.nodes.reduce((sum, { downs, pool }) => sum + (downs > 0 ? 0 : Math.floor(pool.cpu / 1000)), 0);
  }
}

type Step =
  | { does: 'take' | 'give' | 'suspend' | 'what-if'; job: number; more: readonly number[] }
  | { does: 'put'; job: number; group: number; node: number; tasks: number }
  | { does: 'down' | 'up'; node: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        does: fc.constantFrom('take', 'take', 'take', 'give', 'suspend', 'what-if'),
        job: fc.nat(8),
        more: fc.array(fc.nat(8), { minLength: 1, maxLength: 4 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        does: fc.constant('put' as const),
        job: fc.nat(8),
        group: fc.nat(2),
        node: fc.nat(5),
        tasks: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('down', 'up'), node: fc.nat(5) }) },
  ),
  { maxLength: 20 },
);

function ledgerFor(cluster: Cluster, workload: ReturnType<typeof modelWorkload>, spec: PlacementSpec): NodeLedger {
  const requests = requestsOf(workload);
  const placement = spec.create({ parameters: {}, jobs: requests, cluster, random: randomStream(1, 'placement') });
  return new NodeLedger(requests, cluster, placement, 'summed');
}

function partsOf(ledger: NodeLedger, job: number): ModelPart[] {
  const parts: ModelPart[] = [];
  ledger.eachPart(job, (node, group, tasks) => parts.push({ group, node, tasks }));
  return summed(parts);
}

function least(one: Record<string, number>, other: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.keys(one).map((name) => [name, Math.min(one[name], other[name])]));
}

/** Does one step to both; what the model forbids must throw and change nothing. */
function apply(step: Step, ledger: NodeLedger, model: PlainLedger, count: number): void {
  if (!('job' in step)) {
    const node = step.node % model.nodes.length;
    const allowed = step.does === 'down' ? model.holders(node).length === 0 : model.nodes[node].downs > 0;
    const act = () => (step.does === 'down' ? ledger.nodeDown(node) : ledger.nodeUp(node));
    if (!allowed) return void expect(act).toThrow(/^node /);
    act();
    model.nodes[node].downs += step.does === 'down' ? 1 : -1;
    return;
  }
  const job = step.job % count;
  if ('group' in step) {
    const part = { ...step, node: step.node % model.nodes.length };
    const act = () => ledger.put(job, part.group, part.node, part.tasks);
    if (!model.canPut(job, part)) return void expect(act).toThrow(new RegExp(`job ${job}`));
    act();
    model.put(job, { group: part.group, node: part.node, tasks: part.tasks });
  } else if (step.does === 'take') {
    const plan = model.plan(job);
    // Half the times without asking first.
    if (step.more[0] % 2 === 0) expect(ledger.fits(job)).toBe(plan !== undefined);
    if (plan === undefined) return void expect(() => ledger.take(job)).toThrow(new RegExp(`^job ${job} cannot`));
    ledger.take(job);
    model.take(job, plan);
  } else if (step.does === 'give') {
    if (!model.held.has(job)) return void expect(() => ledger.give(job)).toThrow(new RegExp(`^job ${job} gives`));
    ledger.give(job);
    model.give(job);
  } else if (step.does === 'suspend') {
    if (!model.held.has(job) || model.suspended.has(job))
      return void expect(() => ledger.suspend(job)).toThrow(/cannot be suspended/);
    ledger.suspend(job);
    model.suspend(job);
  } else {
    tryInWhatIf(
      step.more.map((row) => row % count),
      ledger.copy(),
      model.copy(),
    );
  }
}

/** Gives back what holds something, takes what does not, and compares. */
function tryInWhatIf(rows: readonly number[], whatIf: WhatIf, model: PlainLedger): void {
  for (const job of rows) {
    const plan = model.plan(job);
    expect(whatIf.fits(job)).toBe(plan !== undefined);
    if (plan !== undefined) {
      whatIf.take(job);
      model.take(job, plan);
    } else {
      expect(() => whatIf.take(job)).toThrow(new RegExp(`^job ${job}`));
      if (model.held.has(job)) {
        whatIf.give(job);
        model.give(job);
      } else {
        expect(() => whatIf.give(job)).toThrow(/does not hold/);
      }
    }
    expect(whatIf.procs).toBe(model.procs);
    const copy = whatIf.copy();
    expect(copy.fits(job)).toBe(model.plan(job) !== undefined);
    if (copy.fits(job)) copy.take(job);
    expect(whatIf.procs).toBe(model.procs);
  }
}

function compare(ledger: NodeLedger, model: PlainLedger, count: number): void {
  ledger.audit();
  expect(ledger.procs).toBe(model.procs);
  expect(ledger.up).toBe(model.up);
  for (let job = 0; job < count; job++) {
    expect(ledger.fits(job), `job ${job} fits`).toBe(model.plan(job) !== undefined);
    expect(ledger.ready(job)).toBe(model.ready(job));
    expect(partsOf(ledger, job)).toEqual(model.held.get(job) ?? []);
  }
  for (let node = 0; node < Math.min(6, model.nodes.length); node++) {
    const holders = [-1];
    ledger.holders(node, holders);
    expect(holders).toEqual([-1, ...model.holders(node)]);
  }
}

describe.each(placements.filter((spec) => !isJudgedElsewhere(spec)))('NodeLedger with $name', (spec) => {
  test('agrees with plain objects, whatever is taken and given back', () => {
    fc.assert(
      fc.property(clusters, jobs, steps, (cluster, rows, all) => {
        const workload = modelWorkload(rows);
        const ledger = ledgerFor(cluster, workload, spec);
        const model = new PlainLedger(cluster, rows, spec.name);
        rows.forEach((_, job) => expect(ledger.possible(job)).toBe(model.possible(job)));
        for (const step of all) {
          apply(step, ledger, model, rows.length);
          compare(ledger, model, rows.length);
        }
      }),
      // The definition of contiguous is slow.
      { numRuns: spec.name === 'contiguous' ? 40 : 150 },
    );
  });
});

describe('NodeLedger', () => {
  const two: Cluster = {
    name: 'two',
    interchangeable: false,
    pools: [{ name: 'node', count: 2, cpu: 1500, memory: Infinity, gpus: 1 }],
    partitions: [],
    outages: [],
  };
  const [firstFit] = placements;

  test('what a job needs is rounded up, so free processors are too: 3 x 500 millicores fit where 1.5 are free', () => {
    const request = { cpu: 500, memory: 0, gpu: 0 };
    const workload = workloadOf([
      { submit: 0, runtime: 1, procs: 3, request },
      { submit: 0, runtime: 1, procs: 3, request },
    ]);
    const ledger = ledgerFor(two, workload, firstFit);
    ledger.take(0);
    expect(workload.procs[1]).toBe(2);
    expect(ledger.procs).toBe(2);
    expect(ledger.fits(1)).toBe(true);
    ledger.take(1);
    expect(ledger.procs).toBe(0);
  });

  test('an error says job, need and what is free', () => {
    const workload = workloadOf([{ submit: 0, runtime: 1, procs: 3, request: { cpu: 1000, memory: 0, gpu: 250 } }]);
    const ledger = ledgerFor(two, workload, firstFit);
    expect(() => ledger.take(0)).toThrow(
      'job 0 cannot start: it needs 3 x (cpus 1, gpus 0.25), free in all: cpus 3, memory unlimited, gpus 2',
    );
    expect(() => ledger.put(0, 0, 1, 2)).toThrow(
      'cannot put job 0, group 0 there: it needs 2 x (cpus 1, gpus 0.25), node 1 has cpus 1.5, memory unlimited, gpus 1 free',
    );
  });

  test('a placement that forgets tasks or overbooks a node is found out, and the books stay as they were', () => {
    const workload = workloadOf([{ submit: 0, runtime: 1, procs: 2 }]);
    const broken = (parts: readonly ModelPart[]): PlacementSpec => ({
      ...firstFit,
      create: () => ({
        place: (_job, _room, plan) => {
          for (const { group, node, tasks } of parts) plan.add(group, node, tasks);
          return true;
        },
      }),
    });
    for (const [parts, message] of [
      [[{ group: 0, node: 0, tasks: 1 }], 'put 1 of 2 tasks'],
      [
        [
          { group: 0, node: 1, tasks: 1 },
          { group: 0, node: 1, tasks: 1 },
        ],
        'the placement put job 0',
      ],
      [[{ group: 0, node: 2, tasks: 2 }], 'on node 2'],
    ] as const) {
      const ledger = ledgerFor(two, workload, broken(parts));
      expect(() => ledger.take(0)).toThrow(message);
      ledger.audit();
      expect(ledger.procs).toBe(3);
    }
  });

  test('a what-if takes a job that was really started since on its real nodes', () => {
    const workload = workloadOf([
      { submit: 0, runtime: 1, procs: 1 },
      { submit: 0, runtime: 1, procs: 1 },
      { submit: 0, runtime: 1, procs: 1 },
    ]);
    const ledger = ledgerFor(two, workload, firstFit);
    ledger.take(0);
    const whatIf = ledger.copy();
    whatIf.give(0);
    ledger.take(1);
    expect(partsOf(ledger, 1)).toEqual([{ group: 0, node: 1, tasks: 1 }]);
    whatIf.take(1);
    whatIf.take(0);
    expect(whatIf.fits(2)).toBe(false);
    expect(() => whatIf.take(1)).toThrow('already holds');
    whatIf.give(1);
    expect(whatIf.fits(2)).toBe(true);
  });

  test('a job of several groups that did not fit may fit when less is free: a greedy placement then chooses better', () => {
    const cluster = {
      ...two,
      pools: [
        { ...two.pools[0], count: 1, name: 'gpu' },
        { ...two.pools[0], count: 1, gpus: 0 },
      ],
    };
    const groups = [
      { tasks: 1, minimum: 1, request: { cpu: 1000, memory: 0, gpu: 0 } },
      { tasks: 1, minimum: 1, request: { cpu: 1000, memory: 0, gpu: 1000 } },
    ];
    const blocker = [{ tasks: 1, minimum: 1, request: { cpu: 500, memory: 0, gpu: 0 } }];
    const workload = modelWorkload([groups, blocker].map((all) => ({ groups: all, walltime: Infinity })));
    const ledger = ledgerFor(cluster, workload, firstFit);
    expect(ledger.fits(0)).toBe(false);
    ledger.take(1);
    expect(ledger.fits(0)).toBe(false);
    ledger.give(1);
    const small = [{ tasks: 1, minimum: 1, request: { cpu: 600, memory: 0, gpu: 0 } }];
    const swapped = modelWorkload(
      [groups.map((one, index) => (index === 0 ? { ...one, request: { cpu: 1500, memory: 0, gpu: 0 } } : one)), small].map(
        (all) => ({ groups: all, walltime: Infinity }),
      ),
    );
    const again = ledgerFor(
      { ...cluster, pools: cluster.pools.map((pool) => ({ ...pool, cpu: pool.gpus > 0 ? 1600 : 1500 })) },
      swapped,
      firstFit,
    );
    expect(again.fits(0)).toBe(false);
    again.take(1);
    expect(again.fits(0)).toBe(true);
  });

  test('a suspended job that can have back only some of its nodes gets none, and nothing is lost on the way', () => {
    const workload = workloadOf([
      { submit: 0, runtime: 1, procs: 2 },
      { submit: 0, runtime: 1, procs: 1 },
      { submit: 0, runtime: 1, procs: 1 },
    ]);
    const ledger = ledgerFor(two, workload, firstFit);
    ledger.take(0);
    ledger.suspend(0);
    ledger.put(1, 0, 1, 1);
    expect(ledger.fits(0)).toBe(false);
    expect(() => ledger.take(0)).toThrow('job 0 cannot be resumed on its nodes: it needs 1 tasks of group 0 on node 0');
    ledger.audit();
    expect(ledger.fits(2)).toBe(true);
    ledger.give(1);
    ledger.take(0);
    ledger.audit();
    expect(ledger.fits(2)).toBe(false);
  });

  test('within a what-if, a job gets only nodes that are free there as well', () => {
    fc.assert(
      fc.property(
        clusters,
        jobs,
        fc.array(fc.nat(8), { maxLength: 6 }),
        fc.array(fc.record({ row: fc.nat(8), alone: fc.boolean() }), { maxLength: 8 }),
        (cluster, rows, before, after) => {
          const ledger = ledgerFor(cluster, modelWorkload(rows), firstFit);
          const model = new PlainLedger(cluster, rows, 'first-fit');
          for (const job of before.map((row) => row % rows.length))
            apply({ does: 'take', job, more: [0] }, ledger, model, rows.length);
          const whatIf = ledger.copy();
          const there = model.copy();
          for (const { row, alone } of after) {
            const job = row % rows.length;
            if (there.held.has(job)) {
              whatIf.give(job);
              there.give(job);
            } else if (alone && !model.held.has(job)) {
              const plan = there.plan(job);
              if (plan === undefined) continue;
              whatIf.take(job);
              there.take(job, plan);
            } else {
              const both = model.nodes.map((node, index) => ({ ...node, free: least(node.free, there.nodes[index].free) }));
              const plan = model.held.has(job) ? undefined : model.plan(job, both);
              // Where greed does worse in more room, the job counts as one that does not fit.
              if (rows[job].groups.length > 1) continue;
              expect(ledger.fits(job, whatIf)).toBe(plan !== undefined);
              if (plan === undefined) {
                expect(() => ledger.take(job, whatIf)).toThrow(new RegExp(`^job ${job}`));
              } else {
                ledger.take(job, whatIf);
                model.take(job, plan);
                there.take(job, plan);
              }
            }
            compare(ledger, model, rows.length);
            expect(whatIf.procs).toBe(there.procs);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('every node that goes down twice comes up twice', () => {
    const ledger = ledgerFor(two, workloadOf([{ submit: 0, runtime: 1, procs: 2 }]), firstFit);
    ledger.nodeDown(0);
    ledger.nodeDown(0);
    ledger.nodeUp(0);
    expect([ledger.up, ledger.procs, ledger.fits(0)]).toEqual([1, 2, false]);
    ledger.nodeUp(0);
    expect([ledger.up, ledger.procs, ledger.fits(0)]).toEqual([2, 3, true]);
    expect(() => ledger.nodeUp(0)).toThrow('up already');
  });

  test('numbered processors hold as many jobs as interchangeable ones', () => {
    const rows = Array.from({ length: 200 }, () => ({ submit: 0, runtime: 1, procs: 1 }));
    const ledger = ledgerFor(
      withIdentities(processorPool(150)),
      workloadOf(rows),
      placements.find(({ name }) => name === 'contiguous') ?? firstFit,
    );
    let started = 0;
    while (ledger.fits(started)) ledger.take(started++);
    expect(started).toBe(150);
    expect(ledger.procs).toBe(0);
    expect(fitsOne(idleNodes(withIdentities(processorPool(1)))[0], { cpu: 1000, memory: 0, gpu: 0 })).toBe(true);
  });
});
