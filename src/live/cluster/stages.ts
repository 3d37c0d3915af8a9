/**
 * The kubelet that KWOK plays: how pods on its nodes begin, run, end and stop. As Stages of our own, in the file that
 * KWOK is given. Those that KWOK brings let a pod run only if a Job owns it, for a fixed time, and let every pod go at
 * once when it is deleted.
 *
 * A stage with a delay is drawn up anew whenever its pod changes, so delays are given as the instant at which they are
 * over. That instant is kept in the message of a condition of the pod: the API's own times are whole seconds.
 *
 * Source: kwok v0.8.0: pkg/apis/v1alpha1/stage_types.go, pkg/kwok/controllers/pod_controller.go,
 * pkg/utils/lifecycle/{lifecycle,next,value_duration_from}.go, pkg/utils/gotpl/{renderer,funcs}.go (Go templates with
 * sprig's functions, over the object as JSON; numbers stay text), pkg/utils/expression/selector.go.
 */
import { stringify } from 'yaml';
import { ENDED, ENDS, EXIT_CODE, FAKE_NODE, RUNTIME, STARTED, STOP, STOPS } from './names.ts';

/** Go's notation of an instant, to the nanosecond. */
const INSTANT = '2006-01-02T15:04:05.000000000Z07:00';

/** A condition that a pod must meet for a stage: what a jq expression gives. */
interface Condition {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

interface Stage {
  readonly name: string;
  readonly kind: 'Pod' | 'Node';
  readonly when: readonly Condition[];
  /** A jq expression that gives the instant at which it is time. */
  readonly at?: string;
  /** The change of the object's status, as a template; absent: the object is removed. */
  readonly status?: string;
}

const DELETED: Condition = { key: '.metadata.deletionTimestamp', operator: 'Exists' };
const KEPT: Condition = { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' };
const phase = (value: string): Condition => ({ key: '.status.phase', operator: 'In', values: [value] });
const messageOf = (type: string) => `.status.conditions[] | select(.type == "${type}") | .message`;

/** Variables that the templates share: the instant, and the annotations even of a pod that has none. */
const BEGIN = `
{{ $now := now }}
{{ $at := $now.UTC.Format "${INSTANT}" }}
{{ $annotations := or .metadata.annotations dict }}
`;

const condition = (type: string, status: 'True' | 'False', extra = '') =>
  `- { type: "${type}", status: "${status}", lastTransitionTime: "{{ $at }}"${extra} }`;
const instant = (type: string, variable: string) => condition(type, 'True', `, message: "{{ ${variable} }}"`);

/** A bare number is seconds, as in every duration of ours. */
const duration = (variable: string) =>
  `{{ if regexMatch "^[0-9.]+$" ${variable} }}{{ ${variable} = printf "%ss" ${variable} }}{{ end }}`;

const RUN: Stage = {
  name: 'pod-run',
  kind: 'Pod',
  when: [KEPT, phase('Pending')],
  status: `${BEGIN}
phase: Running
startTime: "{{ $at }}"
conditions:
${['PodReadyToStartContainers', 'Initialized', 'ContainersReady', 'Ready'].map((type) => condition(type, 'True')).join('\n')}
${instant(STARTED, '$at')}
{{ with index $annotations "${RUNTIME}" }}
{{ $runtime := . }}
${duration('$runtime')}
{{ $end := ($now | mustDateModify $runtime).UTC.Format "${INSTANT}" }}
${instant(ENDS, '$end')}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: true
  started: true
  restartCount: 0
  state: { running: { startedAt: "{{ $at }}" } }
{{ end }}
`,
};

const COMPLETE: Stage = {
  name: 'pod-complete',
  kind: 'Pod',
  when: [KEPT, phase('Running'), { key: messageOf(ENDS), operator: 'Exists' }],
  at: messageOf(ENDS),
  status: `${BEGIN}
{{ $exitCode := or (index $annotations "${EXIT_CODE}") "0" }}
{{ $started := .status.startTime }}
phase: {{ if eq $exitCode "0" }}Succeeded{{ else }}Failed{{ end }}
conditions:
${['ContainersReady', 'Ready'].map((type) => condition(type, 'False', ', reason: "PodCompleted"')).join('\n')}
${instant(ENDED, '$at')}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: false
  started: false
  restartCount: 0
  state:
    running: null
    terminated:
      exitCode: {{ $exitCode }}
      reason: {{ if eq $exitCode "0" }}Completed{{ else }}Error{{ end }}
      startedAt: "{{ $started }}"
      finishedAt: "{{ $at }}"
{{ end }}
`,
};

/** Whether its containers go on for a while after they were asked to stop. */
const lingers = (value: 'true' | 'false'): Condition => ({
  key: `.status.phase == "Running" and .metadata.annotations["${STOP}"] != null`,
  operator: 'In',
  values: [value],
});

/** What was asked to stop ends by itself, after the time that it takes to stop, or when its grace is over. */
const STOPPING: Stage = {
  name: 'pod-stopping',
  kind: 'Pod',
  when: [DELETED, lingers('true'), { key: messageOf(STOPS), operator: 'DoesNotExist' }],
  status: `${BEGIN}
{{ $until := $now | mustDateModify (printf "%vs" .metadata.deletionGracePeriodSeconds) }}
{{ $stop := index $annotations "${STOP}" }}
{{ if ne $stop "grace" }}
${duration('$stop')}
{{ $stopped := $now | mustDateModify $stop }}
{{ if $stopped.Before $until }}{{ $until = $stopped }}{{ end }}
{{ end }}
{{ range .status.conditions }}
{{ if eq .type "${ENDS}" }}
{{ $ends := mustToDate "${INSTANT}" .message }}
{{ if $ends.Before $until }}{{ $until = $ends }}{{ end }}
{{ end }}
{{ end }}
{{ $stops := $until.UTC.Format "${INSTANT}" }}
conditions:
${instant(STOPS, '$stops')}
`,
};

const STOPPED: Stage = {
  name: 'pod-stopped',
  kind: 'Pod',
  when: [DELETED, lingers('true'), { key: messageOf(STOPS), operator: 'Exists' }],
  at: messageOf(STOPS),
};

const REMOVE: Stage = { name: 'pod-remove', kind: 'Pod', when: [DELETED, lingers('false')] };

/** Nodes are made ready; one that was given up for lost while KWOK stood still comes back. Leases keep it alive. */
const NODE_READY: Stage = {
  name: 'node-ready',
  kind: 'Node',
  when: [{ key: '.status.conditions[] | select(.type == "Ready") | .status', operator: 'NotIn', values: ['True'] }],
  status: `${BEGIN}
phase: Running
conditions:
{{ range NodeConditions }}
- { type: {{ .type | Quote }}, status: {{ .status | Quote }}, reason: {{ .reason | Quote }}, message: {{ .message | Quote }}, lastHeartbeatTime: "{{ $at }}", lastTransitionTime: "{{ $at }}" }
{{ end }}
`,
};

export const STAGES: readonly Stage[] = [NODE_READY, RUN, COMPLETE, STOPPING, STOPPED, REMOVE];

/** How many changes KWOK asks for at the same time, of pods and of nodes each [count]. */
const PARALLEL = 16;

/** The file that KWOK is given with `--config`. */
export function kwokConfig(): string {
  const options = {
    manageAllNodes: false,
    manageNodesWithAnnotationSelector: `${FAKE_NODE.key}=${FAKE_NODE.value}`,
    podPlayStageParallelism: PARALLEL,
    nodePlayStageParallelism: PARALLEL,
    nodeLeaseParallelism: PARALLEL,
  };
  const configuration = {
    apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
    kind: 'KwokConfiguration',
    metadata: { name: 'yardmaster' },
    options,
  };
  return [configuration, ...STAGES.map(stageObject)].map((document) => stringify(document)).join('---\n');
}

function stageObject({ name, kind, when, at, status }: Stage): object {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: 'v1', kind },
      selector: { matchExpressions: when.map((jq) => ({ jq })) },
      ...(at === undefined ? {} : { delay: { durationFrom: { jq: { expression: at } } } }),
      steps: [status === undefined ? { delete: true } : { patch: { subresource: 'status', root: 'status', template: status } }],
    },
  };
}
