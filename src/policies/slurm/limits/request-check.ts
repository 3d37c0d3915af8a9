/**
 * What is wrong with a request by itself: Slurm turns such a job away when it is submitted, in the words of sbatch, whatever
 * limits there are and whether or not they are enforced. Source: Slurm 22.05, src/slurmctld/job_mgr.c, _job_create,
 * _get_job_parts, _valid_job_part; partition_mgr.c, get_part_list; licenses.c, license_validate; reservation.c,
 * validate_job_resv.
 */
import type { SlurmConfig } from '../../../slurm.ts';
import type { SlurmOptions } from '../../../slurm-workload.ts';
import { MINUTE } from '../../../units.ts';
import type { Requests } from '../../../workload.ts';
import type { Deadlines } from '../deadlines.ts';
import type { Licenses } from '../licenses.ts';
import type { Machine } from '../machine.ts';
import type { Partitions } from '../partitions.ts';
import type { Reservations } from '../reservations/reservations.ts';

const NO_PARTITION = 'No partition specified or system default partition';

export interface RequestParts {
  readonly jobs: Requests;
  readonly config: SlurmConfig | undefined;
  readonly machine: Machine;
  readonly partitions: Partitions;
  readonly licenses: Licenses;
  readonly deadlines: Deadlines;
  /** Absent if there are none, and nobody was asked whether there are. */
  readonly reservations?: Reservations | undefined;
}

export class RequestCheck {
  readonly #parts: RequestParts;

  constructor(parts: RequestParts) {
    this.#parts = parts;
  }

  /** What is looked at before accounts and limits; undefined if there is nothing wrong. */
  beforeLimits(job: number): string | undefined {
    const { partitions, config } = this.#parts;
    if (config === undefined) return partitions.of(job) < 0 ? NO_PARTITION : undefined;
    const { nodeList = [], minNodes, maxNodes = Infinity } = this.#optionsOf(job);
    const unknown = this.#unknownNode(nodeList);
    if (unknown !== undefined) return `Invalid node name specified (${unknown})`;
    const least = Math.max(minNodes ?? 1, nodeList.length);
    if (least > maxNodes) return `Node count specification invalid (at least ${least} of at most ${maxNodes})`;
    const missing = partitions.unknownOf(job);
    if (missing !== undefined) return `Invalid partition name specified (${missing})`;
    return partitions.of(job) < 0 ? NO_PARTITION : undefined;
  }

  /** What is looked at after them. `now`: [ms] */
  afterLimits(job: number, now: number): string | undefined {
    const { licenses, config } = this.#parts;
    if (config === undefined) return undefined;
    const options = this.#optionsOf(job);
    const time = this.#timeOf(job, options, now);
    if (time !== undefined) return time;
    const lacking = licenses.objection(options.licenses ?? {});
    if (lacking !== undefined) return `Invalid license specification (${lacking})`;
    const excluded = options.excludedNodes ?? [];
    const wrong = this.#unknownNode(excluded) ?? excluded.find((name) => options.nodeList?.includes(name));
    if (wrong !== undefined) return `Invalid node name specified (${wrong})`;
    return this.#parts.reservations?.refusal(job);
  }

  #timeOf(job: number, { timeMin = 0 }: SlurmOptions, now: number): string | undefined {
    const { partitions, deadlines } = this.#parts;
    const least = Math.ceil(timeMin / MINUTE) * MINUTE;
    const longest = Math.max(...partitions.allOf(job).map((partition) => partitions.rules[partition].maxTime));
    const asked = Math.ceil(partitions.askedOf(job) / MINUTE) * MINUTE;
    const isTooLong = least > longest || least > asked || now + least > deadlines.of(job);
    if (least > 0 && isTooLong) return "Invalid time-min specification (exceeds job's time or other limits)";
    return deadlines.of(job) < now ? 'Requested time limit is invalid (the deadline is over)' : undefined;
  }

  #unknownNode(names: readonly string[]): string | undefined {
    const { machine } = this.#parts;
    return names.find((name) => machine.numbersOf([name]).length === 0);
  }

  #optionsOf(job: number): SlurmOptions {
    const { slurm, firstGroup } = this.#parts.jobs;
    const option = slurm?.optionsOfGroup[firstGroup[job]] ?? -1;
    return option < 0 ? {} : slurm!.options[option];
  }
}
