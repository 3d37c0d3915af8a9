/**
 * Manifests that run an experiment as an Indexed Job: a part of the points for each index.
 * Source: the API reference of batch/v1 Job of Kubernetes 1.33, where backoffLimitPerIndex is stable; it needs
 * restartPolicy Never, and so do rules of a podFailurePolicy.
 */
import { stringify } from 'yaml';

export interface KubernetesWishes {
  readonly name: string;
  /** Path of the scenario as the container sees it. */
  readonly scenario: string;
  readonly image: string;
  /**
   * A PersistentVolumeClaim that all pods can write; it is mounted as /work, where the scenario and the results are.
   * Absent: the image holds the scenario and what it reads, and results leave the pods through their logs.
   */
  readonly claim?: string;
  /** Below /work. */
  readonly out: string;
  /** Indexes [count]. */
  readonly tasks: number;
  /** Of them at a time [count]. */
  readonly atOnce: number;
  readonly cpus: number;
  readonly memory: string;
  readonly namespace?: string;
}

/** Where results are written that leave a pod through its log. */
const SCRATCH = '/results';

/** Exit codes that another try would not change: a mistake in the configuration, or in the data. */
const HOPELESS = [2, 3];

/** The Job of the parts, then the one that merges them, which waits for nothing: apply it when the first is over. */
export function kubernetesManifests(wishes: KubernetesWishes): string {
  const objects = wishes.claim === undefined ? [indexedJob(wishes)] : [indexedJob(wishes), mergeJob(wishes)];
  return objects.map((object) => `---\n${stringify(object, { lineWidth: 0 })}`).join('');
}

function indexedJob(wishes: KubernetesWishes): object {
  const { scenario, tasks, atOnce, cpus, claim } = wishes;
  const out = claim === undefined ? SCRATCH : wishes.out;
  const how = claim === undefined ? '--print-points --no-page' : '--resume';
  // The shell adds one to the index, then gives its place to yardmaster, so that signals reach it.
  const run = `exec yardmaster run "$1" --out "$2" ${how} --workers ${cpus} --shard "$((JOB_COMPLETION_INDEX + 1))/${tasks}"`;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadata(wishes, ''),
    spec: {
      completionMode: 'Indexed',
      completions: tasks,
      parallelism: Math.min(atOnce, tasks),
      backoffLimitPerIndex: 3,
      // One part that fails must not stop the others.
      maxFailedIndexes: tasks,
      podFailurePolicy: {
        rules: [
          { action: 'FailIndex', onExitCodes: { containerName: 'yardmaster', operator: 'In', values: HOPELESS } },
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        ],
      },
      template: template(wishes, ['sh', '-c', run, 'sh', scenario, out]),
    },
  };
}

function mergeJob(wishes: KubernetesWishes): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadata(wishes, '-merge'),
    spec: {
      // Until the parts are over, points are missing: it is suspended, and resumed by hand or by whoever waits for them.
      suspend: true,
      backoffLimit: 0,
      template: template({ ...wishes, cpus: 1 }, ['yardmaster', 'merge', wishes.out]),
    },
  };
}

function template({ claim, image, cpus, memory }: KubernetesWishes, command: readonly string[]): object {
  return {
    spec: {
      restartPolicy: 'Never',
      // A pod that is evicted finishes what it runs, if it has the time.
      terminationGracePeriodSeconds: 60,
      containers: [
        {
          name: 'yardmaster',
          image,
          command,
          ...(claim !== undefined && { workingDir: '/work' }),
          resources: { requests: { cpu: String(cpus), memory }, limits: { memory } },
          volumeMounts: [{ name: 'work', mountPath: claim === undefined ? SCRATCH : '/work' }],
        },
      ],
      volumes: [
        claim === undefined ? { name: 'work', emptyDir: {} } : { name: 'work', persistentVolumeClaim: { claimName: claim } },
      ],
    },
  };
}

/** A name of the API: lower case, digits and hyphens, at most 63 with what is added for each pod. */
export function jobName(name: string): string {
  return `yardmaster-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`.slice(0, 45).replace(/-+$/, '');
}

function metadata({ name, namespace }: KubernetesWishes, suffix: string): object {
  return {
    name: `${jobName(name)}${suffix}`,
    ...(namespace && { namespace }),
    labels: { 'app.kubernetes.io/name': 'yardmaster' },
  };
}
