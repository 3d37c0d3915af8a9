import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../errors.ts';
import { lockFolder } from '../experiment/folder-lock.ts';
import type { FolderLock } from '../experiment/folder-lock.ts';
import { clearResults } from '../results/folder.ts';
import type { SelectedPolicy } from './selected-policy.ts';
import { say } from './terminal.ts';

/**
 * Takes the folder for this process alone and makes it ready for these policies: a long simulation must not fail for want of
 * a folder at its end, nor mix its results with those of another one.
 */
export async function openReplayFolder(out: string, policies: readonly SelectedPolicy[]): Promise<FolderLock> {
  const lock = await lockFolder(
    out,
    { what: 'whole' },
    {
      onWait: ({ pid, host }) =>
        say(`process ${pid} on ${host} has left a lock: waiting up to 90 s for a sign that it still runs`),
    },
  );
  try {
    refuseExperiment(out);
    clearResults(
      out,
      policies.map(({ folder }) => folder),
    );
    return { ...lock, beat: seldom(() => lock.beat()) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** How often life is shown [ms]. */
const BEAT_EVERY = 10_000;

function seldom(work: () => void): () => void {
  let last = performance.now();
  return () => {
    const now = performance.now();
    if (now - last < BEAT_EVERY) return;
    last = now;
    work();
  };
}

/** Points without their manifest are of no use to anybody. */
function refuseExperiment(out: string): void {
  const path = join(out, 'manifest.json');
  if (!existsSync(path) || !isOfExperiment(readFileSync(path, 'utf8'))) return;
  throw usageError('it holds the results of "yardmaster run"', out, 'name another folder with --out, or remove this one');
}

function isOfExperiment(manifest: string): boolean {
  try {
    return (JSON.parse(manifest) as { kind?: unknown } | null)?.kind === 'experiment';
  } catch {
    return false;
  }
}
