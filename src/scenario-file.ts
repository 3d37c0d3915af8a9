/** Reads a scenario from YAML or JSON. Every mistake is told with line and column, and with the near miss. */
import { basename } from 'node:path';
import { didYouMean, usageError } from './errors.ts';
import { readCluster, readPolicy, readSystemEntry, readWorkload } from './scenario-file-entries.ts';
import { expectationsOf, matrixOf, sweepOf } from './scenario-file-points.ts';
import { scenarioSchema } from './scenario-schema.ts';
import type { ScenarioText } from './scenario-schema.ts';
import type { MeasureSettings, PlacementEntry, PointLimits, PolicyEntry, RunSettings, Scenario, Sweep } from './scenario.ts';
import { schemaMistake } from './schema-mistake.ts';
import { defined } from './cluster-spec-pool.ts';
import { splitSelector } from './parameters.ts';
import { parseDuration, parseQuantity } from './units.ts';
import { readYaml } from './yaml-places.ts';
import type { WhereIs } from './yaml-places.ts';

const NEEDS = 'it needs workloads: [...] and policies: [...]; "yardmaster schema scenario" prints what is allowed';

/** The scenario that the text of a file describes. Throws `InputError` if it describes none. */
export function readScenario(text: string, file: string): Scenario {
  const { value, where } = readYaml(text, file, 'merge');
  const checked = scenarioSchema.safeParse(value, { reportInput: true });
  if (!checked.success) {
    const words = { what: 'the scenario', hint: NEEDS };
    throw schemaMistake(checked.error.issues, scenarioSchema, where, words);
  }
  return build(checked.data, file, where);
}

function build(given: ScenarioText, file: string, where: WhereIs): Scenario {
  const defaults = { estimates: given.estimates, overrun: given.overrun, dependencies: given.dependencies };
  const workloads = given.workloads.map((text, index) =>
    readWorkload(text, defaults, (...key) => where(['workloads', index, ...key])),
  );
  const clusters = (given.clusters ?? []).map((text, index) =>
    readCluster(text, index, (path) => where(['clusters', index, ...path])),
  );
  const policies = contendersOf(given, where);
  checkNames('workload', workloads);
  checkNames('cluster', clusters);
  checkNames(
    'policy',
    policies.map(({ label, at }) => ({ name: label, at })),
    'label',
  );
  const labels = policies.map(({ label }) => label);
  const names = { workload: workloads.map(({ name }) => name), cluster: clusters.map(({ name }) => name), policy: labels };
  for (const [index, { cluster }] of workloads.entries()) {
    if (cluster !== undefined) checkKnown('cluster', cluster, names.cluster, where(['workloads', index, 'cluster']));
  }
  const sweep = given.sweep && sweepOf(given.sweep, where);
  checkSize(given, sweep, where);
  return {
    name: given.name ?? basename(file).replace(/\.(ya?ml|json)$/, ''),
    ...defined({ description: given.description }),
    file,
    workloads,
    clusters,
    policies,
    seeds: seedsOf(given, where),
    placement: placementOf(given, where),
    run: runSettings(given, where),
    measures: measuresOf(given, where),
    ...(given.baseline !== undefined && { baseline: baselineOf(given.baseline, where(['baseline'])) }),
    matrix: matrixOf(given.matrix, names, where),
    ...defined({ sweep }),
    expectations: expectationsOf(given.expect, names, where),
    limits: limitsOf(given, where),
    report: {
      page: true,
      ...defined({ ...given.report }),
      figuresAt: (given.report?.figures ?? []).map((_, index) => where(['report', 'figures', index])),
    },
  };
}

/** Policies first, then systems: both are compared. */
function contendersOf({ policies = [], systems = [] }: ScenarioText, where: WhereIs): PolicyEntry[] {
  if (policies.length + systems.length === 0)
    throw usageError(
      'policies is missing',
      where([]),
      'who starts when, such as policies: [easy, fcfs]; or systems: [slurm-native]',
    );
  return [
    ...policies.map((text, index) => readPolicy(text, where(['policies', index]))),
    ...systems.map((text, index) => readSystemEntry(text, where(['systems', index]))),
  ];
}

function baselineOf(given: NonNullable<ScenarioText['baseline']>, at: string): Scenario['baseline'] {
  return typeof given === 'string' ? { label: given, at } : { label: given.policy, cluster: given.cluster, at };
}

/** Names must tell the entries apart. */
function checkNames(kind: string, entries: readonly { name: string; at: string }[], key = 'name'): void {
  const seen = new Set<string>();
  for (const { name, at } of entries) {
    if (seen.has(name))
      throw usageError(
        `there are two ${kind === 'policy' ? 'policies' : `${kind}s`} called "${name}"`,
        at,
        `give one of them another ${key}: ...`,
      );
    seen.add(name);
  }
}

