// Planted in MachineProfile, and caught: a step that begins just when the span ends is counted in; steps are joined
// without a look at the sets.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MachineProfile } from '../src/policies/conservative/machine-profile.ts';

const MACHINES = 5;
const END = 40;
const jobs = { procs: Int32Array.from({ length: 60 }, (_, job) => 1 + (job % MACHINES)) };

/** The definition: who holds each machine at each moment; the last moment stands for all time behind it. */
class EveryMachine {
  readonly #owner = Array.from({ length: END + 1 }, () => new Array<number>(MACHINES).fill(-1));

  free(from: number, until: number): number[] {
    const moments = this.#owner.slice(from, Math.max(from + 1, Math.min(until, END + 1)));
    return [...Array(MACHINES).keys()].filter((machine) => moments.every((owner) => owner[machine] === -1));
  }

  earliest(job: number, from: number, length: number): number {
    for (let time = from; time <= END; time++) if (this.free(time, time + length).length >= jobs.procs[job]) return time;
    return Infinity;
  }

  take(job: number, from: number, until: number): void {
    for (const machine of this.free(from, until).slice(0, jobs.procs[job])) {
      for (let moment = from; moment < until && moment <= END; moment++) this.#owner[moment][machine] = job;
    }
  }

  give(job: number, from: number): void {
    for (const owner of this.#owner.slice(from)) owner.forEach((other, machine) => other === job && (owner[machine] = -1));
  }
}

test('plans as a table of all machines at all moments does', () => {
  const step = fc.record({
    from: fc.nat(4),
    length: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 6 }) }, { weight: 1, arbitrary: fc.constant(Infinity) }),
    does: fc.constantFrom('plan', 'plan', 'plan', 'undo', 'advance'),
    which: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const profile = new MachineProfile(jobs, MACHINES);
      const table = new EveryMachine();
      const planned: { job: number; from: number; until: number }[] = [];
      let now = 0;
      steps.forEach(({ from, length, does, which }, job) => {
        const time = Math.min(END, now + from);
        const earliest = table.earliest(job, time, length);
        expect(profile.earliest(job, time, length)).toBe(earliest);
        expect(profile.fits(job, time, time + length)).toBe(table.free(time, time + length).length >= jobs.procs[job]);
        if (does === 'plan' && earliest < Infinity) {
          const until = earliest + length > END ? Infinity : earliest + length;
          profile.take(job, earliest, until);
          table.take(job, earliest, until);
          planned.push({ job, from: earliest, until });
        } else if (does === 'undo' && planned.length > 0) {
          const { job, from, until } = planned.splice(which % planned.length, 1)[0];
          if (until <= now) return;
          profile.give(job, Math.max(now, from), until);
          table.give(job, Math.max(now, from));
        } else if (does === 'advance') {
          now = Math.min(END, now + 1);
          profile.advance(now);
        }
      });
    }),
    { numRuns: 1000 },
  );
});
