// What an operator does first: a copy of /etc/slurm and a dump of sacct, and nothing else.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, yardmaster } from './cli-runner.ts';

const COLUMNS = 'JobID|User|Account|Partition|QOS|Submit|Start|End|State|NNodes|NCPUS|ReqTRES|Timelimit|Reservation';

/** A cluster of one node with two jobs: the second waits for the first. */
function operatorsFolder(rows: readonly string[] = []): { conf: string; dump: string } {
  const folder = join(temporaryFolder(), 'etc');
  mkdirSync(folder);
  const conf = join(folder, 'slurm.conf');
  const dump = join(folder, 'month.sacct');
  writeFileSync(conf, 'ClusterName=c\nSchedulerType=sched/backfill\nNodeName=n1 CPUs=8\ninclude /etc/slurm/parts.conf\n');
  writeFileSync(join(folder, 'parts.conf'), 'PartitionName=batch Nodes=ALL Default=YES AllowGroups=users PriorityTier=2\n');
  const job = (id: number, submit: string, start: string, end: string) =>
    `${id}|ada|phys|batch|normal|2024-10-01T${submit}|2024-10-01T${start}|2024-10-01T${end}|COMPLETED|1|8|cpu=8,node=1|01:00:00|`;
  const jobs = [job(1, '08:00:00', '08:00:00', '08:30:00'), job(2, '08:01:00', '08:30:00', '09:00:00'), ...rows];
  writeFileSync(dump, `${[COLUMNS, ...jobs].join('\n')}\n`);
  return { conf, dump };
}

describe('a copy of /etc/slurm and a dump of sacct', () => {
  test('files that it includes by where they were on the cluster are found beside it', async () => {
    const { conf, dump } = operatorsFolder();
    const { code, stderr } = await yardmaster(['replay', dump, '--cluster', conf]);
    expect(stderr).toContain('AllowGroups of batch lets everybody in: groups are not known');
    expect(code).toBe(0);
  });

  test('why a job waited is told with dates, from the trace and from results', async () => {
    const { conf, dump } = operatorsFolder();
    const out = temporaryFolder();
    await yardmaster(['replay', dump, '--cluster', conf, '--explain', '--out', out]);
    for (const source of [
      [out, '2'],
      [dump, '2', '--cluster', conf],
    ]) {
      const { stdout } = await yardmaster(['explain', ...source]);
      expect(stdout).toMatch(/submitted +1727769660 +2024-10-01 08:01:00/);
      expect(stdout).toMatch(/1727769660 +2024-10-01 08:01:00 +\d+ s +Resources\n/);
      expect(stdout).toMatch(/Resources \(planned for 2024-10-01 09:00:\d\d\)/);
    }
    const { stdout } = await yardmaster(['explain', out, '2', '--json']);
    const [told] = (JSON.parse(stdout) as { runs: unknown[] }).runs;
    expect(told).toMatchObject({ submit_date: '2024-10-01 08:01:00', reasons: [{ from_date: '2024-10-01 08:01:00' }, {}] });
  });

  test('what another policy leaves out of the configuration is said, by replay and by explain', async () => {
    const { conf, dump } = operatorsFolder();
    const says = 'does not heed: Weight';
    const weighted = `${conf.slice(0, -'slurm.conf'.length)}weighted.conf`;
    writeFileSync(
      weighted,
      'ClusterName=c\nNodeName=n1 CPUs=8 Weight=3\nNodeName=n2 CPUs=8\nPartitionName=batch Nodes=ALL Default=YES\n',
    );
    expect((await yardmaster(['replay', dump, '--cluster', weighted, '--policy', 'easy'])).stderr).toContain(says);
    expect((await yardmaster(['explain', dump, '2', '--cluster', weighted, '--policy', 'easy'])).stderr).toContain(says);
  });

  test('waits and processor time are told by account, partition, QoS or user', async () => {
    const other =
      '3|ben|bio|batch|high|2024-10-01T08:02:00|2024-10-01T08:02:00|2024-10-01T08:32:00|COMPLETED|1|4|cpu=4,node=1|01:00:00|';
    const { conf, dump } = operatorsFolder([other]);
    const { stdout } = await yardmaster(['replay', dump, '--cluster', conf, '--by', 'account']);
    expect(stdout).toMatch(/account +jobs +wait, mean \[s\] +core-hours/);
    expect(stdout).toMatch(/phys +2 +870\.0 +8\.0/);
    expect(stdout).toMatch(/bio +1 +\d+\.0 +2\.0/);
    const { stdout: json } = await yardmaster(['replay', dump, '--cluster', conf, '--by', 'qos', '--json']);
    const [run] = (JSON.parse(json) as { runs: { by: unknown }[] }).runs;
    expect(run.by).toMatchObject([
      { name: 'normal', jobs: 2, started: 2, wait_mean_s: 870, core_hours: 8 },
      { name: 'high', jobs: 1, started: 1 },
    ]);
  });
});
