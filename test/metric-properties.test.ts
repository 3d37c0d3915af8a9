/**
 * Metrics against their definitions, counted millisecond by millisecond on tiny runs. The stories are dense: times
 * are small, so that ends, starts and submissions fall together.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { busyProcessors } from '../src/metrics/busy-processors.ts';
import { flatFigures, measure } from '../src/metrics/measure.ts';
import type { Run, SeriesMetric } from '../src/metrics/metric.ts';
import { overtaken } from '../src/metrics/overtaken.ts';
import { pendingProcessors } from '../src/metrics/pending-processors.ts';
import { queueLength } from '../src/metrics/queue-length.ts';
import { discriminations } from '../src/metrics/resource-inequality.ts';
import { windowsOf } from '../src/metrics/windows.ts';
import { CANCELLED, COMPLETED, FAILED, KILLED, REJECTED, UNFINISHED } from '../src/schedule.ts';
import { scheduleOf } from './schedule-of.ts';
import type { JobStory } from './schedule-of.ts';

const UNTIL = 30;
const PARTITIONS = {
  name: 'two partitions',
  interchangeable: true,
  pools: [],
  partitions: [{ name: 'a' }, { name: 'b' }],
  outages: [],
};

/** A job as the oracle knows it: when it held processors, and up to when that was not in vain. */
interface Truth {
  readonly story: JobStory;
  readonly runs: readonly { from: number; until: number; usefulUntil: number }[];
  /** When it was in the system; NaN = never. */
  readonly from: number;
  readonly until: number;
}

const small = (max: number) => fc.integer({ min: 0, max });
const shape = fc.record({
  submit: small(8),
  procs: fc.integer({ min: 1, max: 3 }),
  gpus: small(1),
  partition: fc.constantFrom('a', 'b'),
  user: fc.constantFrom('ada', 'ben', undefined),
  account: fc.constantFrom('phys', 'chem', 'bio', undefined),
  // Runs: how long the job waits for each and how long it holds, and how much of the hold is kept.
  runs: fc.array(fc.record({ gap: small(3), hold: fc.integer({ min: 1, max: 4 }), kept: small(4) }), { maxLength: 3 }),
  fate: fc.constantFrom('ends', 'ends', 'ends', 'runs on', 'waits on', 'cancelled', 'rejected', 'never submitted'),
  stale: fc.boolean(),
  state: fc.constantFrom(COMPLETED, FAILED, KILLED, CANCELLED),
});

/** Makes a story of a shape: what the schedule says of it, and what is true. */
function tell({ submit, runs: shapes, fate, stale, state, ...request }: Shape): Truth {
  let now = submit;
  const runs = shapes.map(({ gap, hold, kept }) => {
    const from = now + gap;
    now = from + hold;
    return { from, until: now, usefulUntil: from + Math.min(kept, hold) };
  });
  const start = runs.length > 0 ? runs[0].from : NaN;
  const attemptsOf = (list: typeof runs) =>
    list.map(({ from, until, usefulUntil }) => ({ start: from, end: until, kept: usefulUntil - from }));
  const base = { submit, start, ...request };
  const never = { runs: [], from: NaN, until: NaN };
  // They would have run: what they asked for must not count.
  if (fate === 'rejected') return { story: { ...base, start: NaN, end: submit, state: REJECTED, runtime: 5 }, ...never };
  if (fate === 'never submitted') return { story: { ...base, submit: NaN, start: NaN, runtime: 5 }, ...never };
  if (runs.length > 0 && (fate === 'ends' || fate === 'runs on')) {
    const last = runs[runs.length - 1];
    const until = fate === 'ends' ? last.until : UNTIL;
    const story = { ...base, lastStart: last.from, attempts: attemptsOf(runs.slice(0, -1)) };
    const ended = fate === 'ends' ? { end: until, state } : { state: UNFINISHED };
    return {
      story: { ...story, ...ended },
      runs: [...runs.slice(0, -1), { ...last, until, usefulUntil: until }],
      from: submit,
      until,
    };
  }
  const lastStart = stale && runs.length > 0 ? runs[runs.length - 1].from : NaN;
  const story = { ...base, lastStart, attempts: attemptsOf(runs), runtime: request.procs };
  if (fate === 'cancelled') return { story: { ...story, end: now + 2, state: CANCELLED }, runs, from: submit, until: now + 2 };
  return { story: { ...story, state: UNFINISHED }, runs, from: submit, until: UNTIL };
}
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

