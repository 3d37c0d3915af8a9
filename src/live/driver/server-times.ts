/** When something happened to a pod, as the API server has written it down. */
import { ENDED, STARTED } from '../cluster/names.ts';
import type { LivePod } from './live-pod.ts';
import type { PodClock } from './recovery.ts';

interface RawPod {
  readonly metadata?: { readonly creationTimestamp?: string; readonly deletionTimestamp?: string };
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
  return { created, started, ended, endedFirst };
}

/** Who is asked to stop may say that it failed; who says when it did so, and was asked later, failed by itself. */
function endedFirst(pod: LivePod): boolean {
  if (pod.phase === 'Succeeded') return true;
  const text = conditionOf(pod, ENDED) ?? stateOf(pod).terminated?.finishedAt ?? '';
  return pod.phase === 'Failed' && Date.parse(text) < Date.parse(raw(pod).metadata?.deletionTimestamp ?? '');
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
