// Descriptions of systems: what they may hold, what is told of mistakes, and how figures are put in place of others.
import { describe, expect, test } from 'vitest';
import { systemJsonSchema } from '../src/systems/system-schema.ts';
import { StatusClock } from '../src/systems/status-clock.ts';
import { Stages } from '../src/systems/stages.ts';
import type { Stage } from '../src/systems/system.ts';
import { run, systemIn, systemOf } from './systems-runs.ts';

const SLURM = 'pools: {hpc: "nodes=4,cpus=8"}\nmanagers:\n  slurm: {owns: hpc, policy: easy}\n';

describe('a description', () => {
  test.each([
    {
      what: 'a manager that is not there',
      text: `${SLURM}entry: {default: slrum}`,
      says: /there is no manager "slrum"[\s\S]*"slurm"/,
    },
    { what: 'a key that is mistyped', text: `${SLURM}entrie: {default: slurm}`, says: /test\.yaml:4:1: there is no "entrie"/ },
    { what: 'no entry', text: SLURM, says: /no manager takes jobs/ },
    {
      what: 'a pool that is not there',
      text: 'managers: {a: {owns: b, policy: easy}}\nentry: {default: a}',
      says: /there is no pool "b"/,
    },
    {
      what: 'a pool of two owners',
      text: 'pools: {p: "nodes=1,cpus=1"}\nmanagers: {a: {owns: p, policy: easy}, b: {owns: p, policy: easy}}\nentry: {default: a}',
      says: /pool p is owned by a and b/,
    },
    {
      what: 'nodes without a policy',
      text: 'pools: {p: "nodes=1,cpus=1"}\nmanagers: {a: {owns: p}}\nentry: {default: a}',
      says: /no policy/,
    },
    {
      what: 'a manager with nothing',
      text: `${SLURM}  kube: {}\nentry: {default: kube}`,
      says: /has no nodes, and hands on no work/,
    },
    { what: 'an edge without a target', text: `${SLURM}bridges: {slurm: {}}\nentry: {default: slurm}`, says: /write "from->to"/ },
    {
      what: 'work that goes round',
      text: 'managers: {a: {}, b: {}}\nbridges: {a->b: {}, b->a: {}}\nentry: {default: a}',
      says: /goes round in a circle/,
    },
    {
      what: 'a duration that is none',
      text: `${SLURM.replace('easy', 'easy, submit: soon')}entry: {default: slurm}`,
      says: /"soon" is not a duration/,
    },
    {
      what: 'processors without nodes',
      text: `${SLURM.replace('nodes=4,cpus=8', 'procs=4')}entry: {default: slurm}`,
      says: /processors without nodes/,
    },
  ])('with $what is refused, and says where', ({ text, says }) => {
    expect(() => systemIn(text)).toThrow(says);
  });

  const START = (stage: string) => `${SLURM.replace('easy', `easy, start: [${stage}]`)}entry: {default: slurm}`;
  const BRIDGE = (bridge: string, kube = '') =>
    `${SLURM}  kube: {${kube}}\nbridges: {kube->slurm: {${bridge}}}\nentry: {default: kube}`;
  const LEASE = (lease: string) => `${SLURM}  kube: {policy: easy}\nleases: {slurm->kube: {${lease}}}\nentry: {default: kube}`;

  test.each([
    { what: 'a stage of no length', text: START('{name: a, time: {}}'), says: /3:54: it is not said how long it takes/ },
    { what: 'two lengths', text: START('{name: a, time: {value: 1s, normal: [1s, 1s]}}'), says: /3:54: .* more than once/ },
    {
      what: 'most below least',
      text: START('{name: a, time: {uniform: [2s, 1s]}}'),
      says: /3:54: the least is more than the most/,
    },
    { what: 'a lognormal stage of mean 0', text: START('{name: a, time: {lognormal: [0s, 1s]}}'), says: /3:54: a lognormal/ },
    { what: 'a stage that never ends', text: START('{name: a, time: unlimited}'), says: /3:54: "unlimited" is not a duration/ },
    { what: 'looks by chance', text: START('{name: a, quantum: {normal: [1s, 1s]}}'), says: /3:54: .*quantum/ },
    { what: 'polls all the time', text: BRIDGE('status: {poll: 0s}'), says: /"0s" is no time at all/ },
    { what: 'a step of no height', text: BRIDGE('status: {ladder: [5s, 0s]}'), says: /5:47: "0s" is no time at all/ },
    { what: 'tries all the time', text: BRIDGE('bind-back: {tries: [0s]}'), says: /"0s" is no time at all/ },
    {
      what: 'a limit of no time',
      text: `${SLURM.replace('easy', 'easy, walltime: 0s')}entry: {default: slurm}`,
      says: /"0s" is no/,
    },
    { what: 'less than no carrier', text: BRIDGE('carrier: {cpus: -1}'), says: /a carrier holds -1 cpus/ },
    { what: 'a loss of nothing', text: BRIDGE('on-carrier-loss: orphan'), says: /nothing stands for the work of kube->slurm/ },
    { what: 'a stage that nobody takes', text: BRIDGE('', 'start: [{name: a}]'), says: /kube has no queue.* its start/ },
    { what: 'a policy without a queue', text: BRIDGE('', 'policy: easy'), says: /kube has no queue.* its policy/ },
    { what: 'a choice of one', text: BRIDGE('', 'route: blind'), says: /kube has no choice between bridges/ },
    { what: 'scaled leases for jobs', text: LEASE('scope: job, scale: {max: 2}'), says: /nothing scales it/ },
    { what: 'standing leases with a margin', text: LEASE('scope: standing, margin: 1s'), says: /nothing heeds its margin/ },
    {
      what: 'more at least than at most',
      text: LEASE('scope: standing, scale: {min: 3, max: 2}'),
      says: /3 nodes at least, and 2 at most/,
    },
    { what: 'polls for nodes all the time', text: LEASE('scope: standing, scale: {poll: 0s}'), says: /"0s" is no time at all/ },
    {
      what: 'an edge in two ways',
      text: `${SLURM}  kube: {}\nbridges: {kube->slurm: {}, 'kube -> slurm': {}}\nentry: {default: kube}`,
      says: /kube->slurm is described twice/,
    },
    {
      what: 'a circle on the second way',
      text: `${SLURM}  a: {}\n  b: {}\nbridges: {a->slurm: {}, a->b: {}, b->a: {}}\nentry: {default: a}`,
      says: /what is given to a goes round in a circle/,
    },
    {
      what: 'a standing lease of nobody’s nodes',
      text: `${SLURM}  a: {}\n  b: {policy: easy}\nbridges: {a->slurm: {}}\nleases: {a->b: {scope: standing}}\nentry: {default: b}`,
      says: /waits in the queue of a, which has no nodes/,
    },
    {
      what: 'a lease whose jobs go elsewhere',
      text: `${LEASE('scope: job').replace('entry', 'bridges: {kube->slurm: {}}\nentry')}`,
      says: /kube leases nodes for its jobs, and hands them all on/,
    },
    {
      what: 'a name of two parts',
      text: 'pools: {a.b: "nodes=1,cpus=1"}\nmanagers: {m: {owns: a.b, policy: easy}}\nentry: {default: m}',
      says: /"a.b" is no name/,
    },
  ])('with $what is refused', ({ text, says }) => {
    expect(() => systemIn(text)).toThrow(says);
  });

  test.each([
    { key: 'policy: easy', wrong: 'policy: esay', says: /manager slurm, policy: there is no "esay"[\s\S]*"easy"/ },
    {
      key: 'policy: easy',
      wrong: 'policy: easy, placement: lownode',
      says: /manager slurm, placement: there is no "lownode"[\s\S]*"lonode"/,
    },
  ])('with $wrong is refused when it runs', ({ key, wrong, says }) => {
    const system = systemIn(`${SLURM.replace(key, wrong)}entry: {default: slurm}`);
    expect(() => run(system, [{ submit: 0, runtime: 1, procs: 1 }])).toThrow(says);
  });

  test('may extend another: what it says takes the place of what stands there', () => {
    const [old, young] = [systemOf('ksi'), systemOf('ksi-2025')];
    const kube = (system: typeof old) => system.managers.find(({ name }) => name === 'kube')!;
    expect(kube(young).exec).toEqual({ ...kube(old).exec, network: 0.9999 });
    expect(kube(young).policy).toEqual(kube(old).policy);
    expect(young.leases[0].acquire.map(({ name }) => name)).toEqual(['cluster', 'liqo']);
  });

  test('says how its figures are known, and which were set', () => {
    const path = 'bridges.kube->slurm.status.poll';
    const known = (set: Record<string, string>) =>
      systemOf('bridge-operator', set).figures.find((figure) => figure.path === path);
    expect(known({})).toMatchObject({ evidence: 'code', value: '20s' });
    expect(known({ [path]: '5s' })).toMatchObject({ evidence: 'given', value: '5s' });
  });

  test('has its assumed durations multiplied, and no others', () => {
    const stages = (assumed: number) => systemOf('ksi-2025', {}, { assumed }).leases[0].acquire.map(({ time }) => time);
    expect(stages(3)).toEqual([stages(1)[0], { kind: 'uniform', from: 90_000, to: 180_000 }]);
  });

  test.each([
    { set: 'managers.kube.end.sibling.time', says: /there is no "sibling"/ },
    { set: 'mangers.kube.walltime', says: /there is no "mangers"[\s\S]*"managers"/ },
  ])('takes no figure at $set, which is not there', ({ set, says }) => {
    expect(() => systemOf('kube-default', { [set]: '1s' })).toThrow(says);
  });

  test('has a schema for editors', () => {
    expect(systemJsonSchema()).toMatchObject({ type: 'object', additionalProperties: false });
  });
});

