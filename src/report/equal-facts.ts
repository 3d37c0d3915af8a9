import { listed } from './number-text.ts';
import { countOf } from '../units.ts';

/** Something that holds of a policy or system; of all together if `who` is undefined. */
export interface Fact {
  readonly who?: string;
  readonly text: string;
}

/** Names that stand before a fact [count]. */
const NAMED = 4;

/** Each fact once, with all of whom it holds: `easy, kueue and 3 more: 2 jobs were killed at their limit`. */
export function groupedFacts(facts: readonly Fact[]): string[] {
  const groups = new Map<string, Set<string>>();
  for (const { who, text } of facts) {
    const names = groups.get(text) ?? new Set();
    if (who !== undefined) names.add(who);
    groups.set(text, names);
  }
  return [...groups].map(([text, names]) => (names.size === 0 ? text : `${namesText([...names])}: ${text}`));
}

function namesText(names: readonly string[]): string {
  return names.length <= NAMED ? listed(names) : listed([...names.slice(0, NAMED - 1), `${names.length - NAMED + 1} more`]);
}

/** `in 3 runs, 2 each`, `in 2 of 3 runs, 1 to 4 each`; empty for the only run. `counts`: of each run. */
export function spreadText(counts: readonly number[]): string {
  if (counts.length === 1) return '';
  const some = counts.filter((count) => count > 0);
  const [least, most] = [Math.min(...some), Math.max(...some)];
  const runs = some.length === counts.length ? '' : `${some.length} of `;
  return ` in ${runs}${countOf(counts.length, 'run')}, ${least === most ? least : `${least} to ${most}`} each`;
}
