/** PreemptMode and its kin. Source: Slurm 22.05, preempt_mode_num and read_config.c. */
import { usageError } from './errors.ts';
import type { Setting } from './slurm-conf-lines.ts';
import { readTime, wrongValue } from './slurm-conf-table.ts';
import type { ConfTable } from './slurm-conf-table.ts';
import type { SlurmPreemption, SlurmPreemptMode } from './slurm.ts';

const MODES: Readonly<Record<string, SlurmPreemptMode['how']>> = {
  off: 'off',
  cluster: 'off',
  cancel: 'cancel',
  requeue: 'requeue',
  on: 'suspend',
  suspend: 'suspend',
};

/** One of the modes, with GANG or WITHIN beside it or alone. */
export function readPreemptMode(setting: Setting): SlurmPreemptMode {
  const hint = 'write OFF, CANCEL, REQUEUE or SUSPEND, with ,GANG or ,WITHIN behind it if need be';
  const words = setting.value
    .toLowerCase()
    .split(',')
    .filter((word) => word !== '');
  const gang = words.includes('gang');
  const within = words.includes('within');
  const modes = words.filter((word) => word !== 'gang' && word !== 'within');
  if (modes.length > 1 || (gang && within)) throw wrongValue(setting, hint);
  const [mode = 'off'] = modes;
  if (!Object.hasOwn(MODES, mode)) throw wrongValue(setting, hint);
  return { how: MODES[mode], gang, within };
}

export function readPreemption(table: ConfTable): SlurmPreemption {
  const type = table.choice('PreemptType', ['none', 'qos', 'partition_prio'], 'none', 'preempt/');
  const setting = table.get('PreemptMode');
  const mode = setting === undefined ? { how: 'off' as const, gang: false, within: false } : readPreemptMode(setting);
  if ((type === 'none') !== (mode.how === 'off')) {
    const at = setting?.at ?? table.get('PreemptType')?.at ?? '';
    const found = `PreemptType=preempt/${type} and PreemptMode=${setting?.value ?? 'OFF'} do not go together`;
    throw usageError(
      found,
      at,
      type === 'none' ? 'name a PreemptType, or set PreemptMode=OFF' : 'set PreemptMode=REQUEUE or CANCEL',
    );
  }
  if (setting !== undefined && mode.how === 'suspend' && !mode.gang) {
    throw wrongValue(setting, 'suspended jobs are resumed by gangs: write SUSPEND,GANG');
  }
  const exempt = table.get('PreemptExemptTime');
  return {
    type,
    mode,
    exemptTime: exempt === undefined ? 0 : readTime(exempt) === Infinity ? 0 : readTime(exempt),
    parameters: (table.words('PreemptParameters') ?? []).map((word) => word.toLowerCase()),
  };
}
