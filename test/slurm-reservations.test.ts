// Advance reservations and --time-min, as Slurm 22.05 does them (reservation.c, backfill.c).
import { describe, expect, test } from 'vitest';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { stepOf } from '../src/policies/slurm/reservations/recurrence.ts';
import { slurmBackfill } from '../src/policies/slurm/slurm-backfill.ts';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import type { PolicySpec } from '../src/policy.ts';
import { COMPLETED, KILLED } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { workloadOf } from './slurm-runs.ts';
import type { RunJob } from './slurm-runs.ts';

// Planted, and caught here: a reservation keeps its own nodes from its jobs; Friday is followed by two days; a job that only a
// reservation keeps back stops others; jobs in reservations do not come first; the limit of a job that was planned stays short.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

interface Reserved {
  /** [min] from the begin of the run, which is the begin of 1970. */
  readonly from: number;
  readonly until: number;
  readonly nodes: string;
  readonly flags?: string;
  readonly users?: string;
  readonly name?: string;
}

interface Setting {
  readonly spec?: PolicySpec;
  readonly conf?: readonly string[];
  readonly given?: Record<string, unknown>;
}

function reserved(
  jobs: readonly RunJob[],
  list: readonly Reserved[],
  { spec = slurmBuiltin, conf = [], given = {} }: Setting = {},
): Schedule {
  const lines = [
    ...['ClusterName=test', 'SelectType=select/cons_tres', 'SelectTypeParameters=CR_Core', 'NodeName=n[1-4] CPUs=8'],
    ...['PartitionName=main Nodes=ALL Default=YES OverSubscribe=EXCLUSIVE', ...conf],
  ];
  const time = (minutes: number) => new Date(minutes * MINUTE).toISOString().slice(0, 19);
  const text = list.map(({ from, until, nodes, flags = '', users = 'root', name = 'r' }) => {
    return `ReservationName=${name} StartTime=${time(from)} EndTime=${time(until)} Nodes=${nodes} Flags=${flags} Users=${users}\n`;
  });
  const file = (path: string, content: string) => ({ path, text: content });
  const { cluster } = readSlurmConf({
    conf: file('slurm.conf', `${lines.join('\n')}\n`),
    reservations: file('resv', text.join('')),
  });
  const parameters = readParameters(spec.parameters ?? {}, { epilog: true, ...given }, spec.name);
  return simulate(workloadOf(jobs), cluster, spec, {
    parameters,
    placement: firstFit,
    audit: true,
    explain: true,
    until: 3 * DAY,
  });
}

/** When each job starts [s], in the time base of the reservations: runs begin with the first submission. */
const starts = (...[jobs, ...rest]: Parameters<typeof reserved>) =>
  Array.from(reserved(jobs, ...rest).start, (time) => time / SECOND + jobs[0].at);
const nodes = (count: number) => ({ cpus: 8 * count });
const mine = { options: { reservation: 'r' } };

describe('jobs without a reservation', () => {
  const half = [{ from: 10, until: 20, nodes: 'n[1-2]' }];

  test('run before it if they end in time, else on nodes that it leaves, else when it is over', () => {
    const one = (limit: number, count: number) => starts([{ at: 0, ...nodes(count), runs: 30, limit }], half)[0];
    expect(one(10, 4)).toBe(0);
    expect(one(11, 2)).toBe(0);
    expect(one(11, 4)).toBe(1200);
  });

  test('that only a reservation keeps back stop nobody behind them (node_scheduler.c, _pick_best_nodes)', () => {
    const jobs = [
      { at: 0, ...nodes(4), runs: 30, limit: 30 },
      { at: 1, ...nodes(1), runs: 30, limit: 30 },
    ];
    expect(starts(jobs, half)).toEqual([1200, 3]);
  });

  test('are planned around it by backfill, and what fits before it is started', () => {
    const jobs = [
      { at: 0, ...nodes(3), runs: 300, limit: 5 },
      // For as long as it would be over before the reservation if it began now, it is planned for the end of the first job,
      // though it would run into the reservation then: what it is left then is not looked at.
      { at: 1, ...nodes(4), runs: 60, limit: 8 },
      { at: 2, ...nodes(1), runs: 60, limit: 9 },
      { at: 2, ...nodes(1), runs: 60, limit: 12 },
    ];
    expect(starts(jobs, half, { spec: slurmBackfill })).toEqual([0, 1200, 150, 210]);
  });

  test('have nothing of a partition that is under maintenance as a whole', () => {
    const all = (flags: string) =>
      starts([{ at: 0, ...nodes(1), runs: 30, limit: 30 }], [{ from: 10, until: 20, nodes: 'n[1-4]', flags }]);
    expect(all('MAINT')).toEqual([1200]);
    expect(all('SPEC_NODES')).toEqual([1200]);
  });

  test('wait for one that comes back every day', () => {
    const daily = [{ from: 0, until: 23 * 60, nodes: 'n[1-4]', flags: 'DAILY' }];
    expect(starts([{ at: 0, ...nodes(1), runs: 30, limit: 60 }], daily)).toEqual([23 * 3600]);
    const jobs = [{ at: 0, ...nodes(1), runs: 30, limit: 61 }];
    expect(starts(jobs, daily)).toEqual([NaN]);
  });
});

