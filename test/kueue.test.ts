// Kueue's rules one by one. Paths are those of the source at v0.19.2.
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { readKueueConfiguration } from '../src/policies/kueue/configuration.ts';
import { kueue } from '../src/policies/kueue/kueue.ts';
import { quantityText } from '../src/policies/kueue/quantity-text.ts';
import { readKueueObjects } from '../src/policies/kueue/read-objects.ts';
import { COMPLETED, UNFINISHED } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';

const SECOND = 1000;

function nodes(count: number, cpu = 4000, labels: (node: number) => Record<string, string> = () => ({})): Cluster {
  return {
    name: 'nodes',
    interchangeable: false,
    pools: Array.from({ length: count }, (_, node) => ({
      name: `n${node}`,
      count: 1,
      cpu,
      memory: Infinity,
      gpus: 0,
      labels: labels(node),
    })),
    partitions: [],
    outages: [],
  };
}

interface Job {
  readonly submit?: number;
  readonly runtime?: number;
  readonly tasks?: number;
  readonly minimum?: number;
  readonly cpu?: number;
  readonly priority?: number;
  readonly queue?: string;
}

interface Given {
  readonly cluster?: Cluster;
  readonly objects?: string;
  readonly config?: string;
  readonly parameters?: Record<string, unknown>;
}

/** Times are seconds. */
function run(jobs: readonly Job[], { cluster = nodes(8), objects, config, parameters = {} }: Given = {}): Schedule {
  const builder = new WorkloadBuilder();
  jobs.forEach(({ submit = 0, runtime = 10, tasks = 1, minimum, cpu = 1000, priority, queue }, id) =>
    builder.add({
      id,
      submit: submit * SECOND,
      runtime: runtime * SECOND,
      walltime: Infinity,
      tasks,
      minimum,
      request: builder.request({ cpu, memory: 0, gpu: 0 }),
      priority,
      queue,
    }),
  );
  return simulate(builder.finish('jobs'), cluster, kueue, {
    placement: firstFit,
    audit: true,
    parameters: readParameters(kueue.parameters ?? {}, { timestamps: 'exact', grace: '0s', ...parameters }, 'kueue'),
    files: {
      ...(objects === undefined ? {} : { objects: { path: 'objects.yaml', text: objects } }),
      ...(config === undefined ? {} : { config: { path: 'config.yaml', text: config } }),
    },
  });
}

const starts = ({ start }: Schedule) => [...start].map((time) => Math.floor(time / SECOND));

const FLAVOR = 'kind: ResourceFlavor\nmetadata: {name: plain}';

/** A ClusterQueue of one resource; `quotas`: by flavor. */
function queue(name: string, quotas: Record<string, string>, spec = ''): string {
  const flavors = Object.entries(quotas).map(
    ([flavor, quota]) => `    - {name: ${flavor}, resources: [{name: cpu, nominalQuota: ${quota}}]}`,
  );
  return [
    'kind: ClusterQueue',
    `metadata: {name: ${name}}`,
    'spec:',
    '  namespaceSelector: {}',
    ...(spec === '' ? [] : spec.split('\n').map((line) => `  ${line}`)),
    '  resourceGroups:',
    '  - coveredResources: [cpu]',
    '    flavors:',
    ...flavors,
  ].join('\n');
}

const documents = (...texts: string[]) => texts.join('\n---\n');

