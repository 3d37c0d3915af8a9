import { usageError } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { addFound } from './found-job.ts';
import type { FoundJob } from './found-job.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { AMOUNT, hasColumns, readNamedTable, SECONDS, UNREADABLE } from './named-table.ts';
import { TableFolder } from './pollux-tables-read.ts';
import { PolluxTables } from './pollux-tables.ts';
import { PolluxTrainings } from './pollux-training.ts';
import type { AskedTraining } from './pollux-training.ts';

const NEEDED = ['name', 'time', 'application', 'num_replicas', 'batch_size'];

/** The workloads of Pollux, and those of Sia, which have the same columns. */
export const pollux: TraceFormat = {
  name: 'pollux',
  summary: 'Training jobs of the Pollux and Sia workloads: application, GPUs and batch size; tables give the run times.',
  source: 'petuum/adaptdl (osdi21), simulator/workloads; Qiao et al., OSDI 2021; Jayaram Subramanya et al. (Sia), SOSP 2023',
  extensions: [],
  parameters: {
    tables: { summary: 'folder with placements.csv and validation-BATCH.csv of each application', type: 'text', default: '' },
    suffix: {
      summary: 'of the tables of a type of GPU, such as aws, rtx or dgx for placements-rtx.csv',
      type: 'text',
      default: '',
    },
    'gpus-per-node': { summary: 'of the nodes that a job is packed on', type: 'integer', default: 4, min: 1, max: 9 },
    elastic: {
      summary:
        'Which jobs can do with more or fewer GPUs than they ask for: none; gpus = all, with batches as large as the trace says; batch = all, with batches as large as is best for what they hold.',
      type: 'choice',
      choices: ['none', 'gpus', 'batch'],
      default: 'none',
    },
    models: {
      summary:
        'of elastic jobs, the suffix of the tables of each model of GPU, as T4=aws/A100=dgx-ext; run times are told of the first; empty = the same tables for all',
      type: 'text',
      default: '',
    },
    constants: {
      summary:
        'of elastic jobs: pollux = every start and change of GPUs takes 30 s; sia = as long as it has for each application, and all run slower by what it has calibrated.',
      type: 'choice',
      choices: ['pollux', 'sia'],
      default: 'pollux',
    },
    runtime: { summary: 'of every job, where there are no tables; 0 = not given', type: 'duration', default: 0, min: 0 },
    ...UNREADABLE,
  },
  likelihood: (head) => (hasColumns(head, NEEDED) ? 1 : 0),
  read,
};

interface Asked {
  readonly job: Omit<FoundJob, 'runtime'>;
  readonly application: string;
  readonly gpus: number;
  readonly batch: number;
  readonly line: number;
}

async function read(input: TraceInput, sink: TraceSink, parameters: Parameters): Promise<void> {
  const [folder, given] = [String(parameters.tables), Number(parameters.runtime)];
  if (folder === '' && given === 0) {
    const hint = "give tables= the folder simulator/traces of Pollux' repository, or runtime=1h for all";
    throw usageError('these jobs do not say how long they run', 'format pollux, tables', hint);
  }
  const runs = runsOf(new TableFolder(folder), parameters);
  const asked: Asked[] = [];
  await readNamedTable(input, sink, { needed: NEEDED }, parameters, (row) => {
    const gpus = row.number('num_replicas', AMOUNT);
    const batch = row.number('batch_size', AMOUNT) / 1000;
    const application = row.text('application');
    const job = { id: row.label('name') ?? row.line, submit: row.number('time', SECONDS), queue: application, size: { gpus } };
    asked.push({ job, application, gpus: gpus / 1000, batch, line: row.line });
  });
  for (const { job, line, ...size } of asked) {
    const sized = Number.isInteger(size.gpus) && size.gpus > 0 && size.batch > 0;
    const run = folder === '' ? { runtime: given } : sized ? await runs(size) : 'has no size';
    if (typeof run === 'string') sink.skip(run, line);
    else addFound({ ...job, ...run }, line, sink);
  }
  sink.warn('queues are applications; each GPU is taken with one processor: the table has none');
}

type Run = Pick<FoundJob, 'runtime' | 'speed' | 'most'>;

/** How each job runs; a text = why it cannot be told. */
function runsOf(folder: TableFolder, parameters: Parameters): (asked: AskedTraining) => Promise<Run | string> {
  const gpusPerNode = Number(parameters['gpus-per-node']);
  const { elastic } = parameters;
  if (elastic !== 'gpus' && elastic !== 'batch') {
    const tables = new PolluxTables(folder, String(parameters.suffix), gpusPerNode);
    return async ({ application, gpus, batch }) => {
      const runtime = await tables.runtime(application, gpus, batch);
      return typeof runtime === 'string' ? runtime : { runtime };
    };
  }
  const constants = parameters.constants === 'sia' ? 'sia' : 'pollux';
  const trainings = new PolluxTrainings(folder, { elastic, suffixes: suffixesOf(parameters), gpusPerNode, constants });
  const known = new Map<string, Run | string>();
  return async (asked) => {
    const name = `${asked.application}, ${asked.gpus} GPUs, batches of ${asked.batch}`;
    let run = known.get(name);
    if (run === undefined) {
      const found = await trainings.find(asked);
      run =
        typeof found === 'string'
          ? found
          : { runtime: found.runtime, most: found.most, speed: { name, training: found.training } };
      known.set(name, run);
    }
    return run;
  };
}

/** Of each GPU model, the suffix of its tables. */
function suffixesOf({ models, suffix }: Parameters): ReadonlyMap<string, string> {
  if (String(models) === '') return new Map([['', String(suffix)]]);
  const pairs = String(models)
    .split('/')
    .map((pair) => pair.split('='));
  const wrong = pairs.find((pair) => pair.length !== 2 || pair.includes(''));
  if (wrong === undefined) return new Map(pairs.map(([model, end]) => [model, end]));
  throw usageError(
    `"${wrong.join('=')}" names no model and suffix`,
    'format pollux, models',
    'write for example T4=aws/A100=dgx-ext',
  );
}
