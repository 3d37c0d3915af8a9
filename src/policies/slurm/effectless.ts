/**
 * Options of slurm.conf that these policies know and that have nothing to work on in a simulation: they save time of the
 * controller, or act on what a trace does not tell of. Source: Slurm 22.05, man page of slurm.conf.
 */
import { ConfNotes } from '../../slurm-conf-notes.ts';
import { readSchedulerParameters } from '../../slurm-conf-scheduler.ts';
import type { SlurmBackfillParameters, SlurmChoiceParameters, SlurmMainParameters } from '../../slurm-scheduler-parameters.ts';
import type { SlurmConfig } from '../../slurm.ts';
import { KNOWN_PREEMPT_PARAMETERS } from './preemption/preempt-parameters.ts';

/** An option that was given, and why it changes nothing. */
export interface Effectless {
  readonly option: string;
  readonly why: string;
}

type Why<Parameters> = Partial<Record<keyof Parameters, readonly [option: string, why: string]>>;

const INSTANT = 'a pass takes no time';
const LATER = 'Slurm 22.05 does not know it';

const MAIN: Why<SlurmMainParameters> = {
  maxTime: ['max_sched_time', INSTANT],
  buildTimeout: ['build_queue_timeout', INSTANT],
  maxRpcs: ['max_rpc_cnt', 'nobody but the trace sends requests to the controller'],
  dependDepth: ['max_depend_depth', 'circular dependencies are not looked for'],
};

const BACKFILL: Why<SlurmBackfillParameters> = {
  hetjobPriority: ['bf_hetjob_prio', 'all components of a job have one priority'],
  topoptional: ['bf_topopt_enable', LATER],
  allowMagneticSlot: ['bf_allow_magnetic_slot', LATER],
};

const CHOICE: Why<SlurmChoiceParameters> = {
  specCoresFirst: ['spec_cores_first', 'cores that are set aside are only counted'],
  extraRowFirst: ['extra_row_first', LATER],
  timeMinAsSoftLimit: ['time_min_as_soft_limit', LATER],
  delayBoot: ['delay_boot', 'nodes are never powered down'],
};

const PREEMPTION: Readonly<Record<string, string>> = {
  send_user_signal: 'jobs do not react to signals',
  suspend_grace_time: 'suspended jobs stop at once',
};

/** Those of them that this configuration sets to something else than the default. */
export function effectless({ scheduler, preemption, timing }: SlurmConfig): Effectless[] {
  const usual = readSchedulerParameters(undefined, timing.messageTimeout, new ConfNotes());
  return [
    ...changed(scheduler.main, usual.main, MAIN),
    // bf_hetjob_immediate brings bf_hetjob_prio=min with it.
    ...changed(scheduler.backfill, usual.backfill, BACKFILL).filter(
      ({ option }) => !(option === 'bf_hetjob_prio' && scheduler.backfill.hetjobImmediate),
    ),
    ...changed(scheduler.choice, usual.choice, CHOICE),
    ...(scheduler.main.reduceCompletingFragments && timing.completeWait === 0
      ? [{ option: 'reduce_completing_frag', why: 'it needs CompleteWait, as in Slurm' }]
      : []),
    ...preemption.parameters.flatMap(ofPreemption),
  ];
}

function changed<Parameters extends object>(given: Parameters, usual: Parameters, why: Why<Parameters>): Effectless[] {
  const fields = Object.keys(why) as (keyof Parameters)[];
  return fields.flatMap((field) => {
    const [option, reason] = why[field] ?? ['', ''];
    return given[field] === usual[field] ? [] : [{ option, why: reason }];
  });
}

function ofPreemption(word: string): Effectless[] {
  const name = word.split('=', 1)[0];
  const option = `PreemptParameters=${name}`;
  if (Object.hasOwn(PREEMPTION, name)) return [{ option, why: PREEMPTION[name] }];
  return KNOWN_PREEMPT_PARAMETERS.has(name) ? [] : [{ option, why: 'it is not known' }];
}
