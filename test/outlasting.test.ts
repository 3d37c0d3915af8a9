// Jobs that their limit killed in the trace: what they had run is a lower bound, and the limit of the replay ends them.
// Caught when planted: the recorded run time ends them; they end at once without a limit; ends at limits count as failures.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import { ownRunTime } from '../src/engine/outcomes.ts';
import { simulate } from '../src/engine/simulate.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import { COMPLETED, KILLED } from '../src/schedule.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { readStored } from '../src/trace/read.ts';
import { COMPLETES, OUTLASTS } from '../src/workload.ts';
import { run } from './slurm-runs.ts';
import { workloadOf } from './workload-of.ts';

const SECOND = 1000;

describe('a job that its limit killed', () => {
  const ended = (runtime: number, walltime: number, outcome = OUTLASTS) => {
    const { state, end } = simulate(workloadOf([{ submit: 0, runtime, walltime, procs: 1, outcome }]), processorPool(1), fcfs);
    return [state[0], end[0]];
  };

  test.each([
    { what: 'as it was', walltime: 60, end: 60 },
    { what: 'lower', walltime: 20, end: 20 },
    { what: 'higher', walltime: 900, end: 900 },
  ])('ends at its limit in the replay, if that is $what', ({ walltime, end }) => {
    expect(ended(60, walltime)).toEqual([KILLED, end]);
  });

  test('ends when it did where there is no limit', () => expect(ended(60, Infinity)).toEqual([KILLED, 60]));

  test('and only such a job', () => expect(ended(60, 900, COMPLETES)).toEqual([COMPLETED, 60]));

  test('goes on and on where nobody but its limit stops it', () => {
    const length = (walltime: number, outcome: number) =>
      ownRunTime(workloadOf([{ submit: 0, runtime: 60, walltime, procs: 1, outcome }]), 0);
    expect([length(900, OUTLASTS), length(Infinity, OUTLASTS), length(900, COMPLETES)]).toEqual([Infinity, 60, 60]);
  });

  test('is gone at its limit, whatever it had run, and keeps its processors until then', () => {
    const times = fc.integer({ min: 0, max: 6 });
    const jobs = fc.array(fc.record({ runtime: times, walltime: times.map((time) => time + 1) }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(jobs, (rows) => {
        const workload = workloadOf(rows.map((row) => ({ ...row, submit: 0, procs: 1, outcome: OUTLASTS })));
        const { end } = simulate(workload, processorPool(1), fcfs, { audit: true });
        let clock = 0;
        expect([...end]).toEqual(rows.map(({ walltime }) => (clock += walltime)));
      }),
    );
  });
});

describe('in Slurm', () => {
  const setting = (limits: string) => ({
    spec: slurmBuiltin,
    partitions: [`PartitionName=main Nodes=ALL Default=YES ${limits}`],
  });
  const ended = (limit: number, limits: string) => {
    const { state, end } = run([{ at: 0, runs: 300, limit, outcome: OUTLASTS }], setting(limits));
    return [state[0], end[0] / SECOND];
  };

  test('its limit ends it at the next scan', () => expect(ended(5, '')).toEqual([KILLED, 300]));
  test('and goes on for OverTimeLimit', () => expect(ended(5, 'OverTimeLimit=3')).toEqual([KILLED, 480]));
  test('a partition may give it one', () => expect(ended(Infinity, 'DefaultTime=8')).toEqual([KILLED, 480]));
  test('where nobody gives it one, it runs for as long as it had', () => expect(ended(Infinity, '')).toEqual([KILLED, 300]));
});

describe('a table that calls a job', () => {
  const outcomeOf = async (state: string, ran: number, limit: string) => {
    const map = 'submit:submit_s@s+runtime:runtime_s@s+walltime:walltime_s@s+procs:procs+state:state';
    const text = `submit_s,runtime_s,walltime_s,procs,state\n0,${ran},${limit},1,${state}\n`;
    const { workload, repaired } = await readStored(traceInMemory(text), { format: 'csv', parameters: { map } });
    return [workload.outcome[0], repaired.length];
  };

  test.each(['timeout', 'TIMEOUT', 'killed'])('%s means its limit, if it had run for that long', async (state) => {
    expect(await outcomeOf(state, 600, '600')).toEqual([OUTLASTS, 1]);
    expect(await outcomeOf(state, 540, '600')).toEqual([OUTLASTS, 1]);
    expect(await outcomeOf(state, 539, '600')).toEqual([COMPLETES, 0]);
    expect(await outcomeOf(state, 600, '')).toEqual([COMPLETES, 0]);
  });
});
