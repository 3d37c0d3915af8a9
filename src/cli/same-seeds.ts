/** Runs that saw the same chance. */

interface Seeded {
  readonly seed: number;
}

/**
 * What two policies may be compared on: the runs with seeds that both have, or all if they have none in common. While a sweep is
 * not whole, one may have had the hard seeds and the other the easy ones.
 */
export function withSameSeeds<Run extends Seeded>(one: readonly Run[], other: readonly Run[]): [readonly Run[], readonly Run[]] {
  const [seeds, others] = [one, other].map((runs) => new Set(runs.map(({ seed }) => seed)));
  if (!one.some(({ seed }) => others.has(seed))) return [one, other];
  return [one.filter(({ seed }) => others.has(seed)), other.filter(({ seed }) => seeds.has(seed))];
}
