import type { PolicySpec } from '../policy.ts';

export const noQueue: PolicySpec = {
  name: 'no-queue',
  summary: 'A job that does not fit when it comes is turned away for good: what is compared is how well a placement packs.',
  source: 'the loss system of Erlang (1917); the arrivals of Weng et al., USENIX ATC 2023, are replayed like this',
  create: () => ({
    schedule(cycle) {
      for (let job = cycle.pending.first(); job >= 0;) {
        const next = cycle.pending.after(job);
        if (cycle.free.fits(job)) cycle.start(job);
        else cycle.reject(job, 'there was no room when it came');
        job = next;
      }
    },
  }),
};
