/** Reports that are hard to show: names that mean mischief, nothing to draw, too much of it. */
import type { Report } from '../src/report/build.ts';
import { pageLabel } from '../src/report/distinct-labels.ts';
import type { PageTable } from '../src/report/page-table.ts';
import type { ReportFacts, RunFacts } from '../src/report/model.ts';
import { COMPLETED, REJECTED, UNFINISHED } from '../src/schedule.ts';

const HOUR = 3_600_000;

/** Each sets `hacked` if it gets to run. */
export const EVIL = [
  '</script><script>hacked=1</script>',
  '<img src=x onerror="hacked=1">',
  `"><svg onload='hacked=1'>`,
  '<a href="javascript:hacked=1">x</a>',
  '<b>bold</b><br>%{x}<extra></extra> $\\alpha$ &amp;lt; &',
  'line\u2028and\u2029line\nand\ttab\u0000\u0007',
  '\u202Eright to left \u05E9\u05DC\u05D5\u05DD',
  '__proto__',
  'x'.repeat(10_000),
  '',
  ' ',
  '\uD83D\uDE80\u0301',
] as const;

export interface TableWishes {
  readonly jobs: number;
  readonly users?: readonly string[];
  readonly nodes?: readonly string[];
  /** [ms] */
  submit?(row: number): number;
  wait?(row: number): number;
  length?(row: number): number;
  state?(row: number): number;
  readonly ids?: readonly string[];
  readonly reasons?: readonly string[];
}

export function tableOf(wishes: TableWishes): PageTable {
  const { jobs, users = ['ann', 'bob'], nodes, ids, reasons } = wishes;
  const { submit = (row) => row * HOUR, wait = (row) => (row % 7) * HOUR, length = (row) => (1 + (row % 5)) * HOUR } = wishes;
  const { state = () => COMPLETED } = wishes;
  const column = (of: (row: number) => number) => Float64Array.from({ length: jobs }, (_, row) => of(row));
  const category = (names: readonly string[]) => ({
    code: Int32Array.from({ length: jobs }, (_, row) => row % names.length),
    names,
  });
  const start = (row: number) => (state(row) === COMPLETED ? submit(row) + wait(row) : NaN);
  return {
    count: jobs,
    origin: 0,
    ids: ids === undefined ? column((row) => row + 1) : Array.from({ length: jobs }, (_, row) => ids[row % ids.length]),
    submit: column(submit),
    start: column(start),
    end: column((row) => start(row) + length(row)),
    state: column(state),
    cpus: column((row) => 1000 * 2 ** (row % 6)),
    gpus: column((row) => 1000 * (row % 3)),
    restarts: column(() => 0),
    user: category(users),
    queue: category(users),
    account: category(users),
    placements: nodes && {
      nodes,
      first: Float64Array.from({ length: jobs + 1 }, (_, row) => row),
      node: column((row) => row % nodes.length),
      tasks: column(() => 1),
    },
    explanations: reasons && {
      job: column((row) => row),
      time: column((row) => submit(row)),
      reason: category(reasons),
    },
  };
}

const FIGURES = { 'wait.mean': 60, 'wait.p95': 600, 'bounded-slowdown.mean': 3, utilization: 0.5, makespan: 3600 };

export function reportOf(labels: readonly string[], tables: readonly PageTable[], more: Partial<RunFacts> = {}): Report {
  const runs = labels.map((label, index): RunFacts => {
    const table = tables.length === 0 ? undefined : index % tables.length;
    return {
      label,
      policy: label,
      parameters: {},
      workload: 'jobs',
      cluster: 'machine',
      seed: 1,
      settings: {},
      states: { completed: 1 },
      oracle: false,
      digest: 'abc',
      figures: Object.fromEntries(Object.entries(FIGURES).map(([name, value]) => [name, value * (1 + (index % 13))])),
      processors: 64,
      nodes: 4,
      ...(index < tables.length && { table }),
      ...more,
    };
  });
  const facts: ReportFacts = {
    title: labels.slice(0, 3).join(', '),
    runs,
    groups: [{ label: '', runs: runs.map((_, index) => index) }],
    baseline: labels[0],
    contenders: [...new Set(labels)].map((label) => ({
      label,
      runs: labels.flatMap((other, index) => (other === label ? [index] : [])),
    })),
    labels,
    verdicts: [],
    findings: [...labels.slice(0, 3)],
    sources: [{ dir: labels[0], kind: 'replay', version: '1', reproduce: labels[0], inputs: [], facts: [['seed', labels[0]]] }],
    policies: labels.map((name) => ({ name, labels: [name], summary: name, source: name })),
    warnings: [labels[0]],
    version: '1',
  };
  return { facts, tables };
}

const two = ['fcfs', 'easy'];
const NODES_10K = Array.from({ length: 10_000 }, (_, node) => `n${node}`);
const LONG_NODES = EVIL.map((name, index) => `${name}${index}`);

/** By what is hard about them. */
export const CASES: Readonly<Record<string, () => Report>> = {
  'names that mean mischief': () =>
    reportOf(
      EVIL.map((name, index) => `${pageLabel(name)}${index}`),
      [0, 1, 2].map(() => tableOf({ jobs: 120, users: EVIL, nodes: LONG_NODES, ids: EVIL, reasons: EVIL })),
      { parameters: { [EVIL[0]]: EVIL[1] }, workload: EVIL[2], cluster: EVIL[3] },
    ),
  'sixty policies': () =>
    reportOf(
      Array.from({ length: 60 }, (_, index) => `easy:depth=${index}`),
      Array.from({ length: 8 }, () => tableOf({ jobs: 50 })),
    ),
  'one job': () => reportOf(two, [tableOf({ jobs: 1 }), tableOf({ jobs: 1, wait: () => HOUR })]),
  'no job': () => reportOf(two, [tableOf({ jobs: 0 }), tableOf({ jobs: 0 })]),
  'no job that finished': () =>
    reportOf(two, [tableOf({ jobs: 9, state: () => UNFINISHED }), tableOf({ jobs: 9, state: () => REJECTED })], { figures: {} }),
  'no figure that is a number': () =>
    reportOf(['a', 'b', 'c'], [tableOf({ jobs: 9 })], { figures: { 'wait.mean': null, utilization: null } }),
  'all at one instant': () =>
    reportOf(
      two,
      [0, 1].map(() => tableOf({ jobs: 30, submit: () => 0, wait: () => 0, length: () => 0, nodes: ['n'] })),
    ),
  'ten years': () =>
    reportOf(
      two,
      [0, 1].map(() => tableOf({ jobs: 400, submit: (row) => row * 220 * HOUR, length: () => 2000 * HOUR })),
      { epoch: 0 },
    ),
  'ten thousand nodes': () =>
    reportOf(
      two,
      [0, 1].map(() => tableOf({ jobs: 20_000, submit: (row) => row * 60_000, nodes: NODES_10K })),
      {
        pools: [{ name: 'n', nodes: 10_000, cpus: 64, gpus: 8 }],
        nodes: 10_000,
        processors: 640_000,
      },
    ),
};