const stories = fc.record({
  shapes: fc.array(shape, { maxLength: 6 }),
  outage: small(UNTIL),
  procs: fc.integer({ min: 1, max: 4 }),
});

interface Case {
  readonly run: Run;
  readonly truth: readonly Truth[];
  /** Processors that are up at a time. */
  up(time: number): number;
}

const cases = stories.map(({ shapes, outage, procs }): Case => {
  const sorted = shapes.sort(
    (a, b) => (a.fate === 'never submitted' ? 0 : a.submit) - (b.fate === 'never submitted' ? 0 : b.submit),
  );
  const truth = sorted.map(tell);
  const capacity = { time: Float64Array.of(0, outage + 1), value: Float64Array.of(procs, procs + 1) };
  const run = scheduleOf(
    truth.map(({ story }) => story),
    { until: UNTIL, capacity, cluster: PARTITIONS },
  );
  return { run, truth, up: (time) => (time > outage ? procs + 1 : procs) };
});

const holds = (job: Truth, time: number) => job.runs.some(({ from, until }) => from <= time && time < until);
const useful = (job: Truth, time: number) => job.runs.some(({ from, usefulUntil }) => from <= time && time < usefulUntil);
const present = (job: Truth, time: number) => job.from <= time && time < job.until;
const waits = (job: Truth, time: number) => present(job, time) && !holds(job, time);
const procsOf = (job: Truth) => job.story.procs ?? 1;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const milliseconds = ({ from, until }: { from: number; until: number }) =>
  Array.from({ length: Number.isNaN(from) ? 0 : until - from }, (_, i) => from + i);

function figure(run: Run, name: string): number {
  const found = flatFigures(measure(run, { names: [name.split('.')[0]] })).find((other) => other.name === name);
  if (found === undefined) throw new Error(`there is no figure ${name}`);
  return found.value;
}

/** Equal but for rounding; NaN is NaN. */
function expectClose(actual: number, expected: number): void {
  if (Number.isNaN(expected)) expect(actual).toBeNaN();
  else expect(actual).toBeCloseTo(expected, 9);
}

function holdsForAll(check: (example: Case) => void): void {
  fc.assert(fc.property(cases, check), { numRuns: 500 });
}

test('windows are the first and last submission and the last end', () => {
  holdsForAll(({ run, truth }) => {
    const submits = truth.map(({ story }) => story.submit ?? 0).filter((time) => !Number.isNaN(time));
    const ends = truth.flatMap(({ runs }) => runs.map(({ until }) => until));
    const { whole, submissions } = windowsOf(run);
    if (submits.length === 0) {
      expect(whole).toEqual({ from: NaN, until: NaN });
      return;
    }
    expect(submissions).toEqual({ from: Math.min(...submits), until: Math.max(...submits) });
    const unfinished = run.schedule.state.includes(UNFINISHED);
    expect(whole).toEqual({ from: Math.min(...submits), until: unfinished ? UNTIL : Math.max(Math.min(...submits), ...ends) });
  });
});

describe.each(['whole', 'submissions', 'steady'] as const)('over the window %s', (name) => {
  test('utilization is held over up, millisecond by millisecond', () => {
    holdsForAll(({ run, truth, up }) => {
      const times = milliseconds(windowsOf(run)[name]);
      const there = sum(times.map(up));
      const held = (at: typeof holds) => sum(times.map((time) => sum(truth.filter((job) => at(job, time)).map(procsOf))));
      expectClose(figure(run, `utilization.${name}`), held(holds) / there);
      expectClose(figure(run, `useful-utilization.${name}`), held(useful) / there);
    });
  });

  test('throughput counts last ends', () => {
    holdsForAll(({ run, truth }) => {
      const { from, until } = windowsOf(run)[name];
      const ended = truth.filter(({ story, runs, until: end }) => {
        const ranToTheEnd = story.end !== undefined && runs.length > 0 && runs[runs.length - 1].until === end;
        return ranToTheEnd && end > from && end <= until;
      });
      const found = figure(run, `throughput.${name}`);
      if (until > from) expectClose((found * (until - from)) / 3_600_000, ended.length);
    });
  });

  test.each([
    { owner: 'user', owners: ['ada', 'ben'], metric: 'jain-processor-time' },
    { owner: 'account', owners: ['phys', 'chem', 'bio'], metric: 'jain-processor-time-by-account' },
  ] as const)("Jain's index of what each $owner got of what it asked for", ({ owner, owners, metric }) => {
    holdsForAll(({ run, truth }) => {
      const times = milliseconds(windowsOf(run)[name]);
      const shares = owners.flatMap((one) => {
        const own = truth.filter((job) => job.story[owner] === one);
        const asked = own.map((job) => {
          const submit = job.from;
          const row = truth.indexOf(job);
          const runtime = Math.min(run.workload.runtime[row], run.workload.walltime[row]);
          return procsOf(job) * times.filter((time) => submit <= time && time < submit + runtime).length;
        });
        const got = own.map((job) => procsOf(job) * times.filter((time) => useful(job, time)).length);
        return sum(asked) > 0 ? [Math.min(1, sum(got) / sum(asked))] : [];
      });
      const squares = sum(shares.map((share) => share ** 2));
      const index = shares.length === 0 || squares === 0 ? NaN : sum(shares) ** 2 / (shares.length * squares);
      expectClose(figure(run, `${metric}.${name}`), index);
    });
  });
});

