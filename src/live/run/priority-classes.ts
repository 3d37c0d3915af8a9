/** Priorities of jobs as a real scheduler knows them: by PriorityClass objects, which must be there before the pods. */
import type { Workload } from '../../workload.ts';
import { RUN } from '../driver/run-marks.ts';
import { isStatus } from '../kubernetes/api-error.ts';
import type { KubeApi } from '../kubernetes/api.ts';

const PATH = '/apis/scheduling.k8s.io/v1/priorityclasses';

/** What a job's class is called; undefined for a priority of 0, which pods have without any. */
export function priorityClassOf(workload: Workload, run: string): (job: number) => string | undefined {
  const priority = (job: number) => priorityOf(workload, job);
  return (job) => (priority(job) === 0 ? undefined : className(run, priority(job)));
}

/** Makes those that a workload needs under a scheduler that is not ours. */
export async function makePriorityClasses(api: KubeApi, workload: Workload, run: string): Promise<void> {
  const values = new Set(Array.from({ length: workload.count }, (_, job) => priorityOf(workload, job)));
  values.delete(0);
  for (const value of values) {
    const body = {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: className(run, value), labels: { [RUN]: run } },
      value,
    };
    try {
      await api.persist({ call: 'create priority class', method: 'POST', path: PATH, body });
    } catch (error) {
      if (!isStatus(error, 409)) throw error;
    }
  }
}

export async function removePriorityClasses(api: KubeApi, run: string, signal?: AbortSignal): Promise<void> {
  const path = `${PATH}?labelSelector=${encodeURIComponent(`${RUN}=${run}`)}`;
  const list = await api.persist({ call: 'list priority classes', method: 'GET', path, signal }).catch((error: unknown) => {
    // Who may not look at them has made none.
    if (isStatus(error, 403)) return {};
    throw error;
  });
  for (const { metadata } of (list as { items?: { metadata: { name: string } }[] }).items ?? []) {
    try {
      await api.persist({ call: 'delete priority class', method: 'DELETE', path: `${PATH}/${metadata.name}`, signal });
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
  }
}

/** That of its pods if it has some, else that of the trace. */
function priorityOf({ kubernetes, firstGroup, priority }: Workload, job: number): number {
  const template = kubernetes?.templates[kubernetes.templateOfGroup[firstGroup[job]]];
  return template?.spec.priority ?? priority?.[job] ?? 0;
}

function className(run: string, value: number): string {
  return `${run}-${value < 0 ? 'minus-' : ''}${Math.abs(value)}`;
}
