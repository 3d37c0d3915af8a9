import { countOf } from '../../units.ts';
import { meanOf } from './moments.ts';
import { NO_WIDENING } from './observations.ts';
import type { Observations } from './observations.ts';
import { keyWithoutSeed } from './sample.ts';
import type { RunSample } from './sample.ts';

/** One run of each policy, on the same workload and cluster under the same seed. */
interface Pair {
  readonly key: string;
  readonly baseline: number;
  readonly other: number;
}

/** Names at most this many keys in a warning. */
const MOST_NAMED = 3;

/** Puts the runs of two policies together. What has no partner, or no value, is left out with a warning. */
export function pairObservations(baseline: RunSample, other: RunSample): Observations {
  const warnings: string[] = [];
  const pairs = inBoth(baseline, other, warnings);
  const distinct = withoutRepetition(pairs, warnings);
  const groups = new Set(distinct.map(({ key }) => keyWithoutSeed(key))).size;
  if (groups > 1) {
    warnings.push(
      `the pairs are of ${groups} combinations of workload and cluster: the interval is about these taken together, and those with the largest figures weigh most`,
    );
  }
  const columns = {
    baseline: Float64Array.from(distinct, (pair) => pair.baseline),
    other: Float64Array.from(distinct, (pair) => pair.other),
  };
  return {
    kind: 'pairs',
    ...columns,
    baselineValue: meanOf(columns.baseline),
    otherValue: meanOf(columns.other),
    centre: 'mean',
    widening: NO_WIDENING,
    independent: true,
    withoutStart: false,
    more: groups > 1 ? 'pair' : 'seed',
    rule: 'runs of the same workload, cluster and seed are pairs',
    warnings,
  };
}

/** The samples of each workload and cluster by itself, for a comparison that does not throw them together. */
export function splitByWorkload(sample: RunSample): Map<string, RunSample> {
  const parts = new Map<string, Map<string, number>>();
  for (const [key, value] of sample.figures) {
    const group = keyWithoutSeed(key);
    const part = parts.get(group) ?? new Map<string, number>();
    parts.set(group, part.set(key, value));
  }
  return new Map([...parts].map(([group, figures]) => [group, { ...sample, figures }]));
}

/** Pairs in the order of their keys, so that the bootstrap does not depend on the order in which runs were done. */
function inBoth(baseline: RunSample, other: RunSample, warnings: string[]): Pair[] {
  warnAlone(baseline, other, warnings);
  warnAlone(other, baseline, warnings);
  const pairs: Pair[] = [];
  const undefinedKeys: string[] = [];
  for (const key of [...baseline.figures.keys()].sort()) {
    const pair = { key, baseline: baseline.figures.get(key) ?? NaN, other: other.figures.get(key) ?? NaN };
    if (!other.figures.has(key)) continue;
    if (Number.isFinite(pair.baseline) && Number.isFinite(pair.other)) pairs.push(pair);
    else undefinedKeys.push(key);
  }
  if (undefinedKeys.length > 0)
    warnings.push(
      `left out ${countOf(undefinedKeys.length, 'pair')} in which the figure is not defined: ${named(undefinedKeys)}`,
    );
  return pairs;
}

function warnAlone(sample: RunSample, partner: RunSample, warnings: string[]): void {
  const alone = [...sample.figures.keys()].filter((key) => !partner.figures.has(key)).sort();
  if (alone.length > 0)
    warnings.push(`left out ${countOf(alone.length, 'run')} of ${sample.label} that ${partner.label} has not: ${named(alone)}`);
}

/**
 * Seeds under which nothing changed are one observation, not many: a replayed trace under a policy without chance gives
 * the same figures whatever the seed, and taking each as a pair would make up certainty.
 */
function withoutRepetition(pairs: readonly Pair[], warnings: string[]): Pair[] {
  const groups = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const group = keyWithoutSeed(pair.key);
    groups.set(group, [...(groups.get(group) ?? []), pair]);
  }
  return [...groups].flatMap(([group, members]) => {
    const [first] = members;
    const same = members.every(({ baseline, other }) => baseline === first.baseline && other === first.other);
    if (members.length < 2 || !same) return members;
    warnings.push(`the ${members.length} seeds of ${group} gave the same figures: they count as one observation`);
    return [first];
  });
}

function named(keys: readonly string[]): string {
  const more = keys.length - MOST_NAMED;
  return keys.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
