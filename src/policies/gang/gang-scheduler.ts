/** One pass over the waiting gangs an instant: each is tried as a whole, in the order of priority and age. */
import type { Cycle, PolicySetup, Reservation } from '../../policy.ts';
import type { Requests } from '../../workload.ts';
import { attemptMessage } from '../kube-default/attempt.ts';
import { NO_NOMINATIONS } from '../kube-default/filter-run.ts';
import type { JobPod } from '../kube-default/job-pod.ts';
import { readKubeParameters } from '../kube-default/kube-parameters.ts';
import { PodCluster } from '../kube-default/pod-cluster.ts';
import { fitsAlone } from './fits-alone.ts';
import type { SchedulerSettings } from '../kube-default/scheduler-settings.ts';
import { schedulePod } from '../kube-default/schedule-pod.ts';
import type { CycleSetup } from '../kube-default/schedule-pod.ts';
import { PodGangs } from '../kube-gangs/pod-gangs.ts';
import { WaitingGangs } from './waiting-gangs.ts';
import type { WaitingGang } from './waiting-gangs.ts';

type Backfill = 'none' | 'easy' | 'any';

export class GangScheduler {
  readonly #jobs: Requests;
  readonly #cluster: PodCluster;
  readonly #gangs: PodGangs;
  readonly #waiting: WaitingGangs;
  readonly #setup: CycleSetup;
  readonly #backfill: Backfill;
  readonly #timeout: number;
  /** What `#isKeptOut` has found; nodes and gangs were as they are now. */
  readonly #keptOut = new Map<WaitingGang, boolean>();
  readonly #onAttempt: SchedulerSettings['onAttempt'];

  constructor(setup: PolicySetup) {
    const given = { ...setup, parameters: { costs: 'none', grace: 'own', recreate: 'own', ...setup.parameters } };
    const { behaviour, settings, workers } = readKubeParameters(given);
    const { profiles } = settings.configuration;
    this.#onAttempt = settings.onAttempt;
    this.#jobs = setup.jobs;
    this.#cluster = new PodCluster(setup, behaviour, { workers });
    this.#gangs = new PodGangs(setup.jobs, this.#cluster.jobPods);
    this.#waiting = new WaitingGangs(this.#gangs);
    this.#backfill = setup.parameters.backfill as Backfill;
    this.#timeout = Number(setup.parameters.timeout);
    const { snapshot } = this.#cluster;
    this.#setup = {
      profile: profiles[0],
      snapshot,
      nominations: NO_NOMINATIONS,
      start: { next: 0 },
      random: setup.random,
    };
  }

  schedule(cycle: Cycle): void {
    const { gone, nodes, created } = this.#cluster.apply(cycle);
    // Pods that come may belong to a gang that was looked at.
    if (nodes.length + created.length > 0) this.#keptOut.clear();
    for (const pod of gone) {
      this.#waiting.remove(pod);
      this.#gangs.remove(pod);
    }
    for (const pod of created) {
      this.#gangs.add(pod);
      if (!pod.placed) this.#waiting.add(pod);
    }
    this.#pass(cycle);
  }

  #pass(cycle: Cycle): void {
    let held: Reservation | undefined;
    for (const waiting of this.#waiting.inOrder()) {
      const byTime = held === undefined || cycle.now + this.#jobs.walltime[waiting.job] <= held.time;
      if (!byTime && held?.extra.fits(waiting.job) !== true) {
        cycle.explain(waiting.job, 'it would be in the way of a gang before it');
        continue;
      }
      const reason = this.#start(waiting, cycle);
      if (reason === undefined) {
        if (!byTime) held?.extra.take(waiting.job);
        continue;
      }
      cycle.explain(waiting.job, reason);
      const impatient = this.#timeout > 0 && cycle.now - waiting.since >= this.#timeout;
      if (this.#backfill === 'none' || impatient) return;
      // A gang of several jobs is foreseen by its first one.
      if (this.#backfill === 'easy') held ??= this.#promise(waiting, cycle);
    }
  }

  /** When the gang is sure to fit; none if it is not for want of room that it waits. */
  #promise(waiting: WaitingGang, cycle: Cycle): Reservation | undefined {
    const reservation = cycle.running.whenFits(waiting.job);
    // By the books, which know of room only, it fits already: then it is filters that turn it down.
    return reservation.time <= cycle.now && this.#isKeptOut(waiting) ? undefined : reservation;
  }

  /** Whether nodes would turn the gang down even if nobody were on them: cordons, taints, and what it asks of them. */
  #isKeptOut(waiting: WaitingGang): boolean {
    let isOut = this.#keptOut.get(waiting);
    if (isOut === undefined) this.#keptOut.set(waiting, (isOut = !fitsAlone(waiting.pods, this.#cluster, this.#setup)));
    return isOut;
  }

  /** Binds what waits of the gang, or answers why that cannot be; then nothing has changed. */
  #start({ gang, pods }: WaitingGang, cycle: Cycle): string | undefined {
    const assumed: JobPod[] = [];
    let reason: string | undefined;
    for (const pod of pods) {
      const outcome = schedulePod(pod, this.#setup);
      this.#onAttempt?.({ at: cycle.now, pod, setup: this.#setup, outcome });
      if (!outcome.placed) {
        reason ??= attemptMessage({ setup: this.#setup, outcome });
        continue;
      }
      this.#cluster.assume(pod, outcome.row);
      assumed.push(pod);
    }
    if (assumed.length > 0 && gang?.isComplete !== false) {
      for (const pod of assumed) this.#bind(pod, cycle);
      return undefined;
    }
    for (const pod of assumed.reverse()) this.#cluster.forget(pod);
    if (reason !== undefined) return `the gang does not fit as a whole: ${reason}`;
    return `the gang is not complete: ${gang?.members.size ?? 0} of ${gang?.minimum ?? 0} pods are there`;
  }

  #bind(pod: JobPod, cycle: Cycle): void {
    this.#waiting.remove(pod);
    this.#cluster.bind(cycle, pod);
  }
}
