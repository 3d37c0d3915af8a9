/**
 * The scheduler's configuration, as its configmap holds it: actions, tiers of plugins with arguments, and where usage is
 * kept.
 * Source: pkg/scheduler/conf, pkg/scheduler/conf_util, pkg/scheduler/cache/usagedb/api (KAI-Scheduler v0.13.0).
 */
import { didYouMean, usageError } from '../../errors.ts';
import type { JsonField } from '../../kubernetes-json.ts';
import { DAY, MINUTE, parseDuration } from '../../units.ts';
import type { UsageSettings } from './usage-history.ts';

export const ACTIONS = ['allocate', 'consolidation', 'reclaim', 'preempt', 'stalegangeviction'] as const;
export type Action = (typeof ACTIONS)[number];

/** Plugins that make a difference here. */
const MODELLED = [
  'predicates',
  'proportion',
  'priority',
  'elastic',
  'nodeavailability',
  'resourcetype',
  'nodeplacement',
  'subgrouporder',
  'taskorder',
  'minruntime',
];
/** Those that a configuration may name, and that change nothing here: what they look at is not in the model. */
const UNMODELLED = [
  'kubeflow',
  'ray',
  'gpusharingorder',
  'gpupack',
  'gpuspread',
  'nominatednode',
  'dynamicresources',
  'podaffinity',
  'topology',
  'snapshot',
  'reflectjoborder',
];

export interface KaiConfiguration {
  readonly actions: readonly Action[];
  /** The plugins that compare jobs, in their order. */
  readonly jobOrder: readonly ('priority' | 'elastic')[];
  readonly plugins: ReadonlySet<string>;
  /** How nodes are chosen for tasks with GPUs and for those without. */
  readonly placement: { readonly gpu: NodeStrategy; readonly cpu: NodeStrategy };
  /** How many times a reclaimer's saturation counts. */
  readonly saturationMultiplier: number;
  /** The k value of shares over time. */
  readonly kValue: number;
  /** For queues that do not say [ms]. */
  readonly preemptMinRuntime: number;
  readonly reclaimMinRuntime: number;
  readonly reclaimResolveMethod: 'lca' | 'queue';
  /** How many jobs of a queue an action looks at [count]; Infinity if absent. */
  readonly queueDepth: ReadonlyMap<string, number>;
  /** Absent: usage over time does not count. */
  readonly usage?: UsageSettings;
}

export type NodeStrategy = 'binpack' | 'spread';

type Arguments = ReadonlyMap<string, JsonField>;

/** Reads a parsed configuration; `undefined` gives the defaults. */
export function readKaiConfiguration(field: JsonField): KaiConfiguration {
  const plugins = readPlugins(field.at('tiers'));
  const argumentsOf = (name: string): Arguments => plugins.get(name) ?? new Map<string, JsonField>();
  const proportion = argumentsOf('proportion');
  const minruntime = argumentsOf('minruntime');
  const nodeplacement = argumentsOf('nodeplacement');
  return {
    actions: readActions(field.at('actions')),
    jobOrder: [...plugins.keys()].filter((name) => name === 'priority' || name === 'elastic'),
    plugins: new Set(plugins.keys()),
    placement: { gpu: strategy(nodeplacement.get('gpu')), cpu: strategy(nodeplacement.get('cpu')) },
    saturationMultiplier: Math.max(
      1,
      numberOf(proportion.get('relcaimerSaturationMultiplier') ?? proportion.get('reclaimerUtilizationMultiplier'), 1),
    ),
    kValue: Math.max(0, numberOf(proportion.get('kValue'), 1)),
    preemptMinRuntime: durationOf(minruntime.get('defaultPreemptMinRuntime'), 0),
    reclaimMinRuntime: durationOf(minruntime.get('defaultReclaimMinRuntime'), 0),
    reclaimResolveMethod: minruntime.get('reclaimResolveMethod')?.word('lca', 'queue') ?? 'lca',
    queueDepth: new Map(
      field
        .at('queueDepthPerAction')
        .entries()
        .map(([name, depth]) => [name, depth.integer() ?? Infinity]),
    ),
    usage: readUsage(field.at('usageDBConfig')),
  };
}

