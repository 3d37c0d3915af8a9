/** What a program says of itself before any run. */
import { usageError } from '../../errors.ts';
import type { InputError } from '../../errors.ts';
import { readParameters } from '../../parameters.ts';
import type { ParameterSpec, ParameterSpecs } from '../../parameters.ts';
import { parseDuration } from '../../units.ts';
import { isObject } from './lines.ts';

export interface Description {
  readonly name?: string;
  readonly summary: string;
  readonly source: string;
  readonly needsNodes: boolean;
  readonly parameters: ParameterSpecs;
}

const HINT = 'it must answer "describe" as clients/PROTOCOL.md says';
const TYPES: readonly ParameterSpec['type'][] = ['number', 'integer', 'duration', 'choice', 'flag', 'text', 'file'];

/** Checks the description that the program at `path` has given. */
export function readDescription(answer: Readonly<Record<string, unknown>>, path: string): Description {
  const { name, summary = '', source = path, needs_nodes: needsNodes = false, parameters = {} } = answer;
  const wrong = (field: string, value: unknown, wanted: string) =>
    usageError(`its description has ${JSON.stringify(value)} as "${field}", not ${wanted}`, path, HINT);
  if (name !== undefined && (typeof name !== 'string' || name === '')) throw wrong('name', name, 'a text');
  if (typeof summary !== 'string') throw wrong('summary', summary, 'a text');
  if (typeof source !== 'string') throw wrong('source', source, 'a text');
  if (typeof needsNodes !== 'boolean') throw wrong('needs_nodes', needsNodes, 'true or false');
  if (!isObject(parameters)) throw wrong('parameters', parameters, 'an object');
  const specs = Object.entries(parameters).map(([key, value]) => [key, readSpec(key, value, path)] as const);
  return { name, summary, source, needsNodes, parameters: Object.fromEntries(specs) };
}

function readSpec(key: string, value: unknown, path: string): ParameterSpec {
  const wrong = (problem: string): InputError => usageError(`its parameter "${key}" ${problem}`, path, HINT);
  if (!isObject(value)) throw wrong(`is ${JSON.stringify(value)}, not an object`);
  const { summary = '', type, default: given, choices, min, max } = value;
  const known = TYPES.find((one) => one === type);
  if (known === undefined) throw wrong(`has ${JSON.stringify(type)} as "type": one of ${TYPES.join(', ')}`);
  if (typeof summary !== 'string') throw wrong(`has ${JSON.stringify(summary)} as "summary", not a text`);
  if (typeof given !== 'string' && typeof given !== 'number' && typeof given !== 'boolean')
    throw wrong(`has ${JSON.stringify(given)} as "default": give a value`);
  const isListOfTexts = Array.isArray(choices) && choices.every((choice) => typeof choice === 'string');
  if (known === 'choice' && !isListOfTexts) throw wrong('is a choice without a list "choices"');
  const bound = (name: string, limit: unknown) =>
    readBound(known, limit, () => wrong(`has ${JSON.stringify(limit)} as "${name}"`));
  const spec: ParameterSpec = {
    summary,
    type: known,
    default: '',
    choices: isListOfTexts ? choices : undefined,
    min: bound('min', min),
    max: bound('max', max),
  };
  return { ...spec, default: readParameters({ [key]: spec }, { [key]: given }, `${path}, default of ${key}`)[key] };
}

function readBound(type: ParameterSpec['type'], limit: unknown, error: () => InputError): number | undefined {
  if (limit === undefined || limit === null) return undefined;
  if (type === 'duration' && typeof limit === 'string') return parseDuration(limit, 'bound of a parameter');
  if (typeof limit !== 'number') throw error();
  return limit;
}
