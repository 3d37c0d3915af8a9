/** Runs the policies of a scenario on a real cluster, one after the other, and writes down what became of each. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../cluster.ts';
import { scheduleDigest } from '../digest.ts';
import { placements } from '../placement/index.ts';
import { loadPolicyFile } from '../experiment/policy-file.ts';
import { countStates, summaryFacts } from '../experiment/run-summary.ts';
import { LiveDriver } from '../live/driver/live-driver.ts';
import type { LivePlan } from '../live/driver/live-run-settings.ts';
import type { PodStyle } from '../live/driver/pod-manifest.ts';
import { POD_TIMES_FILE, podTimesCsv } from '../live/driver/pod-times.ts';
import type { PodTimesBook } from '../live/driver/pod-times.ts';
import type { ClusterAccess } from '../live/kubernetes/access.ts';
import { ApiTally } from '../live/kubernetes/api-tally.ts';
import { KubeApi } from '../live/kubernetes/api.ts';
import { wallClock } from '../live/kubernetes/clock.ts';
import { Connection } from '../live/kubernetes/connection.ts';
import { LEASE_TIMES } from '../live/kubernetes/lease.ts';
import { RateLimiter } from '../live/kubernetes/rate-limit.ts';
import { greet } from '../live/kubernetes/refusal.ts';
import { cleanRun } from '../live/run/clean.ts';
import { dryRun } from '../live/run/dry-run.ts';
import type { DryRun, DryRunSettings } from '../live/run/dry-run.ts';
import { ObservedRun, STOCK_SCHEDULER } from '../live/run/observed-run.ts';
import { makePriorityClasses, priorityClassOf } from '../live/run/priority-classes.ts';
import { measure } from '../metrics/measure.ts';
import type { Parameters } from '../parameters.ts';
import { loadPolicy } from '../policies/index.ts';
import type { PolicySpec } from '../policy.ts';
import { randomStream } from '../random.ts';
import { attemptsCsv } from '../results/attempts-csv.ts';
import { explanationsCsv } from '../results/explanations-csv.ts';
import { jobsCsv } from '../results/jobs-csv.ts';
import { jsonText } from '../results/json.ts';
import { writeAtomically } from '../results/write.ts';
import type { Point } from '../experiment/point.ts';
import type { Schedule } from '../schedule.ts';
import type { Workload } from '../workload.ts';
import { liveFacts } from './live-run-facts.ts';
import type { LiveFacts } from './live-run-facts.ts';
import type { LiveRunOptions } from './live-run.ts';
import type { ScenarioPlan } from './scenario-plan.ts';
import { say } from './terminal.ts';

/** What the cluster's own scheduler is called among policies. */
export const STOCK = 'kube-scheduler';
/** The same of a Slurm, and the folder of its results. */
export const SLURM = 'slurm';
/** The file of a folder that tells what was live about a run. */
export const LIVE_FILE = 'live.json';
/** A record that "verify kube-log" reads. */
export const RECORD_FILE = 'kube-log.json';

/** Changes that come within this time are seen together [ms]. */
const BATCH = 50;
/** Costs that a simulated scheduler is told; a real one has its own. */
const COSTS: Parameters = { costs: 'none', qps: 0, burst: 0, attempt: 0, bind: 0, call: 0 };

export interface LiveSetting {
  readonly plan: ScenarioPlan;
  readonly workload: Workload;
  /** As the scenario describes it. */
  readonly simulated: Cluster;
  readonly workloadDigest: string;
  readonly timeScale: number;
  readonly options: LiveRunOptions;
  readonly out: string;
}

export interface LiveResult {
  readonly label: string;
  readonly folder: string;
  /** Of the policy. */
  readonly name: string;
  readonly parameters: Parameters;
  readonly schedule: Schedule;
  readonly facts: LiveFacts;
}

interface Names {
  readonly label: string;
  readonly folder: string;
  readonly run: string;
}

interface Outcome {
  readonly schedule: Schedule;
  readonly cluster: Cluster;
  readonly times: PodTimesBook;
  readonly ended: 'over' | 'stopped';
}

/** A run under a scheduler, ours or one that is there. */
interface Runner {
  run(stop: AbortSignal): Promise<Outcome>;
  /** Must follow. `clean` takes away what was made; it is not called for what others have made. */
  close(clean: (() => Promise<void>) | undefined): Promise<void>;
}

/** Closes the runner, whatever has become of the work; of two troubles the first one is the one to hear of. */
async function closing<Result>(
  runner: Runner,
  clean: (() => Promise<void>) | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    await runner.close(clean).catch((second: unknown) => say(second instanceof Error ? second.message : String(second)));
    throw error;
  }
  await runner.close(clean);
  return result;
}

export class LiveExperiment {
  readonly #access: ClusterAccess;
  readonly #setting: LiveSetting;

  constructor(access: ClusterAccess, setting: LiveSetting) {
    this.#access = access;
    this.#setting = setting;
  }

