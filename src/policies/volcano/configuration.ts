/** A volcano-scheduler.conf: actions, and plugins in tiers. Source: pkg/scheduler/util.go, conf (Volcano v1.15.1). */
import { didYouMean, InputError, usageError } from '../../errors.ts';
import { JsonField, readDocuments } from '../../kubernetes-json.ts';
import type { ParameterFile } from '../../parameters.ts';
import type { SpreadingObjects } from '../kube-default/default-selector.ts';
import { ACTIONS, OTHER_ACTIONS } from './actions/action-list.ts';
import { Arguments } from './arguments.ts';
import type { PluginOption, Switch, Tier } from './plugin.ts';
import { OTHER_PLUGINS, PLUGINS, WITHOUT_EFFECT } from './plugins/plugin-list.ts';
import { SLA_WAIT } from './plugins/sla.ts';
import type { Session } from './session.ts';

export interface Configuration {
  readonly actions: ReadonlyMap<string, (session: Session) => void>;
  readonly tiers: readonly Tier[];
  /** After this time a job is let in whatever there is; Infinity: never [ms]. */
  readonly longestWait: number;
}

/** What the installation of Volcano sets up (its Helm chart's volcano-scheduler.conf). */
const DEFAULT = {
  actions: 'enqueue, allocate, backfill',
  tiers: [
    { plugins: [{ name: 'priority' }, { name: 'gang', enablePreemptable: false }, { name: 'conformance' }] },
    {
      plugins: [
        { name: 'overcommit' },
        { name: 'drf', enablePreemptable: false },
        { name: 'predicates' },
        { name: 'proportion' },
        { name: 'nodeorder' },
        { name: 'binpack' },
      ],
    },
  ],
};

const SWITCHES: readonly Switch[] = [
  'enableJobOrder',
  'enableHierarchy',
  'enableJobReady',
  'enableJobPipelined',
  'enableTaskOrder',
  'enablePreemptable',
  'enableReclaimable',
  'enablePreemptive',
  'enableQueueOrder',
  'enablePredicate',
  'enableNodeOrder',
  'enableJobEnqueued',
  'enableJobStarving',
  'enabledOverused',
  'enabledAllocatable',
];

/** Switches of this and older versions for points that no modelled plugin has. */
const IDLE_SWITCHES = [
  'EnabledClusterOrder',
  'enableBestNode',
  'enableTargetJob',
  'enableReservedNodes',
  'enabledVictim',
  'enabledHyperNodeOrder',
  'enabledSubJobReady',
  'enabledSubJobPipelined',
  'enabledSubJobOrder',
  'enabledHyperNodeGradient',
  'enableNamespaceOrder',
];

export function readConfiguration(file: ParameterFile | undefined, objects: SpreadingObjects): Configuration {
  const [field = new JsonField(DEFAULT, 'default configuration')] = file === undefined ? [] : readDocuments(file);
  onlyKeys(field, ['actions', 'tiers', 'configurations', 'metrics']);
  const actions = readActions(field);
  const tiers = field
    .at('tiers')
    .list()
    .map((tier) => readTier(tier, objects));
  const waits = field.at('tiers').list().flatMap(slaWaits);
  return { actions, tiers, longestWait: Math.min(Infinity, ...waits) };
}

function readActions(field: JsonField): Configuration['actions'] {
  const given = new Map(
    field
      .at('configurations')
      .list()
      .map((one) => [one.at('name').text() ?? '', one.at('arguments')]),
  );
  const actions = new Map<string, (session: Session) => void>();
  for (const text of (field.at('actions').text() ?? '').split(',')) {
    const name = text.trim();
    const entry = ACTIONS.find((action) => action.name === name);
    if (entry === undefined)
      throw unknown(
        'action',
        name,
        field.at('actions'),
        ACTIONS.map((one) => one.name),
        OTHER_ACTIONS,
      );
    if (actions.has(name)) throw usageError(`action ${name} stands there twice`, field.at('actions').path, 'say it once');
    const args = new Arguments(given.get(name) ?? new JsonField(undefined, field.path));
    actions.set(name, entry.create(args));
    args.finish();
  }
  return actions;
}

function readTier(field: JsonField, objects: SpreadingObjects): Tier {
  onlyKeys(field, ['plugins']);
  const plugins = field
    .at('plugins')
    .list()
    .flatMap((one) => readPlugin(one, objects));
  const isHierarchical = plugins.some(({ name, isEnabled }) => name === 'drf' && isEnabled('enableHierarchy'));
  if (isHierarchical && plugins.some(({ name }) => name === 'proportion')) {
    const hint = 'leave out proportion, as Volcano demands';
    throw usageError('drf with enableHierarchy and proportion contradict each other in one tier', field.path, hint);
  }
  return plugins;
}

function readPlugin(field: JsonField, objects: SpreadingObjects): PluginOption[] {
  onlyKeys(field, ['name', 'arguments', ...SWITCHES, ...IDLE_SWITCHES]);
  const name = field.at('name').text() ?? '';
  if (WITHOUT_EFFECT.has(name)) return [];
  const entry = PLUGINS.find((plugin) => plugin.name === name);
  if (entry === undefined) {
    const known = [...PLUGINS.map((plugin) => plugin.name), ...WITHOUT_EFFECT];
    throw unknown('plugin', name, field.at('name'), known, OTHER_PLUGINS);
  }
  const off = new Set(SWITCHES.filter((one) => !(field.at(one).flag() ?? one !== 'enableHierarchy')));
  const isEnabled = (one: Switch) => !off.has(one);
  const args = new Arguments(field.at('arguments'));
  const open = entry.create(args, { isEnabled }, objects);
  args.finish();
  return [{ name, isEnabled, open }];
}

function slaWaits(tier: JsonField): number[] {
  const plugins = tier
    .at('plugins')
    .list()
    .filter((plugin) => plugin.at('name').value === 'sla');
  return plugins.flatMap((plugin) => new Arguments(plugin.at('arguments')).duration(SLA_WAIT) ?? []);
}

/** Volcano passes over keys that it does not know; here they are mistakes. */
function onlyKeys(field: JsonField, keys: readonly string[]): void {
  for (const [key, { path }] of field.entries())
    if (!keys.includes(key)) throw usageError(`there is no "${key}"`, path, didYouMean(key, keys));
}

function unknown(
  kind: string,
  name: string,
  { path }: JsonField,
  known: readonly string[],
  others: Readonly<Record<string, string>>,
) {
  if (!Object.hasOwn(others, name))
    return new InputError(`there is no ${kind} "${name}"`, path, didYouMean(name, known), 'usage');
  return new InputError(`${kind} ${name} is not modelled: ${others[name]}`, path, 'leave it out', 'usage');
}
