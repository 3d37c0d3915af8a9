import type { NodePool } from '../../cluster.ts';
import { migGeometry } from '../../mig.ts';
import type { TaskRequest } from '../../workload.ts';

/** Thousandths of one GPU. */
export const WHOLE = 1000;

/** What one task of each request takes of single GPUs on the nodes of each pool. */
export class DeviceNeeds {
  /** Of each request: whole GPUs [count]. */
  readonly whole: Int32Array;
  /** Of each request and pool: thousandths of one more GPU. */
  readonly share: Int32Array;
  /** Of each request and pool: where a MIG instance may stand on a device [bit masks]; undefined if it needs none. */
  readonly windows: readonly (readonly number[] | undefined)[];
  /** Whether any request takes less than whole GPUs. */
  readonly shares: boolean;
  /** Of each request: its number among those that ask for as many whole GPUs, or for a share of one; -1 = for none. */
  readonly kind: Int32Array;
  readonly kinds: number;
  readonly #pools: number;

  constructor(requests: readonly TaskRequest[], pools: readonly NodePool[]) {
    this.#pools = pools.length;
    const whole = (request: TaskRequest) => (request.mig === undefined ? Math.floor(Math.ceil(request.gpu) / WHOLE) : 0);
    this.whole = Int32Array.from(requests, whole);
    this.share = Int32Array.from(requests.flatMap((request) => pools.map((pool) => shareOn(request, pool))));
    this.windows = requests.flatMap((request) => pools.map((pool) => windowsOn(request, pool)));
    this.shares = this.share.some((share) => share > 0);
    const named = requests.map((request, index) => kindOf(request, this.whole[index]));
    const names = [...new Set(named)].filter((name) => name !== '');
    this.kind = Int32Array.from(named, (name) => names.indexOf(name));
    this.kinds = names.length;
  }

  /** Where the pair stands in `share` and `windows`. */
  at(request: number, pool: number): number {
    return request * this.#pools + pool;
  }
}

/** Whether the GPUs of a pool are such as the request allows: model, memory and MIG profile. */
export function gpusWillDo(request: TaskRequest, pool: NodePool): boolean {
  if (request.gpuModels && !request.gpuModels.includes(pool.gpuModel ?? '')) return false;
  if (request.gpu > 0 && request.gpuMemory !== undefined && pool.gpuMemory !== undefined) {
    if (request.gpuMemory > pool.gpuMemory) return false;
  }
  return request.mig === undefined || windowsOn(request, pool) !== undefined;
}

/** What is left beyond whole GPUs; of a shared one at least the part that its memory needs. */
function shareOn(request: TaskRequest, pool: NodePool): number {
  const share = Math.ceil(request.gpu) % WHOLE;
  if (request.mig !== undefined) return Math.ceil(request.gpu);
  if (share === 0 || request.gpuMemory === undefined || pool.gpuMemory === undefined) return share;
  return Math.max(share, Math.ceil((WHOLE * request.gpuMemory) / pool.gpuMemory));
}

function kindOf({ gpu, mig }: TaskRequest, whole: number): string {
  if (gpu === 0 && mig === undefined) return '';
  return whole * WHOLE === gpu ? `${whole} whole` : `${whole} whole and a share`;
}

function windowsOn(request: TaskRequest, pool: NodePool): readonly number[] | undefined {
  if (request.mig === undefined) return undefined;
  return migGeometry(pool.mig)?.profiles.find(({ name }) => name === request.mig)?.windows;
}
