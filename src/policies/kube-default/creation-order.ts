import type { JobPod } from './job-pod.ts';

/**
 * The order in which pods of jobs that come at once are created. Controllers work at a few jobs side by side, so that
 * their pods come one of each in turn; the order of pods within a job stays.
 * Source: pkg/controller/job (job_controller.go: workers, slow-start batches; Kubernetes v1.36.2); it starts with batches
 * of one and doubles them, which is taken as one by one here.
 */
export function inCreationOrder(pods: readonly JobPod[], workers: number): JobPod[] {
  const ofJob = new Map<number, JobPod[]>();
  for (const pod of pods) {
    const own = ofJob.get(pod.job);
    if (own === undefined) ofJob.set(pod.job, [pod]);
    else own.push(pod);
  }
  const jobs = [...ofJob.values()];
  const ordered: JobPod[] = [];
  for (let first = 0; first < jobs.length; first += workers) {
    const atOnce = jobs.slice(first, first + workers);
    const longest = Math.max(...atOnce.map((own) => own.length));
    for (let turn = 0; turn < longest; turn++) {
      for (const own of atOnce) if (turn < own.length) ordered.push(own[turn]);
    }
  }
  return ordered;
}
