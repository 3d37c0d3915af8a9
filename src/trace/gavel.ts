import { usageError } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { SECOND } from '../units.ts';
import { readNumber } from './column-map-notations.ts';
import type { SpeedModel } from '../speeds.ts';
import { addFound } from './found-job.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { GavelThroughputs } from './gavel-throughputs.ts';
import { AMOUNT, readNamedTable, SECONDS, UNREADABLE } from './named-table.ts';
import type { NamedRow } from './named-table.ts';
import { readSideFile } from './side-file.ts';

/** Traces made for the simulator; arrivals and sizes of them come from Philly, models are drawn. */
const SIMULATED = ['job type', 'command', 'step option', 'needs data', 'total steps', 'arrival', 'scale factor'];
/** Traces for a cluster: a folder more, and weight and deadline. */
const PHYSICAL = [
  ...['job type', 'command', 'working directory', 'step option', 'needs data'],
  ...['total steps', 'scale factor', 'priority weight', 'SLO', 'arrival'],
];
const NOT_READ = ['command', 'working directory', 'step option', 'needs data'];

const LINE = /^[^\t\n]+\(batch size \d+\)(?:\t[^\t\n]*){2,3}\t[01]\t\d+(?:\t[^\t\n]*){2}(?:(?:\t[^\t\n]*){2})?\r?(?:\n|$)/;

/** Jobs that say how many steps they take; how long a step takes stands in a file of its own. */
export const gavel: TraceFormat = {
  name: 'gavel',
  summary: 'Jobs of Gavel: tab-separated, their work in steps, which a file of throughputs turns into run times.',
  source: 'stanford-futuredata/gavel, scheduler/traces; Narayanan et al., "Gavel", OSDI 2020',
  extensions: [],
  parameters: {
    throughputs: {
      summary: 'the JSON file of steps per second by GPU type that comes with the traces',
      type: 'text',
      default: '',
    },
    'gpu-type': { summary: 'the type of GPU whose run times are taken', type: 'text', default: 'v100' },
    ...UNREADABLE,
  },
  likelihood: (head) => (LINE.test(head) ? 1 : 0),
  read,
};

async function read(input: TraceInput, sink: TraceSink, parameters: Parameters): Promise<void> {
  const speeds = await throughputsOf(parameters);
  const type = String(parameters['gpu-type']);
  const take = (row: NamedRow) => addJob(row, speeds, type, sink);
  const tables = [PHYSICAL, SIMULATED].map((columns) => ({ needed: columns, columns, delimiter: '\t', ignored: NOT_READ }));
  const { text, width } = await lookAhead(input);
  const [physical, simulated] = tables;
  await readNamedTable(text, sink, width === PHYSICAL.length ? physical : simulated, parameters, take);
  sink.warn(`run times are those of ${type}, each GPU is taken with one processor, jobs are named after their lines`);
}

async function throughputsOf(parameters: Parameters): Promise<GavelThroughputs> {
  const path = String(parameters.throughputs);
  const where = 'format gavel, throughputs';
  if (path === '') {
    const hint = 'give throughputs=simulation_throughputs.json, which comes with the traces';
    throw usageError('these jobs say how many steps they take, but not how long a step takes', where, hint);
  }
  const speeds = GavelThroughputs.parse(await readSideFile(path, where), path);
  const type = String(parameters['gpu-type']);
  if (speeds.types.includes(type)) return speeds;
  throw usageError(`there is no GPU type "${type}" in ${path}`, 'format gavel, gpu-type', `one of: ${speeds.types.join(', ')}`);
}

/** The input, and how many fields its first line has. */
async function lookAhead(input: TraceInput): Promise<{ text: TraceInput; width: number }> {
  const pieces = input.text()[Symbol.asyncIterator]();
  let head = '';
  while (!head.includes('\n')) {
    const { value, done } = await pieces.next();
    if (done === true) break;
    head += value;
  }
  async function* text() {
    yield head;
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
  }
  const encodedText = () => input.encodedText();
  return {
    text: { name: input.name, text, encodedText, bytes: () => input.bytes() },
    width: head.split('\n', 1)[0].split('\t').length,
  };
}

function addJob(row: NamedRow, speeds: GavelThroughputs, gpuType: string, sink: TraceSink): void {
  const gpus = row.number('scale factor', AMOUNT);
  const steps = row.number('total steps', readNumber);
  const speed = speeds.speed(gpuType, row.text('job type'), gpus / 1000);
  if (speed === undefined) return sink.skip(`no throughput of its type and size on ${gpuType}`, row.line);
  const weight = row.number('priority weight', readNumber);
  const model = speedModel(row.text('job type'), gpus / 1000, speeds, gpuType);
  const known = { id: row.line, size: { gpus }, speed: model, ...(weight >= 0 && { priority: weight }) };
  // Whole milliseconds: the simulator of Gavel counts in seconds with a fraction.
  const runtime = Math.round((steps / speed) * SECOND);
  addFound({ ...known, submit: row.number('arrival', SECONDS), runtime }, row.line, sink);
}

/** Under the names that pools of a cluster give to their GPUs: those of the file, and the same in capital letters. */
function speedModel(jobType: string, gpus: number, speeds: GavelThroughputs, gpuType: string): SpeedModel {
  const own = speeds.speed(gpuType, jobType, gpus) ?? NaN;
  const types = speeds.types.filter((type) => !type.endsWith(APART));
  const named = (value: (type: string) => number) =>
    Object.fromEntries(types.flatMap((type) => [type, type.toUpperCase()].map((name) => [name, value(type)])));
  return {
    name: `${jobType}, ${gpus} GPUs`,
    gpus: named((type) => (speeds.speed(type, jobType, gpus) ?? 0) / own),
    // Some are faster apart than together: what was measured once varies by as much.
    spread: named((type) => {
      const [together, apart] = [type, `${type}${APART}`].map((kind) => speeds.speed(kind, jobType, gpus));
      return together === undefined || apart === undefined ? 1 : Math.min(1, apart / together);
    }),
  };
}

/** What the file calls types whose GPUs are on several nodes. */
const APART = '_unconsolidated';
