/** Durations of a description, each told with its own place if it is none. */
import { usageError } from '../errors.ts';
import { parseDuration } from '../units.ts';
import type { WhereIs } from '../yaml-places.ts';
import { NO_TIME } from './distribution.ts';
import type { Distribution } from './distribution.ts';
import type { SteadyText, TimeText } from './system-schema.ts';

type Amount = number | string;

/** Reads figures at one place of a description. */
export class FigureReader {
  /** What durations that are assumed are multiplied by. */
  readonly assumed: number;
  readonly #whereIs: WhereIs;
  readonly #path: readonly (string | number)[];

  constructor(assumed: number, whereIs: WhereIs, path: readonly (string | number)[]) {
    this.assumed = assumed;
    this.#whereIs = whereIs;
    this.#path = path;
  }

  /** The place of what is read, for errors. */
  get where(): string {
    return this.#whereIs(this.#path);
  }

  /** Reads what lies under it. */
  in(...path: readonly (string | number)[]): FigureReader {
    return new FigureReader(this.assumed, this.#whereIs, [...this.#path, ...path]);
  }
}

/** [ms] */
export function durationOf(given: Amount, { where }: FigureReader): number {
  return parseDuration(String(given), where);
}

/** A limit of which nothing is possible in no time; Infinity = there is none [ms]. */
export function limitOf(given: Amount, reader: FigureReader): number {
  return given === 'unlimited' ? Infinity : aboveNothing(durationOf(given, reader), given, reader);
}

/** A duration that is always the same [ms]. */
export function steadyOf(given: SteadyText | undefined, reader: FigureReader, otherwise = 0): number {
  if (given === undefined) return otherwise;
  if (typeof given !== 'object') return durationOf(given, reader);
  return factorOf(given, reader) * durationOf(given.value, reader);
}

/** The time between looks of which there are many [ms]. */
export function intervalOf(given: SteadyText, reader: FigureReader): number {
  return aboveNothing(steadyOf(given, reader), typeof given === 'object' ? given.value : given, reader);
}

export function timeOf(given: TimeText | undefined, reader: FigureReader): Distribution {
  if (given === undefined) return NO_TIME;
  if (typeof given !== 'object') return { kind: 'constant', value: durationOf(given, reader) };
  const { value, normal, lognormal, uniform } = given;
  const factor = factorOf(given, reader);
  const read = (one: Amount) => factor * durationOf(one, reader);
  const said = [value, normal, lognormal, uniform].filter((one) => one !== undefined).length;
  if (said !== 1) {
    const problem = said === 0 ? 'it is not said how long it takes' : 'how long it takes is said more than once';
    throw usageError(problem, reader.where, 'write one of value, normal, lognormal and uniform');
  }
  if (normal) return { kind: 'normal', mean: read(normal[0]), deviation: read(normal[1]) };
  if (lognormal) return lognormalOf(read(lognormal[0]), read(lognormal[1]), reader);
  if (uniform) return uniformOf(read(uniform[0]), read(uniform[1]), reader);
  return { kind: 'constant', value: read(value ?? 0) };
}

function lognormalOf(mean: number, deviation: number, { where }: FigureReader): Distribution {
  if (mean > 0 || deviation === 0) return { kind: 'lognormal', mean, deviation };
  throw usageError('a lognormal duration of mean 0 is always 0', where, 'give it a mean above 0');
}

function uniformOf(from: number, to: number, { where }: FigureReader): Distribution {
  if (from <= to) return { kind: 'uniform', from, to };
  throw usageError('the least is more than the most', where, 'write uniform: [least, most]');
}

function factorOf({ evidence }: Exclude<TimeText, Amount>, { assumed }: FigureReader): number {
  return evidence === 'assumed' ? assumed : 1;
}

function aboveNothing(time: number, given: Amount, { where }: FigureReader): number {
  if (time > 0) return time;
  throw usageError(`"${given}" is no time at all`, where, 'write a duration above 0');
}
