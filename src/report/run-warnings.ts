import type { Run } from '../results/read.ts';
import { groupedFacts, spreadText } from './equal-facts.ts';
import type { Fact } from './equal-facts.ts';
import { addedUp, rejectionsText } from './rejections-text.ts';
import { countOf } from '../units.ts';

interface Said {
  readonly state: string;
  readonly one: string;
  readonly many: string;
  /** Stands behind in how many runs. */
  readonly after?: { readonly one: string; readonly many: string };
}

const SAID: readonly Said[] = [
  { state: 'rejected', one: 'was rejected', many: 'were rejected' },
  {
    state: 'unfinished',
    one: 'was not over at the end',
    many: 'were not over at the end',
    after: { one: '; figures of jobs do not count it', many: '; figures of jobs do not count them' },
  },
  { state: 'killed', one: 'was killed at its limit', many: 'were killed at their limit' },
  { state: 'failed', one: 'failed', many: 'failed' },
];

/** What became of jobs that did not complete: a line for each policy, with all its runs, and for those of which the same holds. */
export function jobWarnings(runs: readonly Run[]): string[] {
  const labels = [...new Set(runs.map(({ label }) => label))];
  return SAID.flatMap((said) =>
    groupedFacts(
      labels.flatMap((label): Fact[] => {
        const own = runs.filter((run) => run.label === label);
        const text = jobFact(said, own);
        return text === '' ? [] : [{ who: label, text }];
      }),
    ),
  );
}

function jobFact({ state, one, many, after = { one: '', many: '' } }: Said, runs: readonly Run[]): string {
  const counts = runs.map(({ summary: { jobs } }) => jobs[state] ?? 0);
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return '';
  const why = state === 'rejected' ? rejectionsText(all, addedUp(runs.flatMap(({ summary }) => summary.rejections ?? []))) : '';
  const number = all === 1 ? 'one' : 'many';
  return `${countOf(all, 'job')} ${{ one, many }[number]}${spreadText(counts)}${after[number]}${why}.`;
}

/** Beyond this nobody reads them. */
const MOST_NOTES = 40;

/** What runs noted of themselves, each once, with the policies or systems that it is about. */
export function runNotes(runs: readonly Run[]): string[] {
  const facts = runs.flatMap((run) => [...new Set(run.notes)].map((note) => noteOf(run, note)));
  const runsOf = countsOf(runs.map(({ label }) => label));
  const noted = countsOf(facts.map(keyOf));
  const withRuns = facts.map((fact): Fact => {
    const times = noted.get(keyOf(fact))!;
    const all = fact.who === undefined ? runs.length : runsOf.get(fact.who);
    return { who: fact.who, text: `${fact.text}${times === all ? '' : ` (${countOf(times, 'run')})`}.` };
  });
  const told = groupedFacts(withRuns);
  const more = told.length - MOST_NOTES;
  return more <= 0 ? told : [...told.slice(0, MOST_NOTES), `${countOf(more, 'note')} more in the files point.json.`];
}

/** Systems write their name before what they assume. */
function noteOf({ label, policy }: Run, note: string): Fact {
  const name = [label, policy].find((one) => note.startsWith(`${one}: `));
  return name === undefined ? { text: note } : { who: label, text: note.slice(name.length + 2) };
}

const keyOf = ({ who = '', text }: Fact) => `${who}\n${text}`;

function countsOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
