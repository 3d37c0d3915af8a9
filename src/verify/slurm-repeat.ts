/** Another run of the same jobs by the real slurmctld, in the form of a simulated one, so that both are compared in one way. */
import type { SlurmRecord } from './slurm-record.ts';
import type { SlurmReplay } from './slurm-replay.ts';

/** `like`: a simulation of the same jobs, which knows their partitions. A record tells of each victim once, however often it was one. */
export function realAgain(repeat: SlurmRecord, like: SlurmReplay): SlurmReplay {
  const partitionOf = new Map(like.ids.map((id, row) => [id, like.partition[row]]));
  return {
    ids: repeat.ids,
    submit: repeat.submit,
    start: repeat.start,
    end: repeat.end,
    backfilled: repeat.backfilled,
    partition: repeat.ids.map((id) => partitionOf.get(id) ?? ''),
    preempted: repeat.rows.filter(({ requeued, cut }) => requeued || cut).map(({ id }) => id),
  };
}