describe('jobs in a reservation', () => {
  const open = [{ from: 10, until: 20, nodes: 'n[1-2]', users: 'ada' }];

  test('start when it begins, on its nodes, before all others', () => {
    const jobs = [
      { at: 0, ...nodes(2), runs: 30, limit: 30 },
      { at: 1, ...nodes(2), runs: 30, limit: 5, ...mine },
    ];
    const { start, placements } = reserved(jobs, open);
    expect([...start]).toEqual([0, 600 * SECOND]);
    expect([...placements!.node.slice(placements!.first[1], placements!.first[2])].sort()).toEqual([0, 1]);
  });

  test('of somebody else, or of none that there is, never start', () => {
    expect(starts([{ at: 0, runs: 30, user: 'ben', ...mine }], open)).toEqual([NaN]);
    expect(starts([{ at: 0, runs: 30, options: { reservation: 'other' } }], open)).toEqual([NaN]);
    const but = [{ ...open[0], users: '-ada' }];
    expect(starts([{ at: 0, runs: 30, user: 'ben', ...mine }], but)).toEqual([600]);
    expect(starts([{ at: 0, runs: 30, ...mine }], but)).toEqual([NaN]);
  });

  test('wait behind each other, but not behind those outside, nor those behind them', () => {
    const jobs = [
      { at: 601, ...nodes(2), runs: 120, limit: 5, ...mine },
      { at: 602, ...nodes(2), runs: 30, limit: 5, ...mine },
      { at: 603, ...nodes(2), runs: 30, limit: 5 },
    ];
    expect(starts(jobs, open)).toEqual([601, 721, 604]);
  });

  test('come before those of higher priority outside', () => {
    const jobs = [
      { at: 601, ...nodes(4), runs: 30, limit: 5 },
      { at: 602, ...nodes(2), runs: 30, limit: 5 },
      { at: 603, ...nodes(4), runs: 60, limit: 5, ...mine },
    ];
    const flex = [{ ...open[0], flags: 'FLEX' }];
    // All of them are looked at when the first nodes are free: at the end of a job on all four.
    const first = { at: 600, ...nodes(4), runs: 30, limit: 5, ...mine };
    expect(starts([first, ...jobs], flex).slice(1)).toEqual([1200, 690, 630]);
  });

  test('are killed when it is over, unless ResvOverRun lets them go on (job_mgr.c, job_time_limit)', () => {
    const job = { at: 600, ...nodes(1), runs: 900, limit: 30, ...mine };
    const killed = reserved([job], open);
    expect([...killed.state]).toEqual([KILLED]);
    expect(killed.end[0] / SECOND).toBe(631);
    expect([...reserved([job], open, { conf: ['ResvOverRun=10'] }).state]).toEqual([COMPLETED]);
  });

  test('with FLEX run before it and beside it as well', () => {
    const flex = [{ ...open[0], flags: 'FLEX' }];
    expect(starts([{ at: 0, ...nodes(4), runs: 30, limit: 30, ...mine }], flex)).toEqual([0]);
  });

  test('that draws them need not be named', () => {
    const drawing = [{ ...open[0], nodes: 'n[1-4]', flags: 'MAGNETIC' }];
    expect(starts([{ at: 590, ...nodes(2), runs: 30, limit: 5 }], drawing)).toEqual([600]);
    expect(starts([{ at: 590, ...nodes(2), runs: 30, limit: 5, user: 'ben' }], drawing)).toEqual([1200]);
  });
});

test('reservations that recur: steps by the day of the week', () => {
  // 1 January 1970 was a Thursday.
  const on = (day: number, flag: string) => stepOf(new Set([flag]), day * DAY) / DAY;
  expect([0, 1, 2, 3].map((day) => on(day, 'WEEKDAY'))).toEqual([1, 3, 2, 1]);
  expect([0, 1, 2, 3, 4].map((day) => on(day, 'WEEKEND'))).toEqual([2, 1, 1, 6, 5]);
  expect([on(0, 'WEEKLY'), on(0, 'DAILY'), on(0, 'HOURLY'), on(0, 'MAINT')]).toEqual([7, 1, 1 / 24, 0]);
});

describe('--time-min (backfill.c)', () => {
  const jobs = [
    { at: 0, ...nodes(3), runs: 600, limit: 10 },
    { at: 1, ...nodes(4), runs: 60, limit: 5 },
    { at: 2, ...nodes(1), runs: 900, limit: 60, options: { timeMin: 5 * MINUTE } },
  ];

  test('is what backfill plans with, and the limit that a job it starts has then', () => {
    const done = reserved(jobs, [], { spec: slurmBackfill });
    expect(done.start[2]).toBe(30 * SECOND);
    // Its five minutes are over at 330 s: looked at then.
    expect([done.state[2], done.end[2] / SECOND]).toEqual([KILLED, 330]);
  });

  test('a job that is planned only keeps its whole limit for the main loop', () => {
    const two = [jobs[0], { at: 1, ...nodes(4), runs: 700, limit: 60, options: { timeMin: 5 * MINUTE } }];
    const done = reserved(two, [], { spec: slurmBackfill });
    expect([done.state[1], done.end[1] / SECOND]).toEqual([COMPLETED, 1300]);
  });

  test('lets backfill start what is too long for its partition otherwise (job_scheduler.c, build_job_queue)', () => {
    const conf = ['PartitionName=short Nodes=ALL OverSubscribe=EXCLUSIVE MaxTime=10'];
    const job = { at: 0, ...nodes(1), runs: 60, limit: 60, partition: 'short', options: { timeMin: 5 * MINUTE } };
    expect(starts([job], [], { spec: slurmBackfill, conf })).toEqual([30]);
    expect(starts([job], [], { spec: slurmBuiltin, conf })).toEqual([NaN]);
  });

  test('the main loop gives the whole limit', () => {
    const done = reserved([jobs[2]], []);
    expect([done.state[0], done.end[0] / SECOND]).toEqual([COMPLETED, 900]);
  });
});
