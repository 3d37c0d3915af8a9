/** SchedulerParameters of slurm.conf, as far as decisions depend on them. Source: Slurm 22.05, man page of slurm.conf. */

/** Counts of 0 mean "no limit" where it says so; times are [ms]. */
export interface SlurmSchedulerParameters {
  readonly main: SlurmMainParameters;
  readonly backfill: SlurmBackfillParameters;
  readonly choice: SlurmChoiceParameters;
}

/** Of submission and of the main loop. */
export interface SlurmMainParameters {
  /** No attempt at submission: `defer`; `defer_batch` of later versions only for batch jobs. */
  readonly defer: boolean;
  /** batch_sched_delay */
  readonly delay: number;
  /** default_queue_depth: jobs of a pass that an event asked for. */
  readonly depth: number;
  /** partition_job_depth; 0 = no limit. */
  readonly partitionDepth: number;
  /** sched_interval: between passes over the whole queue; Infinity = never. */
  readonly interval: number;
  /** sched_min_interval: between two passes. */
  readonly minInterval: number;
  /** max_sched_time */
  readonly maxTime: number;
  /** sched_max_job_start; 0 = no limit. */
  readonly maxStarts: number;
  /** build_queue_timeout */
  readonly buildTimeout: number;
  /** max_rpc_cnt; 0 = not heeded. */
  readonly maxRpcs: number;
  /** max_depend_depth [jobs] */
  readonly dependDepth: number;
  /** A job that limits of its association hold back stops the others: assoc_limit_stop. */
  readonly associationStop: boolean;
  /** reduce_completing_frag */
  readonly reduceCompletingFragments: boolean;
  /** Tasks that one array may have beyond MaxArraySize: max_array_tasks; Infinity if not given. */
  readonly maxArrayTasks: number;
  /** delay before a requeued job may start again: requeue_delay of later versions, 120 s in 22.05. */
  readonly requeueDelay: number;
}

/** Of the backfill thread: what starts with `bf_`. */
export interface SlurmBackfillParameters {
  readonly interval: number;
  /** bf_max_time; bf_interval if not given. */
  readonly maxTime: number;
  readonly window: number;
  readonly resolution: number;
  /** bf_max_job_test */
  readonly maxTests: number;
  /** bf_node_space_size; bf_max_job_test if not given. */
  readonly nodeSpaceSize: number;
  /** 0 = no limit, for the next five. */
  readonly maxStarts: number;
  readonly maxPerUser: number;
  readonly maxPerPartition: number;
  readonly maxPerUserAndPartition: number;
  readonly maxPerAssociation: number;
  /** bf_max_job_array_resv */
  readonly maxArrayReservations: number;
  readonly minAgeReserve: number;
  readonly minPriorityReserve: number;
  /** bf_job_part_count_reserve; 0 = no limit. */
  readonly partitionReservations: number;
  readonly oneReservationPerJob: boolean;
  readonly runningJobReserve: boolean;
  /** bf_continue */
  readonly continueAfterYield: boolean;
  readonly busyNodes: boolean;
  readonly licenses: boolean;
  /** bf_window_linear: running jobs end in groups of this length; 0 = lengths that double. */
  readonly windowLinear: number;
  readonly yieldInterval: number;
  readonly yieldSleep: number;
  readonly hetjobPriority: 'none' | 'min' | 'avg' | 'max';
  readonly hetjobImmediate: boolean;
  readonly topoptional: boolean;
  readonly allowMagneticSlot: boolean;
}

/** Which nodes and which victims. */
export interface SlurmChoiceParameters {
  readonly packSerialAtEnd: boolean;
  /** max_switch_wait */
  readonly maxSwitchWait: number;
  /** preempt_reorder_count */
  readonly preemptReorderCount: number;
  readonly preemptStrictOrder: boolean;
  readonly preemptYoungestFirst: boolean;
  readonly specCoresFirst: boolean;
  readonly extraRowFirst: boolean;
  readonly timeMinAsSoftLimit: boolean;
  readonly allowZeroLicenses: boolean;
  /** delay_boot */
  readonly delayBoot: number;
}
