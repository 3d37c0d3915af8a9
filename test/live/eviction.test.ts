// Preemption by eviction on a real API server: a disruption budget puts it off for as long as it stands.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { openKubeconfig } from '../../src/live/kubernetes/access.ts';
import { wallClock } from '../../src/live/kubernetes/clock.ts';
import { COMPLETED } from '../../src/schedule.ts';
import { liveRun } from '../live-rig.ts';
import { workloadOf } from '../workload-of.ts';
import { MISSING, SKIPPED, startControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';

const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const SECOND = 1000;
/** Of the workload; so many times faster by the clock. */
const SCALE = 2;

describe.skipIf(MISSING)(`eviction ${SKIPPED}`, () => {
  let plane: ControlPlane;
  beforeAll(async () => (plane = await startControlPlane({ name: 'eviction', cluster: 'nodes=1,cpus=1,memory=8Gi' })));
  afterAll(() => plane?.stop());

  test('waits for the budget, and then takes place', async () => {
    const spec = { minAvailable: 1, selector: { matchLabels: { 'yardmaster.dev/run': 'budget', 'yardmaster.dev/job': '0' } } };
    await plane.api.create(BUDGETS, { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'keep' }, spec });
    // The short one pushes out the long one.
    const workload = workloadOf([
      { submit: 0, runtime: 120 * SECOND, procs: 1 },
      { submit: 10 * SECOND, runtime: 2 * SECOND, procs: 1 },
    ]);
    const access = await openKubeconfig(plane.state.context, plane.kubeconfig);
    const given = { stop: 'requeue' };
    const rig = { access, clock: wallClock, workload, policy: 'srtf', given, run: 'budget', timeScale: SCALE };
    let isLifted = false;
    const lifted = (async () => {
      await sleep(15 * SECOND);
      isLifted = true;
      await plane.api.send('DELETE', `${BUDGETS}/keep`);
    })();
    const { outcome, tally } = await liveRun({ ...rig, preemptBy: 'evict' });
    await lifted;
    expect(isLifted).toBe(true);
    expect([...outcome.schedule.state]).toEqual([COMPLETED, COMPLETED]);
    expect(outcome.schedule.attempts.count).toBe(1);
    expect(tally.of('evict pod').refused[429]).toBeGreaterThan(0);
    expect(tally.of('evict pod').ok).toBe(1);
    // It started when the budget was gone, in the time of the workload, and long before the long one would have ended.
    expect(outcome.schedule.start[1]).toBeGreaterThan(15 * SECOND * SCALE);
    expect(outcome.schedule.start[1]).toBeLessThan(outcome.schedule.end[0] - 100 * SECOND);
  });
});
