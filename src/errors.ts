/** What kind of mistake it was; the command line turns it into its exit code. */
export type Mistake = 'usage' | 'data';

/**
 * A mistake in something the user gave us: a trace, a scenario, a flag.
 * Printed without a stack trace. Everything else that throws is our own bug and keeps its stack.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  /** What is wrong, with the value that was found. */
  readonly problem: string;
  /** Where it is: a file with line and column, or a flag. */
  readonly where: string;
  /** What the user can do about it. */
  readonly hint: string;
  /** `usage`: a flag, name or configuration (exit code 2); `data`: the content of an input (exit code 3). */
  readonly mistake: Mistake;

  constructor(problem: string, where: string, hint: string, mistake: Mistake = 'data') {
    super(`${where}: ${problem}\n  hint: ${hint}`);
    this.problem = problem;
    this.where = where;
    this.hint = hint;
    this.mistake = mistake;
  }
}

/** The same for a flag, a name or a parameter: exit code 2. */
export function usageError(problem: string, where: string, hint: string): InputError {
  return new InputError(problem, where, hint, 'usage');
}

/** The names closest to a mistyped one, nearest first: at most three, none further than a third of its length. */
export function nearMisses(wrong: string, known: Iterable<string>): string[] {
  const limit = Math.max(2, Math.ceil(wrong.length / 3));
  return [...known]
    .map((name) => ({ name, distance: editDistance(wrong.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** The names with a part, between their hyphens and the like, that was all but written: `fluxx` for `flux-operator`. At most three. */
function partlyMissed(wrong: string, names: readonly string[]): string[] {
  const limit = Math.floor(wrong.length / 4);
  const isNear = (part: string) => editDistance(wrong.toLowerCase(), part.toLowerCase()) <= limit;
  return limit === 0 ? [] : names.filter((name) => name.split(/[-_.:/]/).some(isNear)).slice(0, 3);
}

/** The hint for a name that is not in a list: the near misses if there are any, else the whole list. */
export function didYouMean(wrong: string, known: Iterable<string>): string {
  const names = [...known];
  const whole = nearMisses(wrong, names);
  const near = whole.length > 0 ? whole : partlyMissed(wrong, names);
  return near.length > 0 ? `did you mean ${near.map((name) => `"${name}"`).join(' or ')}?` : `one of: ${names.join(', ')}`;
}

/** Levenshtein distance, one row at a time [edits]. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