describe('who looks only now and then', () => {
  test.each([
    { since: 100, at: 100, seen: 100 },
    { since: 100, at: 101, seen: 120 },
    { since: 100, at: 120, seen: 120 },
    { since: 100, at: 121, seen: 140 },
  ])('each 20 from $since sees at $seen what happens at $at', ({ since, at, seen }) => {
    const clock = new StatusClock({ by: 'poll', every: 20 });
    clock.anchor(since);
    expect(clock.seenAt(at)).toBe(seen);
  });

  test.each([
    { at: 0, seen: 5 },
    { at: 5, seen: 5 },
    { at: 6, seen: 10 },
    { at: 11, seen: 20 },
    { at: 20, seen: 20 },
    { at: 21, seen: 30 },
    { at: 41, seen: 50 },
  ])('after 5, 5 and again and again 10 sees at $seen what happens at $at', ({ at, seen }) => {
    const clock = new StatusClock({ by: 'ladder', steps: [5, 5, 10] });
    clock.anchor(1000);
    expect(clock.seenAt(1000 + at)).toBe(1000 + seen);
  });
});

describe('a pipeline', () => {
  const stage = (one: Partial<Stage>): Stage => ({
    name: 'pull',
    time: { kind: 'constant', value: 30 },
    perNode: 0,
    quantum: 0,
    cached: false,
    ...one,
  });

  test('takes no time for what all nodes have', () => {
    const stages = new Stages(1);
    const total = (nodes: string[]) => stages.total([stage({ cached: true })], 'start', nodes, 0);
    expect([total(['a']), total(['a']), total(['a', 'b']), total(['b'])]).toEqual([30, 0, 30, 0]);
  });

  test('takes more for more nodes, and until somebody looks', () => {
    const total = (one: Partial<Stage>) => new Stages(1).total([stage(one), stage({})], 'start', ['a', 'b', 'c'], 7);
    expect(total({ perNode: 1.5 })).toBe(30 + 5 + 30);
    expect(total({ quantum: 100 })).toBe(100 + 30);
    expect(new Stages(1).total([stage({ quantum: 100 })], 'end', [], 1007, 1000)).toBe(93);
  });
});
