/**
 * What has happened since the last cycle, in the order in which policies are to see it: ends, then submissions; all of them
 * before one cycle, or each before a cycle of its own, as the policy's rhythm says. The same order as in a simulation.
 */
import type { Rhythm } from '../../policy.ts';

export interface End {
  readonly job: number;
  /** The how-manieth start the run was. */
  readonly beganAs: number;
  /** Its walltime was over. */
  readonly isDue: boolean;
  readonly apply: () => void;
}

export class Happenings {
  readonly #rhythm: Rhythm;
  #ends: End[] = [];
  #submissions: (() => void)[] = [];
  #submitted: number[] = [];

  constructor(rhythm: Rhythm = { first: 'ends', cycle: 'instant' }) {
    this.#rhythm = rhythm;
  }

  get isEmpty(): boolean {
    return this.#ends.length === 0 && this.#submissions.length === 0;
  }

  ended(end: End): void {
    this.#ends.push(end);
  }

  submitted(job: number, apply: () => void): void {
    let at = this.#submitted.length;
    while (at > 0 && this.#submitted[at - 1] > job) at--;
    this.#submitted.splice(at, 0, job);
    this.#submissions.splice(at, 0, apply);
  }

  /** Applies everything, and calls `cycle` where the policy wants it: at least once. */
  play(cycle: () => void): void {
    const { first } = this.#rhythm;
    const ends = this.#ends.sort((a, b) => a.job - b.job);
    const submissions = this.#submissions;
    this.#ends = [];
    this.#submissions = [];
    this.#submitted = [];
    if (this.#rhythm.cycle === 'instant' || ends.length + submissions.length === 0) {
      for (const { apply } of ends) apply();
      for (const apply of submissions) apply();
      return cycle();
    }
    ends.sort((a, b) => a.beganAs - b.beganAs);
    const due = first === 'due-ends' ? ends.filter(({ isDue }) => isDue) : [];
    const early = first === 'due-ends' ? ends.filter(({ isDue }) => !isDue) : ends;
    for (const { apply } of due) apply();
    if (due.length > 0) cycle();
    const single = early.map(({ apply }) => apply);
    for (const apply of first === 'ends' ? [...single, ...submissions] : [...submissions, ...single]) {
      apply();
      cycle();
    }
  }
}
