/** The settings of slurm.conf that hold for the whole cluster. Source: Slurm 22.05, read_config.c (defaults in read_config.h). */
import type { ConfNotes } from './slurm-conf-notes.ts';
import type { Setting } from './slurm-conf-lines.ts';
import { wrongValue } from './slurm-conf-table.ts';
import type { ConfTable } from './slurm-conf-table.ts';
import { readTresWeights } from './slurm-conf-tres.ts';
import type { SlurmEnforcement, SlurmPriority, SlurmSelect, SlurmTiming } from './slurm.ts';
import { DAY, MINUTE, SECOND } from './units.ts';

const PRIORITY_FLAGS = [
  ...['ACCRUE_ALWAYS', 'CALCULATE_RUNNING', 'DEPTH_OBLIVIOUS', 'NO_FAIR_TREE', 'INCR_ONLY', 'MAX_TRES', 'MAX_TRES_GRES'],
  ...['NO_NORMAL_ALL', 'NO_NORMAL_ASSOC', 'NO_NORMAL_PART', 'NO_NORMAL_QOS', 'NO_NORMAL_TRES', 'SMALL_RELATIVE_TO_TIME'],
];

const UNITS: Readonly<Record<string, SlurmSelect['unit']>> = {
  cr_socket: 'socket',
  cr_core: 'core',
  cr_cpu: 'cpu',
  cr_board: 'board',
};

export function readSelect(table: ConfTable, notes: ConfNotes): SlurmSelect {
  const setting = table.get('SelectTypeParameters');
  const words = (setting?.value.toLowerCase() ?? '').split(',').filter((word) => word !== '');
  const named = words.map((word) => UNITS[word.replace(/_memory$/, '')]).filter((unit) => unit !== undefined);
  if (setting !== undefined && named.length > 1) throw wrongValue(setting, 'name one of CR_CPU, CR_Core and CR_Socket');
  const said = table.text('SelectType');
  if (said === undefined) {
    const taken = named.length > 0 ? 'cons_tres' : 'linear';
    notes.warn(
      `SelectType is not said: select/${taken} is taken (Slurm's default is select/linear until 23.02, select/cons_tres since)`,
    );
  }
  const type = table.choice(
    'SelectType',
    ['linear', 'cons_res', 'cons_tres'],
    named.length > 0 ? 'cons_tres' : 'linear',
    'select/',
  );
  if (setting !== undefined) checkWords(words, setting);
  if (type !== 'linear' && named.length === 0) {
    notes.warn('SelectTypeParameters names no resource: CR_Core_Memory is taken, the default of later versions');
  }
  const [unit = 'core'] = named;
  return {
    type,
    unit: type === 'linear' ? 'node' : unit,
    memory: words.some((word) => word.endsWith('_memory')) || (type !== 'linear' && named.length === 0),
    oneTaskPerCore: words.includes('cr_one_task_per_core'),
    packNodes: words.includes('cr_pack_nodes'),
    leastLoadedNodes: words.includes('cr_lln'),
    blockDistribution: words.includes('cr_core_default_dist_block'),
  };
}

const SELECT_WORD =
  /^(cr_(socket|core|cpu|board)(_memory)?|cr_memory|cr_lln|cr_pack_nodes|cr_one_task_per_core|cr_core_default_dist_block|cr_allocate_full_socket|other_cons_t?res|enforce_binding_gres|one_task_per_sharing_gres|multiple_sharing_gres_pj|ll_shared_gres)$/;

function checkWords(words: readonly string[], setting: Setting): void {
  const wrong = words.find((word) => !SELECT_WORD.test(word));
  if (wrong !== undefined) throw wrongValue(setting, `"${wrong}" is none of its words; CR_Core_Memory for example is one`);
}

