/** A combination on its way to becoming a point: what the axes of a sweep have changed of it so far. */
import { usageError } from '../errors.ts';
import { readParameters } from '../parameters.ts';
import type { Parameters, ParameterValue } from '../parameters.ts';
import type { RunSettings, SweepAxis, WorkloadChanges } from '../scenario.ts';
import { parseDuration } from '../units.ts';
import type { LoadedEntryCluster, LoadedWorkload } from './inputs.ts';
import type { Resize } from './point.ts';
import type { LoadedPolicy } from './policy-entry.ts';
import { ASSUMED, hasFigure } from './system-entry.ts';

export interface Draft {
  readonly workload: LoadedWorkload;
  readonly changes: WorkloadChanges;
  /** Of the model; empty for a trace. */
  readonly modelParameters: Parameters;
  readonly cluster: LoadedEntryCluster;
  readonly resize: Resize;
  readonly policy: LoadedPolicy;
  readonly parameters: Parameters;
  readonly run: RunSettings;
  /** The axes that bear on it. */
  readonly applied: readonly AppliedAxis[];
}

/** Whose name bears the value of an axis, so that what was run under other conditions is told apart. */
type Part = 'workload' | 'cluster' | 'policy';

interface AppliedAxis {
  readonly part: Part;
  readonly axis: string;
  /** As names bear it. */
  readonly word: string;
  readonly value: ParameterValue;
}

/** Sets an axis; undefined if the draft has nothing that it speaks of. */
type Setter = (draft: Draft, value: ParameterValue, at: string) => Omit<Draft, 'applied'> | undefined;

/** The axes with a name of their own. Costs and failures are of the machine, so clusters bear their values. */
const AXES: Readonly<Record<string, { readonly part: Part; readonly set: Setter }>> = {
  load: { part: 'workload', set: change('load') },
  runtimes: { part: 'workload', set: change('runtimes') },
  sizes: { part: 'workload', set: change('sizes') },
  network: { part: 'workload', set: work('network') },
  io: { part: 'workload', set: work('io') },
  interactive: { part: 'workload', set: work('interactive') },
  steps: { part: 'workload', set: (draft, value, at) => ({ ...draft, changes: { ...draft.changes, steps: steps(value, at) } }) },
  assumed: { part: 'policy', set: assumedFactor },
  nodes: { part: 'cluster', set: (draft, value, at) => ({ ...draft, resize: { ...draft.resize, nodes: nodes(value, at) } }) },
  'nodes-factor': {
    part: 'cluster',
    set: (draft, value, at) => ({ ...draft, resize: { ...draft.resize, factor: factor(value, at) } }),
  },
  'costs.launch': { part: 'cluster', set: cost('launch') },
  'costs.release': { part: 'cluster', set: cost('release') },
  'failures.mtbf': { part: 'cluster', set: failure('mtbf') },
  'failures.mttr': { part: 'cluster', set: failure('mttr') },
};

export const axisNames: readonly string[] = Object.keys(AXES);

/** The draft with the value of an axis; the same draft if the axis does not bear on it. */
export function withAxis(draft: Draft, { name, at }: SweepAxis, value: ParameterValue): Draft {
  const { part, word, set } = axisOf(name, draft);
  const changed = set(draft, value, at);
  if (changed === undefined) return draft;
  return { ...changed, applied: [...draft.applied, { part, axis: name, word, value }] };
}

function axisOf(name: string, { policy }: Draft): { part: Part; word: string; set: Setter } {
  if (Object.hasOwn(AXES, name)) return { ...AXES[name], word: name };
  const model = after(name, 'generate.');
  if (model !== undefined) return { part: 'workload', word: model, set: modelParameter(model) };
  const own = after(name, `${policy.entry.label}.`) ?? after(name, 'policy.');
  // Paths into the description of a system are long: their ends tell them apart.
  const word = policy.system === undefined ? own : own?.split('.').at(-1);
  return { part: 'policy', word: word ?? name, set: own === undefined ? () => undefined : policyParameter(own) };
}

