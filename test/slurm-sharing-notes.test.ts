// What an operator is told when a slurm.conf lets jobs share cores.
import { describe, expect, test } from 'vitest';
import { sharingNotes } from '../src/policies/slurm/sharing/sharing-notes.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import type { SlurmConfig } from '../src/slurm.ts';

const ALONE =
  'jobs that share cores in batch run as fast as alone: PreemptMode has no GANG to let them take turns. Real ones slow each other down';
const STUCK =
  'QoS suspends jobs of low, but not in partitions without OverSubscribe=FORCE (batch): who would preempt them there waits ' +
  'until they end, and keeps others waiting. Give these partitions OverSubscribe=FORCE:1, as the manual of Slurm says';

const QOS_COLUMNS = 'Name|Priority|Preempt|PreemptMode';

describe('OverSubscribe', () => {
  test.each([
    { given: 'OverSubscribe=FORCE:2', mode: 'OFF', notes: [ALONE] },
    { given: 'OverSubscribe=FORCE:1', mode: 'OFF', notes: [] },
    { given: 'OverSubscribe=NO', mode: 'OFF', notes: [] },
    { given: 'OverSubscribe=FORCE:2', mode: 'GANG', notes: [] },
  ])('$given with PreemptMode=$mode', ({ given, mode, notes }) => {
    expect(sharingNotes(confOf(given, [`PreemptMode=${mode}`]))).toEqual(notes);
  });
});

describe('QoS that suspends', () => {
  const type = 'PreemptType=preempt/qos';
  test.each([
    { given: 'OverSubscribe=NO', mode: 'SUSPEND,GANG', victims: 'cluster', notes: [STUCK] },
    { given: 'OverSubscribe=YES:2', mode: 'SUSPEND,GANG', victims: 'cluster', notes: [STUCK] },
    { given: 'OverSubscribe=NO', mode: 'REQUEUE,GANG', victims: 'suspend', notes: [STUCK] },
    { given: 'OverSubscribe=FORCE:1', mode: 'SUSPEND,GANG', victims: 'cluster', notes: [] },
    { given: 'OverSubscribe=NO', mode: 'REQUEUE', victims: 'cluster', notes: [] },
    { given: 'OverSubscribe=NO', mode: 'SUSPEND,GANG', victims: 'cancel', notes: [] },
  ] as const)('$given, PreemptMode=$mode, that of the QoS $victims', ({ given, mode, victims, notes }) => {
    const qos = [QOS_COLUMNS, `low|0||${victims}`, 'high|9|low|cluster'].join('\n');
    expect(sharingNotes(confOf(given, [type, `PreemptMode=${mode}`], qos))).toEqual(notes);
  });
});

function confOf(partition: string, lines: readonly string[], qos?: string): SlurmConfig {
  const text = [
    'ClusterName=test',
    'SelectType=select/cons_tres',
    'NodeName=n[1-2] CPUs=2',
    `PartitionName=batch Nodes=ALL ${partition}`,
    ...lines,
  ].join('\n');
  const { slurm } = readSlurmConf({
    conf: { path: 'slurm.conf', text },
    ...(qos === undefined ? {} : { qos: { path: 'qos.txt', text: qos } }),
  }).cluster;
  if (slurm === undefined) throw new Error('a slurm.conf makes a Slurm cluster');
  return slurm;
}
