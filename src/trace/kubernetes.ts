import { KubernetesDocuments } from '../kubernetes-documents.ts';
import type { ParameterSpecs } from '../parameters.ts';
import { HOUR } from '../units.ts';
import type { TraceFormat } from './format.ts';
import { KubernetesObjectsReader } from './kubernetes/objects.ts';

const parameters: ParameterSpecs = {
  runtime: {
    summary:
      'How long jobs run that do not tell: pods that have not ended and are no services, manifests without yardmaster.dev/runtime.',
    type: 'duration',
    default: HOUR,
    min: 0,
  },
  recreate: {
    summary: 'From the end of an evicted pod until its controller has created a new one.',
    type: 'duration',
    default: 0,
    min: 0,
  },
};

/** Objects of a Kubernetes cluster, or of one that is to be. */
export const kubernetes: TraceFormat = {
  name: 'kubernetes',
  summary:
    'Kubernetes objects, as `kubectl get pods,jobs,... -A -o json|yaml` prints them or as manifests: each pod or gang is a job.',
  source: 'Kubernetes API reference, v1.36; APIs of JobSet, Kueue, Volcano, Kubeflow, coscheduling and KAI',
  extensions: ['.yaml', '.yml'],
  parameters,
  likelihood,
  async read(input, into, { runtime, recreate }) {
    const reader = new KubernetesObjectsReader(input.name, into, { runtime: Number(runtime), recreate: Number(recreate) });
    const documents = new KubernetesDocuments(input.name, (document) => reader.take(document));
    for await (const piece of input.text()) documents.add(piece);
    await documents.finish();
    reader.finish();
  },
};

function likelihood(head: string): number {
  const json = /^\s*[{[]/.test(head);
  if (json) return /"apiVersion"\s*:\s*"/.test(head) && /"(kind|items)"\s*:/.test(head) ? 0.97 : 0;
  return /^apiVersion:\s*\S/m.test(head) && /^(kind|items):/m.test(head) ? 0.97 : 0;
}
