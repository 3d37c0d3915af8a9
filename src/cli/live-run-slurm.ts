/** `live run --slurm`: the workload of a scenario on a real Slurm, under its own scheduler. */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import type { Cluster } from '../cluster.ts';
import { scheduleDigest } from '../digest.ts';
import { usageError } from '../errors.ts';
import { pointCluster } from '../experiment/point-cluster.ts';
import { pointInputs } from '../experiment/point-inputs.ts';
import { PointWorkloads } from '../experiment/point-workload.ts';
import { countStates, summaryFacts } from '../experiment/run-summary.ts';
import { ApiTally } from '../live/kubernetes/api-tally.ts';
import { wallClock } from '../live/kubernetes/clock.ts';
import { clusterDifferences } from '../live/slurm/cluster-differences.ts';
import { cleanSlurm } from '../live/slurm/slurm-clean.ts';
import { describeSlurm, lookAtSlurm, refuseBusy } from '../live/slurm/slurm-cluster.ts';
import type { SlurmLook } from '../live/slurm/slurm-cluster.ts';
import { slurmCommands } from '../live/slurm/slurm-commands.ts';
import type { SlurmCommands } from '../live/slurm/slurm-commands.ts';
import { SLURM_CONFIG_FILE, SLURM_RECORD_FILE, slurmRecordConfig, slurmRecordCsv } from '../live/slurm/slurm-record.ts';
import { SlurmRun } from '../live/slurm/slurm-run.ts';
import type { SlurmOutcome } from '../live/slurm/slurm-run.ts';
import { workloadNotes } from '../live/slurm/workload-notes.ts';
import { measure } from '../metrics/measure.ts';
import { attemptsCsv } from '../results/attempts-csv.ts';
import { explanationsCsv } from '../results/explanations-csv.ts';
import { clearResults, makeFolder } from '../results/folder.ts';
import { jobsCsv } from '../results/jobs-csv.ts';
import { jsonText } from '../results/json.ts';
import { writeAtomically } from '../results/write.ts';
import { countOf } from '../units.ts';
import type { Workload } from '../workload.ts';
import { PARTIAL } from './exit-codes.ts';
import { stopOnSignals } from './interrupt.ts';
import { slurmFacts } from './live-run-facts.ts';
import { writeLiveManifest } from './live-run-files.ts';
import { LIVE_FILE, SLURM } from './live-run-policies.ts';
import type { LiveResult } from './live-run-policies.ts';
import type { LiveRunOptions } from './live-run.ts';
import { slurmRunTable } from './live-run-table.ts';
import { print, printJson } from './output.ts';
import { planScenario } from './scenario-plan.ts';
import type { ScenarioPlan } from './scenario-plan.ts';
import { say, warn } from './terminal.ts';

/** Calls of sbatch a second unless --qps says another number, and how often it is looked [ms by the clock]. */
const RATE = 20;
const POLL = 5000;

interface Setting {
  readonly plan: ScenarioPlan;
  readonly workload: Workload;
  readonly look: SlurmLook;
  readonly run: string;
  readonly timeScale: number;
  readonly out: string;
  readonly options: LiveRunOptions;
}

export async function liveRunSlurm(path: string, name: string, timeScale: number, options: LiveRunOptions): Promise<void> {
  checkOptions(options);
  const tally = new ApiTally();
  const commands = slurmCommands(wallClock, tally);
  const look = await lookAtSlurm(commands, name);
  await refuseBusy(commands, look, options.iKnowThisCluster);
  const plan = await planScenario(path);
  const inputs = pointInputs(plan.inputs);
  const [first] = plan.points;
  if (plan.points.some(({ workload, cluster }) => workload.name !== first.workload.name || cluster.name !== first.cluster.name)) {
    throw usageError('it has several workloads or clusters', 'scenario', 'a live run replays one: leave the others out');
  }
  const cluster = pointCluster(first, inputs);
  const { workload, notes } = new PointWorkloads(inputs).of(first, cluster);
  for (const note of [...notes, ...workloadNotes(workload, look.cluster, timeScale, first.workload.changes.dependencies)])
    say(note);
  warnOfDifferences(cluster, look);
  const out = options.out ?? join('reports', `${plan.scenario.name.replace(/[^\w.-]+/g, '-')}-live`);
  makeFolder(out);
  clearResults(out, [SLURM]);
  const run = options.run ?? `r${randomBytes(3).toString('hex')}`;
  const setting = { plan, workload, look, run, timeScale, out, options };
  const stop = stopOnSignals();
  const began = wallClock.now();
  const outcome = await runAndClean(commands, setting, first.run.until, stop.dropped);
  const result = await writeRun(commands, setting, outcome, tally, wallClock.now() - began);
  writeLiveManifest(out, { plan, workload, cluster, results: [result], timeScale, access: { context: look.name } });
  if (options.json === true) printJson({ out, time_scale: timeScale, runs: [result.facts] });
  else print(slurmRunTable([result]));
  say(`written to ${out}: ${SLURM}, slurm.conf, manifest.json`);
  const isPartial = first.run.until === undefined && outcome.ended !== 'over';
  process.exitCode = stop.exitCode() ?? (isPartial ? PARTIAL : 0);
}

