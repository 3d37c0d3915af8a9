// Nodes that come during a run, and nodes that only lose the labels by which they were chosen. On the fake API server.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { COMPLETED } from '../src/schedule.ts';
import { FakeApi } from './live-fake-api.ts';
import { fastClock, liveRun, plainAccess } from './live-rig.ts';
import type { RigSettings } from './live-rig.ts';
import type { TestJob } from './workload-of.ts';
import { workloadOf } from './workload-of.ts';

const SECOND = 1000;
const clock = fastClock(20);
const SMALL = { cpu: '2', memory: '8Gi', pods: '110' };
const lease = { duration: 3600 * SECOND, deadline: 3000 * SECOND, retry: SECOND };
let api: FakeApi;

beforeEach(async () => {
  api = new FakeApi(clock);
  await api.start();
  api.addNode('a', SMALL);
});
afterEach(async () => {
  expect(api.violations).toEqual([]);
  await api.close();
});

const rig = (jobs: readonly TestJob[], more: Partial<RigSettings> = {}) =>
  liveRun({ access: plainAccess(api.url), clock, workload: workloadOf(jobs), policy: 'easy', lease, ...more });
const onNode = (name: string) =>
  api.all('pods').filter(({ spec, status }) => spec.nodeName === name && status.phase === 'Running');

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; !isSo(); waited += 20) {
    if (waited > 120 * SECOND) throw new Error(`it does not come to that: ${JSON.stringify(api.all('pods'))}`);
    await clock.sleep(20);
  }
}

/** The first one holds all that there is until it is ended. */
const twoJobs: readonly TestJob[] = [
  { submit: 0, runtime: 3600 * SECOND, procs: 2 },
  { submit: SECOND, runtime: 2 * SECOND, procs: 2 },
];
const endFirst = () => [0, 1].forEach((index) => api.endPod('default', `test-0-0-${index}`));
const firstHoldsAll = () => until(() => onNode('a').length === 2 && api.all('pods').length === 4);

describe.each(['easy', 'kube-default', 'gang'])('%s', (policy) => {
  test('uses a node that comes, and does not take the room for it for a node', async () => {
    const said: string[] = [];
    const running = rig(twoJobs, { policy, spare: 2, said });
    await firstHoldsAll();
    await clock.sleep(2 * SECOND);
    expect(api.calls.get('POST binding')).toBe(2);
    // It has a little less memory, and says only later what it has.
    api.addNode('b', { cpu: '1', memory: '1Gi', pods: '110' }, false);
    api.changeNode('b', ({ status }) => (status.allocatable = { ...SMALL, memory: '7Gi' }));
    api.changeNode('b', ({ status }) => (status.conditions = [{ type: 'Ready', status: 'True' }]));
    await until(() => onNode('b').length === 2);
    endFirst();
    const { outcome } = await running;
    expect([...outcome.schedule.state]).toEqual([COMPLETED, COMPLETED]);
    expect(outcome.cluster.pools.map(({ name }) => name)).toEqual(['a', 'b', 'spare-1.yardmaster.dev']);
    expect(said).toEqual(['node b has come, and is used']);
  });
});

test('what others have put on a node before it was known counts', async () => {
  const running = rig(twoJobs, { spare: 1 });
  await firstHoldsAll();
  const theirs = api.addPod('theirs', { containers: [{ resources: { requests: { cpu: '1' } } }] });
  api.bindAsOther(theirs, 'b');
  api.addNode('b', SMALL);
  await clock.sleep(2 * SECOND);
  // Only one of the two would fit beside it: an over-committed node would be a violation.
  expect(api.calls.get('POST binding')).toBe(2);
  endFirst();
  expect([...(await running).outcome.schedule.state]).toEqual([COMPLETED, COMPLETED]);
});

test('a node for which there is no room is named', async () => {
  const said: string[] = [];
  const running = rig(twoJobs, { said, spare: 1 });
  await firstHoldsAll();
  api.addNode('big', { ...SMALL, cpu: '64' });
  await until(() => said.length > 0);
  expect(said[0]).toContain('node big has come, for which there is no room');
  endFirst();
  await running;
  expect(api.all('pods').filter(({ spec }) => spec.nodeName === 'big')).toEqual([]);
});

test('a node that goes and comes again under its name is used again', async () => {
  const running = rig(twoJobs, { spare: 1 });
  await firstHoldsAll();
  api.addNode('b', SMALL);
  await until(() => onNode('b').length === 2);
  api.removeNode('a');
  await until(() => onNode('a').length === 0);
  api.removeNode('b');
  api.addNode('b', SMALL);
  await until(() => api.all('pods').filter(({ spec }) => spec.nodeName === 'b').length >= 2);
  api.addNode('a', SMALL);
  const isOver = running.then(() => true);
  // Whatever runs of the long job is ended until all is over.
  while (!(await Promise.race([isOver, clock.sleep(SECOND).then(() => false)]))) {
    for (const { metadata } of api.all('pods')) if (metadata.name.startsWith('test-0-')) api.endPod('default', metadata.name);
  }
  expect([...(await running).outcome.schedule.state]).toEqual([COMPLETED, COMPLETED]);
});

describe('a node that does not bear the labels any more by which it was chosen', () => {
  const label = (name: string, value: string) =>
    api.changeNode(name, ({ metadata }) => (metadata.labels = { ...metadata.labels, pool: value }));
  const job = { runtime: 20 * SECOND, procs: 1 };

  test('gets no more pods, and those that it has go on', async () => {
    label('a', 'ours');
    const running = rig(
      [
        { submit: 0, ...job },
        { submit: 5 * SECOND, ...job },
      ],
      { nodes: 'pool=ours' },
    );
    await until(() => onNode('a').length === 1);
    const asked = api.calls.get('GET nodes') ?? 0;
    label('a', 'theirs');
    // It is looked whether the node is there still.
    await until(() => (api.calls.get('GET nodes') ?? 0) > asked);
    await until(() => api.all('pods').length === 2 && onNode('a').length === 0);
    expect(api.calls.get('DELETE pods') ?? 0).toBe(0);
    label('a', 'ours');
    const { outcome } = await running;
    expect([...outcome.schedule.state]).toEqual([COMPLETED, COMPLETED]);
    expect(api.calls.get('POST pods')).toBe(2);
  });

  test('and is deleted then loses them', async () => {
    label('a', 'ours');
    const running = rig([{ submit: 0, ...job }], { nodes: 'pool=ours' });
    await until(() => onNode('a').length === 1);
    api.removeNode('a');
    await until(() => api.all('pods').some(({ metadata }) => metadata.name === 'test-0-0-0-r1'));
    api.addNode('a', SMALL);
    label('a', 'ours');
    expect([...(await running).outcome.schedule.state]).toEqual([COMPLETED]);
  });
});
