// What sshare and squeue of a real Slurm said while known jobs ran, and what the same jobs come to here. How the records
// were made stands in them.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MultifactorPriorities } from '../src/policies/slurm/priority/multifactor.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';

// Planted, and caught here: a half-life that is exact; usage of a period that does not decay within it; a UsageFactor and
// billing weights that are left out; users weighed once and for all.

const SECOND = 1000;
const NODES = 4;

type Cell = number | string | null;

interface SshareRecord {
  readonly priority_flags: string;
  readonly accounts: readonly string[];
  readonly zero_s: number;
  readonly jobs: readonly [number, string, string, string, string, number, number, number, number, number][];
  readonly samples: readonly {
    readonly at_s: number;
    readonly priorities: Readonly<Record<string, number>>;
    readonly sshare: readonly (readonly [string, string, Cell, number, number, number, Cell, Cell])[];
  }[];
}

function read(name: string): SshareRecord {
  return JSON.parse(readFileSync(new URL(`records/${name}`, import.meta.url), 'utf8')) as SshareRecord;
}

function clusterOf({ priority_flags: flags, accounts }: SshareRecord) {
  const lines = [
    ...['ClusterName=rig', 'SelectType=select/cons_tres', 'SelectTypeParameters=CR_Core', 'PriorityType=priority/multifactor'],
    ...['PriorityWeightAge=1000', 'PriorityMaxAge=0-01:00:00', 'PriorityWeightFairshare=10000', 'PriorityWeightJobSize=500'],
    ...['PriorityWeightQOS=300', 'PriorityWeightPartition=200', 'PriorityWeightTRES=cpu=400,node=100', 'PriorityCalcPeriod=1'],
    ...['PriorityDecayHalfLife=0-00:10:00', 'AccountingStorageType=accounting_storage/slurmdbd'],
    ...(flags === '' ? [] : [`PriorityFlags=${flags}`]),
    `NodeName=n[1-${NODES}] CPUs=4`,
    'PartitionName=main Nodes=ALL Default=YES PriorityJobFactor=10',
    'PartitionName=gold Nodes=ALL PriorityJobFactor=40 TRESBillingWeights=CPU=2.5',
  ];
  const file = (path: string, text: readonly string[]) => ({ path, text: `${text.join('\n')}\n` });
  const qos = file('qos', ['Name|Priority|UsageFactor', 'normal|10|1.000000', 'double|50|2.000000']);
  return readSlurmConf({ conf: file('slurm.conf', lines), accounts: file('accounts', accounts), qos }).cluster;
}

function workloadOf({ jobs, zero_s: zero }: SshareRecord) {
  const builder = new WorkloadBuilder();
  for (const [id, user, account, qos, partition, cpus, nice, submit] of jobs) {
    builder.add({
      ...{ id, user, account, qos, partition, tasks: cpus, submit: submit * SECOND, runtime: SECOND, walltime: 1800 * SECOND },
      request: builder.request({ cpu: 1000, memory: 0, gpu: 0 }),
      slurm: { options: builder.slurm.options({ nice }) },
    });
  }
  return builder.finish('sshare', zero * SECOND);
}

/** Priorities as they stand at each sample. */
function* replay(record: SshareRecord) {
  const cluster = clusterOf(record);
  const workload = workloadOf(record);
  const first = record.jobs[0][7];
  const at = (seconds: number) => (seconds - first) * SECOND;
  const priorities = new MultifactorPriorities(workload, cluster, cluster.slurm!, at(60 * Math.ceil(first / 60)));
  const partitionOf = (name: string) => cluster.slurm!.partitions.findIndex((partition) => partition.name === name);
  for (let now = first, next = 0; next < record.samples.length; now++) {
    priorities.catchUp(at(now));
    record.jobs.forEach(([, , , , partition, cpus, , submit, start, end], job) => {
      const held = { units: cpus, memory: 0, partition: 0, user: 0, forUser: false };
      const shares = [{ node: 0, group: 0, request: 0, tasks: cpus, held }];
      const given = { shares, whole: false, partition: partitionOf(partition) };
      if (submit === now) priorities.submit(job, at(now));
      if (start === now) priorities.start(job, given, at(now));
      if (end === now) priorities.finish(job, at(now));
    });
    if (record.samples[next].at_s === now) yield { priorities, sample: record.samples[next++] };
  }
}

describe.each(['slurm-sshare-fair-tree.json', 'slurm-sshare-classic.json'])('%s', (name) => {
  const record = read(name);

  test('raw usage is that of sshare', () => {
    for (const { priorities, sample } of replay(record)) {
      const { associations } = priorities.accounting.tree;
      for (const [account, user, , raw] of sample.sshare) {
        const index = associations.findIndex((one) => one.account === account && (one.user ?? '') === user);
        const ours = priorities.usage.usage.associations[index].raw;
        expect(Math.floor(ours), `${account} ${user} at ${sample.at_s}`).toBe(raw);
      }
    }
  });

  test('shares and fair share are those of sshare', () => {
    for (const { priorities, sample } of replay(record)) {
      const { tree } = priorities.accounting;
      const { tree: fair, classic } = priorities.fairShares;
      const ours = sample.sshare.slice(1).map(([account, user]) => {
        const index = tree.associations.findIndex((one) => one.account === account && (one.user ?? '') === user);
        const share = fair === undefined ? tree.clusterShare(index) : tree.levelShare(index);
        const factor = user === '' && classic === undefined ? null : priorities.fairShares.factorOf(index);
        return [account, user, share, factor];
      });
      const text = (value: Cell) => (typeof value === 'number' ? value.toFixed(6) : value);
      expect(ours.map((row) => row.map(text))).toEqual(
        sample.sshare.slice(1).map(([account, user, share, , , , factor]) => [account, user, text(share), text(factor)]),
      );
    }
  });

  test('priorities of jobs that wait are those of squeue', () => {
    for (const { priorities, sample } of replay(record)) {
      const ours = Object.keys(sample.priorities).map((id) => {
        const job = record.jobs.findIndex((one) => one[0] === Number(id));
        return [id, priorities.priorityOf(job)];
      });
      expect(Object.fromEntries(ours), `at ${sample.at_s}`).toEqual(sample.priorities);
    }
  });
});
