/**
 * A scheduler's profile: which plugins filter and score, with what arguments and weights.
 * Source: KubeSchedulerConfiguration v1 (pkg/scheduler/apis/config, Kubernetes v1.36.2).
 */
import { didYouMean, InputError } from '../../errors.ts';
import { JsonField } from '../../kubernetes-json.ts';
import type { Behaviour } from './behaviour.ts';
import type { SpreadingObjects } from './default-selector.ts';
import type { FilterPlugin, ScorePlugin } from './plugin.ts';
import { PLUGINS, UNMODELLED } from './plugin-list.ts';
import type { PluginEntry } from './plugin-list.ts';
import { DEFAULT_PREEMPTION, readPreemptionArgs } from './preemption.ts';
import type { PreemptionArgs } from './preemption.ts';
import type { WeightedPlugin } from './score-run.ts';

export interface Profile {
  readonly schedulerName: string;
  readonly filters: readonly FilterPlugin[];
  readonly scores: readonly WeightedPlugin[];
  readonly tieBreak: Behaviour['tieBreak'];
  /** Share of the nodes after which the search ends [%]; 0: by the size of the cluster. */
  readonly percentageOfNodesToScore: number;
  /** Absent if the plugin is disabled. */
  readonly preemption?: PreemptionArgs;
}

const NO_OBJECTS: SpreadingObjects = { services: [], replicators: [] };

export function defaultProfile(behaviour: Behaviour, objects: SpreadingObjects = NO_OBJECTS): Profile {
  return readProfile(new JsonField({}, 'default profile'), behaviour, objects);
}

/** One element of `profiles`. `percentage` is what the configuration says for all profiles. */
export function readProfile(field: JsonField, behaviour: Behaviour, objects = NO_OBJECTS, percentage = 0): Profile {
  field.expectOnly('schedulerName', 'percentageOfNodesToScore', 'plugins', 'pluginConfig');
  const switches = readSwitches(field.at('plugins'));
  const args = readPluginArgs(field.at('pluginConfig'));
  const made = PLUGINS.map((entry) => {
    const plugin = entry.create(args.get(entry.name) ?? new JsonField(undefined, field.path), objects);
    return { entry, plugin };
  });
  const filters = made.flatMap(({ entry: { name }, plugin }) => {
    return isFilter(plugin) && switches.enabled('filter', name) ? plugin : [];
  });
  const scores = made.flatMap(({ entry, plugin }) => {
    if (!isScore(plugin) || !switches.enabled('score', entry.name)) return [];
    return { plugin, weight: switches.weight(entry) };
  });
  const preemption = switches.enabled('postFilter', 'DefaultPreemption')
    ? readPreemptionArgs(args.get('DefaultPreemption') ?? new JsonField(undefined, field.path))
    : undefined;
  return {
    schedulerName: field.at('schedulerName').text() ?? 'default-scheduler',
    filters,
    scores,
    tieBreak: behaviour.tieBreak,
    percentageOfNodesToScore: field.at('percentageOfNodesToScore').integer() ?? percentage,
    preemption,
  };
}

/** A profile of a few filters, by name, with default arguments. */
export function filtersOnly(names: readonly string[], behaviour: Behaviour): Profile {
  const full = defaultProfile(behaviour);
  const filters = full.filters.filter(({ name }) => names.includes(name));
  return { ...full, filters, scores: [], preemption: DEFAULT_PREEMPTION };
}

function isFilter(plugin: Partial<FilterPlugin>): plugin is FilterPlugin {
  return plugin.preFilter !== undefined;
}

function isScore(plugin: Partial<ScorePlugin>): plugin is ScorePlugin {
  return plugin.preScore !== undefined;
}

/** The extension points of v1; placements only where they exist (1.36). */
const POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
  'multiPoint',
  'placementGenerate',
  'placementScore',
];

type Point = 'filter' | 'score' | 'postFilter';

interface Switches {
  enabled(point: Point, name: string): boolean;
  weight(entry: PluginEntry): number;
}

/** `plugins`: what is enabled and disabled at all extension points (multiPoint) or at one. */
function readSwitches(field: JsonField): Switches {
  field.expectOnly(...POINTS);
  for (const [, point] of field.entries()) checkSwitch(point);
  const everywhere = readSwitch(field.at('multiPoint'));
  const points = { filter: field.at('filter'), score: field.at('score'), postFilter: field.at('postFilter') };
  const at = { filter: readSwitch(points.filter), score: readSwitch(points.score), postFilter: readSwitch(points.postFilter) };
  return {
    enabled(point, name) {
      if (at[point].enabled.has(name)) return true;
      if (at[point].disabled.has(name) || at[point].disabled.has('*')) return false;
      if (everywhere.enabled.has(name)) return true;
      return !everywhere.disabled.has(name) && !everywhere.disabled.has('*');
    },
    // A weight of 0 means that none was given.
    weight: ({ name, weight = 1 }) => at.score.enabled.get(name) || everywhere.enabled.get(name) || weight,
  };
}

interface Switch {
  /** Names with their weights. */
  readonly enabled: ReadonlyMap<string, number>;
  readonly disabled: ReadonlySet<string>;
}

/** Of points at which nothing here works too; names are looked at where they matter, since others bring their own. */
function checkSwitch(field: JsonField): void {
  field.expectOnly('enabled', 'disabled');
  for (const one of [...field.at('enabled').list(), ...field.at('disabled').list()]) one.expectOnly('name', 'weight');
}

function readSwitch(field: JsonField): Switch {
  const enabled = field.at('enabled').list();
  const disabled = field.at('disabled').list();
  return {
    enabled: new Map(enabled.map((one) => [readName(one), readWeight(one.at('weight'))])),
    disabled: new Set(disabled.map(readName)),
  };
}

function readWeight(field: JsonField): number {
  const weight = field.integer() ?? 0;
  if (weight < 0) throw field.wrong('a weight of 0 or more');
  return weight;
}

/** Fields of the arguments that make a difference here; those of other plugins are not looked at. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  DefaultPreemption: ['minCandidateNodesPercentage', 'minCandidateNodesAbsolute'],
  InterPodAffinity: ['hardPodAffinityWeight', 'ignorePreferredTermsOfExistingPods'],
  NodeAffinity: ['addedAffinity'],
  NodeResourcesBalancedAllocation: ['resources'],
  NodeResourcesFit: ['ignoredResources', 'ignoredResourceGroups', 'scoringStrategy'],
  PodTopologySpread: ['defaultConstraints', 'defaultingType'],
};

function readPluginArgs(field: JsonField): Map<string, JsonField> {
  return new Map(
    field.list().map((one) => {
      one.expectOnly('name', 'args');
      const name = readName(one);
      const known = ARGUMENTS[name];
      if (known !== undefined) one.at('args').expectOnly('apiVersion', 'kind', ...known);
      return [name, one.at('args')];
    }),
  );
}

function readName(field: JsonField): string {
  const name = field.at('name').text() ?? '';
  if (name === '*' || UNMODELLED.has(name) || PLUGINS.some((entry) => entry.name === name)) return name;
  const known = [...PLUGINS.map((entry) => entry.name), ...UNMODELLED];
  throw new InputError(`there is no scheduling plugin "${name}"`, field.at('name').path, didYouMean(name, known), 'usage');
}
