/** A driver as a process of its own, to be killed: what it is to do is in the file that it is given, what came of it is printed. */
import { readFileSync } from 'node:fs';
import { wallClock } from '../../src/live/kubernetes/clock.ts';
import { liveRun, plainAccess } from '../live-rig.ts';
import { workloadOf } from '../workload-of.ts';
import type { DriverTask } from './killed-driver.ts';

const [file, instance] = process.argv.slice(2);
const { server, jobs, ...task } = JSON.parse(readFileSync(file, 'utf8')) as DriverTask;
try {
  const { outcome } = await liveRun({
    ...{ ...task, instance, clock: wallClock, access: plainAccess(server) },
    // Infinity is no JSON.
    workload: workloadOf(jobs.map(({ walltime, ...job }) => ({ ...job, walltime: walltime ?? Infinity }))),
  });
  process.stdout.write(`${JSON.stringify({ states: [...outcome.schedule.state], recovered: outcome.recovered })}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
