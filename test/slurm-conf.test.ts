// slurm.conf and the files beside it: the notation, the values with Slurm's own rules for what is left out, and files
// that are broken in any way.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeCount, nodeName } from '../src/cluster.ts';
import { InputError } from '../src/errors.ts';
import { readConfLines } from '../src/slurm-conf-lines.ts';
import { parseSlurmTime } from '../src/slurm-conf-table.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import type { SlurmFiles } from '../src/slurm-conf.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../src/units.ts';

const MIB = 2 ** 20;
const file = (text: string, path = 'slurm.conf') => ({ path, text });
const HEAD =
  'SelectType=select/cons_tres\nSelectTypeParameters=CR_Core_Memory\nPriorityType=priority/multifactor\nGresTypes=gpu\n';
const ONE = 'NodeName=n[1-4] CPUs=8 RealMemory=1000\nPartitionName=main Nodes=ALL Default=YES\n';

const read = (text: string, beside: Partial<SlurmFiles> = {}) => readSlurmConf({ conf: file(HEAD + text), ...beside });
const slurmOf = (text: string, beside: Partial<SlurmFiles> = {}) => {
  const { slurm } = read(text, beside).cluster;
  if (slurm === undefined) throw new Error('a slurm.conf gives no configuration');
  return slurm;
};
const partition = (text: string) => slurmOf(`NodeName=n[1-4] CPUs=8\n${text}`).partitions[0];
const names = ({ cluster }: ReturnType<typeof read>) =>
  Array.from({ length: nodeCount(cluster) }, (_, node) => nodeName(cluster, node));

describe('the notation', () => {
  const settings = (text: string) =>
    readConfLines(text, 'f').map((line) => line.map(({ key, value, at }) => `${key}=${value}@${at}`));

  test('comments, quotes, continued lines, places', () => {
    const text = '# all\nA=1 # one\n\n  B="x y" C=2\\\n  D=3 \\\n E=4\nF=a\\#b#c\r\n';
    expect(settings(text)).toEqual([['A=1@f:2:1'], ['B=x y@f:4:3', 'C=2@f:4:11', 'D=3@f:5:3', 'E=4@f:6:2'], ['F=a#b@f:7:1']]);
  });

  test('includes, and includes that never end', () => {
    const include = (path: string) =>
      path === 'b.conf' ? { path, text: 'B=1\n' } : path === 'self' ? { path, text: 'Include self\n' } : undefined;
    expect(readConfLines('A=1\n include b.conf\nC=2', 'f', include).map(([{ key, at }]) => key + at)).toEqual([
      'Af:1:1',
      'Bb.conf:1:1',
      'Cf:3:1',
    ]);
    expect(() => readConfLines('Include self', 'f', include)).toThrow(/include each other/);
    expect(() => readConfLines('A=1\nInclude nowhere', 'f', include)).toThrow(/f:2:9: there is no file "nowhere"/);
  });

  test.each([
    ['A', 'f:1:1'],
    ['A=', 'f:1:1'],
    ['A=1 B', 'f:1:5'],
  ])('%s is no setting', (text, at) => {
    expect(() => settings(text)).toThrow(at);
  });

  test.each([
    ['5', 5 * MINUTE],
    ['5:30', 5 * MINUTE + 30 * SECOND],
    ['1:00:00', HOUR],
    ['2-0', 2 * DAY],
    ['1-12:30', DAY + 12.5 * HOUR],
    ['1-12:30:15', DAY + 12.5 * HOUR + 15 * SECOND],
    ['UNLIMITED', Infinity],
    ['infinite', Infinity],
    ['-1', Infinity],
    ['1h', undefined],
    ['', undefined],
  ])('a time of %s', (text, time) => {
    expect(parseSlurmTime(text)).toBe(time);
  });
});

