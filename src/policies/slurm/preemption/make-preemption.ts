/** The preemption that a slurm.conf asks for. */
import type { SlurmConfig } from '../../../slurm.ts';
import type { Requests } from '../../../workload.ts';
import type { Partitions } from '../partitions.ts';
import type { PlanClock } from '../plan-clock.ts';
import type { Priorities } from '../priorities.ts';
import type { Accounting } from '../priority/accounting.ts';
import type { Running } from '../running.ts';
import type { Selection } from '../selection.ts';
import type { Overlay } from '../sharing/overlay.ts';
import { JobQos } from './job-qos.ts';
import { partitionPrioRules } from './partition-prio.ts';
import type { PreemptParty } from './preempt-rules.ts';
import { preemptParameters } from './preempt-parameters.ts';
import { Preemption } from './preemption.ts';
import { qosRules } from './qos-rules.ts';
import { Stops } from './stops.ts';

export interface PreemptionParts {
  readonly jobs: Requests;
  readonly config: SlurmConfig;
  readonly accounting: Accounting;
  readonly partitions: Partitions;
  readonly priorities: Priorities;
  readonly running: Running;
  readonly selection: Selection;
  readonly overlay: Overlay | undefined;
  readonly clock: PlanClock;
  /** How long it takes until the nodes of a job that was killed are clean [ms]. */
  readonly cleaning: number;
  /** Told of jobs that are being killed. */
  readonly finish: (job: number) => void;
}

/** Undefined if there is none. */
export function makePreemption(parts: PreemptionParts): Preemption | undefined {
  const { jobs, config, accounting, partitions, running, selection, overlay, clock, cleaning, finish } = parts;
  const { preemption, timing } = config;
  const { reorderCount, strictOrder, youngestFirst, exemptAbove } = preemptParameters(config);
  if (preemption.type === 'none' || preemption.mode.how === 'off') return undefined;
  const qos = new JobQos(accounting, config.partitions);
  const rules =
    preemption.type === 'qos' ? qosRules(qos, preemption, parts.priorities) : partitionPrioRules(config, partitions.rules);
  const exemptTimeOf = (victim: PreemptParty) =>
    qos.orderOf(victim).find(({ preemptExemptTime }) => preemptExemptTime !== undefined)?.preemptExemptTime ??
    preemption.exemptTime;
  return new Preemption({
    jobs,
    rules,
    search: { running, selection, overlay, reorderCount, strictOrder },
    running,
    partitions,
    clock,
    stops: new Stops({
      running,
      clock,
      cleaning,
      finish,
      graceOf: (victim) => rules.graceOf(victim),
      mayRequeue: (victim) => rules.modeOf(victim) === 'requeue' && isRequeued(victim.job, jobs, config),
    }),
    youngestFirst,
    exemptTimeOf,
    isExempt: ({ job }) => parts.priorities.priorityOf(job) > exemptAbove,
    patience: timing.killWait + timing.messageTimeout,
  });
}

/** --requeue or --no-requeue, or what JobRequeue says. */
function isRequeued(job: number, { slurm, firstGroup }: Requests, { jobRequeue }: SlurmConfig): boolean {
  const option = slurm?.optionsOfGroup[firstGroup[job]] ?? -1;
  return (option < 0 ? undefined : slurm?.options[option].requeue) ?? jobRequeue;
}