describe('queues', () => {
  test('without objects there is one queue of the whole cluster', () => {
    expect(starts(run([{ tasks: 8 }, { tasks: 8 }, { tasks: 8, submit: 1 }], { cluster: nodes(2, 8000) }))).toEqual([0, 0, 11]);
  });

  // pkg/cache/queue/cluster_queue.go, RequeueIfNotPresent; inadmissible_workloads.go, requeueBatchPeriod
  test('BestEffortFIFO passes over what does not fit, and looks at it again a second after quota is free', () => {
    const objects = documents(FLAVOR, queue('q', { plain: '4' }));
    expect(starts(run([{ tasks: 3 }, { tasks: 2 }, { tasks: 1 }], { objects }))).toEqual([0, 11, 0]);
  });

  test('StrictFIFO does not, and looks at it at once', () => {
    const objects = documents(FLAVOR, queue('q', { plain: '4' }, 'queueingStrategy: StrictFIFO'));
    expect(starts(run([{ tasks: 3 }, { tasks: 2 }, { tasks: 1 }], { objects }))).toEqual([0, 10, 10]);
  });

  // pkg/cache/queue/cluster_queue.go, preemptorWorkload (sticky)
  test('one that waits for those it has preempted keeps its place at the head', () => {
    const objects = documents(FLAVOR, queue('q', { plain: '4' }, 'preemption: {withinClusterQueue: LowerPriority}'));
    const jobs = [
      { tasks: 4, runtime: 100 },
      { tasks: 4, priority: 1, submit: 1 },
      { tasks: 1, priority: 2, submit: 2, runtime: 5 },
    ];
    // While the quota of the first is not free yet, the third comes in. It matters more, but is not looked at before the
    // second is admitted, at 4 s; then it preempts that one, which again takes 3 s.
    expect(starts(run(jobs, { objects, parameters: { release: '3s' } }))).toEqual([0, 13, 7]);
  });

  // pkg/controller/core/workload_controller.go, "LocalQueue %s doesn't exist"
  test('a job of a queue that is not there waits for good, and says so', () => {
    const local = 'kind: LocalQueue\nmetadata: {name: mine}\nspec: {clusterQueue: q}';
    const objects = documents(FLAVOR, queue('q', { plain: '4' }), local);
    const schedule = run([{ queue: 'mine' }, { queue: 'yours' }, {}], { objects });
    expect([...schedule.state]).toEqual([COMPLETED, UNFINISHED, COMPLETED]);
    const waiting = run([{ queue: 'mine' }, {}], { objects, config: 'manageJobsWithoutQueueName: true' });
    expect([...waiting.state]).toEqual([COMPLETED, UNFINISHED]);
  });

  // pkg/workload/resources.go, ErrNamespaceMismatch
  test('a queue without a namespace selector is for nobody', () => {
    const objects = documents(FLAVOR, queue('q', { plain: '4' }).replace('  namespaceSelector: {}\n', ''));
    expect([...run([{}], { objects }).state]).toEqual([UNFINISHED]);
  });
});

describe('flavors', () => {
  const cluster = nodes(4, 4000, (node) => ({ kind: node < 2 ? 'spot' : 'reserved' }));
  const flavors = ['spot', 'reserved'].map(
    (kind) => `kind: ResourceFlavor\nmetadata: {name: ${kind}}\nspec: {nodeLabels: {kind: ${kind}}}`,
  );

  // pkg/podset/podset.go, FromAssignment: pods select the nodes of their flavor
  test('are tried in order, and pods go to their nodes', () => {
    const objects = documents(...flavors, queue('q', { spot: '2', reserved: '2' }));
    const { placements } = run([{ tasks: 2 }, { tasks: 2 }], { objects, cluster });
    const used = [...(placements?.node ?? [])];
    expect(used.slice(0, 2).every((node) => node < 2)).toBe(true);
    expect(used.slice(2).every((node) => node >= 2)).toBe(true);
  });

  // pkg/scheduler/flavorassigner/flavorassigner.go, shouldTryNextFlavor
  test.each([
    ['MayStopSearch', 0],
    ['TryNextFlavor', 2],
  ])('whenCanBorrow %s: nodes from %i on', (whenCanBorrow, first) => {
    const objects = documents(
      ...flavors,
      queue('a', { spot: '1', reserved: '2' }, `cohortName: c\nflavorFungibility: {whenCanBorrow: ${whenCanBorrow}}`),
      queue('b', { spot: '2', reserved: '2' }, 'cohortName: c'),
    );
    const { placements } = run([{ tasks: 2, queue: 'a' }], { objects, cluster });
    expect([...(placements?.node ?? [])].every((node) => node >= first && node < first + 2)).toBe(true);
  });

  test('with a taint that the pods do not bear are passed over', () => {
    const tainted =
      'kind: ResourceFlavor\nmetadata: {name: tainted}\nspec: {nodeTaints: [{key: gpu, value: x, effect: NoSchedule}]}';
    const objects = documents(tainted, flavors[1], queue('q', { tainted: '8', reserved: '1' }));
    expect([...run([{ tasks: 2 }], { objects, cluster }).state]).toEqual([UNFINISHED]);
    expect([...run([{ tasks: 1 }], { objects, cluster }).state]).toEqual([COMPLETED]);
  });
});

