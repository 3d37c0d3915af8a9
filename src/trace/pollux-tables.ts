/**
 * How long a training job of the Pollux and Sia workloads takes by itself: iterations of its batch size until it is done,
 * each as long as was measured for its GPUs. Source: petuum/adaptdl (osdi21), simulator/applications.py: `placements.csv`,
 * digits of `placement` being GPUs on each node, and `validation-BATCH.csv`, whose row of an epoch holds the iterations so far.
 */
import { onLine } from '../on-line.ts';
import { SECOND } from '../units.ts';
import { EPOCHS, LARGEST_LOCAL } from './pollux-tables-read.ts';
import type { TableFolder } from './pollux-tables-read.ts';

/** Samples on each GPU, and how long a step and the part of it that synchronises takes [s]. */
interface Step {
  readonly samples: number;
  readonly step: number;
  readonly sync: number;
}

/** Run times from the tables of applications. */
export class PolluxTables {
  readonly #tables: TableFolder;
  readonly #suffix: string;
  readonly #gpusPerNode: number;

  constructor(tables: TableFolder, suffix: string, gpusPerNode: number) {
    this.#tables = tables;
    this.#suffix = suffix === '' ? '' : `-${suffix}`;
    this.#gpusPerNode = gpusPerNode;
  }

  /** Run time on so many GPUs, on as few nodes as hold them [ms]; a text = why it cannot be told. */
  async runtime(application: string, gpus: number, batch: number): Promise<number | string> {
    if (!Object.hasOwn(EPOCHS, application)) return `is of an application that is not known`;
    const validation = await this.#tables.read(`${application}/validation-${batch}.csv`, ['iteration']);
    const epochs = EPOCHS[application];
    if (validation.length < epochs) return 'has a training that is shorter than its epochs';
    const step = await this.#stepTime(application, gpus, batch);
    return step === undefined ? 'has a size that was not measured' : Math.round(validation[epochs - 1].iteration * step * SECOND);
  }

  /** How long one iteration takes, with as many passes as its samples need [s]. */
  async #stepTime(application: string, gpus: number, batch: number): Promise<number | undefined> {
    const path = `${application}/placements${this.#suffix}.csv`;
    const wanted = packedPlacement(gpus, this.#gpusPerNode);
    const rows = await this.#tables.read(path, ['placement', 'local_bsz', 'step_time', 'sync_time']);
    const most = LARGEST_LOCAL[application] ?? Math.max(...rows.map((row) => row.local_bsz));
    const samples = Math.ceil(batch / gpus - 1e-8);
    const passes = Math.ceil(samples / most - 1e-8);
    const steps = rows
      .filter(({ placement }) => String(placement) === wanted)
      .map((row) => ({ samples: row.local_bsz, step: row.step_time, sync: row.sync_time }));
    const measured = between(steps, Math.ceil(samples / passes - 1e-8));
    return measured && measured.step + (passes - 1) * (measured.step - measured.sync);
  }
}

/** GPUs on each node, fullest last: the smallest of the rotations, as the tables write them. */
export function packedPlacement(gpus: number, perNode: number): string {
  const rest = gpus % perNode;
  const full = String(perNode).repeat(Math.floor(gpus / perNode));
  return rest === 0 ? full : `${rest}${full}`;
}

/** On a line between those that were measured; undefined beyond them. */
function between(steps: readonly Step[], samples: number): Pick<Step, 'step' | 'sync'> | undefined {
  const sorted = [...steps].sort((a, b) => a.samples - b.samples);
  const at = sorted.map((one) => one.samples);
  if (!(samples >= at[0] && samples <= at[at.length - 1])) return undefined;
  const value = (of: (step: Step) => number) => onLine(at, sorted.map(of), samples);
  return { step: value(({ step }) => step), sync: value(({ sync }) => sync) };
}
