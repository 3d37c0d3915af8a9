import type { TaskRequest } from './workload.ts';

/** A text that is the same for equal requests. */
export function requestKey({ cpu, memory, gpu, gpuMemory, mig, gpuModels, other }: TaskRequest): string {
  const plain = `${cpu} ${memory} ${gpu}`;
  const isPlain = !gpuModels && !other && gpuMemory === undefined && mig === undefined;
  return isPlain ? plain : `${plain} ${JSON.stringify([gpuModels, Object.entries(other ?? {}).sort(), gpuMemory, mig])}`;
}
