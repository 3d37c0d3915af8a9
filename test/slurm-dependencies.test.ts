// --dependency of sbatch: what of it becomes edges between jobs, and what runs make of them.
import { describe, expect, test } from 'vitest';
import { simulate } from '../src/engine/simulate.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { slurmBackfill } from '../src/policies/slurm/slurm-backfill.ts';
import { CANCELLED, COMPLETED, KILLED } from '../src/schedule.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { readDependencies } from '../src/trace/sbatch-dependencies.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { readStored } from '../src/trace/read.ts';
import { AFTER_ANY, AFTER_NOT_OK, AFTER_OK, AFTER_START } from '../src/workload.ts';

const CONF = [
  'ClusterName=test',
  'SelectType=select/cons_tres',
  'NodeName=n[1-4] CPUs=8',
  'PartitionName=main Nodes=ALL Default=YES',
];
const asIs = (name: string) => name;

describe('--dependency', () => {
  test.each([
    { text: 'afterok:7:8', after: [7, 8].map((id) => ({ id: String(id), kind: AFTER_OK })) },
    {
      text: 'afterany:7,afternotok:8',
      after: [
        { id: '7', kind: AFTER_ANY },
        { id: '8', kind: AFTER_NOT_OK },
      ],
    },
    { text: 'after:7', after: [{ id: '7', kind: AFTER_START }] },
    { text: 'aftercorr:7', after: [{ id: '7', kind: AFTER_OK }] },
    { text: 'afterok:7_3', after: [{ id: '7', kind: AFTER_OK }] },
    {
      text: 'after:7+5:8:9+1',
      after: [
        { id: '7', kind: AFTER_START, think: 300_000 },
        { id: '8', kind: AFTER_START },
        { id: '9', kind: AFTER_START, think: 60_000 },
      ],
    },
    { text: 'afterok:7?afterok:8', after: [], lost: ['alternatives of --dependency are not heeded'] },
    { text: 'afterany:7+5', after: [{ id: '7', kind: AFTER_ANY }] },
    { text: 'afterburstbuffer:7', after: [], lost: ['--dependency=afterburstbuffer is not heeded'] },
    { text: 'expand:7', after: [], lost: ['--dependency=expand is not heeded'] },
    { text: 'singleton', after: [], singleton: true },
    { text: '', after: [] },
  ])('$text', ({ text, after, lost = [], singleton = false }) =>
    expect(readDependencies(text, asIs)).toEqual({ after, lost, singleton }),
  );
});

/** Starts [s] and states of events with these options; each runs 100 s, with a limit of `limit` minutes. */
async function replay(events: readonly string[], { seconds = 100 } = {}) {
  const lines = events.map(
    (options, index) =>
      `-dt ${index} -e submit_batch_job | -sim-walltime ${seconds} -jid jobid_${index + 1} -t 00:02:00 --uid=ada ${options} x.sh`,
  );
  const { workload } = await readStored(traceInMemory(`${lines.join('\n')}\n`), { format: 'slurm-sim', parameters: {} });
  const { cluster } = readSlurmConf({ conf: { path: 'slurm.conf', text: CONF.join('\n') } });
  const done = simulate(workload, cluster, slurmBackfill, { placement: firstFit, dependencies: 'hold', until: 3600_000 });
  return { starts: Array.from(done.start, (time) => time / 1000), states: [...done.state], end: done.end[0] / 1000 };
}

describe('runs with --dependencies hold', () => {
  test('afterok waits for the end, after for the start', async () => {
    const { starts, end } = await replay(['-n 1', '-n 1 -d afterok:1', '-n 1 --dependency=after:jobid_1']);
    expect(starts[1]).toBeGreaterThanOrEqual(end);
    expect(starts[2]).toBeLessThan(end);
  });

  test('after with minutes waits for so long after the start', async () => {
    const { starts } = await replay(['-n 1', '-n 1 -d after:1+3', '-n 1 -d after:1+1', '-n 1 -d after:1']);
    const [first, ...others] = starts;
    const delays = others.map((start) => Math.floor((start - first) / 60));
    expect(delays).toEqual([3, 1, 0]);
  });

  test('afterok of a job that was killed never starts, afternotok does', async () => {
    const { states } = await replay(['-n 1', '-n 1 -d afterok:1', '-n 1 -d afternotok:1 '], { seconds: 900 });
    expect(states).toEqual([KILLED, CANCELLED, KILLED]);
    expect((await replay(['-n 1', '-n 1 -d afternotok:1'])).states).toEqual([COMPLETED, CANCELLED]);
  });

  test('singletons of one name run one after the other; others of another name do not wait', async () => {
    const of = (name: string, more = '-d singleton') => `-n 1 -J ${name} ${more}`;
    const { starts } = await replay([of('a', ''), of('a', ''), of('a'), of('a'), of('b')]);
    expect(starts[2]).toBeGreaterThanOrEqual(starts[1] + 100);
    expect(starts[3]).toBeGreaterThanOrEqual(starts[2] + 100);
    expect(starts[4]).toBeLessThan(20);
  });
});