describe('preemption', () => {
  // pkg/scheduler/preemption/preemption.go, classicalPreemptions and fillBackWorkloads
  test('spares those that were taken needlessly on the way', () => {
    const objects = documents(FLAVOR, queue('q', { plain: '5' }, 'preemption: {withinClusterQueue: LowerPriority}'));
    const jobs = [
      { tasks: 1, runtime: 50, priority: 0 },
      { tasks: 4, runtime: 50, priority: 1 },
      { tasks: 4, priority: 2, submit: 5 },
    ];
    const schedule = run(jobs, { objects });
    expect([...schedule.attempts.job]).toEqual([1]);
    expect(starts(schedule)).toEqual([0, 0, 5]);
  });

  test('reclaims what is lent, the last admitted of the least important first', () => {
    const objects = documents(
      FLAVOR,
      queue('a', { plain: '2' }, 'cohortName: c\npreemption: {reclaimWithinCohort: Any}'),
      queue('b', { plain: '2' }, 'cohortName: c'),
    );
    const jobs = [
      { queue: 'b', runtime: 50, priority: 5 },
      { queue: 'b', runtime: 50, submit: 1 },
      { queue: 'b', runtime: 50, submit: 2 },
      { queue: 'b', runtime: 50, submit: 3, priority: 9 },
      { queue: 'a', submit: 4 },
    ];
    expect([...run(jobs, { objects }).attempts.job]).toEqual([2]);
  });

  // pkg/scheduler/preemption/preemption.go, attemptPossibleOpts: other queues' workloads may go only if nothing is borrowed
  // then, and this is tried first
  test('takes from others what makes borrowing needless, rather than all from its own queue', () => {
    const objects = documents(
      FLAVOR,
      queue('a', { plain: '3' }, 'cohortName: c\npreemption: {reclaimWithinCohort: Any, withinClusterQueue: LowerPriority}'),
      queue('b', { plain: '2' }, 'cohortName: c'),
    );
    const jobs = [
      { queue: 'a', runtime: 50 },
      { queue: 'b', tasks: 2, runtime: 50 },
      { queue: 'a', runtime: 50, submit: 1 },
      { queue: 'b', runtime: 50, submit: 2 },
      { queue: 'a', tasks: 2, priority: 1, submit: 3 },
    ];
    expect([...run(jobs, { objects }).attempts.job].sort()).toEqual([2, 3]);
  });
});

describe('cohorts', () => {
  // pkg/cache/scheduler/resource_node.go
  test('lend through their own cohorts, up to the limits', () => {
    const cohorts = documents(
      'kind: Cohort\nmetadata: {name: root}',
      'kind: Cohort\nmetadata: {name: left}\nspec: {parentName: root}',
      'kind: Cohort\nmetadata: {name: right}\nspec:\n  parentName: root\n  resourceGroups: [{coveredResources: [cpu], flavors: [{name: plain, resources: [{name: cpu, nominalQuota: 2, lendingLimit: 1}]}]}]',
    );
    const objects = documents(
      FLAVOR,
      cohorts,
      queue('a', { plain: '1' }, 'cohortName: left'),
      queue('b', { plain: '0' }, 'cohortName: right'),
    );
    expect([...run([{ tasks: 2, queue: 'a' }], { objects }).state]).toEqual([COMPLETED]);
    expect([...run([{ tasks: 3, queue: 'a' }], { objects }).state]).toEqual([UNFINISHED]);
    expect([...run([{ tasks: 3, queue: 'b' }], { objects }).state]).toEqual([COMPLETED]);
  });

  // pkg/cache/scheduler/fair_sharing.go: weights
  test('share by weight: what one admits each cycle beside the other, it loses by preemption', () => {
    const rules = 'cohortName: c\npreemption: {reclaimWithinCohort: Any}';
    const objects = documents(
      FLAVOR,
      queue('a', { plain: '0' }, `${rules}\nfairSharing: {weight: 2}`),
      queue('b', { plain: '0' }, rules),
      queue('rest', { plain: '6' }, 'cohortName: c'),
    );
    const jobs = ['a', 'b'].flatMap((name) => Array.from({ length: 6 }, () => ({ queue: name })));
    const began = starts(run(jobs, { objects, config: 'fairSharing: {}' })).map((time) => time === 0);
    expect([began.slice(0, 6), began.slice(6)].map((list) => list.filter(Boolean).length)).toEqual([4, 2]);
  });
});