describe.each<{ metric: SeriesMetric; amount: (job: Truth, time: number) => number }>([
  { metric: queueLength, amount: (job, time) => (waits(job, time) ? 1 : 0) },
  { metric: pendingProcessors, amount: (job, time) => (waits(job, time) ? procsOf(job) : 0) },
  { metric: busyProcessors, amount: (job, time) => (holds(job, time) ? procsOf(job) : 0) },
])('$metric.name', ({ metric, amount }) => {
  const level = (truth: readonly Truth[], time: number) => sum(truth.map((job) => amount(job, time)));

  test('its steps are the counts, and each of them is a change', () => {
    holdsForAll(({ run, truth }) => {
      const { time, value } = metric.series(run);
      const steps = milliseconds({ from: 0, until: 2 * UNTIL }).flatMap((now) => {
        const [before, after] = [now === 0 ? 0 : level(truth, now - 1), level(truth, now)];
        return before === after ? [] : [[now, after]];
      });
      expect(Array.from(time, (at, step) => [at, value[step]])).toEqual(steps);
    });
  });

  test('mean, largest and nearest-rank quantile of the counts', () => {
    holdsForAll(({ run, truth }) => {
      const levels = milliseconds(windowsOf(run).whole).map((time) => level(truth, time));
      const ascending = levels.toSorted((a, b) => a - b);
      const nearestRank = (p: number) => ascending[Math.ceil(p * ascending.length) - 1] ?? NaN;
      expectClose(figure(run, `${metric.name}.mean`), sum(levels) / levels.length);
      expectClose(figure(run, `${metric.name}.max`), levels.length > 0 ? Math.max(...levels) : NaN);
      expectClose(figure(run, `${metric.name}.median`), nearestRank(0.5));
      expectClose(figure(run, `${metric.name}.p95`), nearestRank(0.95));
    });
  });
});

describe('core-hours', () => {
  test('delivered + lost = held; by state; wasted is a part of delivered', () => {
    holdsForAll(({ run, truth }) => {
      const area = (jobs: readonly Truth[], at: typeof holds) =>
        sum(
          jobs.map((job) => procsOf(job) * milliseconds({ from: 0, until: UNTIL + 9 }).filter((time) => at(job, time)).length),
        ) / 3_600_000;
      const inState = (...states: number[]) => truth.filter((_, row) => states.includes(run.schedule.state[row]));
      expectClose(figure(run, 'core-hours-delivered.total') * 1e6, area(truth, useful) * 1e6);
      expectClose(figure(run, 'core-hours-delivered.failed') * 1e6, area(inState(FAILED), useful) * 1e6);
      expectClose(figure(run, 'core-hours-lost.total') * 1e6, (area(truth, holds) - area(truth, useful)) * 1e6);
      expectClose(figure(run, 'core-hours-wasted.total') * 1e6, area(inState(FAILED, KILLED, CANCELLED), useful) * 1e6);
    });
  });
});

