/** The values that a sweep tries: one assignment of all axes for each of its points. */
import type { ParameterValue } from '../parameters.ts';
import { randomStream } from '../random.ts';
import type { Sweep, SweepAxis, SweepRange } from '../scenario.ts';

/** A value for each axis, in the order of the axes. */
export type Assignment = ReadonlyMap<string, ParameterValue>;

/** All assignments in their order; a single empty one without a sweep. */
export function assignmentsOf(sweep: Sweep | undefined): Assignment[] {
  if (sweep === undefined) return [new Map()];
  if (sweep.method === 'latin-hypercube') return latinHypercube(sweep);
  const lists = sweep.axes.map(({ name, values }) => ({ name, values: values as readonly ParameterValue[] }));
  if (sweep.method === 'list') {
    return Array.from(
      { length: lists[0].values.length },
      (_, row) => new Map(lists.map(({ name, values }) => [name, values[row]])),
    );
  }
  // The last axis turns fastest.
  return lists.reduce<Map<string, ParameterValue>[]>(
    (all, { name, values }) => all.flatMap((one) => values.map((value) => new Map([...one, [name, value]]))),
    [new Map()],
  );
}

/**
 * As many samples as asked for: each axis is cut into as many strata, and each stratum is used once, in an order drawn
 * for that axis alone, so that another axis draws nothing from it. Lists are cut evenly.
 * Source: McKay, Beckman and Conover, "A comparison of three methods for selecting values of input variables in the
 * analysis of output from a computer code", Technometrics 21(2), 1979.
 */
function latinHypercube({ axes, samples, seed }: Sweep): Assignment[] {
  const columns = axes.map((axis) => drawColumn(axis, samples, seed));
  return Array.from({ length: samples }, (_, row) => new Map(axes.map(({ name }, index) => [name, columns[index][row]])));
}

function drawColumn({ name, values }: SweepAxis, samples: number, seed: number): ParameterValue[] {
  const random = randomStream(seed, `latin-hypercube/${name}`);
  const strata = Array.from({ length: samples }, (_, index) => index);
  // Fisher and Yates.
  for (let last = samples - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [strata[last], strata[other]] = [strata[other], strata[last]];
  }
  return strata.map((stratum) => {
    const share = (stratum + random.uniform()) / samples;
    return 'length' in values ? values[Math.min(values.length - 1, Math.floor(share * values.length))] : within(values, share);
  });
}

/** Six digits are more than any setting is known to, and people can read them. */
const DIGITS = 6;

function within({ from, to, step, scale }: SweepRange, share: number): number {
  const value = scale === 'log' ? from * (to / from) ** share : from + share * (to - from);
  if (step === 0) return Math.min(to, Math.max(from, Number(value.toPrecision(DIGITS))));
  const steps = Math.floor((to - from) / step + 1e-9);
  // Each step stands for an equal part of the range, the last one included.
  const chosen = scale === 'log' ? Math.round((value - from) / step) : Math.floor(share * (steps + 1));
  return Number((from + Math.min(steps, chosen) * step).toPrecision(12));
}
