// What is written as sacct prints it is read again as what it was, and what is not is said.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { convertTrace } from '../src/trace/convert.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { readStored } from '../src/trace/read.ts';
import type { Trace } from '../src/trace/format.ts';
import { sacct } from '../src/trace/sacct.ts';
import { clockText } from '../src/trace/sacct-write-time.ts';
import { nameOf } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';
import { workloadOf } from './slurm-runs.ts';

// Planted, and caught here: days of a time are hours; the second part of a heterogeneous job has the id of the first.

const read = (text: string): Promise<Trace> => readStored(traceInMemory(text), { format: 'sacct' });

async function written(trace: Trace): Promise<{ text: string; losses: string[] }> {
  let text = '';
  const { losses } = await convertTrace(trace, sacct, (piece) => void (text += String(piece)));
  return { text, losses: losses.map(({ what, jobs }) => `${jobs} x ${what}`) };
}

/** All that a replay looks at, of each job. */
function facts(workload: Workload): unknown[] {
  const { slurm, firstGroup } = workload;
  return Array.from({ length: workload.count }, (_, job) => {
    const groups = Array.from({ length: firstGroup[job + 1] - firstGroup[job] }, (__, index) => firstGroup[job] + index);
    return {
      id: String(workload.ids[job]),
      times: [
        workload.submit[job],
        workload.runtime[job],
        workload.walltime[job],
        workload.recordedStart?.[job],
        slurm?.begin?.[job],
      ],
      names: (['user', 'account', 'partition', 'qos'] as const).map((of) => nameOf(workload[of], job) ?? ''),
      outcome: workload.outcome[job],
      groups: groups.map((group) => [
        workload.groupTasks[group],
        workload.requests[workload.groupRequest[group]],
        slurm?.options[slurm.optionsOfGroup[group]],
        slurm?.componentOfGroup?.[group] ?? 0,
      ]),
      array: [slurm?.arrays[slurm.arrayOfJob?.[job] ?? -1]?.id, slurm?.arrayTask?.[job] ?? -1],
    };
  });
}

const COLUMNS =
  'JobID|User|Account|Partition|QOS|Submit|Eligible|Start|Elapsed|State|NNodes|NCPUS|ReqMem|ReqTRES|Timelimit|Constraints|Licenses|Reservation';
const second = fc.integer({ min: 0, max: 200_000 }).map((value) => 1_700_000_000 + value);
const date = (unix: number) => new Date(unix * 1000).toISOString().slice(0, 19);

const record = fc
  .record({
    submit: second,
    held: fc.constantFrom(0, 90),
    wait: fc.constantFrom(100, 3600),
    runs: fc.integer({ min: 1, max: 400_000 }),
    nodes: fc.integer({ min: 1, max: 3 }),
    cpus: fc.constantFrom(6, 12),
    gpus: fc.constantFrom('', ',gres/gpu=2', ',gres/gpu=3,gres/gpu:a100=3'),
    memory: fc.constantFrom('', '4000Mn', '2Gc', '64G', '62.5G'),
    limit: fc.constantFrom('01:00:00', '5-03:00:01', 'UNLIMITED'),
    state: fc.constantFrom('COMPLETED', 'FAILED', 'CANCELLED by 3', 'TIMEOUT'),
    partition: fc.constantFrom('batch', 'batch,gpu'),
    more: fc.constantFrom('||', 'a100||', 'a&b|m:2,x|', '||week'),
    kind: fc.constantFrom('', '_7', '+0'),
  })
  .map(({ submit, held, wait, nodes, cpus, kind, ...one }) => (id: number) => {
    const line = (suffix: string, gres: string) =>
      [
        ...[`${id}${suffix}`, 'ada', 'phys', one.partition, 'normal', date(submit), date(submit + held), date(submit + wait)],
        ...[
          clockText(one.runs * 1000),
          one.state,
          nodes,
          cpus,
          one.memory,
          `cpu=${cpus},node=${nodes}${gres}`,
          one.limit,
          one.more,
        ],
      ].join('|');
    return kind === '+0' ? `${line('+0', '')}\n${line('+1', one.gpus)}` : line(kind, one.gpus);
  });

test('jobs that sacct has recorded stay what they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 6 }), async (records) => {
      const trace = await read(`${[COLUMNS, ...records.map((one, index) => one(100 + index))].join('\n')}\n`);
      const { text, losses } = await written(trace);
      expect(losses).toEqual([]);
      expect(facts((await read(text)).workload)).toEqual(facts(trace.workload));
    }),
  );
});

describe('what it does not record', () => {
  test('is said, with the number of jobs', async () => {
    const workload = workloadOf([
      { at: 0, runs: 60, options: { exclusive: 'node', timeMin: 60_000 } },
      { at: 1, runs: 60, deadline: 90, options: { constraint: 'a|b' } },
    ]);
    const nothing = { skipped: [], repaired: [], noJob: [], furtherJobs: [], warnings: [] };
    const { text, losses } = await written({ workload, format: '', sha256: '', bytes: 0, declared: {}, ...nothing });
    expect(losses).toEqual([
      '0 x that dates are not known: time begins with 1970',
      '1 x options of sbatch that have no column',
      '1 x constraints with alternatives',
      '1 x deadlines',
    ]);
    expect((await read(text)).workload.count).toBe(2);
  });
});

const FOLDER = '../shared/traces/slurm/';
describe.skipIf(!existsSync(FOLDER))(`dumps of real clusters (skipped where ${FOLDER} is absent)`, () => {
  test('stay what they are', async () => {
    const trace = await read(gunzipSync(readFileSync(`${FOLDER}xdmod-phillips.sacct.log.gz`)).toString());
    const { text } = await written(trace);
    const again = facts((await read(text)).workload);
    const before = facts(trace.workload);
    expect(again.length).toBe(before.length);
    expect(again.slice(0, 200)).toEqual(before.slice(0, 200));
  });
});
