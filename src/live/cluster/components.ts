/** The processes of a cluster without containers, and what each is told. */
import type { PROCESS_PROGRAMS, Programs } from './programs.ts';
import { LOOPBACK } from './ports.ts';
import type { Component } from './processes.ts';

/** What a cluster consists of on this machine. */
export interface Plan {
  readonly programs: Programs<(typeof PROCESS_PROGRAMS)[number]>;
  readonly ports: Ports;
  /** The path of a file in the cluster's folder. */
  readonly file: (name: string) => string;
  /** How many nodes KWOK is to keep alive [count]. */
  readonly nodes: number;
  /** As `--feature-gates` takes them: `GenericWorkload=true,GangScheduling=true`. */
  readonly featureGates?: string;
}

export interface Ports {
  readonly etcd: number;
  readonly etcdPeers: number;
  readonly api: number;
  readonly controllers: number;
  readonly scheduler: number;
  readonly kwok: number;
}

/** Files of the folder, by what they are for. */
export const FILES = {
  tokens: 'tokens.csv',
  signingKey: 'service-accounts.key',
  publicKey: 'service-accounts.pub',
  certificates: 'certificates',
  serverCertificate: 'certificates/apiserver.crt',
  auditPolicy: 'audit-policy.yaml',
  auditLog: 'logs/audit.log',
  kubeconfig: 'kubeconfig',
  controllersKubeconfig: 'controllers.kubeconfig',
  schedulerKubeconfig: 'scheduler.kubeconfig',
  kwokKubeconfig: 'kwok.kubeconfig',
  schedulerConfig: 'scheduler.yaml',
  kwokConfig: 'kwok.yaml',
} as const;

/** Whoever has an account on this machine can reach it: what it holds is made up, and is gone with the cluster. */
export function etcd({ programs, ports, file }: Plan): Component {
  const [clients, peers] = [ports.etcd, ports.etcdPeers].map((port) => `http://${LOOPBACK}:${port}`);
  const args = {
    'data-dir': file('etcd'),
    'listen-client-urls': clients,
    'advertise-client-urls': clients,
    'listen-peer-urls': peers,
    'initial-advertise-peer-urls': peers,
    'initial-cluster': `default=${peers}`,
    // The cluster is thrown away with its machine: nothing is to survive a power cut.
    'unsafe-no-fsync': true,
    'quota-backend-bytes': 8 * 2 ** 30,
    'log-level': 'warn',
  };
  return component('etcd', programs.etcd, args);
}

export function apiServer({ programs, ports, file, featureGates }: Plan): Component {
  return component('kube-apiserver', programs['kube-apiserver'], {
    'etcd-servers': `http://${LOOPBACK}:${ports.etcd}`,
    'bind-address': LOOPBACK,
    'advertise-address': LOOPBACK,
    'secure-port': ports.api,
    // The Service "kubernetes" may have no loopback address behind it, and nothing here runs in pods.
    'endpoint-reconciler-type': 'none',
    'cert-dir': file(FILES.certificates),
    'token-auth-file': file(FILES.tokens),
    'authorization-mode': 'RBAC',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': file(FILES.publicKey),
    'service-account-signing-key-file': file(FILES.signingKey),
    'service-cluster-ip-range': '10.0.0.0/16',
    'audit-policy-file': file(FILES.auditPolicy),
    'audit-log-path': file(FILES.auditLog),
    ...gates(featureGates),
    ...(featureGates === undefined ? {} : { 'runtime-config': 'api/all=true' }),
  });
}

export function controllerManager({ programs, ports, file, nodes, featureGates }: Plan): Component {
  return component('kube-controller-manager', programs['kube-controller-manager'], {
    kubeconfig: file(FILES.controllersKubeconfig),
    'authentication-kubeconfig': file(FILES.controllersKubeconfig),
    'authorization-kubeconfig': file(FILES.controllersKubeconfig),
    'authentication-skip-lookup': true,
    'bind-address': LOOPBACK,
    'secure-port': ports.controllers,
    'leader-elect': false,
    'use-service-account-credentials': true,
    'service-account-private-key-file': file(FILES.signingKey),
    'root-ca-file': file(FILES.serverCertificate),
    // Every new node has a taint that a controller takes off: at the 20 requests a second that it is allowed, 1,000
    // nodes would wait a minute.
    'kube-api-qps': 500,
    'kube-api-burst': 1000,
    // One writes to every node how long its kubelet may cache, the other looks after disks of nodes: nothing has either.
    controllers: '*,-ttl-controller,-persistentvolume-attach-detach-controller',
    'node-monitor-grace-period': `${2 * leaseDuration(nodes)}s`,
    ...gates(featureGates),
  });
}

export function scheduler({ programs, ports, file, featureGates }: Plan): Component {
  return component('kube-scheduler', programs['kube-scheduler'], {
    config: file(FILES.schedulerConfig),
    'authentication-kubeconfig': file(FILES.schedulerKubeconfig),
    'authorization-kubeconfig': file(FILES.schedulerKubeconfig),
    'authentication-skip-lookup': true,
    'bind-address': LOOPBACK,
    'secure-port': ports.scheduler,
    ...gates(featureGates),
  });
}

/** What KWOK needs to know, on a cluster of any kind. */
export interface KwokPlan {
  readonly program: string;
  /** Where it says whether it is well. */
  readonly port: number;
  readonly file: (name: string) => string;
  /** How many nodes it is to keep alive [count]. */
  readonly nodes: number;
}

export function kwok({ program, port, file, nodes }: KwokPlan): Component {
  return component('kwok', program, {
    kubeconfig: file(FILES.kwokKubeconfig),
    config: file(FILES.kwokConfig),
    'server-address': `${LOOPBACK}:${port}`,
    'node-lease-duration-seconds': leaseDuration(nodes),
  });
}

/**
 * How long a node is believed to be alive after it has said so [s]: 40, as the kubelet asks for, but on large clusters
 * so long that all of them together say it 20 times a second at most. KWOK renews after a quarter of it.
 */
export function leaseDuration(nodes: number): number {
  return Math.max(40, Math.ceil(nodes / 5));
}

function gates(featureGates: string | undefined): Record<string, string> {
  return featureGates === undefined ? {} : { 'feature-gates': featureGates };
}

function component(name: string, program: string, args: Readonly<Record<string, string | number | boolean>>): Component {
  return { name, program, args: Object.entries(args).map(([option, value]) => `--${option}=${value}`) };
}
