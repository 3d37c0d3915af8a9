// The pods that jobs of other traces become.
import { expect, test } from 'vitest';
import { parseClusterSpec } from '../src/cluster-spec.ts';
import { JobPods } from '../src/policies/kube-default/job-pods.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import { requestsOf } from '../src/workload.ts';

test.each([
  { trace: 'a trace with priorities', slurm: undefined, priority: 7 },
  { trace: 'a trace of Slurm, whose priorities were computed', slurm: {}, priority: 0 },
])('pods of $trace have the priority $priority', ({ slurm, priority }) => {
  const builder = new WorkloadBuilder();
  const request = builder.request({ cpu: 1000, memory: 0, gpu: 0 });
  builder.add({
    id: 1,
    submit: 0,
    runtime: 1000,
    walltime: 1000,
    tasks: 1,
    request,
    priority: 7,
    ...(slurm && { slurm: { begin: 0 } }),
  });
  const pods = new JobPods(requestsOf(builder.finish('test')), parseClusterSpec('nodes=1,cpus=1'));
  expect(pods.make({ job: 0, group: 0, index: 0 }, 0, 0).spec.priority).toBe(priority);
});
