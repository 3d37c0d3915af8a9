import type { Cluster } from '../cluster.ts';
import type { Policy } from '../policy.ts';
import type { Workload } from '../workload.ts';
import type { Meter } from './meter.ts';
import type { MeteredLedger } from './metered-ledger.ts';
import type { Tenant } from './tenant.ts';
import type { Wear } from './wear.ts';

/** What a manager is made of. */
export interface ManagerParts {
  readonly name: string;
  readonly workload: Workload;
  readonly tenants: readonly Tenant[];
  readonly cluster: Cluster;
  readonly ledger: MeteredLedger;
  readonly meter: Meter;
  readonly policy: Policy;
  readonly wear: Wear;
}
