import type { Behaviour } from '../behaviour.ts';
import type { PodInfo } from '../pod-info.ts';
import type { BackoffSettings } from './backoff.ts';
import type { PreEnqueue } from './gate.ts';
import type { PluginHints } from './hint.ts';
import type { Less } from './queue-order.ts';

export interface QueueSettings extends BackoffSettings {
  readonly behaviour: Behaviour;
  /** How long a pod may stay unschedulable before it is tried again for no reason [ms]; 5 min by default. */
  readonly maxInUnschedulable?: number;
  /** Which pod is tried first; by priority by default. */
  readonly less?: Less;
  /** What gates a pod, beside the scheduling gates in its spec. */
  readonly preEnqueue?: PreEnqueue;
  /** What plugins wait for, beside those of the default profile or instead of their own. */
  readonly hints?: readonly PluginHints[];
  /** Pods that come back after their backoff, whatever happens meanwhile: members of pod groups. */
  readonly comesBack?: (pod: PodInfo) => boolean;
  /** Pods that, having failed, are not tried before their backoff is over or `rouse` is called. */
  readonly rests?: (pod: PodInfo) => boolean;
  /** When the scheduler was started [ms]: its half minutes count from there, and in old versions its seconds. */
  readonly started?: number;
}
