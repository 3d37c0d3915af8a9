/**
 * How many steps a second a job of Gavel does on each type of GPU: `{type: {"('job type', GPUs)": {"null": steps, ...}}}`.
 * Source: stanford-futuredata/gavel, scheduler/{simulation,physical_cluster}_throughputs.json.
 */
import { jsonObject, parseJson } from './json-document.ts';

/** Steps a second of one kind of job by itself, for each type of GPU that was measured. */
export type Speeds = ReadonlyMap<string, number>;

export class GavelThroughputs {
  readonly #types: ReadonlyMap<string, ReadonlyMap<string, number>>;

  private constructor(types: ReadonlyMap<string, ReadonlyMap<string, number>>) {
    this.#types = types;
  }

  static parse(text: string, file: string): GavelThroughputs {
    const types = new Map<string, ReadonlyMap<string, number>>();
    for (const [type, jobs] of entriesOf(parseJson(text, file, HINT), file)) {
      const alone = new Map<string, number>();
      for (const [job, partners] of entriesOf(jobs, `${file}: ${type}`)) {
        const steps = new Map(entriesOf(partners, `${file}: ${type}, ${job}`)).get('null');
        // A 0 stands for a job that does not fit on this type of GPU.
        if (typeof steps === 'number' && Number.isFinite(steps) && steps > 0) alone.set(job, steps);
      }
      types.set(type, alone);
    }
    return new GavelThroughputs(types);
  }

  /** Types of GPU that are known, those `_unconsolidated` (GPUs on several nodes) among them. */
  get types(): string[] {
    return [...this.#types.keys()];
  }

  /** Steps a second of a job of this type on so many GPUs [1/s]; undefined where it was not measured or does not fit. */
  speed(gpuType: string, jobType: string, gpus: number): number | undefined {
    return this.#types.get(gpuType)?.get(`('${jobType}', ${gpus})`);
  }

  /** The same on all types. */
  speeds(jobType: string, gpus: number): Speeds {
    const known = this.types.flatMap((type) => {
      const speed = this.speed(type, jobType, gpus);
      return speed === undefined ? [] : ([[type, speed]] as const);
    });
    return new Map(known);
  }
}

const HINT = `name a file of throughputs of Gavel, such as {"v100": {"('ResNet-18 (batch size 16)', 1)": {"null": 32.3}}}`;

function entriesOf(value: unknown, where: string): [string, unknown][] {
  return Object.entries(jsonObject(value, where, HINT));
}
