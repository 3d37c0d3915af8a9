import type { ParameterSpecs, Parameters } from '../../parameters.ts';
import type { Workload } from '../../workload.ts';

/** A model that makes workloads: one file, one line in index.ts. */
export interface GeneratorSpec {
  /** As on the command line; the file bears the same name. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** The paper or code it follows, or what it departs from. */
  readonly source: string;
  readonly parameters: ParameterSpecs;
  /** The cluster that these parameters speak of, as `--cluster` takes it. */
  cluster(parameters: Parameters): string;
  /** The workload: same parameters and seed, same jobs. */
  generate(parameters: Parameters, seed: number | string): Workload;
}
