/**
 * --dependency of sbatch, as edges between jobs. What edges cannot say is told of: alternatives (`?`), burst buffers, and
 * what is asked of other clusters. Source: Slurm 22.05, man page of sbatch; job_scheduler.c, update_job_dependency,
 * _find_singleton_job.
 */
import { MINUTE } from '../units.ts';
import { AFTER_ANY, AFTER_NOT_OK, AFTER_OK, AFTER_START } from '../workload.ts';
import type { DependencyRow } from '../workload-builder.ts';

const KINDS: Readonly<Record<string, number>> = {
  after: AFTER_START,
  afterany: AFTER_ANY,
  afternotok: AFTER_NOT_OK,
  afterok: AFTER_OK,
  // Of a job that is no array, aftercorr is afterok.
  aftercorr: AFTER_OK,
};

export interface SbatchDependencies {
  readonly after: readonly DependencyRow[];
  /** Waits for all jobs of the same name and user that came before. */
  readonly singleton: boolean;
  /** What of it is not heeded. */
  readonly lost: readonly string[];
}

/** `idOf` makes of a job as it is named there the id that it has in the trace. */
export function readDependencies(text: string, idOf: (name: string) => string): SbatchDependencies {
  const after: DependencyRow[] = [];
  const lost: string[] = [];
  let singleton = false;
  if (text.includes('?')) return { after, singleton, lost: ['alternatives of --dependency are not heeded'] };
  for (const part of text.split(',').filter((one) => one !== '')) {
    const [type, ...names] = part.split(':');
    const kind = Object.hasOwn(KINDS, type.toLowerCase()) ? KINDS[type.toLowerCase()] : undefined;
    if (type.toLowerCase() === 'singleton') singleton = true;
    else if (kind === undefined) lost.push(`--dependency=${type} is not heeded`);
    else for (const name of names) after.push({ id: idOf(plainName(name)), kind, ...delayOf(name, kind) });
  }
  return { after, singleton, lost };
}

/** `after:7+5`: so many minutes after the start of the other job. They mean nothing after its end. */
function delayOf(name: string, kind: number): Pick<DependencyRow, 'think'> {
  const [, minutes] = /\+(\d{1,9})$/.exec(name) ?? [];
  return minutes === undefined || kind !== AFTER_START ? {} : { think: Number(minutes) * MINUTE };
}

/** Without minutes and without the number of a task. */
function plainName(name: string): string {
  return name.replace(/\+\d+$/, '').replace(/_(\d+|\*)$/, '');
}

/** Jobs of the same name and user, for --dependency=singleton: each has to wait for those since the last such one. */
export class Singletons {
  readonly #since = new Map<string, string[]>();

  /** The job comes after these, if it is a singleton [ids]. */
  next(user: string, name: string, id: string, singleton: boolean): readonly string[] {
    const key = `${user}\n${name}`;
    const before = this.#since.get(key) ?? [];
    // Whoever comes after a singleton need not wait for those that it waits for.
    if (singleton) this.#since.set(key, [id]);
    else this.#since.set(key, [...before, id]);
    return singleton ? before : [];
  }
}
