// Runs on a Slurm that loses answers, falls silent, and takes jobs off: each job is submitted once that counts, what is
// told of it is what happened, and nothing stays behind.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseClusterSpec } from '../src/cluster-spec.ts';
import { cleanSlurm } from '../src/live/slurm/slurm-clean.ts';
import { rowOfName } from '../src/live/slurm/run-label.ts';
import { SlurmRun } from '../src/live/slurm/slurm-run.ts';
import type { SlurmOutcome } from '../src/live/slurm/slurm-run.ts';
import { CANCELLED, COMPLETED, FAILED, KILLED, REJECTED, UNFINISHED } from '../src/schedule.ts';
import { FAILS, COMPLETES } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';
import { FakeSlurm, VirtualClock } from './live-fake-slurm.ts';
import type { FakeJob, FakeSlurmSettings, SbatchFault } from './live-fake-slurm.ts';
import { workloadOf } from './workload-of.ts';

const PROCESSORS = 4;
/** A whole second and a piece. */
const NOW = 1_790_000_000_250;
const STATES: Readonly<Record<string, number>> = { COMPLETED, FAILED, TIMEOUT: KILLED, CANCELLED };

interface Story {
  readonly jobs: readonly { submit: number; runtime: number; walltime: number; procs: number; outcome: number }[];
  readonly sbatch: readonly SbatchFault[];
  readonly silent: readonly boolean[];
  readonly requeue: readonly (number | undefined)[];
  readonly timeScale: number;
  readonly stopAfter: number;
}

// Few distinct values: submissions, ends and limits coincide.
const stories: fc.Arbitrary<Story> = fc.record({
  jobs: fc
    .array(
      fc.record({
        submit: fc.constantFrom(0, 0, 5000, 7500, 20_000),
        runtime: fc.constantFrom(1000, 10_000, 59_000, 60_000, 90_000),
        walltime: fc.constantFrom(60_000, 120_000, Infinity),
        procs: fc.constantFrom(1, 2, 3, PROCESSORS, PROCESSORS + 1),
        outcome: fc.constantFrom(COMPLETES, COMPLETES, FAILS),
      }),
      { minLength: 1, maxLength: 8 },
    )
    .map((jobs) => jobs.sort((a, b) => a.submit - b.submit)),
  sbatch: fc.array(fc.constantFrom<SbatchFault[]>(undefined, undefined, 'lost before', 'lost after'), { maxLength: 12 }),
  silent: fc.array(fc.constantFrom(true, true, false), { maxLength: 20 }),
  requeue: fc.array(fc.constantFrom(undefined, undefined, 3, 12), { maxLength: 8 }),
  timeScale: fc.constantFrom(1, 1, 2),
  stopAfter: fc.constantFrom(Infinity, Infinity, 0, 4000, 15_000, 70_000),
});

async function play(workload: Workload, story: Story, settings: Partial<FakeSlurmSettings> = {}) {
  const clock = new VirtualClock(NOW);
  const slurm = new FakeSlurm({
    clock,
    processors: PROCESSORS,
    sbatch: (call) => story.sbatch[call],
    answers: (call) => story.silent[call] !== false,
    requeue: (name) => story.requeue[rowOfName('t', name) ?? -1],
    ...settings,
  });
  const said: string[] = [];
  const cluster = parseClusterSpec(`nodes=1,cpus=${PROCESSORS}`);
  const plan = { run: 't', workload, cluster, timeScale: story.timeScale, rate: 5, poll: 5000, dependencies: true };
  const stop = new AbortController();
  if (story.stopAfter < Infinity) void clock.sleep(story.stopAfter).then(() => stop.abort());
  const run = new SlurmRun(slurm, { ...plan, say: (message) => said.push(message) });
  const outcome = await clock.during(run.run(stop.signal));
  await clock.during(cleanSlurm(slurm, 't'));
  return { outcome, slurm, said };
}

const NOTHING: Omit<Story, 'jobs'> = { sbatch: [], silent: [], requeue: [], timeScale: 1, stopAfter: Infinity };