describe('fairness', () => {
  /** Whether the job waited for its first start at this time, or was leaving the queue then. */
  const leavesQueue = ({ story, until }: Truth) => {
    if (!Number.isNaN(story.start)) return story.start ?? NaN;
    return story.state === UNFINISHED ? Infinity : until;
  };
  const wasQueued = (job: Truth) => !Number.isNaN(job.from);
  const goesPast = (later: Truth, earlier: Truth) =>
    wasQueued(later) && wasQueued(earlier) && later.from > earlier.from && (later.story.start ?? NaN) < leavesQueue(earlier);

  test('overtaken counts the pairs of its definition', () => {
    holdsForAll(({ run, truth }) => {
      const counts = truth.map((job) => (wasQueued(job) ? truth.filter((other) => goesPast(other, job)).length : NaN));
      expect([...overtaken.perJob(run)]).toEqual(counts);
    });
  });

  test('unfair starts are those that go past a job which asks for no more', () => {
    holdsForAll(({ run, truth }) => {
      const asksForNoMore = ({ story: mine }: Truth, { story: yours }: Truth) =>
        mine.partition === yours.partition && (mine.procs ?? 1) <= (yours.procs ?? 1) && (mine.gpus ?? 0) <= (yours.gpus ?? 0);
      const unfair = truth.filter((later) => truth.some((job) => goesPast(later, job) && asksForNoMore(job, later)));
      expect(figure(run, 'unfair-starts.starts')).toBe(unfair.length);
    });
  });

  test('discriminations are held minus dealt, and add up to nothing', () => {
    holdsForAll(({ run, truth }) => {
      const times = milliseconds({ from: 0, until: UNTIL + 9 });
      const busy = times.map((time) => sum(truth.filter((job) => holds(job, time)).map(procsOf)));
      const expected = truth.map((job) => {
        const held = procsOf(job) * times.filter((time) => holds(job, time)).length;
        const dealt = times
          .filter((time) => present(job, time))
          .map((time) => busy[time] / truth.filter((other) => present(other, time)).length);
        return held - sum(dealt);
      });
      const found = [...discriminations(run)];
      found.forEach((value, job) => expectClose(value, expected[job]));
      expectClose(sum(found), 0);
    });
  });
});

test('jobs by state and by class count every job once', () => {
  holdsForAll(({ run }) => {
    const measured = new Map(measure(run).map((measurement) => [measurement.name, measurement]));
    expect(sum((measured.get('jobs-by-state')?.figures ?? []).map(({ value }) => value))).toBe(run.schedule.count);
    for (const [whole, parts] of [
      ['wait', 'wait-by-size'],
      ['wait', 'wait-by-length'],
      ['bounded-slowdown', 'bounded-slowdown-by-size'],
      ['bounded-slowdown', 'bounded-slowdown-by-length'],
    ]) {
      const groups = measured.get(parts)?.groups ?? [];
      const all = measured.get(whole);
      expect(sum(groups.map(({ jobs }) => jobs))).toBe(all?.jobs);
      const weighted = sum(groups.map(({ jobs, figures }) => (jobs === 0 ? 0 : jobs * figures[0].value)));
      if (all?.jobs) expectClose(weighted / all.jobs, all.value ?? NaN);
    }
  });
});

test('accounts: means of their own jobs, and what they held while jobs were submitted', () => {
  holdsForAll(({ run, truth }) => {
    const wait = truth.map(({ story, from }) => ((story.start ?? NaN) - from) / 1000);
    const account = truth.map(({ story }) => story.account);
    const submitted = milliseconds(windowsOf(run).submissions);
    const held = (name: string) =>
      sum(submitted.map((time) => sum(truth.filter((job, row) => account[row] === name && useful(job, time)).map(procsOf))));
    const names = ['phys', 'chem', 'bio'].filter((name) => account.includes(name));
    const [waits, hours] = measure(run, { names: ['wait-by-account', 'core-hours-by-account'] });
    for (const name of names) {
      const own = wait.filter((value, row) => account[row] === name && !Number.isNaN(value));
      const group = waits.groups?.find((one) => one.name === name);
      expect(group?.jobs).toBe(own.length);
      expectClose(group?.figures[0].value ?? 0, sum(own) / own.length);
      const share = hours.groups?.find((one) => one.name === name)?.figures.find((one) => one.name === 'share')?.value;
      expectClose(share ?? 0, held(name) / sum(names.map(held)));
    }
    expect(waits.groups?.length).toBe(names.length);
    const means = names.map((name) => wait.filter((value, row) => account[row] === name && !Number.isNaN(value)));
    const present = means.filter((own) => own.length > 0).map((own) => sum(own) / own.length);
    expectClose(waits.value ?? NaN, sum(present) / present.length);
  });
});

test('measuring leaves the run as it was', () => {
  holdsForAll(({ run }) => {
    const before = structuredClone(run);
    measure(run);
    expect(run).toEqual(before);
  });
});
