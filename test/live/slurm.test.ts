// "live run --slurm" on a real Slurm: what it is told arrives, what it does is told as it was, it is described as it was
// configured, the simulation of the same scenario agrees, and a run that is stopped leaves nothing.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/cluster.ts';
import { readSlurmConf } from '../../src/slurm-conf.ts';
import { clusterDifferences } from '../../src/live/slurm/cluster-differences.ts';
import { CLI, temporaryFolder } from '../cli-runner.ts';
import type { Surroundings } from '../cli-runner.ts';
import { SLURM_MISSING, SLURM_SKIPPED, startSlurm } from './real-slurm.ts';
import type { RealSlurm } from './real-slurm.ts';

// Of 4 nodes with 4 processors: 2 takes all, 3 waits for it, 4 goes ahead into no hole; 5 wants the node with GPUs, 6 more
// nodes than there are, and 7 a partition of its own.
const EVENTS = [
  '-dt 0 -e submit_batch_job | -jid jobid_1 -sim-walltime 6 -t 1 -N 2 -n 8 job.sh',
  '-dt 1 -e submit_batch_job | -jid jobid_2 -sim-walltime 12 -t 1 -N 4 -n 16 job.sh',
  '-dt 2 -e submit_batch_job | -jid jobid_3 -sim-walltime 5 -t 1 -n 4 -N 1 job.sh',
  '-dt 20 -e submit_batch_job | -jid jobid_5 -sim-walltime 8 -t 1 -n 1 -c 2 --gres=gpu:2 --mem=1000 job.sh',
  '-dt 21 -e submit_batch_job | -jid jobid_6 -sim-walltime 5 -t 1 -N 9 -n 9 job.sh',
  '-dt 22 -e submit_batch_job | -jid jobid_7 -sim-walltime 4 -t 1 -n 1 -p gpu --exclusive job.sh',
].join('\n');
const SCENARIO = `name: few jobs
workloads: [{ name: few, trace: few.events }]
clusters: [{ name: bench, file: described/slurm.conf }]
policies: [{ name: slurm-backfill }]
`;

/** Each by itself, whatever lines of the file they share. */
const nodesOf = ({ pools, slurm }: Cluster) =>
  pools.flatMap(({ nodeNames = [], name: _, count: __, ...pool }, index) =>
    nodeNames.map((name) => ({ name, ...pool, ...slurm?.pools[index] })),
  );

describe.skipIf(SLURM_MISSING)(`live run ${SLURM_SKIPPED}`, () => {
  const folder = temporaryFolder();
  let slurm: RealSlurm;
  beforeAll(async () => {
    slurm = await startSlurm();
    writeFileSync(join(folder, 'few.events'), `${EVENTS}\n`);
    writeFileSync(join(folder, 'few.yaml'), SCENARIO);
  });
  afterAll(() => slurm?.stop());

  const yardmaster = (args: readonly string[], more: Surroundings = {}) =>
    slurm.command(process.execPath, [CLI, ...args], { cwd: folder, ...more });
  const jobs = (path: string) => {
    const [header, ...lines] = readFileSync(join(folder, path), 'utf8').trim().split('\n');
    const columns = header.split(',');
    return new Map(
      lines.map((line) => {
        const row = Object.fromEntries(line.split(',').map((cell, index) => [columns[index], cell]));
        return [row.job, row] as const;
      }),
    );
  };

  test('describes it as it is configured', async () => {
    const { code, stderr } = await yardmaster(['live', 'describe', '--slurm', 'bench', '--out', 'described']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('written to described: slurm.conf')]);
    const read = (text: string) => readSlurmConf({ conf: { path: 'slurm.conf', text } }).cluster;
    const [given, described] = [read(slurm.conf), read(readFileSync(join(folder, 'described/slurm.conf'), 'utf8'))];
    expect(clusterDifferences(given, described)).toEqual([]);
    expect(nodesOf(described)).toEqual(nodesOf(given));
  });

  test('runs a workload, as the simulation of it says', async () => {
    const live = await yardmaster(['live', 'run', 'few.yaml', '--slurm', 'bench', '--out', 'live']);
    expect(live).toMatchObject({ code: 0, stdout: expect.stringMatching(/slurm +5 of 6 /) as string });
    const real = jobs('live/slurm/jobs.csv');
    expect([...real].map(([job, { state }]) => `${job} ${state}`)).toEqual([
      ...['1 completed', '2 completed', '3 completed', '5 completed', '6 rejected', '7 completed'],
    ]);
    const at = (job: string, column: string) => Number(real.get(job)?.[column]);
    expect(at('2', 'start_s')).toBeGreaterThanOrEqual(at('1', 'end_s'));
    expect(real.get('2')?.placement).toBe('n1*4 n2*4 n3*4 n4*4');
    expect(real.get('5')?.placement).toBe('n4*2');
    // Alone on its node, which is that of the GPUs.
    expect(real.get('7')?.placement).toBe('n4*1');
    expect(at('7', 'start_s')).toBeGreaterThanOrEqual(at('5', 'end_s'));
    const simulated = await yardmaster(['run', 'few.yaml', '--out', 'sim']);
    // One job never runs there, either.
    expect(simulated).toMatchObject({ code: 4, stderr: expect.stringMatching(/1 job/) as string });
    const { stdout, code } = await yardmaster(['live', 'compare', 'sim', 'live', '--json']);
    expect(code).toBe(0);
    const [{ simulated: comparison, live: facts }] = JSON.parse(stdout) as [
      {
        simulated: { jobs: number; startedInOne: number; start: { max: number }; placement: { node: number } };
        live: { slurm: unknown };
      },
    ];
    expect(comparison).toMatchObject({ jobs: 6, startedInOne: 0 });
    // Nobody knows the phases of its timers: a pass of bf_interval and one of sched_interval.
    expect(comparison.start.max).toBeLessThan(10_000);
    expect(comparison.placement.node).toBeGreaterThan(0.8);
    expect(facts.slurm).toMatchObject({ cluster: 'bench', submitted: 6, refused: 0, clock_off_s: 0 });
    const left = await slurm.command('squeue', ['-h']);
    expect(left.stdout).toBe('');
  });

  test('is refused beside jobs of others, unless the cluster is named a second time', async () => {
    await slurm.command('sbatch', ['-o', '/dev/null', '-J', 'climate', '-n', '1', '-t', '1', '--wrap', 'exec sleep 40']);
    const { code, stderr } = await yardmaster(['live', 'run', 'few.yaml', '--slurm', 'bench', '--out', 'beside']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/1 job run or wait there[^]*--i-know-this-cluster bench/)]);
  });

  test('is stopped by Ctrl-C, and takes its jobs away but no others', async () => {
    const args = ['live', 'run', 'few.yaml', '--slurm', 'bench', '--out', 'stopped', '--i-know-this-cluster', 'bench'];
    const { code, stderr } = await yardmaster(args, {
      onStart: (child) => {
        child.stderr?.once('data', () => setTimeout(() => child.kill('SIGINT'), 9000));
      },
    });
    expect([code, stderr]).toEqual([130, expect.stringMatching(/\d jobs? cancelled that had not ended/)]);
    const { stdout } = await slurm.command('squeue', ['-h', '-o', '%j']);
    expect(stdout.trim()).toBe('climate');
    await slurm.command('scancel', ['--name=climate']);
  });
});
