/** The Lease of a run: only the driver that has it binds and deletes pods, and what is written beside it is for the next one. */
import { ApiError, ConnectionError } from '../kubernetes/api-error.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import { LeaseLock } from '../kubernetes/lease.ts';
import { LiveTrouble } from '../trouble.ts';
import type { LiveRunSettings } from './live-run-settings.ts';
import { RunClock } from './run-clock.ts';
import { BEGAN, leaseName, OVER, TIME_SCALE, WORKLOAD } from './run-marks.ts';

export class RunLease {
  readonly #api: KubeApi;
  readonly #workloadDigest: string;
  readonly #settings: LiveRunSettings;
  readonly #lock: LeaseLock;
  /** Ends its renewals. */
  readonly #end = new AbortController();
  #kept: Promise<void> | undefined;
  /** The run is what the Lease says: its pods are ours. */
  #isOurs = false;

  constructor(api: KubeApi, workloadDigest: string, settings: LiveRunSettings) {
    this.#api = api;
    this.#workloadDigest = workloadDigest;
    this.#settings = settings;
    const { run, namespace, timeScale } = settings.style;
    this.#lock = new LeaseLock(api, {
      ...settings.lease,
      ...{ namespace, name: leaseName(run), holder: settings.instance },
      annotations: {
        [BEGAN]: String(api.clock.now()),
        [TIME_SCALE]: String(timeScale),
        [WORKLOAD]: workloadDigest,
      },
    });
  }

  get isHeld(): boolean {
    return this.#lock.isHeld;
  }

  /** The jobs that are over, as a driver before has written them (`OverBook`). */
  get over(): string {
    return this.#lock.annotations[OVER] ?? '';
  }

  async writeOver(text: string, signal: AbortSignal): Promise<void> {
    await this.#lock.annotate({ [OVER]: text }, signal);
  }

  /** The clock of the run, once we have it, which goes on as it was begun; undefined if `stop` comes first. */
  async acquire(stop: AbortSignal, failed: (error: unknown) => void): Promise<RunClock | undefined> {
    const { say, style } = this.#settings;
    const taken = (holder: string) => say(`${holder} drives run ${style.run}: waiting until it ends or does not renew its Lease`);
    if (!(await this.#lock.acquire(stop, taken))) return undefined;
    const clock = this.#readMarks();
    this.#isOurs = true;
    this.#kept = this.#keep().catch(failed);
    return clock;
  }

  /** Gives it back, for the next driver, or takes it away when `clean` has taken away what was made. */
  async close(clean?: () => Promise<void>): Promise<void> {
    let isClean = false;
    try {
      if (clean !== undefined && this.#isOurs && this.#lock.isHeld) {
        await clean();
        isClean = true;
      } else if (clean !== undefined && this.#isOurs) this.#tellLeft();
    } finally {
      this.#end.abort();
      await this.#kept;
      await this.#release(isClean);
    }
  }

  #tellLeft(): void {
    const { say, style } = this.#settings;
    const take = `"yardmaster live down --context CONTEXT --run ${style.run}" takes it away`;
    say(`what run ${style.run} has made is left as it is, since another driver may have it by now: ${take}`);
  }

  #readMarks(): RunClock {
    const { annotations } = this.#lock;
    const { run, timeScale } = this.#settings.style;
    const refuse = (problem: string) => {
      const hint = `give the run another name, or take it down: yardmaster live down --context CONTEXT --run ${run}`;
      return new LiveTrouble(problem, `run ${run}`, hint);
    };
    if (annotations[WORKLOAD] !== this.#workloadDigest) throw refuse('it was begun with another workload');
    const scale = annotations[TIME_SCALE] ?? 'none';
    if (scale !== String(timeScale)) throw refuse(`it was begun with a time scale of ${scale}`);
    const began = Number(annotations[BEGAN]);
    if (Number.isNaN(began)) throw refuse('its Lease does not say when it began');
    return new RunClock(this.#api.clock, began, timeScale);
  }

  async #keep(): Promise<void> {
    const until = this.#end.signal;
    await this.#lock.keep(until);
    if (until.aborted) return;
    const hint = 'another driver has it, or the API server was away for too long; start it again to go on';
    throw new LiveTrouble('the Lease is lost: nothing is bound any more', `run ${this.#settings.style.run}`, hint);
  }

  /** Without it, the next driver has to wait until it runs out. */
  async #release(isClean: boolean): Promise<void> {
    try {
      await (isClean ? this.#lock.remove() : this.#lock.release());
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof ConnectionError)) throw error;
      this.#settings.say(`the Lease could not be given back: ${error.message}`);
    }
  }
}
