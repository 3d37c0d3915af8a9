import type { Run } from '../results/read.ts';

/** What each run was made under, apart from its policy: those with the same text can be compared. */
export function conditionsOf(runs: readonly Run[]): string[] {
  const settings = tellingSettings(runs);
  return runs.map((run, index) => `${plain(run)}${settings[index]}`);
}

/** Settings that are no policy's and change no workload or cluster, of runs that nothing else tells apart; else nothing. */
export function tellingSettings(runs: readonly Run[]): string[] {
  const seen = new Set<string>();
  const ambiguous = new Set<string>();
  for (const run of runs) {
    const key = `${run.label}\n${plain(run)}`;
    if (seen.has(key)) ambiguous.add(plain(run));
    seen.add(key);
  }
  return runs.map((run) => (ambiguous.has(plain(run)) ? settingsText(run.settings) : ''));
}

const plain = ({ workload, cluster, seed }: Run) => [workload, cluster, `seed ${seed}`].join(', ');

function settingsText(settings: Run['settings']): string {
  return Object.entries(settings)
    .map(([name, value]) => `, ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
}
