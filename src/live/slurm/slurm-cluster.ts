/** What Slurm says of itself before anything is submitted: which cluster it is, what it has, and who else is on it. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../../cluster.ts';
import { usageError } from '../../errors.ts';
import { readSlurmConf } from '../../slurm-conf.ts';
import { countOf } from '../../units.ts';
import { preciousWord } from '../kubernetes/cluster-safety.ts';
import { LiveTrouble } from '../trouble.ts';
import { slurmConfOf } from './described-slurm.ts';
import { JOB_PREFIX } from './run-label.ts';
import { readRecords, readSettings, said } from './scontrol-records.ts';
import type { Answer, SlurmCommands } from './slurm-commands.ts';
import { isUnanswered, saying } from './slurm-commands.ts';

export interface SlurmLook {
  /** ClusterName. */
  readonly name: string;
  readonly version: string;
  /** The text of a slurm.conf that describes it. */
  readonly conf: string;
  readonly cluster: Cluster;
  /** What its description leaves out. */
  readonly warnings: readonly string[];
  readonly hasAccounting: boolean;
}

/** Files that describe a Slurm, by their names beside a slurm.conf; only those that have something to say. */
export async function describeSlurm(commands: SlurmCommands, look: SlurmLook): Promise<ReadonlyMap<string, string>> {
  const files = new Map([['slurm.conf', look.conf]]);
  const add = async (file: string, program: string, args: readonly string[], made: (text: string) => string = (text) => text) => {
    const { code, stdout } = await commands.run(program, args);
    if (code === 0 && stdout.trim() !== '') files.set(file, made(stdout));
  };
  if (look.cluster.slurm?.topology !== 'flat' || /TopologyPlugin=topology\/(tree|block)/.test(look.conf)) {
    await add('topology.conf', 'scontrol', ['show', 'topology'], (text) => text.replaceAll(/ Level=\d+/g, ''));
  }
  const reservations = await ask(commands, ['show', 'reservation']);
  if (/^ReservationName=/m.test(reservations)) files.set('reservations.txt', reservations);
  if (look.hasAccounting) {
    const dump = await accountsDump(commands, look.name);
    if (dump !== undefined) files.set('sacctmgr.dump', dump);
    await add('qos.txt', 'sacctmgr', ['-P', 'show', 'qos']);
  }
  return files;
}

/** sacctmgr writes it into a file of its own making only. */
async function accountsDump(commands: SlurmCommands, cluster: string): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'yardmaster-'));
  const file = join(folder, 'sacctmgr.dump');
  try {
    const { code } = await commands.run('sacctmgr', ['-i', 'dump', cluster, `file=${file}`]);
    return code === 0 && existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Asks what it is. Throws `LiveTrouble` if nobody answers, `InputError` if it is not the cluster that was named. */
export async function lookAtSlurm(commands: SlurmCommands, wanted: string): Promise<SlurmLook> {
  const config = await ask(commands, ['show', 'config']);
  const settings = readSettings(config);
  const name = settings.get('ClusterName') ?? '';
  if (name !== wanted) {
    const hint = `name it as it calls itself if that is the one that is meant: --slurm ${name}`;
    throw usageError(`the Slurm that answers here is the cluster "${name}"`, `--slurm ${wanted}`, hint);
  }
  const account = {
    config,
    nodes: await ask(commands, ['-o', 'show', 'node']),
    partitions: await ask(commands, ['-o', 'show', 'partition']),
  };
  const conf = slurmConfOf(account, name);
  const { cluster, warnings } = readSlurmConf({ conf: { path: `what ${name} says of itself`, text: conf } });
  return {
    ...{ name, conf, cluster, warnings },
    version: settings.get('SLURM_VERSION') ?? '',
    hasAccounting: /slurmdbd$/.test(settings.get('AccountingStorageType') ?? ''),
  };
}

async function ask(commands: SlurmCommands, args: readonly string[]): Promise<string> {
  const answer = await commands.run('scontrol', args);
  if (answer.code === 0) return answer.stdout;
  throw unheard(answer, `scontrol ${args.join(' ')}`);
}

function unheard(answer: Answer, where: string): LiveTrouble {
  const asks = 'is slurmctld up ("scontrol ping"), and does SLURM_CONF name its slurm.conf?';
  // Without a slurm.conf clients of Slurm give up in these words before they ask anybody.
  const isLost = /configuration source|slurm\.conf|resolve/i.test(answer.stderr);
  const hint = isUnanswered(answer) || isLost ? asks : 'try the same command by hand';
  return new LiveTrouble(saying(answer), where, hint);
}

/** Throws `InputError` if the cluster may matter to somebody, unless it was named a second time (`acknowledged`). */
export async function refuseBusy(commands: SlurmCommands, look: SlurmLook, acknowledged: string | undefined): Promise<void> {
  if (acknowledged === look.name) return;
  const why = (await whyBusy(commands)) ?? (await whoWasHere(commands, look)) ?? whyNamed(look);
  if (why === undefined) return;
  throw usageError(
    `this may be a cluster that matters: ${why}`,
    `--slurm ${look.name}`,
    `if it may be filled with jobs that sleep, add --i-know-this-cluster ${look.name}`,
  );
}

function whyNamed({ name }: SlurmLook): string | undefined {
  const word = preciousWord(name);
  return word === undefined ? undefined : `its name has the word "${word}"`;
}

/** Jobs that others would miss, and jobs of an earlier run, which would be in the way. */
async function whyBusy(commands: SlurmCommands): Promise<string | undefined> {
  const jobs = readRecords(await ask(commands, ['-o', 'show', 'job']));
  const here = jobs.filter((job) => /^(PENDING|RUNNING|SUSPENDED|CONFIGURING|COMPLETING)/.test(job.get('JobState') ?? ''));
  if (here.length === 0) return undefined;
  const ours = here.filter((job) => job.get('JobName')?.startsWith(JOB_PREFIX)).length;
  if (ours === here.length) return `${countOf(ours, 'job')} of an earlier run are still there ("yardmaster live down --slurm")`;
  const users = new Set(here.map((job) => job.get('UserId') ?? ''));
  return `${countOf(here.length - ours, 'job')} run or wait there, of ${[...users].slice(0, 3).join(', ')}`;
}

/** A cluster that is idle now may have been busy an hour ago. */
async function whoWasHere(commands: SlurmCommands, { hasAccounting }: SlurmLook): Promise<string | undefined> {
  if (!hasAccounting) return undefined;
  const args = ['-a', '-X', '-n', '-P', '-S', 'now-1days', '-o', 'User,JobName'];
  const { code, stdout } = await commands.run('sacct', args);
  if (code !== 0) return undefined;
  const rows = stdout.split('\n').map((line) => line.split('|'));
  const strangers = rows.filter(([user, job]) => said(user) !== undefined && job?.startsWith(JOB_PREFIX) !== true);
  const users = new Set(strangers.map(([user]) => user));
  if (users.size === 0) return undefined;
  return `${countOf(strangers.length, 'job')} of ${countOf(users.size, 'user')} ran there within a day`;
}