describe('fair preemption', () => {
  // pkg/scheduler/preemption/fairsharing/strategy.go: a takes from b if its share with the workload is at most that of b
  // without the victim, or less than that of b with it
  test.each([
    ['LessThanOrEqualToFinalShare', 3, 1],
    ['LessThanOrEqualToFinalShare', 2, 0],
    ['LessThanInitialShare', 3, 1],
    ['LessThanInitialShare', 2, 0],
  ])('%s, with %i against the one that asks for a second: %i evicted', (strategy, theirs, evicted) => {
    const objects = documents(
      FLAVOR,
      queue('a', { plain: '0' }, 'cohortName: c\npreemption: {reclaimWithinCohort: Any}'),
      queue('b', { plain: '0' }, 'cohortName: c'),
      queue('rest', { plain: String(theirs + 1) }, 'cohortName: c'),
    );
    const jobs = [
      { queue: 'a', runtime: 50 },
      ...Array.from({ length: theirs }, () => ({ queue: 'b', runtime: 50 })),
      { queue: 'a', submit: 5 },
    ];
    const config = `fairSharing: {preemptionStrategies: [${strategy}]}`;
    expect(run(jobs, { objects, config }).attempts.count).toBe(evicted);
  });
});

describe('partial admission', () => {
  // pkg/scheduler/flavorassigner/podset_reducer.go
  test('gives as many pods as there is quota for, at least the minimum', () => {
    const objects = documents(FLAVOR, queue('q', { plain: '3' }));
    const { placements } = run([{ tasks: 6, minimum: 2 }], { objects });
    expect(placements?.tasks.reduce((sum, tasks) => sum + tasks, 0)).toBe(3);
    const waits = run([{ tasks: 6, minimum: 5 }], { objects });
    expect([...waits.state]).toEqual([UNFINISHED]);
    const whole = run([{ tasks: 6, minimum: 2 }], { objects, config: 'featureGates: {PartialAdmission: false}' });
    expect([...whole.state]).toEqual([UNFINISHED]);
  });
});

describe('waiting for pods', () => {
  // Twice as much quota as nodes, and a pod a node: two jobs can hold half of what they need each.
  const objects = documents(FLAVOR, queue('q', { plain: '24' }));
  const cluster = nodes(3, 4000);
  const clog = [
    { tasks: 2, cpu: 4000 },
    { tasks: 2, cpu: 4000, submit: 1 },
  ];

  // pkg/controller/core/workload_controller.go, reconcileNotReadyTimeout; pkg/workload/workload.go, UpdateRequeueState
  test('evicts what is not ready in time, and queues it again after a while', () => {
    const config = 'waitForPodsReady: {timeout: 5s, requeuingStrategy: {backoffBaseSeconds: 3}}';
    expect(starts(run(clog, { objects, cluster, config }))).toEqual([0, 10]);
    // It waits from 6 s on until 9 s, is admitted, and gets its second pod at 15 s only.
    const long = [{ ...clog[0], runtime: 15 }, clog[1]];
    expect(starts(run(long, { objects, cluster, config }))).toEqual([0, 20]);
    const once = 'waitForPodsReady: {timeout: 5s, requeuingStrategy: {backoffBaseSeconds: 3, backoffLimitCount: 0}}';
    expect([...run(clog, { objects, cluster, config: once }).state]).toEqual([COMPLETED, UNFINISHED]);
  });

  // pkg/scheduler/scheduler.go, waitForPodsReadyIfNeeded
  test('admits nothing more before what is admitted is ready, if it is told so', () => {
    const jobs = [
      { tasks: 2, cpu: 3000 },
      { tasks: 2, cpu: 3000 },
      { tasks: 1, cpu: 1000, submit: 1 },
    ];
    expect(starts(run(jobs, { objects, cluster, config: '{}' }))).toEqual([0, 10, 1]);
    expect(starts(run(jobs, { objects, cluster, config: 'waitForPodsReady: {blockAdmission: true}' }))).toEqual([0, 10, 10]);
  });
});

