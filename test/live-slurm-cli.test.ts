// What a user does wrong, and what may be wrong with a Slurm: on the built command line, with programs on PATH that answer
// as Slurm's do.
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { CLI, run, temporaryFolder } from './cli-runner.ts';

const CONFIG = `ClusterName             = lab
AccountingStorageType   = accounting_storage/none
PriorityType            = priority/basic
SchedulerType           = sched/backfill
SelectType              = select/cons_tres
SelectTypeParameters    = CR_CORE
SLURM_VERSION           = 22.05.8
`;
const NODE = 'NodeName=n1 CoresPerSocket=4 CPUTot=4 RealMemory=1000 Sockets=1 Boards=1 ThreadsPerCore=1 State=IDLE Weight=1';
const PARTITION = 'PartitionName=batch Default=YES MaxTime=UNLIMITED Nodes=n1 OverSubscribe=NO PreemptMode=OFF State=UP';
const STRANGER = 'JobId=7 JobName=climate UserId=ada(1000) JobState=RUNNING Partition=batch';

/** Programs of a folder of their own: nothing else of Slurm's is on the PATH. */
class Programs {
  readonly folder = temporaryFolder();
  readonly bin = join(this.folder, 'bin');

  constructor() {
    mkdirSync(this.bin);
    this.put('scontrol', this.scontrol());
    this.put('sbatch', 'echo "$@" >> sbatch.log; n=$(wc -l < sbatch.log); cat > script.$n; echo $n');
    this.put('scancel', 'echo "$@" >> scancel.log; echo CANCELLED > state');
  }

  put(name: string, script: string): void {
    writeFileSync(join(this.bin, name), `#!/bin/sh\ncd ${this.folder}\n${script}\n`, { mode: 0o755 });
  }

