/** The rows that a manager's queue may ever hold, planned before it opens: its policy sees the requests of all of them. */
import { WorkloadBuilder } from '../workload-builder.ts';
import type { Label } from '../workload-names.ts';
import type { TaskRequest, Workload } from '../workload.ts';
import type { Tenant } from './tenant.ts';

/** What a row of a queue asks for, and in whose name. */
export interface QueueRequest {
  readonly id: string;
  readonly groups: readonly { readonly tasks: number; readonly request: TaskRequest }[];
  /** [ms] */
  readonly walltime: number;
  readonly priority?: number;
  readonly user?: Label;
  readonly account?: Label;
  readonly queue?: Label;
  readonly partition?: Label;
  readonly qos?: Label;
}

/** Such a row, and who lives in it. */
export interface RowRequest extends QueueRequest {
  readonly tenant: Tenant;
}

export class RowPlan {
  readonly #builder = new WorkloadBuilder();
  readonly tenants: Tenant[] = [];

  /** Answers the number of the row. Rows of one instant stand in the queue in the order of their planning. */
  add({ groups, tenant, ...row }: RowRequest): number {
    const [first, ...others] = groups.map(({ tasks, request }) => ({ tasks, request: this.#builder.request(request) }));
    this.tenants.push(tenant);
    // When it is submitted is known only when it is; how long it runs, only when it has run.
    return this.#builder.add({ ...row, submit: 0, runtime: 0, ...first, moreGroups: others });
  }

  finish(name: string): Workload {
    return this.#builder.finish(name);
  }
}