describe('nodes', () => {
  test('keep their names and the order of the file; pools are cut where partitions begin and end', () => {
    const loaded = read(
      'NodeName=n[08-11] CPUs=8 RealMemory=1000\nNodeName=a CPUs=4\nPartitionName=x Nodes=n[08-09]\nPartitionName=y Nodes=n[09-11],a\n',
    );
    expect(names(loaded)).toEqual(['n08', 'n09', 'n10', 'n11', 'a']);
    expect(loaded.cluster.pools.map(({ name, count, cpu }) => [name, count, cpu])).toEqual([
      ['n08', 1, 8000],
      ['n09', 1, 8000],
      ['n[10-11]', 2, 8000],
      ['a', 1, 4000],
    ]);
    expect(loaded.cluster.partitions.map(({ pools }) => pools)).toEqual([
      ['n08', 'n09'],
      ['n09', 'n[10-11]', 'a'],
    ]);
    expect(loaded.cluster.slurm?.partitions.map(({ nodes }) => [...nodes])).toEqual([
      [0, 1],
      [1, 2, 3, 4],
    ]);
  });

  test('the lines of NodeName=DEFAULT add up', () => {
    const text =
      'NodeName=DEFAULT CPUs=8 RealMemory=1000 Weight=5\nNodeName=a\nNodeName=DEFAULT CPUs=16\nNodeName=b Weight=7\nPartitionName=p Nodes=ALL\n';
    const { cluster } = read(text);
    expect(cluster.pools.map(({ cpu, memory }) => [cpu, memory])).toEqual([
      [8000, 1000 * MIB],
      [16_000, 1000 * MIB],
    ]);
    expect(cluster.slurm?.pools.map(({ weight }) => weight)).toEqual([5, 7]);
  });

  // CPUs, sockets, cores per socket, threads per core: each from the others.
  test.each([
    ['CPUs=8', [8, 8, 1, 1]],
    ['Procs=8', [8, 8, 1, 1]],
    ['Sockets=2 CoresPerSocket=16', [32, 2, 16, 1]],
    ['Sockets=2 CoresPerSocket=16 ThreadsPerCore=2', [64, 2, 16, 2]],
    ['CPUs=32 Sockets=2 CoresPerSocket=16 ThreadsPerCore=2', [32, 2, 16, 2]],
    ['CPUs=64 CoresPerSocket=16 ThreadsPerCore=2', [64, 2, 16, 2]],
    ['Boards=2 SocketsPerBoard=2 CoresPerSocket=4', [16, 4, 4, 1]],
    ['CPUs=7 Sockets=2 CoresPerSocket=4', [8, 2, 4, 1]],
    ['CPUs=64 Sockets=2 CoresPerSocket=16 ThreadsPerCore=2 CoreSpecCount=2', [60, 2, 16, 2]],
    ['CPUs=010', [8, 8, 1, 1]],
  ])('%s', (text, [cpus, sockets, cores, threads]) => {
    const { cluster } = read(`NodeName=n ${text}\nPartitionName=p Nodes=n\n`);
    const pool = cluster.slurm?.pools[0];
    expect([cluster.pools[0].cpu / 1000, pool?.sockets, pool?.coresPerSocket, pool?.threadsPerCore]).toEqual([
      cpus,
      sockets,
      cores,
      threads,
    ]);
  });

  test('that are down, drained, not there yet', () => {
    const loaded = read(
      'NodeName=n[1-6] CPUs=8\nNodeName=f[1-2] CPUs=8 State=FUTURE\nNodeName=d CPUs=8 State=DRAIN\nDownNodes=n[2-3] State=DOWN Reason="power"\nPartitionName=p Nodes=ALL\n',
    );
    expect(names(loaded)).toEqual(['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'd']);
    expect(loaded.cluster.outages).toEqual([
      { firstNode: 1, nodes: 2, from: 0, until: Infinity },
      { firstNode: 6, nodes: 1, from: 0, until: Infinity },
    ]);
    expect(loaded.warnings).toContain('2 nodes with State=FUTURE are no part of the cluster');
  });

  test('of a pool are in the same partitions, and neighbours in different pools are not alike', () => {
    const members = fc.array(fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(members, (partitions) => {
        const lines = partitions.map((nodes, index) => {
          const own = nodes.flatMap((is, node) => (is ? [`n${node}`] : []));
          return `PartitionName=p${index}${own.length === 0 ? '' : ` Nodes=${own.join(',')}`}`;
        });
        const { pools } = read(`NodeName=n[0-5] CPUs=1\n${lines.join('\n')}\n`).cluster;
        const setOf = (node: number) => partitions.map((nodes) => Number(nodes[node])).join('');
        const runs = [0, 1, 2, 3, 4, 5].filter((node) => node === 0 || setOf(node) !== setOf(node - 1));
        expect(pools.map(({ count }) => count)).toEqual(runs.map((first, run) => (runs[run + 1] ?? 6) - first));
      }),
    );
  });

  test('sets of nodes, by feature or by name', () => {
    const { slurm } = read(
      'NodeName=a[1-2] CPUs=8 Features=gold,ib\nNodeName=b[1-2] CPUs=8 Feature=ib\nNodeSet=g Feature=gold\nNodeSet=s Nodes=b2\nPartitionName=p Nodes=g,s\n',
    ).cluster;
    expect([...(slurm?.partitions[0].nodes ?? [])]).toEqual([0, 1, 3]);
  });

  test('GPUs with type and sockets, from slurm.conf and from gres.conf', () => {
    const gres = file(
      'AutoDetect=off\nNodeName=g[1-2] Name=gpu Type=a100 File=/dev/nvidia[0-1] Cores=0-3\nNodeName=g[1-2] Name=gpu Type=a100 File=/dev/nvidia[2-3] Cores=4-7\n',
      'gres.conf',
    );
    const text =
      'NodeName=g[1-2] Sockets=2 CoresPerSocket=4 Gres=gpu:4\nNodeName=h CPUs=8 Gres=gpu:v100:2(S:0-1),mps:200\nPartitionName=p Nodes=ALL\n';
    const loaded = read(text, { gres });
    expect(loaded.cluster.slurm?.pools.map((pool) => pool.gres)).toEqual([
      [
        { name: 'gpu', type: 'a100', count: 2, sockets: [0] },
        { name: 'gpu', type: 'a100', count: 2, sockets: [1] },
      ],
      [{ name: 'gpu', type: 'v100', count: 2, sockets: [0, 1] }],
    ]);
    expect(loaded.cluster.pools.map(({ gpus, gpuModel }) => [gpus, gpuModel])).toEqual([
      [4, 'a100'],
      [2, 'v100'],
    ]);
    expect(loaded.warnings.join()).toContain('Gres mps is not among GresTypes');
  });

  test('memory is counted where Slurm counts it', () => {
    const { cluster } = readSlurmConf({ conf: file(`SelectType=select/cons_tres\nSelectTypeParameters=CR_Core\n${ONE}`) });
    expect([cluster.pools[0].memory, cluster.slurm?.pools[0].memory]).toEqual([Infinity, 1000 * MIB]);
  });
});

describe('partitions', () => {
  test('have the defaults of Slurm', () => {
    expect(partition('PartitionName=p Nodes=ALL')).toMatchObject({
      default: false,
      state: 'up',
      maxTime: Infinity,
      defaultTime: NaN,
      priorityTier: 1,
      priorityJobFactor: 1,
      overSubscribe: { mode: 'no', jobs: 1 },
      minNodes: 0,
      maxNodes: Infinity,
    });
  });

  test.each([
    ['MaxTime=90', { maxTime: 90 * MINUTE }],
    ['MaxTime=00:00:01', { maxTime: MINUTE }],
    ['DefaultTime=1-0', { defaultTime: DAY }],
    ['Priority=7 PriorityTier=3', { priorityTier: 7, priorityJobFactor: 7 }],
    ['OverSubscribe=FORCE:2', { overSubscribe: { mode: 'force', jobs: 2 } }],
    ['Shared=YES', { overSubscribe: { mode: 'yes', jobs: 4 } }],
    ['OverSubscribe=YES:1', { overSubscribe: { mode: 'no', jobs: 1 } }],
    ['PreemptMode=requeue,gang', { preemptMode: { how: 'requeue', gang: true, within: false } }],
    ['AllowAccounts=A,b DenyAccounts=c', { allowAccounts: ['a', 'b'] }],
    ['DenyQos=X', { denyQos: ['x'] }],
    ['GraceTime=60', { graceTime: MINUTE }],
    ['TRESBillingWeights=CPU=1.0,Mem=0.25G,GRES/gpu=2', { billingWeights: { cpu: 1, mem: 0.25 / 2 ** 30, 'gres/gpu': 2 } }],
    [
      'DefMemPerCPU=100 MaxMemPerNode=2000 MaxMemPerCPU=5',
      { memory: { perCpu: 100 * MIB, perNode: 0, perGpu: 0, maxPerNode: 2000 * MIB, maxPerCpu: 0, cpusPerGpu: 0 } },
    ],
  ])('%s', (text, expected) => {
    expect(partition(`PartitionName=p Nodes=ALL ${text}`)).toMatchObject(expected);
  });

  test('inherit from DEFAULT, but not ExclusiveUser; the last default one counts', () => {
    const slurm = slurmOf(
      'NodeName=n CPUs=1\nPartitionName=DEFAULT MaxTime=60 ExclusiveUser=YES Nodes=ALL Default=YES\nPartitionName=a\nPartitionName=b MaxTime=30\n',
    );
    expect(slurm.partitions.map(({ maxTime, exclusiveUser, default: first }) => [maxTime, exclusiveUser, first])).toEqual([
      [60 * MINUTE, false, false],
      [30 * MINUTE, false, true],
    ]);
  });
});

describe('settings of the whole cluster', () => {
  test('SchedulerParameters, with values out of range taken as Slurm takes them', () => {
    const { scheduler } = slurmOf(
      `${ONE}SchedulerParameters=bf_interval=60,bf_window=4320,bf_max_job_test=1000,bf_continue,defer,bf_resolution=99999,bf_licenses,sched_interval=-1,bf_max_job_assoc=3,bf_max_job_user=5\n`,
    );
    expect(scheduler.backfill).toMatchObject({
      interval: MINUTE,
      maxTime: MINUTE,
      window: 3 * DAY,
      maxTests: 1000,
      nodeSpaceSize: 1000,
      continueAfterYield: true,
      resolution: MINUTE,
      licenses: true,
      runningJobReserve: true,
      maxPerAssociation: 3,
      maxPerUser: 0,
    });
    expect(scheduler.main).toMatchObject({ defer: true, interval: Infinity, depth: 100, maxTime: 2 * SECOND, delay: 3 * SECOND });
  });

  test('bf_interval=0 is out of range, and -1 switches backfilling off', () => {
    const intervalOf = (value: number) => slurmOf(`${ONE}SchedulerParameters=bf_interval=${value}\n`).scheduler.backfill.interval;
    expect([0, 1, -1, -2].map(intervalOf)).toEqual([30 * SECOND, SECOND, Infinity, 30 * SECOND]);
  });

  test('priorities', () => {
    const { priority } = slurmOf(
      `${ONE}PriorityWeightAge=10\nPriorityMaxAge=1-0\nPriorityDecayHalfLife=0\nPriorityUsageResetPeriod=MONTHLY\nPriorityFlags=NO_NORMAL_ALL,small_relative_to_time\nPriorityWeightTRES=CPU=1000,GRES/gpu=3000\n`,
    );
    expect(priority).toMatchObject({
      maxAge: DAY,
      decayHalfLife: Infinity,
      usageReset: 'monthly',
      weights: { age: 10, tres: { cpu: 1000, 'gres/gpu': 3000 } },
    });
    expect([...priority.flags]).toEqual([
      'NO_NORMAL_ALL',
      'SMALL_RELATIVE_TO_TIME',
      'NO_NORMAL_ASSOC',
      'NO_NORMAL_PART',
      'NO_NORMAL_QOS',
      'NO_NORMAL_TRES',
    ]);
  });

  test('options that change decisions are warnings, unknown ones are told with what they may have been, others are listed', () => {
    const { warnings, options } = read(
      `${ONE}BurstBufferType=burst_buffer/datawarp\nJobSubmitPlugins=lua\nSlurmctldPort=6817\nSchedulerTyp=sched/builtin\nSuspendTime=-1\n`,
    );
    expect(options).toEqual({
      notModelled: ['BurstBufferType', 'JobSubmitPlugins'],
      unknown: ['SchedulerTyp'],
      withoutInfluence: ['SlurmctldPort', 'SuspendTime'],
    });
    expect(warnings).toContain('slurm.conf:7:1: BurstBufferType is not modelled: no job waits for data to be staged in or out');
    expect(warnings.join()).toContain('SchedulerTyp is no option that is known');
  });

  test('licences', () => {
    expect(slurmOf(`${ONE}Licenses=a:4,b,a:1\n`).licenses).toEqual({ a: 5, b: 1 });
  });

  test.each([
    ['NodeName=n CPUs=x', 'slurm.conf:5:12: CPUs=x cannot be read'],
    ['NodeName=n CPUs=8\nNodeName=n CPUs=8', 'the node n is described twice'],
    ['NodeName=n State=GONE', 'State=GONE cannot be read'],
    [`${ONE}PartitionName=main Nodes=n1`, 'slurm.conf:7:1: the partition main is described twice'],
    [`${ONE}PartitionName=b Nodes=n1 MaxTime=1h`, 'MaxTime=1h cannot be read'],
    [`${ONE}SchedulerType=sched/wiki`, 'SchedulerType=sched/wiki cannot be read'],
    [`${ONE}PreemptType=preempt/qos`, 'do not go together'],
    [`${ONE}PreemptType=preempt/qos\nPreemptMode=SUSPEND`, 'resumed by gangs'],
    [`${ONE}KillWait=30 OverTimeLimit=5`, 'slurm.conf:7:13: OverTimeLimit=5 stands behind KillWait on one line'],
    ['ClusterName=x', 'it describes no nodes'],
  ])('%s', (text, problem) => {
    expect(() => read(text)).toThrow(problem);
  });

  test('a misspelt head of a line of several settings is told as such', () => {
    const hint = 'did you mean "PartitionName"?';
    expect(() => read(`${ONE}PartitionNme=b Nodes=n1\n`)).toThrow(expect.objectContaining({ hint }));
  });
});

describe('topology.conf', () => {
  const tree = file('SwitchName=s1 Nodes=n[1-2]\nSwitchName=top Switches=s[1-2]\nSwitchName=s2 Nodes=n[3-4]\n', 'topology.conf');

  test('a tree, whatever the order of its lines', () => {
    const { cluster } = read(`${ONE}TopologyPlugin=topology/tree\n`, { topology: tree });
    expect(cluster.slurm?.switches.map(({ name, level, parent, nodes }) => [name, level, parent, [...nodes]])).toEqual([
      ['s1', 0, 1, [0, 1]],
      ['top', 1, -1, [0, 1, 2, 3]],
      ['s2', 0, 1, [2, 3]],
    ]);
    expect(cluster.topology?.map(({ name, domain }) => [name, [...domain.code], domain.names])).toEqual([
      ['switch-1', [0, 0, 0, 0], ['top']],
      ['switch-0', [0, 0, 1, 1], ['s1', 's2']],
    ]);
  });

  test('is not heeded without its plugin', () => {
    const { cluster, warnings } = read(ONE, { topology: tree });
    expect(cluster.topology).toBeUndefined();
    expect(warnings.join()).toContain('TopologyPlugin=topology/tree is not set');
  });

  test.each([
    ['SwitchName=a Switches=a', 'stands below itself'],
    ['SwitchName=a Switches=b\nSwitchName=b Switches=a', 'stands below itself'],
    ['SwitchName=a Switches=b', 'there is no switch b'],
    ['SwitchName=a', 'add Nodes=... or Switches=...'],
  ])('%s', (text, problem) => {
    expect(() => read(`${ONE}TopologyPlugin=topology/tree\n`, { topology: file(text, 'topology.conf') })).toThrow(problem);
  });
});

describe('whatever is wrong with the files', () => {
  const conf = `${HEAD}${ONE}NodeName=g[01-03] Sockets=2 CoresPerSocket=4 ThreadsPerCore=2 Gres=gpu:a100:4(S:0-1) Feature=x,y Weight=3\nNodeSet=s Feature=x\nPartitionName=gpu Nodes=s,n1 MaxTime=1-00:00:00 PriorityTier=5 OverSubscribe=FORCE:2 TRESBillingWeights="CPU=1,Mem=0.25G"\nDownNodes=n2 State=DOWN\nTopologyPlugin=topology/tree\nLicenses=a:4\nSchedulerParameters=bf_interval=30,bf_window=10\nPreemptMode=REQUEUE\nPreemptType=preempt/qos\nPriorityWeightTRES=cpu=5\n`;
  const parts: SlurmFiles = {
    conf: file(conf),
    gres: file('NodeName=g[01-03] Name=gpu Type=a100 File=/dev/nvidia[0-3] Cores=0-7\n', 'gres.conf'),
    topology: file('SwitchName=a Nodes=n[1-4]\nSwitchName=b Nodes=g[01-03]\nSwitchName=t Switches=a,b\n', 'topology.conf'),
    accounts: file(
      "Cluster - 'c':Fairshare=1\nParent - 'root'\nAccount - 'a':Fairshare=10:GrpTRES=cpu=5\nParent - 'a'\nUser - 'u':Fairshare=parent\n",
      'dump',
    ),
    qos: file('Name|Priority|MaxWall|GrpTRES\nhigh|10|1-00:00:00|cpu=5\n', 'qos'),
    reservations: file('ReservationName=r StartTime=2026-01-01T00:00:00 EndTime=2026-01-02T00:00:00 Nodes=n[1-2]\n', 'resv'),
  };
  const piece = fc.constantFrom(
    '',
    '[',
    ']',
    ',',
    '=',
    '"',
    ':',
    '-',
    '#',
    '\\\n',
    '\n',
    ' ',
    '1',
    '0',
    '-1',
    'x',
    'n1',
    '[1-',
    'DEFAULT',
    'ALL',
    '999999999999',
    '__proto__',
    '(S:',
    '|',
    "'",
  );
  const change = fc.tuple(fc.constantFrom(...(Object.keys(parts) as (keyof SlurmFiles)[])), fc.nat(), fc.nat({ max: 12 }), piece);

  test('they are read, or it is said what is wrong', () => {
    let readable = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const broken = { ...parts };
        for (const [key, at, length, insert] of changes) {
          const { path, text } = broken[key] ?? parts.conf;
          const from = at % (text.length + 1);
          broken[key] = { path, text: text.slice(0, from) + insert + text.slice(from + length) };
        }
        try {
          const { cluster } = readSlurmConf(broken);
          expect(cluster.slurm?.pools.length).toBe(cluster.pools.length);
          readable++;
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          expect(error.where).not.toBe('');
        }
      }),
      { numRuns: 2000 },
    );
    expect(readable).toBeGreaterThan(100);
  });
});
