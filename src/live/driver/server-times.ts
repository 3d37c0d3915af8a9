/** When something happened to a pod, as the API server has written it down. */
import { ENDED, STARTED } from '../cluster/names.ts';
import type { LivePod } from './live-pod.ts';
import type { PodClock } from './recovery.ts';

interface RawPod {
  readonly metadata?: { readonly creationTimestamp?: string };
  readonly status?: {
    readonly startTime?: string;
    readonly conditions?: readonly { readonly type?: string; readonly message?: string }[];
    readonly containerStatuses?: readonly {
      readonly state?: {
        readonly running?: { readonly startedAt?: string } | null;
        readonly terminated?: { readonly startedAt?: string; readonly finishedAt?: string };
      };
    }[];
  };
}

/** `toWorkload` turns Unix time into the workload's [ms]. Times of the API are whole seconds, unless KWOK has written them. */
export function serverTimes(toWorkload: (unix: number) => number): PodClock {
  const time = (...texts: (string | undefined)[]) => {
    const text = texts.find((one) => one !== undefined && !Number.isNaN(Date.parse(one)));
    return Math.max(0, toWorkload(text === undefined ? 0 : Date.parse(text)));
  };
  const created = (pod: LivePod) => time(raw(pod).metadata?.creationTimestamp);
  const started = (pod: LivePod) => {
    const { running, terminated } = stateOf(pod);
    const text = [conditionOf(pod, STARTED), terminated?.startedAt, running?.startedAt, raw(pod).status?.startTime];
    return Math.max(created(pod), time(...text, raw(pod).metadata?.creationTimestamp));
  };
  const ended = (pod: LivePod) => Math.max(started(pod), time(conditionOf(pod, ENDED), stateOf(pod).terminated?.finishedAt));
  return { created, started, ended };
}

function raw(pod: LivePod): RawPod {
  return pod.json as RawPod;
}

function conditionOf(pod: LivePod, type: string): string | undefined {
  return raw(pod).status?.conditions?.find((condition) => condition.type === type)?.message;
}

function stateOf(pod: LivePod) {
  return raw(pod).status?.containerStatuses?.[0]?.state ?? {};
}