  /** One policy; the cluster's own scheduler if there is no point. What it has made is taken away at the end. */
  async run(point: Point | undefined, names: Names, stop: AbortSignal): Promise<LiveResult> {
    const { options, workload } = this.#setting;
    const tally = new ApiTally();
    const api = this.#open(names.run, tally);
    const began = wallClock.now();
    const clean = options.keep === true ? undefined : () => cleanRun(api, options.namespace, names.run);
    try {
      await greet(api);
      const runner = point === undefined ? this.#observer(api, names) : await this.#driver(api, names, point);
      return await closing(runner, clean, async () => {
        const outcome = await runner.run(stop);
        const wall = wallClock.now() - began;
        const facts = liveFacts({ ...names, ...outcome, workload, tally, wall, timeScale: this.#setting.timeScale });
        const parameters = point === undefined ? {} : liveParameters(point.policy.parameters);
        const result = { ...names, name: point?.policy.name ?? STOCK, parameters, schedule: outcome.schedule, facts };
        this.#write(result, outcome);
        return result;
      });
    } finally {
      api.close();
    }
  }

  /** What a policy would do to the cluster as it is now. Nothing is written. */
  async dryRun(point: Point, run: string, told: DryRunSettings['told']): Promise<DryRun> {
    const api = this.#open(run, new ApiTally());
    try {
      await greet(api);
      const { nodes } = this.#setting.options;
      return await dryRun(api, await this.#plan(point), { ownership: this.#style(run, false), nodes, told });
    } finally {
      api.close();
    }
  }

  #open(run: string, tally: ApiTally): KubeApi {
    const random = randomStream(run, 'api');
    const qps = Number(this.#setting.options.qps);
    return new KubeApi({
      connection: new Connection(this.#access, wallClock),
      limiter: new RateLimiter({ qps, burst: 2 * qps }, wallClock),
      ...{ clock: wallClock, tally, random: () => random.uniform() },
    });
  }

  #style(run: string, isStock: boolean): PodStyle {
    const { options, timeScale } = this.#setting;
    const { containers, namespace } = options;
    return {
      ...{ run, namespace, timeScale, image: containers ?? 'none', pods: containers === undefined ? 'fake' : 'sleep' },
      schedulerName: isStock ? STOCK_SCHEDULER : 'yardmaster',
    };
  }

  #observer(api: KubeApi, { label, folder, run }: Names): Runner {
    const { workload, options, out, plan } = this.#setting;
    const observed = new ObservedRun(api, {
      ...{ workload, style: this.#style(run, true), nodes: options.nodes, priorityClass: priorityClassOf(workload, run) },
      prepare: () => makePriorityClasses(api, workload, run),
      say: (message) => say(`${label}: ${message}`),
    });
    return {
      run: async (stop) => {
        const outcome = await observed.run(stop);
        const version = (await api.persist({ call: 'get version', method: 'GET', path: '/version' })) as { gitVersion: string };
        const scheduler = `kube-scheduler beside kube-apiserver ${version.gitVersion}`;
        const document = outcome.record.document(outcome.nodes, scheduler, plan.scenario.name);
        writeAtomically(join(out, folder, RECORD_FILE), [jsonText(document)]);
        return outcome;
      },
      close: (clean) => observed.close(clean),
    };
  }

  async #driver(api: KubeApi, { run }: Names, point: Point): Promise<Runner> {
    const { options } = this.#setting;
    return new LiveDriver(api, await this.#plan(point), {
      ...{
        style: this.#style(run, false),
        nodes: options.nodes,
        spare: options.spare,
        batch: BATCH,
        preemptBy: options.preemptBy,
        lease: LEASE_TIMES,
      },
      // Hosts are called alike in images, and processes have small numbers in containers.
      instance: `${hostname()}-${process.pid}-${randomUUID()}`,
      say: (message) => say(`${point.policy.label}: ${message}`),
    });
  }

  async #plan(point: Point): Promise<LivePlan> {
    const { workload, workloadDigest, plan } = this.#setting;
    const { placement, run, seed, policy } = point;
    const { files } = plan.inputs.policies[policy.policy];
    return {
      ...{ workload, workloadDigest, spec: await this.#spec(point) },
      options: {
        ...{ seed, files, parameters: liveParameters(policy.parameters), maxRestarts: run.maxRestarts },
        placement: placement && placements.find(({ name }) => name === placement.name),
        placementParameters: placement?.parameters,
      },
    };
  }

  async #spec({ policy: { policy: index, name } }: Point): Promise<PolicySpec> {
    const { file } = this.#setting.plan.inputs.policies[index];
    const spec = file === undefined ? await loadPolicy(name) : await loadPolicyFile(file.path);
    if (spec === undefined) throw new Error(`the plan names a policy "${name}", which is not there`);
    return spec;
  }

  #write({ label, folder, name, parameters, schedule, facts }: LiveResult, { cluster, times }: Outcome): void {
    const { workload, out } = this.#setting;
    const write = (file: string, pieces: Iterable<string>) => writeAtomically(join(out, folder, file), pieces);
    write('jobs.csv', jobsCsv(workload, cluster, schedule));
    if (schedule.attempts.count > 0) write('attempts.csv', attemptsCsv(workload, schedule));
    if (schedule.explanations.length > 0) write('explanations.csv', explanationsCsv(workload, schedule));
    write(POD_TIMES_FILE, podTimesCsv(workload, times.all()));
    write(LIVE_FILE, [jsonText(facts)]);
    const summary = {
      ...{ label, name, parameters, oracle: schedule.oracle === true, digest: scheduleDigest(schedule) },
      states: countStates(schedule),
      rejections: schedule.rejections,
      measurements: measure({ workload, cluster, schedule }),
    };
    write('summary.json', [jsonText(summaryFacts(summary))]);
  }
}

/** A scheduler that is real pays its costs by the clock. */
function liveParameters(given: Parameters): Parameters {
  if (given.costs === undefined) return given;
  return { ...given, ...Object.fromEntries(Object.entries(COSTS).filter(([key]) => key in given)) };
}