function readActions(field: JsonField): readonly Action[] {
  const text = field.text() ?? '';
  if (text === '') return ACTIONS;
  return text.split(',').map((name) => {
    const action = ACTIONS.find((one) => one === name.trim());
    if (action === undefined)
      throw usageError(`there is no action "${name.trim()}"`, field.path, didYouMean(name.trim(), ACTIONS));
    return action;
  });
}

/** Arguments that plugins take; others would be dropped in silence. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  proportion: ['relcaimerSaturationMultiplier', 'reclaimerUtilizationMultiplier', 'kValue'],
  minruntime: ['defaultPreemptMinRuntime', 'defaultReclaimMinRuntime', 'reclaimResolveMethod'],
  nodeplacement: ['gpu', 'cpu'],
};

/** The default order is that of the scheduler's own configuration. */
const USUAL = [
  'predicates',
  'proportion',
  'priority',
  'elastic',
  'nodeavailability',
  'resourcetype',
  'subgrouporder',
  'taskorder',
];

function readPlugins(tiers: JsonField): Map<string, Arguments> {
  const given = tiers.list().flatMap((tier) => tier.at('plugins').list());
  if (given.length === 0) return new Map([...USUAL, 'nodeplacement', 'minruntime'].map((name) => [name, new Map()]));
  return new Map(
    given.map((plugin) => {
      const name = plugin.at('name').text() ?? '';
      const known = [...MODELLED, ...UNMODELLED];
      if (!known.includes(name))
        throw usageError(`there is no plugin "${name}"`, plugin.at('name').path, didYouMean(name, known));
      return [name, readArguments(name, plugin.at('arguments'))];
    }),
  );
}

function readArguments(plugin: string, field: JsonField): Arguments {
  const taken = ARGUMENTS[plugin] ?? [];
  for (const [name, value] of field.entries()) {
    if (MODELLED.includes(plugin) && !taken.includes(name)) {
      const hint = taken.length === 0 ? 'it takes none' : didYouMean(name, taken);
      throw usageError(`${plugin} takes no argument "${name}"`, value.path, hint);
    }
  }
  return new Map(field.entries());
}

function strategy(field: JsonField | undefined): NodeStrategy {
  return field?.word('binpack', 'spread') ?? 'binpack';
}

/** Arguments are texts. */
function numberOf(field: JsonField | undefined, usual: number): number {
  if (field === undefined) return usual;
  const number = typeof field.value === 'string' && field.value.trim() !== '' ? Number(field.value) : field.value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw field.wrong('a number');
  return number;
}

function durationOf(field: JsonField | undefined, usual: number): number {
  const text = field?.text();
  return field === undefined || text === undefined ? usual : parseDuration(text, field.path);
}

function readUsage(field: JsonField): UsageSettings | undefined {
  if (field.absent) return undefined;
  const params = field.at('usageParams');
  const duration = (name: string, usual: number) => durationOf(params.at(name), usual);
  const windowType = params.at('windowType');
  if (windowType.value === 'cron') {
    throw usageError('windows by cron are not modelled', windowType.path, 'write tumbling with windowSize, or sliding');
  }
  const halfLife = duration('halfLifePeriod', 0);
  const start = params.at('tumblingWindowStartTime');
  return {
    halfLife: halfLife > 0 ? halfLife : Infinity,
    window: atLeastOne(params.at('windowSize'), duration('windowSize', 7 * DAY)),
    windowType: windowType.word('sliding', 'tumbling') ?? 'sliding',
    windowStart: start.absent ? 0 : durationOf(start, 0),
    resolution: atLeastOne(params, durationOf(params.at('extraParams').at('queryResolution'), MINUTE)),
    fetchInterval: atLeastOne(params.at('fetchInterval'), duration('fetchInterval', MINUTE)),
  };
}

function atLeastOne(field: JsonField, time: number): number {
  if (time >= 1) return time;
  throw usageError('this time must be at least 1 ms', field.path, 'write for example 1m');
}