describe('topology', () => {
  const HOST = 'kubernetes.io/hostname';
  const cluster = nodes(6, 2000, (node) => ({ rack: `r${Math.floor(node / 2)}`, block: node < 4 ? 'b0' : 'b1' }));
  const objects = documents(
    `kind: Topology\nmetadata: {name: t}\nspec: {levels: [{nodeLabel: block}, {nodeLabel: rack}, {nodeLabel: ${HOST}}]}`,
    'kind: ResourceFlavor\nmetadata: {name: tas}\nspec: {nodeLabels: {}, topologyName: t}',
    queue('q', { tas: '100' }),
  );
  const racks = (schedule: Schedule, job: number) => {
    const { placements } = schedule;
    if (placements === undefined) return [];
    const own = [...placements.node.subarray(placements.first[job], placements.first[job + 1])];
    return [...new Set(own.map((node) => Math.floor(node / 2)))].sort();
  };

  // pkg/cache/scheduler/tas_flavor_snapshot.go, findLevelWithFitDomains
  test('required: all pods in one domain, or none', () => {
    const parameters = { topology: 'required:rack' };
    expect(racks(run([{ tasks: 4 }], { cluster, objects, parameters }), 0)).toEqual([0]);
    expect([...run([{ tasks: 5 }], { cluster, objects, parameters }).state]).toEqual([UNFINISHED]);
    expect(
      starts(
        run(
          [1, 2, 3, 4].map(() => ({ tasks: 3 })),
          { cluster, objects, parameters },
        ),
      ),
    ).toEqual([0, 0, 0, 11]);
  });

  test('preferred: one domain of the lowest level that will do', () => {
    const parameters = { topology: 'preferred:rack' };
    expect(racks(run([{ tasks: 5 }], { cluster, objects, parameters }), 0)).toEqual([0, 1]);
    expect(racks(run([{ tasks: 10 }], { cluster, objects, parameters }), 0)).toEqual([0, 1, 2]);
    // The tightest of the racks in which they fit.
    expect(racks(run([{ tasks: 2 }, { tasks: 2, submit: 1 }], { cluster, objects, parameters }), 1)).toEqual([0]);
  });

  test('unconstrained: where there is least room; never more than there is', () => {
    const parameters = { topology: 'unconstrained' };
    const schedule = run([{ tasks: 7 }, { tasks: 6, submit: 1 }], { cluster, objects, parameters });
    expect(starts(schedule)).toEqual([0, 11]);
  });
});

describe('too much quota', () => {
  /** Fifty gangs of 2 to 6 pods on nodes of one pod each; half a minute of grace is most of what a job holds them for. */
  function clog(cpu: number, costs: string, seed: number): Schedule {
    const builder = new WorkloadBuilder();
    const request = builder.request({ cpu: 2000, memory: 0, gpu: 0 });
    for (let i = 0; i < 50; i++) {
      builder.add({ id: i, submit: 0, runtime: 30_600, walltime: Infinity, tasks: 2 + (i % 5), request });
    }
    return simulate(builder.finish('clog'), nodes(8, 2000), kueue, {
      placement: firstFit,
      seed,
      parameters: readParameters(kueue.parameters ?? {}, { costs }, 'kueue'),
      files: { objects: { path: 'objects.yaml', text: documents(FLAVOR, queue('q', { plain: String(cpu) })) } },
    });
  }

  // The published run (converged-computing, operator-experiments, google/scheduler, run10): quota of 40 cpu for 8 nodes of
  // one pod of 2 cpu each; all 50 done, the last after 991 s, after 484.7 s on average.
  test('lets gangs hold nodes that others need, and is no faster for it', () => {
    for (const seed of [1, 2]) {
      const exact = clog(16, 'none', seed);
      const double = clog(40, 'none', seed);
      for (const schedule of [exact, double]) expect([...schedule.state].every((state) => state === COMPLETED)).toBe(true);
      const last = ({ end }: Schedule) => Math.max(...end) / SECOND;
      expect(last(exact)).toBeLessThan(900);
      expect(last(double)).toBeGreaterThan(900);
      expect(last(double)).toBeLessThan(1050);
    }
  });
});

