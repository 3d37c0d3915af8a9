// `yardmaster explain`: of results that are there, and of a trace that is replayed for it.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { simulate } from '../src/engine/simulate.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { kubeDefault } from '../src/policies/kube-default/kube-default.ts';
import type { WatchedAttempt } from '../src/watch.ts';
import { scheduleDigest } from '../src/digest.ts';
import { processorPool } from '../src/cluster.ts';
import { readTrace } from '../src/trace/read.ts';
import { SMALL_SWF, temporaryFile, temporaryFolder, yardmaster } from './cli-runner.ts';

const swf = temporaryFile('small.swf', SMALL_SWF);

/** Two nodes of which one is tainted; a low pod holds the other until a high one preempts it; one fits nowhere. */
const PODS = temporaryFile(
  'pods.yaml',
  [
    node('small', 2),
    node('large', 4),
    node('kept', 8, '  taints: [{key: team, value: ops, effect: NoSchedule}]\n'),
    pod('first', 3, 0),
    pod('second', 1, 1),
    pod('third', 4, 2, '  priority: 10\n'),
  ].join('---\n'),
);

function node(name: string, cpus: number, more = ''): string {
  const status = `status: {allocatable: {cpu: "${cpus}", memory: 8Gi, pods: "110"}}\n`;
  return `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}}\nspec:\n  unschedulable: false\n${more}${status}`;
}

