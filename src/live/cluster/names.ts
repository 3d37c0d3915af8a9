/** What live mode calls its clusters, and what it marks its objects with. */
import { usageError } from '../../errors.ts';

/** Labels every object that `live up` makes; its value is the name of the cluster. Only such nodes are taken away again. */
export const CLUSTER_LABEL = 'yardmaster.dev/cluster';
/** By this annotation KWOK knows the nodes that it plays the kubelet of. Source: kwok v0.8.0, kustomize/kwokctl/resource/node.yaml. */
export const FAKE_NODE = { key: 'kwok.x-k8s.io/node', value: 'fake' } as const;

/** Annotates nodes that were made one after the other: the how-manieth it was, from 0. A scheduler looks at them in this order. */
export const PLACE = 'yardmaster.dev/place';

/** How long a pod runs once it has started; without it, until it is deleted. */
export const RUNTIME = 'yardmaster.dev/runtime';
/** With what its containers end; 0 if it does not say. */
export const EXIT_CODE = 'yardmaster.dev/exit-code';
/** How long its containers go on after they were asked to stop, within the pod's grace; `grace` = all of it. Without it, not at all. */
export const STOP = 'yardmaster.dev/stop';

/** Conditions of a pod whose messages are instants to the nanosecond: those of the API itself are whole seconds. */
export const STARTED = 'yardmaster.dev/Started';
export const ENDS = 'yardmaster.dev/Ends';
export const ENDED = 'yardmaster.dev/Ended';
export const STOPS = 'yardmaster.dev/Stops';

/** Not a word that people give to clusters that matter: a driver refuses those. */
export const DEFAULT_NAME = 'lab';

/** Throws `InputError` for what cannot be the name of a cluster: it becomes a label, a file name and a part of host names. */
export function checkClusterName(name: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) return name;
  throw usageError(
    `"${name}" cannot be the name of a cluster`,
    '--name',
    'take up to 40 lower-case letters, digits and hyphens, such as "lab-2"',
  );
}

/** The name of its context in a kubeconfig, and of its cluster and user there. */
export function contextName(name: string): string {
  return `yardmaster-${name}`;
}
