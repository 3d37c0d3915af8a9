/** SchedulerParameters. Values out of range fall back to the default, as Slurm does. Source: Slurm 22.05, backfill.c and job_scheduler.c. */
import { nearMisses } from './errors.ts';
import type { ConfNotes } from './slurm-conf-notes.ts';
import type { Setting } from './slurm-conf-lines.ts';
import { parseSlurmTime } from './slurm-conf-table.ts';
import type {
  SlurmBackfillParameters,
  SlurmChoiceParameters,
  SlurmMainParameters,
  SlurmSchedulerParameters,
} from './slurm-scheduler-parameters.ts';
import { DAY, MINUTE, SECOND } from './units.ts';

const MICROSECOND = 0.001;
const MOST_TESTS = 1_000_000;

/** Without influence on decisions, or only on those that no trace can tell of. */
const SILENT = new Set([
  ...['bb_array_stage_cnt', 'correspond_after_task_cnt', 'default_gbytes', 'disable_hetjob_steps', 'disable_hetero_steps'],
  ...['disable_job_shrink', 'disable_user_top', 'enable_hetero_jobs', 'enable_hetjob_steps', 'enable_job_state_cache'],
  ...['enable_user_top', 'ignore_constraint_validation', 'ignore_numa', 'ignore_prefer_validation', 'inventory_interval'],
  ...['max_script_size', 'max_submit_line_size', 'no_backup_scheduling', 'no_env_cache', 'nohold_on_prolog_fail'],
  ...[
    'permit_job_expansion',
    'preempt_send_user_signal',
    'requeue_setup_env_fail',
    'salloc_wait_nodes',
    'sbatch_wait_nodes',
    'step_retry_count',
  ],
  ...[
    'step_retry_time',
    'whole_hetjob',
    'whole_pack',
    'yield_rpc_cnt',
    'max_rpc_count',
    'hetjob_steps',
    'conmgr_max_connections',
  ],
]);

/** The words of SchedulerParameters, by name in lower case. */
class Words {
  readonly #setting: Setting | undefined;
  readonly #notes: ConfNotes;
  readonly #given = new Map<string, string>();
  readonly #asked = new Set<string>();

  constructor(setting: Setting | undefined, notes: ConfNotes) {
    this.#setting = setting;
    this.#notes = notes;
    for (const word of setting?.value.split(',') ?? []) {
      const [name, value = ''] = word.trim().split('=', 2);
      if (name !== '') this.#given.set(name.toLowerCase(), value);
    }
  }

  has(name: string): boolean {
    this.#asked.add(name);
    return this.#given.has(name);
  }

  /** A number times its unit, if it lies between the bounds or switches the matter off; else what Slurm takes. */
  number(name: string, otherwise: number, unit = 1, { min = 0, max = 2 ** 31 - 1, off = NaN } = {}): number {
    if (!this.has(name)) return otherwise;
    const text = this.#given.get(name) ?? '';
    const number = /^\s*[+-]?\d+/.test(text) ? parseInt(text, 10) : NaN;
    if ((number >= min && number <= max) || number === off) return number * unit;
    const at = this.#setting?.at ?? 'SchedulerParameters';
    this.#notes.warn(`${at}: ${name}=${text} is out of range (${min} to ${max}): the default is taken, as Slurm does`);
    return otherwise;
  }

