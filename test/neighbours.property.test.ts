// Runs that share a GPU slow each other down.
//
// Planted, and seen to be caught: a run that is left keeps its slow speed; nobody is asked anew when one joins; a speed that
// changes loses the part of a millisecond that was begun; who writes a checkpoint comes to its end; each task has the neighbours
// of the first.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cluster, Outage } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { InputError } from '../src/errors.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import type { Cycle, PolicySpec } from '../src/policy.ts';
import type { SpeedModel } from '../src/speeds.ts';
import { generatorNamed } from '../src/trace/generate/index.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';

const NODES = 2;
const GPUS = 2;
/** Parts of a millisecond's work: every speed here is a whole number of them, half of 1/1 to 1/10 included. */
const PARTS = 5040;
const HALVES: SpeedModel = { name: 'halves', gpus: { slow: 0.5 }, shared: 0.5 };
const QUARTERS: SpeedModel = { name: 'quarters', shared: 0.25, beside: { halves: 1, stoic: 0.5 } };
const STOIC: SpeedModel = { name: 'stoic', gpus: { slow: 0.5 } };
const MODELS = [HALVES, QUARTERS, STOIC];
const pool = { count: 1, cpu: 64_000, memory: Infinity, gpus: GPUS };

function clusterWith(outages: readonly Outage[]): Cluster {
  const pools = [
    { ...pool, name: 'a', gpuModel: 'fast' },
    { ...pool, name: 'b', gpuModel: 'slow' },
  ];
  return { name: 'test', interchangeable: false, pools, partitions: [], outages };
}

interface Job {
  readonly runtime: number;
  readonly tasks: number;
  readonly share: number;
  /** Index into `MODELS`; -1 = none. */
  readonly model: number;
  readonly cost: number;
}

interface Action {
  readonly job: number;
  readonly what: 'start' | 'requeue' | 'suspend' | 'checkpoint';
  readonly nodes: readonly number[];
  readonly grace: number;
}

interface Place {
  readonly node: number;
  readonly gpu: number;
}

interface State {
  phase: 'pending' | 'runs' | 'paused' | 'over';
  places: Place[];
  began: number;
  /** Of this run [parts]. */
  work: number;
  /** Of runs before, that is kept; and that only memory keeps [ms]. */
  done: number;
  inMemory: number;
  stop?: { how: 'requeue' | 'suspend' | 'checkpoint'; worksUntil: number; at: number };
  slowed: number;
  end: number;
}

/** Millisecond by millisecond: a run does as much work in each as its slowest GPU lets it do beside who runs there too. */
class ByDefinition {
  readonly jobs: readonly Job[];
  readonly states: State[];
  readonly #outages: readonly Outage[];

  constructor(jobs: readonly Job[], outages: readonly Outage[]) {
    this.jobs = jobs;
    this.#outages = outages;
    const fresh = { phase: 'pending' as const, began: NaN, work: 0, done: 0, inMemory: 0, slowed: 0, end: NaN };
    this.states = jobs.map(() => ({ ...fresh, places: [] }));
  }

