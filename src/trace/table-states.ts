/** What became of a job, by the words that traces use for it. */
import { COMPLETES, FAILS, IS_CANCELLED, OUTLASTS } from '../workload.ts';
import type { StateMeaning } from './column-map.ts';

/** A state as a reader needs it: an outcome, or why the job is left out. */
export type State = { readonly outcome: number } | { readonly skip: string };

/**
 * Words of Slurm, Kubernetes, our own tables and the GPU traces, in lower case. A job that ran into a limit that the table
 * does not have completes: what it had run is all that is known.
 */
const COMMON: Readonly<Record<StateMeaning, readonly string[]>> = {
  completes: ['completed', 'completes', 'complete', 'succeeded', 'success', 'pass', 'terminated', 'finished'],
  timeout: ['timeout', 'killed'],
  fails: ['failed', 'fails', 'fail', 'node_fail', 'out_of_memory', 'boot_fail', 'deadline', 'error', 'preempted'],
  cancelled: ['cancelled', 'canceled', 'is_cancelled', 'revoked'],
  skip: ['pending', 'running', 'waiting', 'queued', 'unfinished', 'rejected', 'suspended', 'requeued', 'resizing'],
};

const OUTCOMES = { completes: COMPLETES, fails: FAILS, cancelled: IS_CANCELLED, timeout: OUTLASTS } as const;

/** Looks up states, those of the map first. Returns undefined for a word nobody has explained. */
export function stateLookup(given: Readonly<Record<string, StateMeaning>> = {}): (word: string) => State | undefined {
  const states = new Map<string, State>();
  for (const [meaning, words] of Object.entries(COMMON) as [StateMeaning, readonly string[]][]) {
    for (const word of words) states.set(word, stateFor(meaning, word));
  }
  for (const [word, meaning] of Object.entries(given)) states.set(word.toLowerCase(), stateFor(meaning, word));
  return (word) => {
    const trimmed = word.trim().toLowerCase();
    // Slurm writes who cancelled it behind the state.
    return states.get(trimmed) ?? (trimmed.startsWith('cancelled by ') ? states.get('cancelled') : undefined);
  };
}

function stateFor(meaning: StateMeaning, word: string): State {
  if (meaning === 'skip') return { skip: `is ${word.toLowerCase()}` };
  return { outcome: OUTCOMES[meaning] };
}