/** Those that are of Kubernetes are not left out in silence. */
function checkOptions({ context, kubeconfig, stock, only, containers, keep, nodes, spare, run }: LiveRunOptions): void {
  const given = { '--context': context, '--kubeconfig': kubeconfig, '--kube-scheduler': stock, '--containers': containers };
  const others = { '--only': only, '--keep': keep, '--nodes': nodes || undefined, '--spare': spare || undefined };
  const wrong = Object.entries({ ...given, ...others }).find(([, value]) => value !== undefined);
  if (wrong !== undefined) throw usageError('it is for Kubernetes', wrong[0], 'leave it out beside --slurm: Slurm alone decides');
  if (run !== undefined && !/^[A-Za-z0-9-]{1,40}$/.test(run))
    throw usageError(`"${run}" is no name for a run`, '--run', 'letters, digits and hyphens, at most 40');
}

function warnOfDifferences(cluster: Cluster, look: SlurmLook): void {
  for (const warning of look.warnings) warn(warning);
  const differences = clusterDifferences(cluster, look.cluster);
  if (differences.length === 0) return;
  warn(`the cluster of the scenario is not ${look.name} as it describes itself: ${differences.join('; ')}`);
  warn(`"yardmaster live describe --slurm ${look.name} --out DIR" writes a cluster that is: DIR/slurm.conf`);
}

/** Whatever happens, no job of ours stays. */
async function runAndClean(
  commands: SlurmCommands,
  { workload, look, run, timeScale, options, plan }: Setting,
  until: number | undefined,
  dropped: AbortSignal,
): Promise<SlurmOutcome> {
  const ending = AbortSignal.any([dropped, ...(until === undefined ? [] : [AbortSignal.timeout(until / timeScale)])]);
  setMaxListeners(0, ending, dropped);
  const qps = Number(options.qps);
  const slurm = new SlurmRun(commands, {
    ...{ run, workload, cluster: look.cluster, timeScale, rate: qps > 0 ? qps : RATE, poll: POLL },
    dependencies: plan.points[0].workload.changes.dependencies !== 'ignore',
    say: (message) => say(message),
  });
  say(`${look.name}, Slurm ${look.version}: ${countOf(workload.count, 'job')}, under the names ym-${run}-...`);
  try {
    return await slurm.run(ending);
  } finally {
    const cancelled = await cleanSlurm(commands, run);
    if (cancelled > 0) say(`${countOf(cancelled, 'job')} cancelled that had not ended`);
  }
}

async function writeRun(
  commands: SlurmCommands,
  { workload, look, timeScale, out, plan }: Setting,
  { schedule, book, began, ended }: SlurmOutcome,
  tally: ApiTally,
  wall: number,
): Promise<LiveResult> {
  const { cluster, version, conf } = look;
  const write = (file: string, pieces: Iterable<string>) => writeAtomically(join(out, SLURM, file), pieces);
  write('jobs.csv', jobsCsv(workload, cluster, schedule));
  if (schedule.attempts.count > 0) write('attempts.csv', attemptsCsv(workload, schedule));
  if (schedule.explanations.length > 0) write('explanations.csv', explanationsCsv(workload, schedule));
  write(SLURM_RECORD_FILE, slurmRecordCsv(workload, book, began, timeScale));
  write(SLURM_CONFIG_FILE, [jsonText(slurmRecordConfig(conf, began, version))]);
  for (const [name, text] of await describeSlurm(commands, look)) writeAtomically(join(out, name), [text]);
  const facts = slurmFacts({ label: SLURM, schedule, cluster, book, ended, workload, tally, wall, timeScale, look });
  write(LIVE_FILE, [jsonText(facts)]);
  const summary = {
    ...{ label: SLURM, name: SLURM, parameters: {}, oracle: false, digest: scheduleDigest(schedule) },
    states: countStates(schedule),
    rejections: schedule.rejections,
    measurements: measure(
      { workload, cluster, schedule },
      { ...plan.points[0].measures, names: plan.points[0].measures.metrics },
    ),
  };
  write('summary.json', [jsonText(summaryFacts(summary))]);
  return { label: SLURM, folder: SLURM, name: SLURM, parameters: {}, schedule, facts };
}