describe('reading', () => {
  const objects = (text: string) => readKueueObjects({ path: 'o.yaml', text });

  test('of v1beta1 knows its names', () => {
    const old = 'cohort: c\nflavorFungibility: {whenCanBorrow: Borrow, whenCanPreempt: Preempt}';
    const [first] = objects(documents(FLAVOR, queue('q', { plain: '1' }, old))).clusterQueues;
    expect(first).toMatchObject({
      parent: 'c',
      fungibility: { whenCanBorrow: 'MayStopSearch', whenCanPreempt: 'MayStopSearch' },
    });
    const config = (version: string) =>
      readKueueConfiguration({
        path: 'c',
        text: `apiVersion: config.kueue.x-k8s.io/${version}\nfairSharing: {}\nwaitForPodsReady: {}`,
      });
    expect([config('v1beta1').podsReady, config('v1beta1').fairSharing]).toEqual([undefined, undefined]);
    expect(config('v1beta2').podsReady).toMatchObject({ timeout: 1_800_000, blocksAdmission: false });
  });

  test.each([
    [
      'a list as kubectl prints it',
      `kind: List\nitems: [{kind: ResourceFlavor, metadata: {name: f}}]`,
      'there is no ClusterQueue',
    ],
    ['a flavor that is not there', queue('q', { plan: '1' }), 'ClusterQueue q names no ResourceFlavor: "plan"'],
    [
      'a wrong word',
      documents(FLAVOR, queue('q', { plain: '1' }, 'queueingStrategy: FIFO')),
      'o.yaml:8:3 ClusterQueue q.spec.queueingStrategy',
    ],
    ['a wrong member', documents(FLAVOR, queue('q', { plain: '1' }, 'cohorts: c')), 'did you mean "cohort"'],
    [
      'admission checks',
      documents(FLAVOR, queue('q', { plain: '1' }, 'admissionChecks: [x]')),
      'admission checks are not modelled',
    ],
    ['another kind', 'kind: Job', '"Job" is no kind of object'],
    ['a limit without a cohort', documents(FLAVOR, queue('q', { plain: '1, borrowingLimit: 1' })), 'no cohort to borrow from'],
    ['no quantity', documents(FLAVOR, queue('q', { plain: 'many' })), 'nominalQuota'],
    ['no YAML', 'a: [', 'o.yaml:1'],
  ])('says what is wrong with %s', (_, text, message) => {
    expect(() => objects(text)).toThrow(message);
  });

  test('of a configuration refuses what it does not know', () => {
    const read = (text: string) => readKueueConfiguration({ path: 'c.yaml', text });
    expect(() => read('fairSharing: {preemptionStrategies: [LessThanInitialShare, LessThanOrEqualToFinalShare]}')).toThrow(
      'second',
    );
    expect(() => read('featureGates: {PartialAdmision: true}')).toThrow('did you mean "PartialAdmission"');
    expect(() => read('waitForPodReady: {}')).toThrow('did you mean "waitForPodsReady"');
  });

  // pkg/resources/resource_formatter.go
  test.each([
    ['cpu', 1500, '1500m'],
    ['cpu', 2000, '2'],
    ['memory', 3 * 1024 ** 3, '3Gi'],
    ['nvidia.com/gpu', 4, '4'],
    ['memory', 0, '0'],
  ])('%s %d is written %s', (resource, amount, text) => {
    expect(quantityText(resource, amount)).toBe(text);
  });
});
