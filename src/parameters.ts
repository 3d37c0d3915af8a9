import { didYouMean, usageError } from './errors.ts';
import { formatDuration, parseDuration } from './units.ts';

/** A parameter of a policy, placement or generator: what help, validation and schema are made from. */
export interface ParameterSpec {
  /** One sentence. */
  readonly summary: string;
  /**
   * `duration` is written with its unit and held in ms; `flag` is true or false; `file` is the path of a text file, or
   * empty: what stands in it is handed over beside the parameters.
   */
  readonly type: 'number' | 'integer' | 'duration' | 'choice' | 'flag' | 'text' | 'file';
  readonly default: ParameterValue;
  /** For choices. */
  readonly choices?: readonly string[];
  /** Bounds that are allowed, for numbers. */
  readonly min?: number;
  readonly max?: number;
}

export type ParameterValue = number | string | boolean;
export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;
/** A value for each parameter of a spec. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** A text file that a parameter names. */
export interface ParameterFile {
  readonly path: string;
  readonly text: string;
}

/** The files that were given, by parameter. */
export type ParameterFiles = Readonly<Record<string, ParameterFile>>;

/** `name:key=value,key=value` taken apart. */
export function splitSelector(selector: string): { name: string; given: Record<string, string> } {
  const colon = selector.indexOf(':');
  // A policy file may sit under a Windows drive letter: a colon before a backslash is not ours.
  const cut = colon >= 0 && selector[colon + 1] !== '\\' ? colon : selector.indexOf(':', colon + 1);
  if (cut < 0 || colon < 0) return { name: selector, given: {} };
  // Without a prototype: `__proto__` is a name like any other, and no parameter of anything.
  const given = Object.create(null) as Record<string, string>;
  for (const pair of selector.slice(cut + 1).split(',')) {
    const equals = pair.indexOf('=');
    if (equals < 1) {
      throw usageError(`"${pair}" has no value`, selector, 'write parameters as key=value, with commas between them');
    }
    const name = pair.slice(0, equals);
    if (name in given) throw usageError(`${name} is given twice`, selector, 'say it once');
    given[name] = pair.slice(equals + 1);
  }
  return { name: selector.slice(0, cut), given };
}

/** Checks what was given against the specs and fills in the defaults. `where` names the flag or file for errors. */
export function readParameters(specs: ParameterSpecs, given: Readonly<Record<string, unknown>>, where: string): Parameters {
  const values: Record<string, ParameterValue> = {};
  for (const [name, spec] of Object.entries(specs)) values[name] = spec.default;
  for (const [name, value] of Object.entries(given)) {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec === undefined) {
      const known = Object.keys(specs);
      throw usageError(
        `there is no parameter "${name}"`,
        where,
        known.length === 0 ? 'it takes no parameters' : didYouMean(name, known),
      );
    }
    values[name] = readValue(spec, value, `${where}, ${name}`);
  }
  return values;
}

function readValue(spec: ParameterSpec, value: unknown, where: string): ParameterValue {
  const text = String(value);
  switch (spec.type) {
    case 'text':
    case 'file':
      return text;
    case 'flag':
      if (text !== 'true' && text !== 'false')
        throw usageError(`"${text}" is neither true nor false`, where, 'write true or false');
      return text === 'true';
    case 'choice':
      if (!spec.choices!.includes(text)) throw usageError(`there is no "${text}"`, where, didYouMean(text, spec.choices!));
      return text;
    default:
      return readNumber(spec, text, where);
  }
}

function readNumber(spec: ParameterSpec, text: string, where: string): number {
  const number = spec.type === 'duration' ? parseDuration(text, where) : Number(text);
  const { min = -Infinity, max = Infinity } = spec;
  const show = (bound: number) => (spec.type === 'duration' ? formatDuration(bound) : String(bound));
  if (text.trim() === '' || Number.isNaN(number) || (spec.type === 'integer' && !Number.isInteger(number))) {
    throw usageError(`"${text}" is not ${spec.type === 'integer' ? 'a whole number' : 'a number'}`, where, spec.summary);
  }
  if (number < min || number > max) {
    const range =
      max === Infinity ? `at least ${show(min)}` : min === -Infinity ? `at most ${show(max)}` : `${show(min)} to ${show(max)}`;
    throw usageError(`${text} is out of range`, where, `allowed: ${range}`);
  }
  return number;
}
