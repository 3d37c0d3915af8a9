import type { Comparison } from '../live/compare/comparison.ts';
import type { Divergence, SideState } from '../live/compare/divergence.ts';
import type { Errors, Spread } from '../live/compare/spread.ts';
import type { LiveComparison } from './live-compare.ts';
import type { SlurmFacts } from './live-run-facts.ts';
import { renderTable } from './table.ts';

/** A figure of both comparisons: simulated against live, live against its repeat. */
export type FigureRow = readonly [name: string, simulated: string, noise: string];

/** All about one policy, for people. */
export function comparisonText(comparison: LiveComparison): string {
  const { policy, model, live, noise } = comparison;
  const scale = live.time_scale === 1 ? 'in real time' : `${live.time_scale} times as fast as real time`;
  const columns = [
    { title: '' },
    { title: 'live - simulated', align: 'right' as const },
    ...(noise === undefined ? [] : [{ title: 'repeat - live', align: 'right' as const }]),
  ];
  const rows = figureRows(comparison).map((row) => row.slice(0, columns.length));
  const lines = [
    `${policy}, live, against ${model}, simulated; ${scale}`,
    renderTable(columns, rows).trimEnd(),
    ...latencyLines(comparison),
    ...divergenceLines(comparison.simulated.divergence, comparison.simulated.tolerance),
  ];
  return `${lines.join('\n')}\n`;
}

export function figureRows({ simulated, noise }: LiveComparison): FigureRow[] {
  const row = (name: string, of: (comparison: Comparison) => string): FigureRow => [
    name,
    of(simulated),
    noise === undefined ? '' : of(noise),
  ];
  return [
    row('jobs in both', ({ jobs }) => `${jobs}`),
    row('started in one only', ({ startedInOne }) => `${startedInOne}`),
    row("order of starts, Kendall's tau-b", ({ order }) => order.tau.toFixed(4)),
    row('pairs in the other order', ({ order }) => `${order.discordant} of ${order.pairs}`),
    row('tasks on the same node', ({ placement }) => share(placement.node)),
    row('on a node of the same kind', ({ placement }) => share(placement.nodeClass)),
    row('in the same rack', ({ placement }) => share(placement.rack)),
    row('gangs spread alike', ({ placement }) => share(placement.gang)),
    row('start: median, p95, max [s]', ({ start }) => errors(start)),
    row('  mean, with its sign [s]', ({ start }) => seconds(start.bias)),
    row('wait: median, p95, max [s]', ({ wait }) => errors(wait)),
    row('  mean of all [s]', ({ meanWait: { a, b } }) => `${seconds(b - a)} of ${seconds(a)}`),
    row('turnaround: median, p95, max [s]', ({ turnaround }) => errors(turnaround)),
    row('makespan [s]', ({ makespan: { a, b } }) => `${seconds(b - a)} of ${seconds(a)}`),
    row('between the curves of processors held', ({ occupation }) => share(occupation.between)),
  ];
}

export function latencyLines({ latencies, live }: LiveComparison): string[] {
  if (live.slurm !== undefined) return slurmLines(live.slurm);
  if (latencies === undefined) return [];
  const { decision, bind, start, pods, unbound, retries } = latencies;
  const line = (name: string, { median, p95, max, count }: Spread) =>
    count === 0 ? `  ${name}: not seen` : `  ${name}: ${[median, p95, max].map((ms) => ms.toFixed(0)).join(', ')} ms`;
  const bad = live.api.calls.flatMap(({ call, refused, unanswered, retries: again }) => {
    const told = Object.entries(refused).map(([status, count]) => `${count} x ${status}`);
    if (unanswered > 0) told.push(`${unanswered} unanswered`);
    if (again > 0) told.push(`${again} made again`);
    return told.length === 0 ? [] : [`${call} ${told.join(', ')}`];
  });
  return [
    `${pods} pods, ${unbound} never bound; bound ${live.bound_per_s.toFixed(1)} a second, at most ${live.bound_per_s_peak} in one`,
    'latency by the clock: median, p95, max',
    line('arrival to decision', decision),
    line(decision.count === 0 ? 'arrival to binding' : 'decision to binding', bind),
    line('binding to start', start),
    `API: ${bad.length === 0 ? 'no call failed' : bad.join('; ')}; bindings tried again ${retries}; relists ${live.api.relists}`,
  ];
}

function slurmLines({ cluster, version, submitted, refused, started_by: by, ...facts }: SlurmFacts): string[] {
  const three = ({ median, p95, max }: SlurmFacts['run_longer_s']) => [median, p95, max].map((one) => one.toFixed(2)).join(', ');
  const starters = Object.entries(by).map(([name, count]) => `${name} ${count}`);
  return [
    `Slurm ${version} of ${cluster}: ${submitted} jobs submitted, ${refused} refused; started by ${starters.join(', ') || 'nobody'}`,
    'by the clock: median, p95, max',
    `  submitted later than it was to be: ${three(facts.submit_late_s)} s`,
    `  nodes held longer than the job was to run: ${three(facts.run_longer_s)} s`,
    ...(facts.clock_off_s === 0
      ? []
      : [`  Slurm's clock is off by ${facts.clock_off_s.toFixed(2)} s: starts are shifted by as much`]),
  ];
}

export function divergenceLines(divergence: Divergence | undefined, tolerance: number): string[] {
  if (divergence === undefined) return [`no start differs by more than ${seconds(tolerance)} s`];
  const { job, at, a, b, runningOnlyInA, runningOnlyInB, reason } = divergence;
  const side = (name: string, { start, running, waiting, cpus }: SideState, only: readonly string[]) =>
    `  ${name}: it started at ${Number.isNaN(start) ? 'no time' : `${seconds(start)} s`}; ${running} ran, ${waiting} waited, ` +
    `${cpus} processors held${only.length === 0 ? '' : `; only here ran ${only.join(', ')}`}`;
  return [
    `first start that differs by more than ${seconds(tolerance)} s: job ${job}, at ${seconds(at)} s`,
    side('simulated', a, runningOnlyInA),
    side('live', b, runningOnlyInB),
    `  ${reason}`,
  ];
}

function errors({ median, p95, max }: Errors): string {
  return [median, p95, max].map(seconds).join(', ');
}

function seconds(ms: number): string {
  return Number.isNaN(ms) ? '-' : (ms / 1000).toFixed(3);
}

function share(value: number): string {
  return Number.isNaN(value) ? '-' : `${(100 * value).toFixed(1)} %`;
}