function pod(name: string, cpus: number, submit: number, more = ''): string {
  const times = `{yardmaster.dev/submit: ${submit}s, yardmaster.dev/runtime: 60s}`;
  const containers = `[{name: main, resources: {requests: {cpu: "${cpus}", memory: 1Gi}}}]`;
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, annotations: ${times}}\nspec:\n  restartPolicy: Never\n${more}  terminationGracePeriodSeconds: 5\n  containers: ${containers}\n`;
}

async function explained(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await yardmaster(['explain', ...args, '--json']);
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as { runs: Record<string, unknown>[] }).runs;
}

describe('of results', () => {
  const results = async (...args: string[]): Promise<string> => {
    const out = temporaryFolder();
    await yardmaster(['replay', swf, '--policy', 'fcfs', '--policy', 'easy', '--out', out, ...args]);
    return out;
  };

  test('a job is told under each policy, or under the one that is named', async () => {
    const out = await results('--explain');
    const both = await explained(out, '2');
    expect(both.map(({ policy }) => policy)).toEqual(['fcfs', 'easy']);
    const [easy] = await explained(out, '2', '--policy', 'easy');
    expect(easy).toMatchObject({
      policy: 'easy',
      job: '2',
      state: 'completed',
      submit_s: 101,
      start_s: 160,
      end_s: 190,
      wait_s: 59,
      cpus: 4,
      reasons_kept: true,
      on_arrival: { waiting: 0, waiting_cpus: 0, running: 1, running_cpus: 3 },
      overtaken_by: [{ job: '3', submit_s: 102, start_s: 102 }],
      ended_at_start: [{ job: '1', end_s: 160 }],
      held_up: { too_few_cpus_s: 59, enough_cpus_s: 0, by: [{ job: '1', share: 177 / 207 }, { job: '3' }] },
    });
    const [{ from_s: from, until_s: until }] = easy.reasons as { from_s: number; until_s: number }[];
    expect([from, until]).toEqual([101, 160]);
  });

  test('as text it says the same', async () => {
    const { stdout } = await yardmaster(['explain', await results('--explain'), '2', '--policy', 'easy']);
    expect(stdout).toMatch(/^easy: job 2 of user 8 in queue 1, 4 cpus\n/);
    expect(stdout).toMatch(/ started +160 +after 59 s of waiting\n/);
    expect(stdout).toMatch(/when it came, 0 jobs with 0 cpus waited before it, and 1 job with 3 cpus ran\n/);
    expect(stdout).toMatch(/\nfor 59 s fewer than 4 cpus were free\nwho held the machine meanwhile, .*\n.*\n +1 .* 85\.5 %\n/);
    expect(stdout).toMatch(/overtaken by 1 job \(submitted later and started earlier\):\n.*\n +3 +102 +102 +132 /);
  });

  test('reasons that were not kept are missed, with the command that keeps them', async () => {
    const out = await results();
    const { stdout } = await yardmaster(['explain', out, '2', '--policy', 'easy']);
    expect(stdout).toContain(
      `why it waited was not kept: yardmaster replay ${swf} --policy fcfs --policy easy --out ${out} --explain\n`,
    );
    expect(await explained(out, '2')).toMatchObject([{ reasons_kept: false }, { reasons_kept: false }]);
  });

  test.each([
    [['5'], 'there is no job "5" in it', 'did you mean "1" or "2" or "3"?'],
    [['a-job-of-another-trace'], 'there is no job "a-job-of-another-trace"', 'ids are such as "1" or "2" or "3"'],
    [['2', '--policy', 'eassy'], 'there is no run of "eassy"', 'one of: fcfs, easy'],
    [['2', '--seed', '4'], '--seed: it changes nothing of results', 'give the trace in place of the folder'],
    [['2', '--at', '4'], '--at: it changes nothing of results', 'give the trace in place of the folder'],
  ])('%j is refused', async (args, problem, hint) => {
    const { code, stderr } = await yardmaster(['explain', await results(), ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
    expect(stderr).toContain(hint);
  });

  test('a folder that holds none, and nothing at all, are refused', async () => {
    expect((await yardmaster(['explain', temporaryFolder(), '2'])).stderr).toContain('it has no manifest.json');
    const { code, stderr } = await yardmaster(['explain', join(temporaryFolder(), 'away'), '2', '--policy', 'easy']);
    expect(code).toBe(2);
    expect(stderr).toContain('there is neither such a folder nor such a file');
  });
});

describe('of a trace', () => {
  test('any policy tells what results would tell', async () => {
    const out = temporaryFolder();
    await yardmaster(['replay', swf, '--policy', 'easy', '--explain', '--out', out]);
    const [{ attempts, ...replayed }] = await explained(swf, '2', '--policy', 'easy');
    expect([replayed]).toEqual(await explained(out, '2'));
    expect(attempts).toEqual([]);
  });

  test('a job that comes after --until was never submitted', async () => {
    const args = [swf, '4', '--policy', 'easy', '--until', '1s'];
    const why = 'it comes at 103 s, and --until ends the simulation at 101 s';
    expect(await explained(...args)).toMatchObject([{ submit_s: null, start_s: null, never_submitted: why }]);
    const { stdout } = await yardmaster(['explain', ...args]);
    expect(stdout).toBe(`easy: job 4 of user 8 in queue 1, 1 cpu\n  never submitted: ${why}\n`);
    const out = temporaryFolder();
    await yardmaster(['replay', swf, '--policy', 'easy', '--until', '1s', '--out', out]);
    expect((await yardmaster(['explain', out, '4'])).stdout).toContain('  never submitted: the simulation ended before\n');
  });

  test('kube-default tells what turned nodes down, and whom it preempts', async () => {
    const [{ attempts }] = await explained(PODS, 'default/third', '--policy', 'kube-default');
    const [first, last] = attempts as Record<string, unknown>[];
    expect(first).toMatchObject({
      at_s: 2,
      pod: 'third',
      node: null,
      message: '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu.',
      nominated_node: 'large',
    });
    expect((first.victims as string[]).includes('first')).toBe(true);
    expect(last).toMatchObject({ node: 'large' });
  });

  test('the same as text, and with --at only what had been tried by then', async () => {
    const args = ['explain', PODS, 'default/second', '--policy', 'kube-default'];
    const { stdout } = await yardmaster(args);
    expect(stdout).toMatch(/ kept +TaintToleration +node\(s\) had untolerated taint\(s\)\n/);
    expect(stdout).toMatch(/ node +total +TaintToleration x 3 /);
    const early = await yardmaster([...args, '--at', '0s']);
    expect(early.stdout).toContain('it had not been tried by then');
  });
});

describe('a watch', async () => {
  const { workload, declared } = await readTrace(PODS);
  const cluster = declared.cluster ?? processorPool(1);
  const run = (watched: (job: number) => boolean): { digest: string; attempts: WatchedAttempt[] } => {
    const attempts: WatchedAttempt[] = [];
    const watch = { wants: watched, tell: (attempt: WatchedAttempt) => void attempts.push(attempt) };
    const schedule = simulate(workload, cluster, kubeDefault, { placement: firstFit, watch });
    return { digest: scheduleDigest(schedule), attempts };
  };

  test('changes nothing', () => {
    expect(run(() => true).digest).toBe(run(() => false).digest);
  });

  test('is told only of what it wants', () => {
    const { attempts } = run((job) => job === 1);
    expect(attempts.length).toBeGreaterThan(0);
    expect(new Set(attempts.map(({ job }) => job))).toEqual(new Set([1]));
  });

  test('totals are the weighted sums of normalised scores, and the node that is taken has the highest', () => {
    const scored = run(() => true).attempts.filter(({ nodes }) => nodes.some(({ total }) => total !== undefined));
    expect(scored.length).toBeGreaterThan(0);
    for (const { node, nodes } of scored) {
      const passed = nodes.filter((verdict) => verdict.passed);
      for (const { scores, total } of passed) {
        expect(total).toBe(scores.reduce((sum, { weight, normalized }) => sum + weight * normalized, 0));
      }
      const highest = Math.max(...passed.map(({ total }) => total ?? NaN));
      expect(passed.find((verdict) => verdict.node === node)?.total).toBe(highest);
    }
  });
});
