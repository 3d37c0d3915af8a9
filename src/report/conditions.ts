import type { Run } from '../results/read.ts';

/** What each run was made under, apart from its policy: those with the same text can be compared. */
export function conditionsOf(runs: readonly Run[]): string[] {
  const plain = runs.map(({ workload, cluster, seed }) => [workload, cluster, `seed ${seed}`].join(', '));
  const seen = new Set<string>();
  const ambiguous = new Set<string>();
  runs.forEach(({ label }, index) => {
    const key = `${label}\n${plain[index]}`;
    if (seen.has(key)) ambiguous.add(plain[index]);
    seen.add(key);
  });
  // Settings that are no policy's and change no workload or cluster tell these apart.
  return runs.map(({ settings }, index) =>
    ambiguous.has(plain[index]) ? `${plain[index]}${settingsText(settings)}` : plain[index],
  );
}

function settingsText(settings: Run['settings']): string {
  return Object.entries(settings)
    .map(([name, value]) => `, ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
}