  /** `jobs`: a command that prints them. */
  scontrol(jobs = ':', config = CONFIG): string {
    return `case "$*" in
      *config) cat <<'END'\n${config}END\n;;
      *node) echo '${NODE}';;
      *partition) echo '${PARTITION}';;
      *reservation) echo 'No reservations in the system';;
      *job) ${jobs};;
      *) echo "no fake of: $*" >&2; exit 1;;
    esac`;
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  remove(name: string): void {
    rmSync(join(this.bin, name));
  }

  live(args: readonly string[], onStart?: (child: ChildProcess) => void) {
    const env = { PATH: `${this.bin}:${join(this.folder, 'tools')}` };
    return run(process.execPath, [CLI, 'live', ...args], { cwd: this.folder, env, onStart });
  }
}

const SCENARIO = `name: small
workloads: [{ name: small, trace: small.events }]
clusters: [{ name: lab, file: slurm.conf }]
policies: [{ name: slurm-backfill }]
`;
const EVENTS = `-dt 0 -e submit_batch_job | -jid jobid_1 -sim-walltime 30 -t 2 -n 2 job.sh
-dt 1 -e submit_batch_job | -jid jobid_2 -sim-walltime 20 -t 1 -n 4 job.sh
`;

let slurm: Programs;
beforeEach(() => {
  slurm = new Programs();
  const tools = join(slurm.folder, 'tools');
  mkdirSync(tools);
  for (const tool of ['cat', 'wc', 'date', 'sleep']) {
    writeFileSync(join(tools, tool), `#!/bin/sh\nPATH=/usr/bin:/bin exec ${tool} "$@"\n`, { mode: 0o755 });
  }
  const file = (name: string, text: string) => writeFileSync(join(slurm.folder, name), text);
  file('small.yaml', SCENARIO);
  file('small.events', EVENTS);
  file(
    'slurm.conf',
    'ClusterName=lab\nSelectType=select/cons_tres\nSelectTypeParameters=CR_Core\nPriorityType=priority/basic\nNodeName=n1 CPUs=4 RealMemory=1000\nPartitionName=batch Nodes=ALL Default=YES\n',
  );
});

const RUN = ['run', 'small.yaml', '--slurm', 'lab', '--out', 'out', '--run', 't'];

/** Job 1 runs to its end within two looks; job 2 is over at the third. */
const HAPPY = `
  [ -e sbatch.log ] || exit 0
  n=$(wc -l < looks 2>/dev/null || echo 0); echo >> looks
  at() { date -u -d "@$(( $(cat began) + $1 ))" +%Y-%m-%dT%H:%M:%S 2>/dev/null; }
  [ -e began ] || PATH=/usr/bin:/bin date +%s > began
  job() { echo "JobId=$1 JobName=ym-t-$2 UserId=me(1) JobState=$3 Reason=None Restarts=0 SubmitTime=$(at 0) EligibleTime=$(at 0) StartTime=$(at $4) EndTime=$(at $5) Scheduler=$6 Partition=batch NodeList=n1 Nodes=n1 CPU_IDs=0-$7 Mem=0 GRES="; }
  job 1 0 COMPLETED 0 1 Main 1
  [ "$(wc -l < sbatch.log)" -lt 2 ] || job 2 1 TIMEOUT 1 3 Backfill 3`;

describe('a run on Slurm', () => {
  test('ends in results that other commands read, with all that Slurm was told', async () => {
    slurm.put('scontrol', slurm.scontrol(HAPPY));
    const { code, stdout, stderr } = await slurm.live(RUN);
    expect([code, stderr]).toEqual([0, expect.stringContaining('written to out: slurm, slurm.conf, manifest.json')]);
    expect(stdout).toMatch(/slurm +2 of 2 +0 .* Backfill 1, Main 1/);
    const [first, second] = slurm.read('sbatch.log').split('\n');
    expect(first).toBe(
      '--parsable --job-name=ym-t-0 --comment=yardmaster job 1 --output=/dev/null --chdir=/ --ntasks=2 --cpus-per-task=1 --nodes=1-2 --time=2',
    );
    expect(second).toContain('--ntasks=4');
    expect(slurm.read('script.1')).toBe('#!/bin/sh\nexec sleep 30.000\n');
    expect(slurm.read('out/slurm/jobs.csv')).toMatch(/^1,.*,completed,.*n1\*2.*\n2,.*,killed,.*n1\*4/m);
    expect(slurm.read('out/slurm/slurm-record.csv')).toMatch(/\n1,1,0,1,2,0,30,120,/);
    expect(slurm.read('out/slurm.conf')).toContain('NodeName=n1 CPUs=4');
    expect(JSON.parse(slurm.read('out/slurm/live.json'))).toMatchObject({
      ...{ policy: 'slurm', ended: 'over', jobs: 2, over: 2 },
      slurm: { cluster: 'lab', version: '22.05.8', submitted: 2, refused: 0, started_by: { Backfill: 1, Main: 1 } },
    });
    const simulated = await run(process.execPath, [CLI, 'run', 'small.yaml', '--out', 'sim'], { cwd: slurm.folder });
    expect(simulated.code).toBe(0);
    const compared = await slurm.live([
      'compare',
      'sim',
      'out',
      '--repeat',
      'out',
      '--write-profile',
      'profile.yaml',
      '--out',
      'page.html',
    ]);
    expect([compared.code, compared.stderr]).toEqual([0, '']);
    expect(compared.stdout).toMatch(
      /slurm, live, against slurm-backfill, simulated[^]*jobs in both +2 +2\n[^]*Slurm 22\.05\.8 of lab: 2 jobs submitted/,
    );
    expect(slurm.read('profile.yaml')).toMatch(/slurm: 2 of 2 jobs[^]*release: /);
    expect(slurm.read('page.html')).toContain('Slurm 22.05.8 of lab');
  });

  test('cancels what is left when it is stopped, and says so', async () => {
    const jobs = `[ -e sbatch.log ] || exit 0; state=$(cat state 2>/dev/null || echo PENDING)
      n=$(wc -l < sbatch.log); while [ $n -gt 0 ]; do echo "JobId=$n JobName=ym-t-$((n-1)) UserId=me(1) JobState=$state Reason=Resources Restarts=0 SubmitTime=2026-01-01T00:00:00 NodeList="; n=$((n-1)); done`;
    slurm.put('scontrol', slurm.scontrol(jobs));
    const { code, stderr } = await slurm.live(RUN, (child) => {
      const look = setInterval(() => {
        if (!existsSync(join(slurm.folder, 'sbatch.log')) || slurm.read('sbatch.log').trim().split('\n').length < 2) return;
        clearInterval(look);
        setTimeout(() => child.kill('SIGINT'), 2500);
      }, 50);
      child.once('exit', () => clearInterval(look));
    });
    expect([code, stderr]).toEqual([130, expect.stringContaining('2 jobs cancelled that had not ended')]);
    expect(slurm.read('scancel.log').trim().split(' ').sort()).toEqual(['1', '2']);
    expect(slurm.read('out/slurm/jobs.csv')).toMatch(/,unfinished,/);
  });

  test.each([
    {
      what: 'no Slurm',
      change: () => undefined,
      missing: 'scontrol',
      code: 5,
      says: /scontrol: there is no such program\n {2}hint: .*slurm-client/,
    },
    {
      what: 'no slurm.conf',
      change: () => slurm.put('scontrol', 'echo "scontrol: error: Could not establish a configuration source" >&2; exit 1'),
      code: 5,
      says: /Could not establish a configuration source[^]*hint: .*does SLURM_CONF name its slurm\.conf\?/,
    },
    {
      what: 'a slurmctld that is down',
      change: () =>
        slurm.put(
          'scontrol',
          'echo "slurm_load_ctl_conf error: Unable to contact slurm controller (connect failure)" >&2; exit 1',
        ),
      code: 5,
      says: /scontrol show config: .*Unable to contact slurm controller[^]*hint: is slurmctld up \("scontrol ping"\)/,
    },
    {
      what: 'another cluster',
      change: () => slurm.put('scontrol', slurm.scontrol(':', CONFIG.replace('= lab', '= other'))),
      code: 2,
      says: /--slurm lab: the Slurm that answers here is the cluster "other"/,
    },
    {
      what: 'jobs of others',
      change: () => slurm.put('scontrol', slurm.scontrol(`echo '${STRANGER}'`)),
      code: 2,
      says: /this may be a cluster that matters: 1 job run or wait there, of ada\(1000\)[^]*add --i-know-this-cluster lab/,
    },
    {
      what: 'jobs of an earlier run',
      change: () => slurm.put('scontrol', slurm.scontrol(`echo '${STRANGER.replace('climate', 'ym-old-3')}'`)),
      code: 2,
      says: /1 job of an earlier run are still there \("yardmaster live down --slurm"\)/,
    },
    {
      what: 'a name that matters',
      change: () => slurm.put('scontrol', slurm.scontrol(':', CONFIG.replace('= lab', '= lab-prod'))),
      args: ['run', 'small.yaml', '--slurm', 'lab-prod'],
      code: 2,
      says: /its name has the word "prod"[^]*--i-know-this-cluster lab-prod/,
    },
    {
      what: 'an option of Kubernetes',
      change: () => undefined,
      args: [...RUN, '--containers', 'busybox'],
      code: 2,
      says: /--containers: it is for Kubernetes/,
    },
    {
      what: 'an sbatch that is not there',
      change: () => undefined,
      missing: 'sbatch',
      code: 5,
      says: /sbatch: there is no such program/,
    },
  ])('$what: says what to do', async ({ change, code, says, args = RUN, ...rest }) => {
    change();
    if ('missing' in rest && rest.missing !== undefined) slurm.remove(rest.missing);
    const told = await slurm.live(args);
    expect([told.code, told.stderr]).toEqual([code, expect.stringMatching(says)]);
  });

  test('says where the cluster of the scenario is another one, and goes on', async () => {
    slurm.put('scontrol', slurm.scontrol(HAPPY, `${CONFIG}SchedulerParameters     = bf_interval=10\n`));
    const { code, stderr } = await slurm.live(RUN);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /not lab as it describes itself: scheduler\.backfill\.interval: 30000 in the scenario, 10000 in Slurm/,
    );
    expect(stderr).toContain('"yardmaster live describe --slurm lab --out DIR" writes a cluster that is');
  });
});

describe('beside runs', () => {
  test('live describe prints a slurm.conf', async () => {
    const { code, stdout } = await slurm.live(['describe', '--slurm', 'lab']);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^# lab, as it describes itself: Slurm 22\.05\.8\nClusterName=lab\n[^]*PartitionName=batch /),
    ]);
  });

  test('live down cancels what a killed run has left, and nothing else', async () => {
    const ours = STRANGER.replace('JobId=7 JobName=climate', 'JobId=8 JobName=ym-old-3');
    slurm.put('scontrol', slurm.scontrol(`echo '${STRANGER}'; [ -e state ] || echo '${ours}'`));
    const { code, stderr } = await slurm.live(['down', '--slurm', 'lab']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('1 job cancelled on lab')]);
    expect(slurm.read('scancel.log')).toBe('8\n');
  });
});