  /** As parseSlurmTime reads it: a plain number is minutes [ms]. */
  time(name: string, otherwise: number): number {
    return this.has(name) ? (parseSlurmTime(this.#given.get(name) ?? '') ?? otherwise) : otherwise;
  }

  word<Word extends string>(name: string, words: readonly Word[], otherwise: Word): Word {
    if (!this.has(name)) return otherwise;
    const text = this.#given.get(name)?.toLowerCase() ?? '';
    return words.find((word) => text.startsWith(word)) ?? otherwise;
  }

  /** Says of each word that nobody asked for what becomes of it. */
  finish(): void {
    const known = [...this.#asked, ...SILENT];
    for (const name of this.#given.keys()) {
      if (this.#asked.has(name) || SILENT.has(name)) continue;
      const near = nearMisses(name, known);
      const hint = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
      this.#notes.warn(`${this.#setting?.at}: SchedulerParameters=${name} is not known, and is left out${hint}`);
    }
  }
}

/** `messageTimeout` bounds max_sched_time [ms]. */
export function readSchedulerParameters(
  setting: Setting | undefined,
  messageTimeout: number,
  notes: ConfNotes,
): SlurmSchedulerParameters {
  const words = new Words(setting, notes);
  const parameters = { main: readMain(words, messageTimeout), backfill: readBackfill(words), choice: readChoice(words) };
  words.finish();
  return parameters;
}

function readMain(words: Words, messageTimeout: number): SlurmMainParameters {
  const longest = Math.floor(messageTimeout / SECOND / 2);
  const interval = words.number('sched_interval', 60 * SECOND, SECOND, { min: -1 });
  return {
    defer: words.has('defer') || words.has('defer_batch'),
    delay: words.number('batch_sched_delay', 3 * SECOND, SECOND),
    depth: words.number('default_queue_depth', 100),
    partitionDepth: words.number('partition_job_depth', 0),
    interval: interval < 0 ? Infinity : interval,
    minInterval: words.number('sched_min_interval', 2 * MICROSECOND, MICROSECOND),
    maxTime: words.number('max_sched_time', Math.min(Math.max(longest, 1), 2) * SECOND, SECOND, { min: 1, max: longest }),
    maxStarts: words.number('sched_max_job_start', 0),
    buildTimeout: words.number('build_queue_timeout', 2 * SECOND, MICROSECOND, { min: 100 }),
    maxRpcs: words.number('max_rpc_cnt', 0, 1, { max: 1000 }),
    dependDepth: words.number('max_depend_depth', 10),
    associationStop: words.has('assoc_limit_stop'),
    reduceCompletingFragments: words.has('reduce_completing_frag'),
    maxArrayTasks: words.number('max_array_tasks', Infinity),
    requeueDelay: words.number('requeue_delay', 120 * SECOND, SECOND),
  };
}

function readBackfill(words: Words): SlurmBackfillParameters {
  const interval = words.number('bf_interval', 30 * SECOND, SECOND, { min: 1, max: 10_800, off: -1 });
  const maxTests = words.number('bf_max_job_test', 500, 1, { min: 1, max: MOST_TESTS });
  const licenses = words.has('bf_licenses');
  const hetjobImmediate = words.has('bf_hetjob_immediate');
  const hetjobPriority = words.word('bf_hetjob_prio', ['min', 'avg', 'max'], 'none' as 'min' | 'avg' | 'max' | 'none');
  const maxPerAssociation = words.number('bf_max_job_assoc', 0);
  const maxPerUser = words.number('bf_max_job_user', 0);
  return {
    interval: interval < 0 ? Infinity : interval,
    maxTime: words.number('bf_max_time', interval < 0 ? 30 * SECOND : interval, SECOND, { min: 1, max: 3600 }),
    window: words.number('bf_window', DAY, MINUTE, { min: 1, max: 43_200 }),
    resolution: words.number('bf_resolution', MINUTE, SECOND, { min: 1, max: 3600 }),
    maxTests,
    nodeSpaceSize: words.number('bf_node_space_size', maxTests, 1, { min: 2, max: 2 * MOST_TESTS }),
    maxStarts: words.number('bf_max_job_start', 0, 1, { max: 10_000 }),
    // The limit of the association takes precedence.
    maxPerUser: maxPerAssociation > 0 ? 0 : maxPerUser,
    maxPerPartition: words.number('bf_max_job_part', 0),
    maxPerUserAndPartition: words.number('bf_max_job_user_part', 0),
    maxPerAssociation,
    maxArrayReservations: words.number('bf_max_job_array_resv', 20, 1, { max: 1000 }),
    minAgeReserve: words.number('bf_min_age_reserve', 0, SECOND, { max: (30 * DAY) / SECOND }),
    minPriorityReserve: words.number('bf_min_prio_reserve', 0, 1, { min: 1, max: 2 ** 32 - 1 }),
    partitionReservations: words.number('bf_job_part_count_reserve', 0, 1, { max: 100_000 }),
    oneReservationPerJob: words.has('bf_one_resv_per_job'),
    runningJobReserve: words.has('bf_running_job_reserve') || licenses,
    continueAfterYield: words.has('bf_continue'),
    busyNodes: words.has('bf_busy_nodes'),
    licenses,
    windowLinear: words.number('bf_window_linear', 0, SECOND),
    yieldInterval: words.number('bf_yield_interval', 2 * SECOND, MICROSECOND, { min: 1, max: 10_000_000 }),
    yieldSleep: words.number('bf_yield_sleep', 0.5 * SECOND, MICROSECOND, { min: 1, max: 10_000_000 }),
    hetjobPriority: hetjobImmediate && hetjobPriority === 'none' ? 'min' : hetjobPriority,
    hetjobImmediate,
    topoptional: words.has('bf_topopt_enable'),
    allowMagneticSlot: words.has('bf_allow_magnetic_slot'),
  };
}

function readChoice(words: Words): SlurmChoiceParameters {
  return {
    packSerialAtEnd: words.has('pack_serial_at_end'),
    maxSwitchWait: words.number('max_switch_wait', 300 * SECOND, SECOND),
    preemptReorderCount: words.number('preempt_reorder_count', 1),
    preemptStrictOrder: words.has('preempt_strict_order'),
    preemptYoungestFirst: words.has('preempt_youngest_first'),
    specCoresFirst: words.has('spec_cores_first'),
    extraRowFirst: words.has('extra_row_first'),
    timeMinAsSoftLimit: words.has('time_min_as_soft_limit'),
    allowZeroLicenses: words.has('allow_zero_lic'),
    delayBoot: words.time('delay_boot', 0),
  };
}
