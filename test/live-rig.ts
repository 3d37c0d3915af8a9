/** Live runs on the fake API server, some times faster than the clock on the wall. */
import { setMaxListeners } from 'node:events';
import { readParameters } from '../src/parameters.ts';
import { LiveDriver } from '../src/live/driver/live-driver.ts';
import type { LiveOutcome, LiveRunSettings } from '../src/live/driver/live-run-settings.ts';
import type { ClusterAccess } from '../src/live/kubernetes/access.ts';
import { KubeApi } from '../src/live/kubernetes/api.ts';
import { ApiTally } from '../src/live/kubernetes/api-tally.ts';
import { wallClock } from '../src/live/kubernetes/clock.ts';
import type { Clock } from '../src/live/kubernetes/clock.ts';
import { ApiError, ConnectionError } from '../src/live/kubernetes/api-error.ts';
import { Connection } from '../src/live/kubernetes/connection.ts';
import type { ApiRequest, ApiResponse } from '../src/live/kubernetes/connection.ts';
import { RateLimiter } from '../src/live/kubernetes/rate-limit.ts';
import { cleanRun } from '../src/live/run/clean.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { loadPolicy } from '../src/policies/index.ts';
import { randomStream } from '../src/random.ts';
import type { Workload } from '../src/workload.ts';

export function fastClock(factor: number): Clock {
  const began = Date.now();
  return {
    now: () => began + (Date.now() - began) * factor,
    sleep: (ms, signal) => wallClock.sleep(ms / factor, signal),
  };
}

/** Of a server without credentials. */
export function plainAccess(server: string): ClusterAccess {
  return { context: 'fake', server, credentials: () => Promise.resolve({}) };
}

export interface RigSettings {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  readonly workload: Workload;
  readonly policy: string;
  readonly given?: Readonly<Record<string, string>>;
  readonly timeScale?: number;
  readonly instance?: string;
  readonly run?: string;
  readonly namespace?: string;
  readonly preemptBy?: 'delete' | 'evict';
  readonly lease?: LiveRunSettings['lease'];
  readonly watch?: LiveRunSettings['watch'];
  readonly nodes?: string;
  readonly spare?: number;
  readonly stop?: AbortSignal;
  /** Takes away what was made. */
  readonly clean?: boolean;
  /** Cuts the driver off as if its process were killed: no call is made any more, and none is answered. */
  readonly cut?: AbortSignal;
  /** What becomes of a request to this path. */
  readonly fault?: (path: string) => ConnectionFault;
  /** The first pod is bound, but nobody is told. */
  readonly losesFirstBinding?: boolean;
  readonly said?: string[];
}

export interface RigRun {
  readonly outcome: LiveOutcome;
  readonly tally: ApiTally;
}

/** One whose other end is gone for good from some moment on. */
class CutConnection extends Connection {
  readonly #cut: AbortSignal;

  readonly #fault: (path: string) => ConnectionFault;

  constructor(access: ClusterAccess, clock: Clock, cut: AbortSignal, fault: (path: string) => ConnectionFault) {
    super(access, clock);
    setMaxListeners(0, cut);
    this.#cut = cut;
    this.#fault = fault;
  }

  override async send(request: ApiRequest): Promise<ApiResponse> {
    // A 403 is what nobody tries again.
    if (this.#cut.aborted) throw new ApiError(403, 'Cut', 'the driver is cut off');
    const fault = this.#fault(request.path);
    if (fault === 'drop before') throw new ConnectionError('the call is lost');
    if (typeof fault === 'object') throw new ApiError(fault.status, fault.status === 410 ? 'Expired' : 'Fault', 'a fault', 200);
    const signal = request.signal === undefined ? this.#cut : AbortSignal.any([request.signal, this.#cut]);
    try {
      const response = await super.send({ ...request, signal });
      if (fault !== 'drop after') return response;
      response.body.destroy();
      throw new ConnectionError('the answer is lost');
    } catch (error) {
      throw this.#cut.aborted ? new ApiError(403, 'Cut', 'the driver is cut off') : error;
    }
  }
}

/** A request is refused, or its answer lost, or it is never made. */
export type ConnectionFault = { readonly status: number } | 'drop before' | 'drop after' | undefined;

class ForgetfulConnection extends Connection {
  #hasLost = false;

  override async send(request: ApiRequest): Promise<ApiResponse> {
    const response = await super.send(request);
    if (this.#hasLost || !request.path.endsWith('/binding')) return response;
    this.#hasLost = true;
    throw new ConnectionError('the answer is lost');
  }
}

function connectionOf({ access, clock, cut, fault = () => undefined, losesFirstBinding = false }: RigSettings): Connection {
  if (cut !== undefined) return new CutConnection(access, clock, cut, fault);
  return losesFirstBinding ? new ForgetfulConnection(access, clock) : new Connection(access, clock);
}

export async function liveRun(settings: RigSettings): Promise<RigRun> {
  const { clock, workload, policy, timeScale = 1, run = 'test', said = [] } = settings;
  const spec = await loadPolicy(policy);
  if (spec === undefined) throw new Error(`there is no policy ${policy}`);
  const costs = spec.parameters?.costs === undefined ? {} : { costs: 'none' };
  const tally = new ApiTally();
  const random = randomStream(settings.instance ?? 'rig', 'api');
  const api = new KubeApi({
    connection: connectionOf(settings),
    limiter: new RateLimiter({ qps: 0, burst: 0 }, clock),
    ...{ clock, tally, random: () => random.uniform() },
  });
  const driver = new LiveDriver(
    api,
    {
      workload,
      workloadDigest: 'digest',
      spec,
      options: {
        placement: firstFit,
        parameters: readParameters(spec.parameters ?? {}, { ...costs, ...settings.given }, policy),
      },
    },
    {
      style: {
        ...{
          run,
          namespace: settings.namespace ?? 'default',
          schedulerName: 'yardmaster',
          pods: 'fake',
          image: 'none',
          timeScale,
        },
      },
      ...{
        instance: settings.instance ?? 'one',
        nodes: settings.nodes ?? '',
        spare: settings.spare ?? 0,
        batch: 100,
        preemptBy: settings.preemptBy ?? 'delete',
      },
      lease: settings.lease ?? { duration: 15_000, deadline: 10_000, retry: 2000 },
      watch: settings.watch,
      say: (message) => void said.push(message),
    },
  );
  try {
    return { outcome: await driver.run(settings.stop ?? new AbortController().signal), tally };
  } finally {
    await driver.close(settings.clean === true ? () => cleanRun(api, settings.namespace ?? 'default', run) : undefined);
    api.close();
  }
}
