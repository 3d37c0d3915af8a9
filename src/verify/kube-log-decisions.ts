/**
 * The decisions of the scheduler, put together from what the API server saw of them.
 *
 * A scheduler that evicts victims before it goes on (before 1.33) writes, for one preemption: the condition of the victims
 * and their deletion, nominations that are taken away, and at last the status of the preemptor. Bindings run beside that.
 */
import type { KubeLog, LogEvent } from './kube-log-record.ts';

export type LogDecision = {
  readonly pod: string;
  /** The events that belong to it [indices]. */
  readonly first: number;
  readonly last: number;
} & (
  | { readonly kind: 'bind'; readonly node: string }
  | { readonly kind: 'preempt'; readonly node: string; readonly victims: readonly string[]; readonly message?: string }
  | { readonly kind: 'pending'; readonly message?: string }
);

export function decisionsOf({ events }: KubeLog): LogDecision[] {
  const decisions: LogDecision[] = [];
  let victims: string[] = [];
  let first = -1;
  events.forEach((event, index) => {
    const { pod, message } = event;
    const own = { pod, first: index, last: index };
    if (event.kind === 'bind' && event.node !== undefined) {
      decisions.push({ ...own, kind: 'bind', node: event.node });
    } else if (isAboutVictim(event)) {
      if (victims.length === 0) first = index;
      if (!victims.includes(pod)) victims.push(pod);
    } else if (event.kind === 'patch') {
      // Victims are there, and a pod loses its nomination without being told why: it yields to the preemptor.
      if (event.nominatedNode === null && event.condition === undefined && victims.length > 0) return;
      if (typeof event.nominatedNode === 'string') {
        const begin = victims.length === 0 ? index : first;
        decisions.push({ ...own, first: begin, kind: 'preempt', node: event.nominatedNode, victims, message });
      } else decisions.push({ ...own, kind: 'pending', message });
      victims = [];
    }
  });
  return [...decisions, ...givenUp(events, decisions)];
}

/** Pods of which nothing is seen but that the recorder gave up on them. */
function givenUp(events: readonly LogEvent[], decisions: readonly LogDecision[]): LogDecision[] {
  const decided = new Set(decisions.map(({ pod }) => pod));
  return events.flatMap(({ kind, pod }, index): LogDecision[] => {
    return kind === 'pending' && !decided.has(pod) ? [{ kind: 'pending', pod, first: index, last: index }] : [];
  });
}

function isAboutVictim({ kind, condition }: LogEvent): boolean {
  return kind === 'delete' || (kind === 'patch' && condition?.startsWith('DisruptionTarget') === true);
}
