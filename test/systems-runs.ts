/** Runs of the systems that are shipped, for tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { placements } from '../src/placement/index.ts';
import { loadPolicies } from '../src/policies/index.ts';
import type { Bench } from '../src/systems/published/bench.ts';
import { simulateSystem } from '../src/systems/simulate-system.ts';
import type { SystemOptions, SystemRun } from '../src/systems/simulate-system.ts';
import type { Parts } from '../src/systems/site.ts';
import type { SystemWorkload } from '../src/systems/system-workload.ts';
import { readSystem } from '../src/systems/system-file.ts';
import type { SystemChanges } from '../src/systems/system-file.ts';
import type { System } from '../src/systems/system.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import { ONE_PROCESSOR } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';
import type { TestJob } from './workload-of.ts';

export const SYSTEMS = 'scenarios/systems';
export const systemNames = readdirSync(SYSTEMS)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''))
  .sort();

const byName = <Spec extends { readonly name: string }>(specs: readonly Spec[]) =>
  new Map(specs.map((spec) => [spec.name, spec]));
export const parts: Parts = { policies: byName(await loadPolicies()), placements: byName(placements) };

export function fileOf(name: string): { text: string; path: string } {
  const path = `${SYSTEMS}/${name}.yaml`;
  return { text: readFileSync(path, 'utf8'), path };
}

/** A shipped system; `set`: figures by their path. */
export function systemOf(name: string, set: Readonly<Record<string, string>> = {}, changes: SystemChanges = {}): System {
  return readSystem(fileOf(name), fileOf, { ...changes, values: new Map(Object.entries(set)) });
}

/** A job that may name its queue, by which its entry is found. */
export type QueuedJob = TestJob & { readonly queue?: string };

export function queued(jobs: readonly QueuedJob[]): Workload {
  const builder = new WorkloadBuilder();
  jobs.forEach(({ id, procs, request = ONE_PROCESSOR, walltime = Infinity, ...job }, row) => {
    builder.add({ id: id ?? row, ...job, walltime, tasks: procs, request: builder.request(request) });
  });
  return builder.finish('test');
}

/** A system written here. */
export function systemIn(text: string, changes: SystemChanges = {}): System {
  return readSystem({ text, path: 'test.yaml' }, fileOf, changes);
}

export function run(system: System, work: readonly QueuedJob[] | SystemWorkload, options: SystemOptions = {}): SystemRun {
  const workload: SystemWorkload = 'jobs' in work ? work : { jobs: queued(work) };
  return simulateSystem(system, workload, parts, options);
}

export const bench: Bench = {
  system: (name, changes) => readSystem(fileOf(name), fileOf, changes),
  run: (system, workload, options) => simulateSystem(system, workload, parts, options),
};
