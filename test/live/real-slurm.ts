/**
 * A real Slurm for a file of tests: one slurmctld and a slurmd for each node as plain processes on loopback, without munge,
 * slurmdbd or systemd. Debian and Ubuntu: apt-get install slurmctld slurmd slurm-client slurm-wlm-basic-plugins. Source: man
 * pages of slurm.conf, slurmd (-N) and gres.conf.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../src/live/cluster/ports.ts';
import { run, temporaryFolder } from '../cli-runner.ts';
import type { Outcome, Surroundings } from '../cli-runner.ts';

const DAEMONS = ['slurmctld', 'slurmd'] as const;
const CLIENTS = ['sbatch', 'scontrol', 'scancel', 'squeue'];
const FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/bin', '/usr/local/bin'];

/** Nodes and their processors; the last one has GPUs, which are plain files. */
export const NODES = 4;
export const CPUS = 4;
export const GPUS = 2;

export const SLURM_MISSING = [...DAEMONS, ...CLIENTS].some((name) => programOf(name) === undefined);
export const SLURM_SKIPPED = SLURM_MISSING
  ? '(SKIPPED: no Slurm; apt-get install slurmctld slurmd slurm-client slurm-wlm-basic-plugins)'
  : '(on a real Slurm)';

export interface RealSlurm {
  /** The text of its slurm.conf. */
  readonly conf: string;
  readonly env: Readonly<Record<string, string>>;
  /** One of its programs, or any command that is to find it. */
  command(program: string, args: readonly string[], more?: Surroundings): Promise<Outcome>;
  stop(): Promise<void>;
}

/** Resolves when all nodes are idle. */
export async function startSlurm(): Promise<RealSlurm> {
  const folder = temporaryFolder();
  const ports = await freePorts(1 + NODES);
  const conf = slurmConf(folder, ports);
  const file = (name: string, text: string) => writeFileSync(join(folder, name), text);
  for (const name of ['state', 'spool', 'devices']) mkdirSync(join(folder, name));
  file('slurm.conf', conf);
  for (let gpu = 0; gpu < GPUS; gpu++) file(`devices/gpu${gpu}`, '');
  file('gres.conf', `NodeName=n${NODES} Name=gpu File=${folder}/devices/gpu[0-${GPUS - 1}]\n`);
  file('cgroup.conf', '');
  const env = { SLURM_CONF: join(folder, 'slurm.conf') };
  const children = [daemon('slurmctld', ['-D', '-i'], folder, env)];
  const command = (program: string, args: readonly string[], more: Surroundings = {}) =>
    run(program, args, { ...more, env: { ...env, ...more.env } });
  const stop = async () => {
    for (const child of children.reverse()) await end(child);
  };
  try {
    await until('slurmctld', folder, async () => (await command('scontrol', ['ping'])).stdout.includes('UP'));
    for (let node = 1; node <= NODES; node++) children.push(daemon('slurmd', ['-D', '-N', `n${node}`], folder, env));
    const idle = async () =>
      (await command('scontrol', ['-o', 'show', 'node'])).stdout.split('\n').filter((line) => / State=IDLE /.test(line));
    await until('slurmd', folder, async () => (await idle()).length === NODES);
  } catch (error) {
    await stop();
    throw error;
  }
  return { conf, env, command, stop };
}

function slurmConf(folder: string, [controller, ...nodes]: readonly number[]): string {
  const { username } = userInfo();
  const node = (port: number, index: number) =>
    `NodeName=n${index + 1} NodeHostname=n${index + 1} NodeAddr=127.0.0.1 Port=${port} CPUs=${CPUS} RealMemory=4000` +
    `${index + 1 === NODES ? ` Gres=gpu:${GPUS} Feature=gpus` : ''}`;
  return `ClusterName=bench
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=${controller}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser=${username}
SlurmdUser=${username}
AuthType=auth/none
CredType=cred/none
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool/%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/%n.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
SlurmdTimeout=0
KillWait=1
# What this machine really has is no matter.
SlurmdParameters=config_overrides
GresTypes=gpu
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=2,bf_resolution=10,batch_sched_delay=1,sched_interval=5
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=100
PriorityType=priority/basic
${nodes.map(node).join('\n')}
PartitionName=batch Nodes=ALL Default=YES MaxTime=1:00:00
PartitionName=gpu Nodes=n${NODES} MaxTime=INFINITE PriorityTier=5
`;
}

function programOf(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Slurm's daemons know themselves by the very name that they are called by. */
function daemon(
  name: (typeof DAEMONS)[number],
  args: readonly string[],
  folder: string,
  env: Record<string, string>,
): ChildProcess {
  const log = openSync(join(folder, `${name}.out`), 'a');
  const all = [...args, '-f', env.SLURM_CONF];
  return spawn(programOf(name) ?? name, all, { argv0: name, stdio: ['ignore', log, log], env: { ...process.env, ...env } });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await gone;
  clearTimeout(timer);
}

async function until(what: string, folder: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 90_000; Date.now() < end; await sleep(300)) if (await isSo()) return;
  const said = ['slurmctld.out', 'slurmd.out', 'slurmctld.log']
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8').slice(-1500));
  throw new Error(`${what} is not ready after 90 s: ${said.join('\n')}`);
}
