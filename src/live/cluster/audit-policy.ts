/**
 * What the API server writes down: every change of pods and nodes, and nothing that is only read. Each line has the
 * instants of request and answer to the microsecond (`requestReceivedTimestamp`, `stageTimestamp`), from which the
 * latencies of arrival, decision, bind, start and end are measured.
 * Source: kube-apiserver, audit.k8s.io/v1 (staging/src/k8s.io/apiserver/pkg/apis/audit/v1/types.go).
 */
import { stringify } from 'yaml';

const READS = ['get', 'list', 'watch'];

export function auditPolicy(): string {
  return stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    // The first rule that fits decides.
    rules: [
      { level: 'None', verbs: READS },
      // With what was asked: a bind names the node, a change of status the phase, an eviction the pod.
      { level: 'Request', resources: [{ group: '', resources: ['pods/binding', 'pods/status', 'pods/eviction'] }] },
      { level: 'Metadata', resources: [{ group: '', resources: ['pods', 'nodes'] }] },
      { level: 'None' },
    ],
  });
}
