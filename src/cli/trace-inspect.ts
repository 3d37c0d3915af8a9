import type { Command } from 'commander';
import type { Distribution } from '../trace/inspect-distribution.ts';
import type { Shares } from '../trace/inspect-shares.ts';
import { inspectTrace } from '../trace/inspect.ts';
import type { Inspection } from '../trace/inspect.ts';
import { formatDuration, grouped, SECOND } from '../units.ts';
import { accountFacts, accountText } from './account.ts';
import { loadReplayCluster } from './cluster-option.ts';
import { examples } from './command.ts';
import { print, printJson } from './output.ts';
import { renderTable } from './table.ts';
import { warn } from './terminal.ts';
import { declareTraceInput, readWithProgress } from './trace-input.ts';

interface Options {
  format?: string;
  cluster?: string;
  json?: boolean;
}

export function declareInspect(command: Command): void {
  examples(command, ['yardmaster trace inspect log.swf.gz', 'yardmaster trace inspect jobs.csv --cluster procs=512 --json']);
  declareTraceInput(command);
  command
    .option('--cluster <spec>', 'the machine to compute the load for (default: what the trace declares)')
    .option('--json', 'JSON, for machines')
    .action(async (path: string, { format, cluster, json }: Options) => {
      const trace = await readWithProgress(path, format);
      const machine = cluster === undefined ? undefined : await loadReplayCluster(cluster, trace);
      const inspection = inspectTrace(trace, machine?.clusterFacts.processors);
      if (json) printJson({ ...accountFacts(trace), ...facts(inspection) });
      else {
        print(`${accountText(trace)}\n\n${inspectionText(inspection)}`);
        for (const message of trace.warnings) warn(message);
      }
    });
}

type Shown = (value: number) => string;
const number: Shown = (value) => (Number.isInteger(value) ? grouped(value) : value.toFixed(2));
const share = (value: number) => (Number.isNaN(value) ? '-' : `${(100 * value).toFixed(1)} %`);

function inspectionText(inspection: Inspection): string {
  const { load, arrivals } = inspection;
  const from = load.procsFrom === 'given' ? 'as given' : load.procsFrom === 'declared' ? 'as it declares' : 'the largest job';
  const unix = inspection.firstSubmitUnix;
  const lines = [
    `first submission  ${inspection.firstSubmit / SECOND} s${unix === undefined ? '' : `, ${new Date(unix).toISOString()}`}`,
    `offered load      ${share(load.load)} of ${grouped(load.procs)} processors (${from}), ${number(load.coreHours)} core-hours` +
      (load.gpuHours > 0 ? `, ${number(load.gpuHours)} GPU-hours` : ''),
    `jobs              ${share(inspection.serialShare)} serial, ${share(inspection.powerOfTwoShare)} of a power of two, ${grouped(inspection.gpuJobs)} with GPUs`,
    `limits            ${grouped(inspection.withoutWalltime)} jobs without one, ${grouped(inspection.beyondWalltime)} ran longer than theirs`,
    // Few traces know of limits that ended jobs.
    `outcomes          ${Object.entries(inspection.outcomes)
      .filter(([name, jobs]) => name !== 'timeout' || jobs > 0)
      .map(([name, jobs]) => `${grouped(jobs)} ${name}`)
      .join(', ')}`,
  ];
  if (load.jobsTooLarge > 0) lines.push(`too large         ${grouped(load.jobsTooLarge)} jobs ask for more processors than that`);
  if (inspection.services > 0)
    lines.push(`services          ${grouped(inspection.services)} jobs never end; no figure of run time or load has them`);
  if (inspection.dependencies > 0) lines.push(`dependencies      ${grouped(inspection.dependencies)}`);
  if (arrivals)
    lines.push(
      `arrivals by hour  ${bars(arrivals.byHour)}  (${arrivals.timeZone}${arrivals.zoneFrom === 'assumed' ? ', assumed' : ''})`,
    );
  const categories = [
    categoryText('user', inspection.users),
    categoryText('account', inspection.accounts),
    categoryText('queue', inspection.queues),
    categoryText('partition', inspection.partitions),
  ];
  return `${lines.join('\n')}\n\n${distributionTable(inspection)}${categories.join('')}`;
}

function distributionTable({ procs, runtime, walltime, interarrival, accuracy, recordedWait }: Inspection): string {
  const row = (title: string, from: Distribution | undefined, show: Shown) =>
    from && from.count > 0
      ? [[title, ...[from.mean, from.min, from.p25, from.median, from.p75, from.p95, from.max].map(show)]]
      : [];
  const rows = [
    ...row('processors', procs, number),
    ...row('run time', runtime, formatDuration),
    ...row('limit', walltime, formatDuration),
    ...row('run time / limit', accuracy, (value) => value.toFixed(3)),
    ...row('time between submissions', interarrival, formatDuration),
    ...row('recorded wait', recordedWait, formatDuration),
  ];
  const titles = ['mean', 'min', 'p25', 'median', 'p75', 'p95', 'max'];
  return renderTable([{ title: '' }, ...titles.map((title) => ({ title, align: 'right' as const }))], rows);
}

function categoryText(what: string, { names, unknown, top }: Shares): string {
  if (names === 0) return '';
  const rows = top.map((one) => [
    one.name,
    grouped(one.jobs),
    share(one.jobShare),
    number(one.coreHours),
    share(one.coreHourShare),
  ]);
  const right = (title: string) => ({ title, align: 'right' as const });
  const table = renderTable([{ title: what }, right('jobs'), right('share'), right('core-hours'), right('share')], rows);
  const rest = names > top.length ? `  and ${grouped(names - top.length)} more\n` : '';
  return `\n${table}${rest}${unknown > 0 ? `  ${grouped(unknown)} jobs name none\n` : ''}`;
}

/** Counts as a line of bars, the highest one full. */
function bars(counts: readonly number[]): string {
  const highest = Math.max(1, ...counts);
  return counts.map((count) => '▁▂▃▄▅▆▇█'[Math.min(7, Math.floor((8 * count) / highest))]).join('');
}

/** For machines: times in seconds, with the unit in the name. */
function facts(inspection: Inspection): object {
  const seconds = (from: Distribution | undefined) =>
    from && Object.fromEntries(Object.entries(from).map(([name, value]) => [name, name === 'count' ? value : value / SECOND]));
  const { load, procs, runtime, walltime, interarrival, accuracy, recordedWait, users, accounts, queues, partitions } =
    inspection;
  return {
    first_submit_s: inspection.firstSubmit / SECOND,
    last_submit_s: inspection.lastSubmit / SECOND,
    first_submit_unix_s: inspection.firstSubmitUnix === undefined ? null : inspection.firstSubmitUnix / SECOND,
    load,
    procs,
    runtime_s: seconds(runtime),
    walltime_s: seconds(walltime),
    interarrival_s: seconds(interarrival),
    accuracy,
    recorded_wait_s: seconds(recordedWait),
    serial_share: inspection.serialShare,
    power_of_two_share: inspection.powerOfTwoShare,
    without_walltime: inspection.withoutWalltime,
    beyond_walltime: inspection.beyondWalltime,
    gpu_jobs: inspection.gpuJobs,
    services: inspection.services,
    outcomes: inspection.outcomes,
    dependencies: inspection.dependencies,
    arrivals: inspection.arrivals,
    users,
    accounts,
    queues,
    partitions,
  };
}
