import { InputError } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { parseSlurmTime } from '../slurm-conf-table.ts';
import { SECOND } from '../units.ts';
import type { DependencyRow, JobRow } from '../workload-builder.ts';
import { OUTLASTS } from '../workload.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { RUNS_TO_LIMIT } from './limit-ends.ts';
import { wholeLines } from './read-lines.ts';
import { readDependencies, Singletons } from './sbatch-dependencies.ts';
import { KNOWN_SBATCH, readSbatch, splitSbatch } from './sbatch-options.ts';
import type { SbatchOptions, SbatchRequest } from './sbatch-options.ts';

/** The events that the Slurm simulator of the University at Buffalo is fed with. */
export const slurmSim: TraceFormat = {
  name: 'slurm-sim',
  summary: "Events of UB's Slurm simulator: when each job is submitted, and the options of sbatch.",
  source: 'Simakov et al., "A Slurm simulator: implementation and parametric analysis", PMBS 2017; slurm_sim_tools 3.0',
  extensions: ['.events'],
  likelihood: (head) => (/^\s*-dt\s+[\d.]+\s.*-e\s+submit_batch_job\s*\|/m.test(head) ? 1 : 0),
  read,
};

async function read(input: TraceInput, sink: TraceSink, _: Parameters): Promise<void> {
  let number = 0;
  const singletons = new Singletons();
  for await (const { bytes, from, end } of wholeLines(input)) {
    for (const line of linesOf(bytes.toString('utf8', from, end))) readEvent(line.trim(), ++number, input.name, sink, singletons);
  }
  sink.declare({});
}

function* linesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at);
    yield end < 0 ? text.slice(at) : text.slice(at, end);
    at = end < 0 ? text.length : end + 1;
  }
}

function readEvent(line: string, number: number, file: string, sink: TraceSink, singletons: Singletons): void {
  if (line === '' || line.startsWith('#')) {
    sink.noJob(line === '' ? 'blank lines' : 'comments');
    return;
  }
  const where = `${file}:${number}`;
  const match = /^-dt\s+(\d+(?:\.\d+)?)\s+-e\s+(\w+)(?:\s*\|\s*(.*))?$/.exec(line);
  if (match === null)
    throw new InputError(`"${line.slice(0, 60)}" is no event`, where, 'an event begins with -dt SECONDS -e NAME | ...');
  if (match[2] !== 'submit_batch_job') {
    sink.noJob(`events ${match[2]}`);
    return;
  }
  const words = [...(match[3] ?? '').matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replace(/["']/g, ''));
  const given = splitSbatch(words);
  const request = readSbatch(given, where, (option) => {
    throw new InputError(`${option} cannot be read`, where, 'correct it, or take the line out');
  });
  for (const name of given.keys()) {
    if (!KNOWN_SBATCH.has(name) && !/^(sim-walltime|jid|dependency)$/.test(name)) sink.repair(`--${name} is not heeded`, number);
  }
  const row = rowOf(given, request, Math.round(Number(match[1]) * SECOND), number, where, sink);
  sink.jobs.add({ ...row, after: afterOf(given, row.id, number, sink, singletons) });
}

function rowOf(
  given: SbatchOptions,
  request: SbatchRequest,
  submit: number,
  line: number,
  where: string,
  sink: TraceSink,
): JobRow {
  const walltime = parseSlurmTime(given.get('time') ?? 'INFINITE');
  if (walltime === undefined) throw new InputError(`--time=${given.get('time')} cannot be read`, where, 'write D-HH:MM:SS');
  return {
    id: idOf(given, line),
    submit,
    ...runOf(given.get('sim-walltime'), walltime, line, where, sink),
    walltime: walltime > 0 ? walltime : Infinity,
    ...groupOf(request, sink),
    user: given.get('uid'),
    account: given.get('account'),
    qos: given.get('qos'),
    queue: given.get('partition')?.split(',')[0],
    partition: given.get('partition')?.split(',')[0],
  };
}

/** What the job waits for, if dependencies are heeded. A singleton is told from others of its name by its -jid only. */
function afterOf(
  given: SbatchOptions,
  id: string | number,
  line: number,
  sink: TraceSink,
  singletons: Singletons,
): DependencyRow[] {
  const { after, singleton, lost } = readDependencies(given.get('dependency') ?? '', numberOf);
  for (const what of lost) sink.repair(what, line);
  const name = given.get('job-name');
  if (name === undefined || !given.has('jid')) {
    if (singleton) sink.repair('--dependency=singleton without a name and a -jid is not heeded', line);
    return [...after];
  }
  return [...after, ...singletons.next(given.get('uid') ?? '', name, String(id), singleton).map((other) => ({ id: other }))];
}

/** The number of `jobid_1001`, else the name, else the line. */
function idOf(given: SbatchOptions, line: number): string {
  return numberOf(given.get('jid') ?? given.get('job-name') ?? String(line));
}

function numberOf(name: string): string {
  return /^jobid_0*(\d+)$/.exec(name)?.[1] ?? name;
}

/** -1 stands for a job that runs until it is killed. */
function runOf(
  text: string | undefined,
  walltime: number,
  line: number,
  where: string,
  sink: TraceSink,
): Pick<JobRow, 'runtime' | 'outcome'> {
  const seconds = Number(text);
  if (text === undefined || Number.isNaN(seconds)) {
    throw new InputError(
      `-sim-walltime ${text ?? ''} is no run time`,
      where,
      'write seconds, or -1 for a job that runs until its limit',
    );
  }
  if (seconds >= 0) return { runtime: Math.round(seconds * SECOND) };
  if (walltime === Infinity) throw new InputError('it runs until its limit, and has none', where, 'give it one with -t');
  sink.repair(RUNS_TO_LIMIT, line);
  return { runtime: walltime, outcome: OUTLASTS };
}

/** A task for each of its tasks; for each GPU with its share of processors, if it has GPUs. */
function groupOf(request: SbatchRequest, sink: TraceSink) {
  const { tasks, cpusPerTask, memory, gpus, gpuModels, options } = request;
  const count = gpus > 0 ? gpus : tasks;
  const cpu = gpus > 0 ? Math.max(1, Math.floor((tasks * cpusPerTask * 1000) / gpus)) : cpusPerTask * 1000;
  const models = gpus > 0 && gpuModels.length > 0 ? { gpuModels } : {};
  return {
    tasks: count,
    request: sink.jobs.request({ cpu, memory: Math.round(memory / count), gpu: gpus > 0 ? 1000 : 0, ...models }),
    slurm: { options: sink.jobs.slurm.options(options) },
  };
}
