/**
 * Ports of the node that containers ask for.
 * Source: pkg/scheduler/framework/types.go (HostPortInfo), staging kube-scheduler framework.
 */
import type { PodSpec } from '../../kubernetes.ts';
import type { Behaviour } from './behaviour.ts';

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

const ANY = '0.0.0.0';

export function hostPorts({ containers, initContainers }: PodSpec, { readsInitContainers }: Behaviour): HostPort[] {
  const sidecars = readsInitContainers ? initContainers.filter(({ restartable }) => restartable) : [];
  return [...containers, ...sidecars].flatMap(({ ports }) =>
    ports
      .filter(({ hostPort }) => hostPort > 0)
      .map(({ hostIP, protocol, hostPort }) => ({ ip: hostIP || ANY, protocol: protocol || 'TCP', port: hostPort })),
  );
}

/** Two claims to the same port, unless they are for different addresses. */
export function conflict(one: HostPort, other: HostPort): boolean {
  if (one.port !== other.port || one.protocol !== other.protocol) return false;
  return one.ip === other.ip || one.ip === ANY || other.ip === ANY;
}
