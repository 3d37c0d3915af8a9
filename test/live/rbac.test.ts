// The role that is shipped is enough, and nothing in it can be left out: on a real API server.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClusterAccess } from '../../src/live/kubernetes/access.ts';
import { wallClock } from '../../src/live/kubernetes/clock.ts';
import { clusterRole, clusterRoleBinding, DRIVER_RULES, EVICTION_RULES } from '../../src/live/rbac.ts';
import type { RoleRule } from '../../src/live/rbac.ts';
import { COMPLETED, KILLED } from '../../src/schedule.ts';
import { liveRun } from '../live-rig.ts';
import { workloadOf } from '../workload-of.ts';
import { MISSING, SKIPPED, startControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';

const RULES = [...DRIVER_RULES, ...EVICTION_RULES];
const RIGHTS = RULES.flatMap(({ apiGroups, resources, verbs }) =>
  verbs.map((verb) => ({ apiGroup: apiGroups[0], resource: resources[0], verb })),
);
const ACCOUNT = 'driver';

describe.skipIf(MISSING)(`the role of the driver ${SKIPPED}`, () => {
  let plane: ControlPlane;
  let access: ClusterAccess;
  let runs = 0;

  beforeAll(async () => {
    plane = await startControlPlane({ name: 'rbac', cluster: 'nodes=1,cpus=2,memory=16Gi' });
    const { api } = plane;
    await api.create('/api/v1/namespaces/default/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: ACCOUNT },
    });
    const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
    const path = `/api/v1/namespaces/default/serviceaccounts/${ACCOUNT}/token`;
    const answer = (await api.create(path, asked)) as { status: { token: string } };
    const options = { ca: plane.ca, headers: { authorization: `Bearer ${answer.status.token}` } };
    access = { context: 'rbac', server: plane.server, credentials: () => Promise.resolve(options) };
    await api.create('/apis/rbac.authorization.k8s.io/v1/clusterroles', clusterRole([]));
    await api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', clusterRoleBinding(ACCOUNT, 'default'));
  });

  afterAll(() => plane.stop());

  async function allow(rules: readonly RoleRule[]): Promise<void> {
    await plane.api.merge('/apis/rbac.authorization.k8s.io/v1/clusterroles/yardmaster-driver', { rules });
    // The authorizer learns of it by a watch.
    await wallClock.sleep(500);
  }

  /** A run that needs every right: one job is stopped at its limit, one waits, one is preempted, and an answer is lost. */
  async function run() {
    const workload = workloadOf([
      { submit: 0, runtime: 60_000, walltime: 3000, procs: 1 },
      { submit: 0, runtime: 1000, procs: 2, priority: 0 },
      { submit: 600, runtime: 500, procs: 2, priority: 5 },
    ]);
    const rig = { access, clock: wallClock, workload, policy: 'kube-default', given: { grace: '1s' } };
    const said: string[] = [];
    const { outcome } = await liveRun({
      ...{ ...rig, said },
      preemptBy: 'evict',
      run: `rights-${runs++}`,
      losesFirstBinding: true,
      clean: true,
    });
    return { ...outcome, said };
  }

  test('is enough', async () => {
    await allow(RULES);
    const { schedule, unsaid, said } = await run();
    expect([...schedule.state]).toEqual([KILLED, COMPLETED, COMPLETED]);
    expect(schedule.attempts.count).toBeGreaterThan(0);
    expect(unsaid).toBe(0);
    expect(said).toEqual([]);
  });

  test.each(RIGHTS)('without $verb of $resource ($apiGroup) something is missing', async (right) => {
    const rest = RULES.map((rule) => ({
      ...rule,
      verbs: rule.verbs.filter((verb) => rule.resources[0] !== right.resource || verb !== right.verb),
    }));
    await allow(rest.filter(({ verbs }) => verbs.length > 0));
    const said = await run().then(
      (outcome) => (outcome.unsaid > 0 ? 'unsaid' : `nothing is missing, but ${outcome.said.join()}`),
      (error: unknown) => String(error),
    );
    expect(said).toMatch(/unsaid|does not allow it|forbidden/);
  });
});
