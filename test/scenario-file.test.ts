// Scenarios as files: what they come to, and what is said of those that are wrong.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { loadInputs } from '../src/experiment/inputs.ts';
import { baselineOf, planPoints } from '../src/experiment/plan.ts';
import { readScenario } from '../src/scenario-file.ts';
import { scenarioJsonSchema } from '../src/scenario-schema.ts';
import type { Scenario } from '../src/scenario.ts';
import { SMALL_SWF, temporaryFolder } from './cli-runner.ts';

const program = { version: '0', code: 'test' };
const folder = temporaryFolder();
writeFileSync(join(folder, 'small.swf'), SMALL_SWF);
mkdirSync(join(folder, 'own'));
writeFileSync(join(folder, 'own', 'mine.js'), "export default { name: 'mine', create: () => ({ schedule() {} }) };\n");
const file = join(folder, 'scenario.yaml');

const read = (text: string): Scenario => readScenario(text, file);
const plan = async (text: string) => {
  const scenario = read(text);
  const points = planPoints(scenario, await loadInputs(scenario), program);
  return { scenario, points, baseline: baselineOf(scenario, points) };
};

const BASE = 'workloads: [small.swf]\npolicies: [fcfs, easy]\n';

describe('a scenario that is wrong is told so, with place and remedy:', () => {
  test.each([
    {
      what: 'a key that is mistyped',
      text: 'workloads: [small.swf]\npolices: [easy]\n',
      at: '2:1',
      problem: 'there is no "polices"',
      hint: '"policies"',
    },
    {
      what: 'a key that is missing',
      text: 'workloads: [small.swf]\n',
      at: '1:1',
      problem: 'policies is missing',
      hint: 'who starts when',
    },
    {
      what: 'a key deep inside',
      text: 'workloads:\n  - { trace: small.swf, laod: 2 }\npolicies: [easy]\n',
      at: '2:25',
      problem: 'there is no "laod"',
      hint: '"load"',
    },
    {
      what: 'a value of another type',
      text: 'workloads: [{ trace: small.swf, load: fast }]\npolicies: [easy]\n',
      at: '1:33',
      problem: 'expected number, received string (found: "fast")',
      hint: 'load times this',
    },
    {
      what: 'YAML that is none',
      text: 'workloads: [small.swf\npolicies: [easy]\n',
      at: '2:1',
      problem: 'Flow sequence',
      hint: 'YAML or JSON',
    },
    { what: 'nothing at all', text: '', at: '1:1', problem: 'expected object, received null', hint: 'workloads: [...]' },
    {
      what: 'a trace that is not there',
      text: 'workloads: [smal.swf]\npolicies: [easy]\n',
      at: '1:13',
      problem: 'there is no file "smal.swf"',
      hint: '"small.swf"',
    },
    {
      what: 'a policy that is not there',
      text: 'workloads: [small.swf]\npolicies:\n  - fcfs\n  - eazy\n',
      at: '4:5',
      problem: 'there is no policy "eazy"',
      hint: '"easy"',
    },
    {
      what: 'a parameter that is not there',
      text: 'workloads: [small.swf]\npolicies: [{ name: easy, parameters: { ordr: sjf } }]\n',
      at: '2:12',
      problem: 'there is no parameter "ordr"',
      hint: '"order"',
    },
    {
      what: 'an axis that nothing has',
      text: `${BASE}sweep:\n  axes:\n    policy.ordr: [sjf]\n`,
      at: '5:5',
      problem: 'nothing in this scenario has "policy.ordr" to vary',
      hint: '"policy.order"',
    },
    {
      what: 'a range without a step',
      text: `${BASE}sweep: { axes: { load: { from: 1, to: 2 } } }\n`,
      at: '3:18',
      problem: '"load" has no step',
      hint: 'step: 0.1',
    },
    {
      what: 'a value that an axis cannot have',
      text: `${BASE}sweep: { axes: { nodes: [1.5] } }\n`,
      at: '3:18',
      problem: '"1.5" is no number of nodes',
      hint: 'whole numbers',
    },
    {
      what: 'a baseline that is not run',
      text: `${BASE}baseline: sjf\n`,
      at: '3:1',
      problem: 'there is no policy "sjf"',
      hint: 'fcfs, easy',
    },
    {
      what: 'two policies of one label',
      text: 'workloads: [small.swf]\npolicies: [easy, easy]\n',
      at: '2:18',
      problem: 'there are two policies called "easy"',
      hint: 'label',
    },
    {
      what: 'a seed twice',
      text: `${BASE}seeds: [1, 2, 1]\n`,
      at: '3:15',
      problem: 'the seed 1 is given twice',
      hint: 'nothing new',
    },
    {
      what: 'a metric that is not there',
      text: `${BASE}metrics: [wiat]\n`,
      at: '3:1',
      problem: 'there is no metric "wiat"',
      hint: '"wait"',
    },
    {
      what: 'an expectation without a range',
      text: `${BASE}expect: [{ figure: wait.mean }]\n`,
      at: '3:10',
      problem: 'neither min nor max',
      hint: 'max: 3600',
    },
    {
      what: 'an expectation of a figure that is not taken',
      text: `${BASE}metrics: [wait]\nexpect: [{ figure: makespan, max: 3 }]\n`,
      at: '4:12',
      problem: 'the metric "makespan" is not taken',
      hint: 'metrics:',
    },
    {
      what: 'a matrix that leaves nothing',
      text: `${BASE}matrix: { exclude: [{ workload: small.swf }] }\n`,
      at: '',
      problem: 'no combination is left',
      hint: 'matrix',
    },
    {
      what: 'a matrix with an unknown name',
      text: `${BASE}matrix: { only: [{ policy: eazy }] }\n`,
      at: '3:20',
      problem: 'there is no policy "eazy"',
      hint: '"easy"',
    },
    {
      what: 'a cluster described wrongly',
      text: `${BASE}clusters: [{ description: { pools: [{ nodes: 2, cpu: 4 }] } }]\n`,
      at: '3:49',
      problem: 'there is no "cpu"',
      hint: '"cpus"',
    },
    {
      what: 'more seeds than anybody can run',
      text: `${BASE}seeds: 1000000000\n`,
      at: '3:1',
      problem: 'it would have 2000000000 points',
      hint: 'fewer seeds',
    },
    {
      what: 'a grid without end',
      text: `${BASE}sweep: { axes: { load: { from: 1, to: 2, step: 0.001 }, procs: { from: 1, to: 999, step: 1 } } }\n`,
      at: '3:1',
      problem: 'it would have 1999998 points',
      hint: 'latin-hypercube',
    },
    {
      what: 'a duration that is none',
      text: `${BASE}until: 2 weks\n`,
      at: '3:1',
      problem: '"2 weks" is not a duration',
      hint: '90s',
    },
    {
      what: 'a rule for limits that is none',
      text: `${BASE}estimates: exact\n`,
      at: '1:13',
      problem: '"exact" is no rule for limits',
      hint: 'write runtime, partition, none, factor=N',
    },
    {
      what: 'standard input',
      text: 'workloads: ["-"]\npolicies: [easy]\n',
      at: '1:13',
      problem: 'cannot read standard input',
      hint: 'again and again',
    },
    {
      what: 'lists of a sweep that differ in length',
      text: `${BASE}sweep: { method: list, axes: { load: [1, 2], sizes: [1] } }\n`,
      at: '3:46',
      problem: '"sizes" has 1 values, but "load" has 2',
      hint: 'method: grid',
    },
    {
      what: 'a cluster that cannot be resized',
      text: `${BASE}clusters: [{ description: { pools: [{ nodes: 1 }, { nodes: 2, name: b }] } }]\nsweep: { axes: { nodes: [4] } }\n`,
      at: '',
      problem: 'it has 2 pools',
      hint: 'nodes-factor',
    },
  ])('$what', async ({ text, at, problem, hint }) => {
    const error: unknown = await plan(text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    const told = error as InputError;
    expect(told.problem).toContain(problem);
    expect(told.hint).toContain(hint);
    expect(told.mistake).toBe('usage');
    if (at !== '') expect(told.where).toMatch(new RegExp(`^${file.replaceAll('.', '\\.')}:${at}(, .*)?$`));
  });

  test('whatever is taken out of one, or put into it: a mistake that is told, or a plan', async () => {
    const whole = {
      workloads: [{ trace: 'small.swf', load: 1.5, limit: 3 }],
      clusters: ['procs=4'],
      policies: ['fcfs', { name: 'easy', parameters: { order: 'sjf' } }],
      seeds: 2,
      sweep: { axes: { load: { from: 1, to: 2, step: 0.5 } } },
      expect: [{ figure: 'wait.mean', max: 10 }],
    };
    const junk = fc.constantFrom<unknown>(null, -1, 0, 'x', '', [], {}, [[]], 1e999, true, { from: 1 });
    const path = fc.constantFrom(
      'workloads',
      'clusters',
      'policies',
      'seeds',
      'sweep',
      'expect',
      'baseline',
      'until',
      'matrix',
      'limits',
    );
    await fc.assert(
      fc.asyncProperty(path, junk, async (key, value) => {
        const error: unknown = await plan(JSON.stringify({ ...whole, [key]: value })).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(InputError);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a plan', () => {
  const labels = async (text: string) =>
    (await plan(text)).points.map(({ workload, cluster, policy, seed }) =>
      [workload.name, cluster.name, policy.label, seed].join(' | '),
    );

  test('has workloads, then clusters, then values of axes, then seeds, then policies', async () => {
    expect(await labels(`${BASE}clusters: [procs=4, procs=8]\nseeds: [3, 1]\nsweep: { axes: { load: [1, 2] } }\n`)).toEqual(
      ['procs=4', 'procs=8'].flatMap((cluster) =>
        [1, 2].flatMap((load) =>
          [3, 1].flatMap((seed) =>
            ['fcfs', 'easy'].map((policy) => `small.swf @ load=${load} | ${cluster} | ${policy} | ${seed}`),
          ),
        ),
      ),
    );
  });

  test('does not multiply what an axis does not bear on', async () => {
    expect(await labels(`${BASE}sweep: { axes: { policy.order: [submit, sjf] } }\n`)).toEqual([
      'small.swf | procs=4 | fcfs | 1',
      'small.swf | procs=4 | easy:order=submit | 1',
      'small.swf | procs=4 | easy:order=sjf | 1',
    ]);
  });

  test('can vary one policy alone', async () => {
    const text = 'workloads: [small.swf]\npolicies: [easy, conservative]\nsweep: { axes: { easy.order: [sjf, saf] } }\n';
    expect(await labels(text)).toEqual([
      'small.swf | procs=4 | easy:order=sjf | 1',
      'small.swf | procs=4 | conservative | 1',
      'small.swf | procs=4 | easy:order=saf | 1',
    ]);
  });

  test('leaves out what the matrix leaves out', async () => {
    const text = `${BASE}clusters: [procs=4, procs=8]\nmatrix: { exclude: [{ cluster: procs=8, policy: fcfs }] }\n`;
    expect(await labels(text)).toEqual([
      'small.swf | procs=4 | fcfs | 1',
      'small.swf | procs=4 | easy | 1',
      'small.swf | procs=8 | easy | 1',
    ]);
  });

  test('runs a workload on its own cluster alone', async () => {
    const text =
      'workloads: [small.swf, { trace: small.swf, name: b, cluster: procs=8 }]\nclusters: [procs=4, procs=8]\npolicies: [easy]\n';
    expect(await labels(text)).toEqual([
      'small.swf | procs=4 | easy | 1',
      'small.swf | procs=8 | easy | 1',
      'b | procs=8 | easy | 1',
    ]);
  });

  test('takes anchors and merge keys', async () => {
    const text = 'workloads:\n  - &a { trace: small.swf, limit: 2 }\n  - { <<: *a, name: b, limit: 3 }\npolicies: [easy]\n';
    expect((await plan(text)).scenario.workloads.map(({ name, changes }) => [name, changes.limit])).toEqual([
      ['small.swf', 2],
      ['b', 3],
    ]);
  });

  test('names steps as people do', async () => {
    const { points } = await plan(`${BASE}sweep: { axes: { load: { from: 0.7, to: 1, step: 0.1 } } }\n`);
    expect([...new Set(points.map(({ axes }) => axes.load))]).toEqual([0.7, 0.8, 0.9, 1]);
  });
});

describe('keys', () => {
  const keys = async (text: string) => (await plan(text)).points.map(({ key }) => key);

  test('stay if only the order changes, or what cannot change a result', async () => {
    const [fcfs, easy] = await keys(BASE);
    expect(await keys('policies: [easy, fcfs]\nworkloads: [small.swf]\ndescription: another\nlimits: { time: 1h }\n')).toEqual([
      easy,
      fcfs,
    ]);
    expect(await keys(`${BASE}seeds: [1]\nreport: { title: x }\n`)).toEqual([fcfs, easy]);
  });

  test.each([
    'seeds: [2]',
    'until: 1h',
    'overrun: extend',
    'estimates: none',
    'dependencies: hold',
    'costs: { launch: 1s }',
    'failures: { mtbf: 1d, mttr: 1h }',
    'explain: true',
    'metrics: [wait]',
    'warm-up: 1h',
    'placement: best-fit',
    'clusters: [procs=5]',
  ])('change with %s', async (line) => {
    const before = await keys(BASE);
    for (const key of await keys(`${BASE}${line}\n`)) expect(before).not.toContain(key);
  });

  test('change with the content of a trace and of a policy file, not with where they are', async () => {
    const text = (trace: string) =>
      `workloads: [{ trace: ${trace}, name: w }]\npolicies: [{ name: own/mine.js, label: mine }, easy]\n`;
    const before = await keys(text('small.swf'));
    writeFileSync(join(folder, 'own', 'copy.swf'), SMALL_SWF);
    const [, moved] = await keys(text('own/copy.swf'));
    writeFileSync(join(folder, 'own', 'copy.swf'), SMALL_SWF.replace('1 100 0 60', '1 100 0 61'));
    const [, changed] = await keys(text('own/copy.swf'));
    expect(moved).toBe(before[1]);
    expect(changed).not.toBe(moved);
    writeFileSync(
      join(folder, 'own', 'mine.js'),
      "export default { name: 'mine', create: () => ({ schedule() {} }) }; // other\n",
    );
    const after = await keys(text('small.swf'));
    expect([after[0] === before[0], after[1] === before[1]]).toEqual([false, true]);
  });

  test('are those of another program if its code differs', async () => {
    const scenario = read(BASE);
    const inputs = await loadInputs(scenario);
    const key = (code: string) => planPoints(scenario, inputs, { version: '0', code })[0].key;
    expect(key('a')).not.toBe(key('b'));
  });
});

test('the JSON Schema knows every key', () => {
  const { properties } = scenarioJsonSchema() as { properties: Record<string, { description?: string }> };
  expect(Object.keys(properties)).toEqual(
    expect.arrayContaining(['workloads', 'clusters', 'policies', 'seeds', 'sweep', 'expect', 'matrix']),
  );
  for (const key of ['workloads', 'policies']) expect(properties[key].description).toBeTruthy();
});
