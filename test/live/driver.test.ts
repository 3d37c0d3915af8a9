// The driver on a real API server, with KWOK's nodes.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openKubeconfig } from '../../src/live/kubernetes/access.ts';
import { wallClock } from '../../src/live/kubernetes/clock.ts';
import { COMPLETED } from '../../src/schedule.ts';
import { liveRun } from '../live-rig.ts';
import { workloadOf } from '../workload-of.ts';
import { MISSING, SKIPPED, startControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';

describe.skipIf(MISSING)(`the driver ${SKIPPED}`, () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await startControlPlane({ name: 'driver', cluster: 'nodes=6,cpus=4,memory=16Gi,gpus=2' });
  });
  afterAll(() => plane.stop());

  test.each(['easy', 'gang', 'kube-default', 'fair-share'])('%s runs every job', async (policy) => {
    // Pod by pod, jobs that have half of their pods may wait for each other for ever.
    const most = policy === 'kube-default' ? 1 : 4;
    const jobs = Array.from({ length: 20 }, (_, job) => ({ submit: (job % 5) * 1000, runtime: 2000, procs: 1 + (job % most) }));
    const workload = workloadOf(jobs);
    const access = await openKubeconfig(plane.state.context, plane.kubeconfig);
    const said: string[] = [];
    const { outcome, tally } = await liveRun({ access, clock: wallClock, workload, policy, run: policy, said });
    console.log(policy, [...outcome.schedule.start].map(Math.round).join(' '), JSON.stringify(tally.all()), said);
    expect([...outcome.schedule.state]).toEqual(Array.from({ length: workload.count }, () => COMPLETED));
    expect(outcome.unsaid).toBe(0);
  });
});