/** `hasAccounts`: accounts were given beside the file, so that there must be a slurmdbd. */
export function readPriority(table: ConfTable, notes: ConfNotes, hasAccounts: boolean): SlurmPriority {
  if (table.get('PriorityType') === undefined) {
    notes.warn('PriorityType is not said: priority/basic is taken (the default until 23.02; priority/multifactor since)');
  }
  const type = table.choice('PriorityType', ['basic', 'multifactor'], 'basic', 'priority/');
  const tres = table.get('PriorityWeightTRES');
  const accounting = hasAccounts || /slurmdbd$/i.test(table.text('AccountingStorageType') ?? '');
  if (
    !accounting &&
    type === 'multifactor' &&
    (table.count('PriorityWeightAge', 0) || table.count('PriorityWeightFairshare', 0))
  ) {
    notes.warn(
      'PriorityWeightAge and PriorityWeightFairshare count nothing without AccountingStorageType=accounting_storage/slurmdbd, as in Slurm',
    );
  }
  const age = table.minutes('PriorityMaxAge', 7 * DAY);
  const halfLife = table.minutes('PriorityDecayHalfLife', 7 * DAY);
  return {
    type,
    accounting,
    weights: {
      age: table.count('PriorityWeightAge', 0),
      association: table.count('PriorityWeightAssoc', 0),
      fairShare: table.count('PriorityWeightFairshare', 0),
      jobSize: table.count('PriorityWeightJobSize', 0),
      partition: table.count('PriorityWeightPartition', 0),
      qos: table.count('PriorityWeightQOS', 0),
      tres: tres === undefined ? {} : readTresWeights(tres),
    },
    flags: readFlags(table.get('PriorityFlags'), notes),
    favorSmall: table.flag('PriorityFavorSmall', false),
    maxAge: age,
    // 0 takes the decay away.
    decayHalfLife: halfLife === 0 ? Infinity : halfLife,
    calcPeriod: table.minutes('PriorityCalcPeriod', 5 * MINUTE),
    usageReset: table.choice(
      'PriorityUsageResetPeriod',
      ['none', 'now', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly'],
      'none',
    ),
    dampeningFactor: table.count('FairShareDampeningFactor', 1) || 1,
  };
}

function readFlags(setting: Setting | undefined, notes: ConfNotes): ReadonlySet<string> {
  const words = (setting?.value.toUpperCase() ?? '').split(',').map((word) => word.trim());
  const flags = new Set(words.filter((word) => word !== '' && word !== 'FAIR_TREE'));
  for (const flag of flags) {
    if (PRIORITY_FLAGS.includes(flag)) continue;
    notes.warn(`${setting?.at}: PriorityFlags=${flag} is not known, and is left out`);
    flags.delete(flag);
  }
  // Two flags that stand for others.
  if (flags.has('DEPTH_OBLIVIOUS')) flags.add('NO_FAIR_TREE');
  if (flags.has('NO_NORMAL_ALL')) for (const what of ['ASSOC', 'PART', 'QOS', 'TRES']) flags.add(`NO_NORMAL_${what}`);
  return flags;
}

export function readTiming(table: ConfTable): SlurmTiming {
  return {
    timeSlice: table.seconds('SchedulerTimeSlice', 30 * SECOND),
    overTimeLimit: table.count('OverTimeLimit', 0) * MINUTE,
    killWait: table.seconds('KillWait', 30 * SECOND),
    completeWait: table.seconds('CompleteWait', 0),
    batchStartTimeout: table.seconds('BatchStartTimeout', 10 * SECOND),
    epilogMessage: table.count('EpilogMsgTime', 2000) / 1000,
    messageTimeout: table.seconds('MessageTimeout', 10 * SECOND),
    minJobAge: table.seconds('MinJobAge', 300 * SECOND),
    inactiveLimit: table.seconds('InactiveLimit', 0),
    resvOverRun: table.count('ResvOverRun', 0) * MINUTE,
  };
}

export function readEnforcement(table: ConfTable): SlurmEnforcement {
  const limits = table.get('EnforcePartLimits');
  const words = new Set((table.words('AccountingStorageEnforce') ?? []).map((word) => word.toLowerCase()));
  const has = (...names: readonly string[]) => words.has('all') || names.some((name) => words.has(name));
  // Each of the stricter ones brings what it needs with it.
  return {
    partitionLimits: limits === undefined ? 'no' : readPartitionLimits(limits),
    associations: has('1', '2', 'associations', 'limits', 'qos', 'wckeys', 'safe'),
    limits: has('2', 'limits', 'safe'),
    qos: has('qos'),
    safe: has('safe'),
  };
}

function readPartitionLimits(setting: Setting): SlurmEnforcement['partitionLimits'] {
  const value = setting.value.toLowerCase();
  if (['yes', 'up', 'true', '1', 'any'].includes(value)) return 'any';
  if (['no', 'down', 'false', '0'].includes(value)) return 'no';
  if (value === 'all') return 'all';
  throw wrongValue(setting, 'write ALL, ANY or NO');
}
