import type { Cycle, Policy, PolicySetup, Reservation } from '../../policy.ts';
import { startFromHead } from '../fcfs.ts';

/**
 * EASY as its papers state it. The first job that does not fit gets a reservation: the earliest time at which the
 * running jobs, judged by their walltimes, are sure to have made room (shadow time). A later job starts if it fits
 * now and either ends by then or needs no more than what the first job leaves over at that time (extra).
 *
 * `length` is how long a candidate is taken to run: its walltime, or, in a dialect that peeks, its true run time.
 */
export function textbook({ jobs, parameters }: PolicySetup, { length }: { length: Float64Array }): Policy {
  /** What the last pass left: nothing to do again while nothing has ended. */
  let head = -1;
  let reservation: Reservation;
  /** Whether the reservation is still what it would be if it were made anew. */
  let holds = false;
  const inSubmissionOrder = parameters.order === 'submit';
  // The index of the queue knows walltimes only.
  const judgedByWalltime = length === jobs.walltime;

  function consider(job: number, cycle: Cycle): void {
    const endsInTime = cycle.now + length[job] <= reservation.time;
    const within = endsInTime ? undefined : reservation.extra;
    if (!cycle.free.fits(job, within)) return;
    cycle.start(job, within);
    // Launching takes time that no walltime knows of: a job that was let in to end in time may be expected later.
    const isExpectedInTime = cycle.running.expectedEnd(job) <= reservation.time;
    if (isExpectedInTime !== endsInTime) holds = false;
  }

  /**
   * While nothing ends, the shadow time stays as it is and the room only shrinks, so a job that could not start
   * still cannot: only the new ones need a look. Several new ones must be looked at in the order of the queue. Not
   * so in a dialect that peeks: a job that is let in for its true run time moves the shadow time by its walltime.
   */
  function onlyArrivalsSince({ changed, pending, now }: Cycle): boolean {
    return (
      judgedByWalltime &&
      head >= 0 &&
      holds &&
      changed.ended.length === 0 &&
      !changed.nodes &&
      !changed.expectations &&
      pending.first() === head &&
      now <= reservation.time &&
      (inSubmissionOrder || changed.submitted.length <= 1)
    );
  }

  return {
    schedule(cycle) {
      const { pending, free, running, changed } = cycle;
      if (onlyArrivalsSince(cycle)) {
        for (const job of changed.submitted) if (job !== head) consider(job, cycle);
        return;
      }
      head = startFromHead(cycle);
      if (head < 0) return;
      reservation = running.whenFits(head);
      holds = true;
      const slack = judgedByWalltime ? reservation.time - cycle.now : Infinity;
      const { extra } = reservation;
      let job = pending.nextWithin(head, free.procs, slack, extra.procs);
      while (job >= 0) {
        consider(job, cycle);
        job = pending.nextWithin(job, free.procs, slack, extra.procs);
      }
    },
  };
}