function after(text: string, start: string): string | undefined {
  return text.startsWith(start) ? text.slice(start.length) : undefined;
}

function change(key: 'load' | 'runtimes' | 'sizes'): Setter {
  return (draft, value, at) => ({ ...draft, changes: { ...draft.changes, [key]: factor(value, at) } });
}

function work(key: 'network' | 'io' | 'interactive'): Setter {
  return (draft, value, at) => ({ ...draft, changes: { ...draft.changes, [key]: share(value, at) } });
}

function assumedFactor(draft: Draft, value: ParameterValue, at: string): Omit<Draft, 'applied'> | undefined {
  if (draft.policy.system === undefined) return undefined;
  return { ...draft, parameters: { ...draft.parameters, [ASSUMED]: factor(value, at) } };
}

function cost(key: 'launch' | 'release'): Setter {
  const forgets = key === 'launch' ? { launchQuantiles: undefined } : {};
  return (draft, value, at) => ({ ...draft, run: { ...draft.run, ...forgets, [key]: parseDuration(String(value), at) } });
}

function failure(key: 'mtbf' | 'mttr'): Setter {
  return (draft, value, at) => {
    const { failures } = draft.run;
    if (failures === undefined) throw usageError('the scenario has no failures', at, 'add failures: { mtbf: 30d, mttr: 4h }');
    const duration = parseDuration(String(value), at);
    if (key === 'mtbf' && duration === 0) throw usageError('mtbf is 0: nodes would never be up', at, 'write for example 30d');
    return { ...draft, run: { ...draft.run, failures: { ...failures, [key]: duration } } };
  };
}

function modelParameter(key: string): Setter {
  return (draft, value, at) => {
    const specs = draft.workload.model?.spec.parameters ?? {};
    if (!Object.hasOwn(specs, key)) return undefined;
    return { ...draft, modelParameters: { ...draft.modelParameters, ...one(readParameters(specs, { [key]: value }, at), key) } };
  };
}

function policyParameter(key: string): Setter {
  return (draft, value, at) => {
    const { specs, system } = draft.policy;
    if (system !== undefined) {
      if (!hasFigure(system, draft.parameters, { path: key, value: String(value), at })) return undefined;
      return { ...draft, parameters: { ...draft.parameters, [key]: value } };
    }
    if (!Object.hasOwn(specs, key)) return undefined;
    if (specs[key].type === 'file') throw usageError(`"${key}" is a file`, at, 'list the policy once for each file instead');
    return { ...draft, parameters: { ...draft.parameters, ...one(readParameters(specs, { [key]: value }, at), key) } };
  };
}

function one(parameters: Parameters, key: string): Parameters {
  return { [key]: parameters[key] };
}

function factor(value: ParameterValue, at: string): number {
  if (typeof value === 'number' && value > 0 && value < Infinity) return value;
  throw usageError(`"${value}" is no factor`, at, 'write numbers above 0; 1 changes nothing');
}

function share(value: ParameterValue, at: string): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw usageError(`"${value}" is no share`, at, 'write numbers from 0 to 1');
}

function steps(value: ParameterValue, at: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw usageError(`"${value}" is no number of steps`, at, 'write whole numbers from 1 on');
}

function nodes(value: ParameterValue, at: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw usageError(`"${value}" is no number of nodes`, at, 'write whole numbers from 1 on; a range needs a whole step');
}

/** A name, and the values of the axes that change what it stands for. */
export function nameWith(name: string, part: Part, { applied }: Draft): string {
  const pairs = applied.filter((axis) => axis.part === part).map(({ word, value }) => `${word}=${value}`);
  if (pairs.length === 0) return name;
  if (part !== 'policy') return `${name} @ ${pairs.join(',')}`;
  return `${name}${name.includes(':') ? ',' : ':'}${pairs.join(',')}`;
}