  /** The millisecond that is over at `now`, and what happens then. */
  pass(now: number): void {
    const parts = this.states.map((state, job) => (state.phase === 'runs' ? this.#speed(job) * PARTS : 0));
    this.states.forEach((state, job) => {
      const { stop } = state;
      const isWriting = stop?.how === 'checkpoint' && now > stop.worksUntil;
      if (state.phase === 'runs' && !isWriting) state.work += Math.round(parts[job]);
    });
    this.states.forEach((state, job) => {
      if (state.phase !== 'runs') return;
      const done = PARTS * (state.done + state.inMemory) + state.work;
      if (done < PARTS * this.jobs[job].runtime) return;
      this.#settle(state, now);
      Object.assign(state, { phase: 'over', places: [], end: now });
    });
    for (const state of this.states) if (state.phase === 'runs' && state.stop?.at === now) this.stopNow(state, now);
    for (const { firstNode, from } of this.#outages) if (from === now) this.#lose(firstNode, now);
  }

  isUp(node: number, now: number): boolean {
    return !this.#outages.some(({ firstNode, from, until }) => firstNode === node && from <= now && now < until);
  }

  free({ node, gpu }: Place, also: readonly Place[] = [], share = 0): number {
    const isHere = (place: Place) => place.node === node && place.gpu === gpu;
    const held = this.states.map(({ phase, places }, job) =>
      phase === 'runs' ? this.jobs[job].share * places.filter(isHere).length : 0,
    );
    return 1000 - held.reduce((sum, one) => sum + one, 0) - share * also.filter(isHere).length;
  }

  /** Each task on the GPU with the least room that is enough, the lower number of equal ones; undefined if there is none. */
  find(job: number, nodes: readonly number[], now: number): Place[] | undefined {
    const { share, tasks } = this.jobs[job];
    const places: Place[] = [];
    for (let task = 0; task < tasks; task++) {
      const node = nodes[task];
      const room = Array.from({ length: GPUS }, (_, gpu) => this.free({ node, gpu }, places, share));
      const fits = room.map((free, gpu) => ({ free, gpu })).filter(({ free }) => free >= share);
      if (fits.length === 0 || !this.isUp(node, now)) return undefined;
      const [best] = fits.sort((a, b) => a.free - b.free || a.gpu - b.gpu);
      places.push({ node, gpu: best.gpu });
    }
    return places;
  }

  stopNow(state: State, now: number): void {
    const how = state.stop?.how;
    const worked = this.#settle(state, now);
    if (how === 'suspend') {
      state.inMemory += worked;
      state.phase = 'paused';
      return;
    }
    if (how === 'checkpoint') state.done += state.inMemory + worked;
    Object.assign(state, { phase: 'pending', places: [], inMemory: 0 });
  }

  #lose(node: number, now: number): void {
    for (const state of this.states) {
      if (!state.places.some((place) => place.node === node)) continue;
      if (state.phase === 'runs') this.#settle(state, now);
      Object.assign(state, { phase: 'pending', places: [], inMemory: 0 });
    }
  }

  /** Answers the work of the run [whole ms]. */
  #settle(state: State, now: number): number {
    const until = state.stop?.how === 'checkpoint' ? Math.min(now, state.stop.worksUntil) : now;
    const worked = Math.floor(state.work / PARTS);
    state.slowed += until - state.began - worked;
    state.work = 0;
    state.stop = undefined;
    return worked;
  }

  #speed(job: number): number {
    const { model } = this.jobs[job];
    if (model < 0) return 1;
    return Math.min(...this.states[job].places.map((place) => alone(model, place) * this.#left(job, place)));
  }

  #left(job: number, { node, gpu }: Place): number {
    let delay = 0;
    this.states.forEach(({ phase, places }, other) => {
      if (other === job || phase !== 'runs' || !places.some((place) => place.node === node && place.gpu === gpu)) return;
      delay += 1 / leftBeside(this.jobs[job].model, this.jobs[other].model) - 1;
    });
    return 1 / (1 + delay);
  }
}

/** Spreading costs nothing here: `others` is absent. */
function alone(model: number, { node }: Place): number {
  return node === 1 ? [0.5, 1, 0.5][model] : 1;
}

function leftBeside(model: number, other: number): number {
  if (model === 1 && other === 0) return 1;
  if (model === 1 && other === 2) return 0.5;
  return [0.5, 0.25, 1][model];
}

/** Does what the script says of this millisecond, in the run and in the definition; after its end, starts whatever fits. */
function scripted(script: readonly (readonly Action[])[], model: ByDefinition): PolicySpec {
  const schedule = (cycle: Cycle) => {
    const { now } = cycle;
    if (passed < now) model.pass((passed = now));
    const rest = model.jobs.flatMap((_, job) =>
      [0, 1].map((node): Action => ({ job, what: 'start', nodes: [node, 1 - node], grace: 0 })),
    );
    for (const action of now < script.length ? script[now] : rest) apply(cycle, model, action);
    if (model.states.some(({ phase }) => phase !== 'over')) cycle.wakeAt(now + 1);
  };
  let passed = 0;
  return { ...fcfs, create: () => ({ schedule }) };
}

function apply(cycle: Cycle, model: ByDefinition, { job, what, nodes, grace }: Action): void {
  if (job >= model.jobs.length) return;
  const state = model.states[job];
  const { now } = cycle;
  if (what === 'start') start(cycle, model, job, nodes);
  else if (state.phase === 'runs' && state.stop === undefined) {
    const worksUntil = now + grace;
    const at = worksUntil + (what === 'checkpoint' ? model.jobs[job].cost : 0);
    state.stop = { how: what, worksUntil, at };
    cycle.preempt(job, { how: what, grace });
    if (at === now) model.stopNow(state, now);
  }
}

function start(cycle: Cycle, model: ByDefinition, job: number, nodes: readonly number[]): void {
  const state = model.states[job];
  const { share } = model.jobs[job];
  if (state.phase === 'paused') {
    const { places } = state;
    const need = (place: Place) => share * places.filter(({ node, gpu }) => node === place.node && gpu === place.gpu).length;
    if (!places.every((place) => model.isUp(place.node, cycle.now) && model.free(place) >= need(place))) return;
    cycle.start(job);
  } else if (state.phase === 'pending') {
    const places = model.find(job, nodes, cycle.now);
    if (places === undefined) return;
    for (const { node } of places) cycle.place(job, 0, node, 1);
    state.places = places;
  } else return;
  Object.assign(state, { phase: 'runs', began: cycle.now, work: 0 });
}

function workloadOf(all: readonly Job[]): Workload {
  const jobs = new WorkloadBuilder();
  all.forEach(({ runtime, tasks, share, model }, row) => {
    const request = jobs.request({ cpu: 1000, memory: 0, gpu: share });
    const job = jobs.add({ id: row, submit: 0, runtime, walltime: Infinity, tasks, request });
    if (model >= 0) jobs.speeds.add(job, MODELS[model]);
  });
  const column = (value: number) => new Float64Array(all.length).fill(value);
  const cost = Float64Array.from(all, (job) => job.cost);
  return { ...jobs.finish('test'), checkpoints: { interval: column(Infinity), cost, restart: column(0) } };
}

const small = (max: number, min = 0) => fc.integer({ min, max });
const someJobs = fc.array(
  fc.record({
    runtime: small(12, 1),
    tasks: fc.constantFrom(1, 1, 2),
    share: fc.constantFrom(250, 250, 500, 1000),
    model: small(2, -1),
    cost: small(2),
  }),
  { minLength: 1, maxLength: 8 },
);
const someActions = fc.array(
  fc.record({
    job: small(7),
    what: fc.constantFrom<Action['what']>('start', 'start', 'start', 'requeue', 'suspend', 'checkpoint'),
    nodes: fc.tuple(small(NODES - 1), small(NODES - 1)),
    grace: small(2),
  }),
  { maxLength: 6 },
);
const someOutages = fc.array(
  fc.record({ node: small(NODES - 1), from: small(20, 1), length: small(4, 1) }).map(({ node, from, length }): Outage => ({
    firstNode: node,
    nodes: 1,
    from,
    until: from + length,
  })),
  { maxLength: 2 },
);

test('work is what is done in each millisecond beside whoever runs on the same GPU then', () => {
  fc.assert(
    fc.property(someJobs, fc.array(someActions, { minLength: 1, maxLength: 24 }), someOutages, (jobs, script, outages) => {
      const model = new ByDefinition(jobs, outages);
      const run = simulate(workloadOf(jobs), clusterWith(outages), scripted(script, model), { placement: firstFit, audit: true });
      expect([...run.end]).toEqual(model.states.map(({ end }) => end));
      expect(jobs.map((_, job) => run.slowed?.[job] ?? 0)).toEqual(
        model.states.map(({ slowed }) => (jobs.some((job) => job.model >= 0) ? slowed : 0)),
      );
    }),
    { numRuns: 1500 },
  );
});

test('a run that is left by its neighbour is as fast again as before', () => {
  const jobs = new WorkloadBuilder();
  for (const [row, runtime] of [1000, 200].entries()) {
    const request = jobs.request({ cpu: 1000, memory: 0, gpu: 500 });
    jobs.speeds.add(jobs.add({ id: row, submit: 300 * row, runtime, walltime: Infinity, tasks: 1, request }), HALVES);
  }
  const { end, slowed } = simulate(jobs.finish('test'), clusterWith([]), fcfs, { placement: firstFit });
  expect([...end]).toEqual([1200, 700]);
  expect([...(slowed ?? [])]).toEqual([200, 200]);
});

test('MIG instances of one GPU do not slow each other down, nor do the tasks of one job', () => {
  const jobs = new WorkloadBuilder();
  const instance = jobs.request({ cpu: 1000, memory: 0, gpu: 142, mig: '1g.10gb' });
  for (let row = 0; row < 2; row++)
    jobs.speeds.add(jobs.add({ id: row, submit: 0, runtime: 100, walltime: Infinity, tasks: 1, request: instance }), HALVES);
  const half = jobs.request({ cpu: 1000, memory: 0, gpu: 500 });
  jobs.speeds.add(jobs.add({ id: 2, submit: 0, runtime: 100, walltime: Infinity, tasks: 2, request: half }), HALVES);
  const cluster = { ...clusterWith([]), pools: [{ ...pool, name: 'a', mig: 'H100-80GB' }] };
  expect([...simulate(jobs.finish('test'), cluster, fcfs, { placement: firstFit }).end]).toEqual([100, 100, 100]);
});

test('says so where the policy sums shares over GPUs', () => {
  const said: string[] = [];
  const summing: PolicySpec = { ...fcfs, sumsShares: true };
  const jobs = workloadOf([{ runtime: 1, tasks: 1, share: 500, model: 0, cost: 0 }]);
  simulate(jobs, clusterWith([]), summing, { placement: firstFit, onWarning: (message) => said.push(message) });
  expect(said).toEqual([expect.stringContaining('neighbours on a GPU slow nobody down')]);
});

const mix = generatorNamed('mix-gpu-ml', 'test');
const generate = (given: Record<string, unknown>) =>
  mix.generate(readParameters(mix.parameters, { jobs: 50, 'gpu-shares': 0.5, ...given }, 'test'), 1);

test('a generated job loses what it is told to, or what was measured of pairs; the jobs stay the same', () => {
  const plain = generate({});
  const told = generate({ interference: 0.25 });
  expect(told.speeds?.models).toEqual([{ name: 'any', shared: 0.75 }]);
  expect({ ...told, speeds: undefined }).toEqual({ ...plain, speeds: undefined });
  const pairs = generate({ families: 'gavel', interference: 'pairs' });
  const alone = pairs.speeds?.models.filter(({ name }) => name.endsWith(', 1 GPUs')) ?? [];
  expect(alone.length).toBe(4);
  for (const { beside = {} } of alone) expect(Object.keys(beside).sort()).toEqual(alone.map(({ name }) => name).sort());
});

test.each([
  { interference: '' },
  { interference: 1.5 },
  { interference: 'some' },
  { interference: 'pairs' },
  { interference: 0.5, 'gpu-shares': 0 },
  { interference: 0.5, families: 'pollux' },
])('%j is a mistake', (given) => {
  expect(() => generate(given)).toThrow(InputError);
});
