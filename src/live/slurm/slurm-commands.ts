/** Slurm's own programs, as a user calls them: run, timed and counted. */
import { spawn } from 'node:child_process';
import type { ApiTally } from '../kubernetes/api-tally.ts';
import type { Clock } from '../kubernetes/clock.ts';
import { LiveTrouble } from '../trouble.ts';

/** How long a program may take; all of them give up by themselves after some multiple of MessageTimeout [ms by the clock]. */
const PATIENCE = 120_000;

/** Settings of the user's shell that would change what the programs do or print. */
const MEDDLING = /^(SBATCH|SQUEUE|SINFO|SACCT|SCANCEL|SCONTROL)_|^SLURM_(TIME_FORMAT|CLUSTERS|BITSTR_LEN)$/;

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SlurmCommands {
  readonly clock: Clock;
  readonly tally: ApiTally;
  /** The outcome, whatever it is; counted under the name `call`. Throws `LiveTrouble` if the program is not there. */
  run(program: string, args: readonly string[], input?: string): Promise<Answer>;
}

export function slurmCommands(clock: Clock, tally: ApiTally): SlurmCommands {
  const env = environment();
  const run = async (program: string, args: readonly string[], input = '') => {
    const began = clock.now();
    const answer = await outcome(program, args, input, env);
    const call = program === 'scontrol' ? `scontrol ${args.filter((word) => !word.startsWith('-')).join(' ')}` : program;
    if (answer.code === 0) {
      tally.of(call).ok++;
      tally.of(call).time += clock.now() - began;
    } else if (isUnanswered(answer)) tally.of(call).unanswered++;
    else tally.refused(call, answer.code);
    return answer;
  };
  return { clock, tally, run };
}

/** Whether nobody answered: the same call may succeed later, or have succeeded already. */
export function isUnanswered({ code, stderr }: Answer): boolean {
  return (
    code < 0 ||
    /unable to contact|connection (refused|timed out|reset)|socket timed out|zero bytes|communication|backup controller|transport|try again|temporarily|not responding/i.test(
      stderr,
    )
  );
}

/** What a program said of its failure, in a line. */
export function saying({ code, stderr }: Answer): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^(\w+): (error|fatal): /, '').trim())
    .filter((line) => line !== '');
  return lines.at(-1) ?? (code < 0 ? 'it did not end in time' : `exit code ${code}`);
}

/** Times are printed in UTC, in one format. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !MEDDLING.test(name));
  return { ...Object.fromEntries(kept), TZ: 'UTC', LC_ALL: 'C', SLURM_TIME_FORMAT: 'standard' };
}

function outcome(program: string, args: readonly string[], input: string, env: NodeJS.ProcessEnv): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // In a group of its own: Ctrl-C is for us, and a submission that is under way is not to be torn.
    const child = spawn(program, args, { env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    // One that ends without reading says why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(patience);
      reject(missing(program, error));
    });
    child.on('close', (code) => {
      clearTimeout(patience);
      resolve({ code: code ?? -1, stdout, stderr });
    });
  });
}

function missing(program: string, error: NodeJS.ErrnoException): LiveTrouble {
  const hint = "run this on a login node, or install Slurm's client programs (Debian and Ubuntu: slurm-client)";
  return new LiveTrouble(error.code === 'ENOENT' ? 'there is no such program' : error.message, program, hint);
}
