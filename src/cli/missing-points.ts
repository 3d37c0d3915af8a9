/** Points without a result that can be believed, for people: which they are, and the command that runs them. */
import { shellWord } from '../experiment/manifest.ts';
import type { Results } from '../results/read.ts';
import { say, warn } from './terminal.ts';
import { countOf } from '../units.ts';

/** Points that are named one by one [count]. */
const NAMED = 20;

export function sayMissing({ dir, missing, manifest }: Results): void {
  if (missing.length === 0) return;
  const altered = missing.filter(({ state }) => state === 'altered');
  if (altered.length > 0) warn(`${dir}: ${countOf(altered.length, 'point')} altered, and left out:`);
  for (const { key, name, problem = '' } of altered.slice(0, NAMED)) say(`  ${key}  ${name}: ${problem}`);
  if (altered.length > NAMED) say(`  and ${altered.length - NAMED} more`);
  const others = missing.length - altered.length;
  if (others > 0) warn(`${dir}: ${countOf(others, 'point')} ${others === 1 ? 'has' : 'have'} no result`);
  say(`run ${missing.length === 1 ? 'it' : 'them'} with:\n  ${manifest.reproduce} --out ${shellWord(dir)} --resume`);
}