describe('a run on a Slurm that is troubled', () => {
  test('tells what happened, submits each job once that counts, and leaves nothing', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const workload = workloadOf(story.jobs);
        const { outcome, slurm } = await play(workload, story);
        expect(slurm.open).toEqual([]);
        const isWhole = outcome.ended === 'over';
        if (story.stopAfter === Infinity) expect(isWhole).toBe(true);
        for (let job = 0; job < workload.count; job++) judge(outcome, slurm, job, story, isWhole);
      }),
      { numRuns: 300 },
    );
  }, 120_000);

  function judge({ schedule, book, began }: SlurmOutcome, slurm: FakeSlurm, job: number, story: Story, isWhole: boolean): void {
    const all = slurm.jobs.filter(({ name }) => rowOfName('t', name) === job);
    const counted = all.filter(({ id }) => String(id) === book.jobs[job].id);
    // What came twice by a lost answer was cancelled, the other one counts. In a run that is stopped before it could ask what
    // became of its call, the job may end by itself first.
    if (isWhole) expect(counted).toHaveLength(1);
    const fates = isWhole ? ['CANCELLED'] : ['CANCELLED', 'COMPLETED', 'FAILED', 'TIMEOUT'];
    for (const other of all) if (!counted.includes(other)) expect(fates).toContain(other.state);
    const [truth] = counted;
    if (truth === undefined || !isWhole) return;
    if (truth.tasks > PROCESSORS) {
      expect(schedule.state[job]).toBe(REJECTED);
      expect(schedule.start[job]).toBeNaN();
      return;
    }
    const time = (seconds: number) => (seconds * 1000 - began) * story.timeScale;
    expect(schedule.state[job]).toBe(STATES[truth.state]);
    expect(schedule.lastStart[job]).toBe(time(truth.start));
    expect(schedule.end[job]).toBe(time(truth.end));
    const { attempts } = schedule;
    const own = Array.from(attempts.job, (_, index) => index).filter((index) => attempts.job[index] === job);
    expect(own).toHaveLength(truth.restarts);
    // One that nobody saw running has no length.
    const startTimes = truth.starts.map(time);
    for (const index of own) expect([...startTimes, attempts.end[index]]).toContain(attempts.start[index]);
    if (truth.restarts === 0) expect(schedule.start[job]).toBe(time(truth.start));
    expectArrival(schedule.submit[job], truth, story, job);
  }

  /** Not before its time, and at once if nothing is in the way. */
  function expectArrival(submit: number, truth: FakeJob, story: Story, job: number): void {
    if (truth.restarts > 0) return;
    const asked = story.jobs[job].submit - story.jobs[0].submit;
    expect(submit).toBeGreaterThan(asked - 1000 * story.timeScale);
    const isCalm = story.sbatch.length === 0;
    if (isCalm) expect(submit).toBeLessThan(asked + 5000 * story.timeScale);
  }
});

describe('a run', () => {
  const one = { submit: 0, runtime: 10_000, walltime: 60_000, procs: 1, outcome: COMPLETES };

  test('counts what sbatch refuses, with its reason, and goes on', async () => {
    const workload = workloadOf([one, { ...one, procs: 3 }, one]);
    const refuses = (args: ReadonlyMap<string, string>) =>
      args.get('--ntasks') === '3' ? 'Invalid qos specification' : undefined;
    const { outcome, said } = await play(workload, { jobs: [], ...NOTHING }, { refuses });
    expect([...outcome.schedule.state]).toEqual([COMPLETED, REJECTED, COMPLETED]);
    expect(outcome.book.jobs[1].trouble).toBe('sbatch: Batch job submission failed: Invalid qos specification');
    expect(said).toEqual(['job 1: sbatch: Batch job submission failed: Invalid qos specification']);
    expect(outcome.schedule.rejections).toEqual([
      { reason: 'sbatch: Batch job submission failed: Invalid qos specification', jobs: 1 },
    ]);
  });

  test('is given up when nothing but refusals comes', async () => {
    const workload = workloadOf(Array.from({ length: 20 }, () => one));
    const refuses = () => 'Invalid account or account/partition combination specified';
    await expect(play(workload, { jobs: [], ...NOTHING }, { refuses })).rejects.toThrow(
      /sbatch: the first 10 jobs are all refused, the last with: .*Invalid account[^]*hint: /,
    );
  });

  test('is given up when slurmctld stays silent', async () => {
    const workload = workloadOf([one]);
    await expect(play(workload, { jobs: [], ...NOTHING }, { answers: () => false })).rejects.toThrow(
      /scontrol show job: .*hint/s,
    );
  });

  test('keeps dependencies: what is over is not asked for, what can no longer happen is cancelled', async () => {
    const after = (id: number, kind: number) => [{ id, kind }];
    const workload = workloadOf([
      { ...one, id: 1, outcome: FAILS },
      { ...one, id: 2, submit: 1000, after: after(1, 0) },
      { ...one, id: 3, submit: 60_000, after: after(1, 1) },
      { ...one, id: 4, submit: 60_000, after: after(1, 2) },
    ]);
    const given: (string | undefined)[] = [];
    const refuses = (args: ReadonlyMap<string, string>) => void given.push(args.get('--dependency'));
    const { outcome } = await play(workload, { jobs: [], ...NOTHING }, { refuses });
    expect(given).toEqual([undefined, 'afterany:1', undefined]);
    expect([...outcome.schedule.state]).toEqual([FAILED, COMPLETED, CANCELLED, COMPLETED]);
  });

  test('that is stopped has jobs that are unfinished, and none that stays', async () => {
    const workload = workloadOf([
      { ...one, runtime: 100_000 },
      { ...one, submit: 500_000 },
    ]);
    const { outcome, slurm } = await play(workload, { jobs: [], ...NOTHING, stopAfter: 20_000 });
    expect([...outcome.schedule.state]).toEqual([UNFINISHED, UNFINISHED]);
    expect(outcome.schedule.end[0]).toBeNaN();
    expect(slurm.jobs.map(({ state }) => state)).toEqual(['CANCELLED']);
  });
});