function checkKnown(kind: string, name: string, known: readonly string[], where: string): void {
  if (known.includes(name)) return;
  const hint = known.length === 0 ? `the scenario lists no ${kind}s` : didYouMean(name, known);
  throw usageError(`there is no ${kind} "${name}" in this scenario`, where, hint);
}

/** Points that an experiment can have: each is a folder, and all of them are planned before the first is run. */
const MOST_POINTS = 100_000;

/** Before any list of that length is made. */
function checkSize({ seeds = 1, policies = [], systems = [] }: ScenarioText, sweep: Sweep | undefined, where: WhereIs): void {
  const repetitions = typeof seeds === 'number' ? seeds : seeds.length;
  const points = (policies.length + systems.length) * repetitions * assignmentCount(sweep);
  if (points <= MOST_POINTS) return;
  throw usageError(
    `it would have ${points} points for each workload and cluster`,
    where([sweep === undefined ? 'seeds' : 'sweep']),
    `${MOST_POINTS} are the most: take fewer seeds or values, or method: latin-hypercube with as many samples as you want`,
  );
}

function assignmentCount(sweep: Sweep | undefined): number {
  if (sweep === undefined) return 1;
  const { method, samples, axes } = sweep;
  if (method === 'latin-hypercube') return samples;
  const lengths = axes.map(({ values }) => ('length' in values ? values.length : 0));
  return method === 'list' ? lengths[0] : lengths.reduce((product, length) => product * length, 1);
}

function seedsOf({ seeds = 1 }: ScenarioText, where: WhereIs): number[] {
  if (typeof seeds === 'number') return Array.from({ length: seeds }, (_, index) => index + 1);
  const twice = seeds.findIndex((seed, index) => seeds.indexOf(seed) < index);
  if (twice >= 0)
    throw usageError(
      `the seed ${seeds[twice]} is given twice`,
      where(['seeds', twice]),
      'a second run of it would tell nothing new',
    );
  return seeds;
}

function placementOf({ placement }: ScenarioText, where: WhereIs): PlacementEntry {
  const at = where(['placement']);
  if (placement === undefined) return { name: 'first-fit', parameters: {}, chosen: false, at };
  if (typeof placement !== 'string') return { parameters: {}, ...placement, chosen: true, at };
  const { name, given } = splitSelector(placement);
  return { name, parameters: given, chosen: true, at };
}

function runSettings(given: ScenarioText, where: WhereIs): RunSettings {
  const { costs = {}, failures } = given;
  return {
    ...defined({
      until: duration(given.until, where(['until'])),
      ...launchLatency(costs.launch, where),
      release: duration(costs.release, where(['costs', 'release'])),
      killScan: duration(costs['kill-scan'], where(['costs', 'kill-scan'])),
      failures: failures && failureModel(failures, where),
    }),
    onNodeFailure: failures?.['on-failure'] ?? 'requeue',
    maxRestarts: failures?.['max-restarts'] ?? 100,
    explain: given.explain ?? false,
  };
}

function launchLatency(given: number | string | (number | string)[] | undefined, where: WhereIs): Partial<RunSettings> {
  if (!Array.isArray(given)) return { launch: duration(given, where(['costs', 'launch'])) };
  const launchQuantiles = given.map((one, index) => parseDuration(String(one), where(['costs', 'launch', index])));
  const late = launchQuantiles.findIndex((one, index) => one < (launchQuantiles[index - 1] ?? 0));
  if (late < 0) return { launchQuantiles };
  const problem = `${given[late]} comes after ${given[late - 1]}`;
  throw usageError(problem, where(['costs', 'launch', late]), 'write quantiles from the least to the greatest');
}

function failureModel(failures: NonNullable<ScenarioText['failures']>, where: WhereIs): RunSettings['failures'] {
  const mtbf = duration(failures.mtbf, where(['failures', 'mtbf'])) ?? 0;
  if (mtbf === 0)
    throw usageError(
      'mtbf is 0: nodes would never be up',
      where(['failures', 'mtbf']),
      'write for example 30d, or leave failures out',
    );
  return { mtbf, mttr: duration(failures.mttr, where(['failures', 'mttr'])) ?? 0, ...defined({ shape: failures.shape }) };
}

function measuresOf(given: ScenarioText, where: WhereIs): MeasureSettings {
  const warmUp = duration(given['warm-up'], where(['warm-up']));
  const drain = duration(given.drain, where(['drain']));
  return { ...defined({ metrics: given.metrics, warmUp, drain }), at: where(['metrics']) };
}

function limitsOf({ limits = {} }: ScenarioText, where: WhereIs): PointLimits {
  const memory = limits.memory === undefined ? undefined : parseQuantity(String(limits.memory), where(['limits', 'memory']));
  return defined({ time: duration(limits.time, where(['limits', 'time'])), memory });
}

function duration(given: number | string | undefined, where: string): number | undefined {
  return given === undefined ? undefined : parseDuration(String(given), where);
}
