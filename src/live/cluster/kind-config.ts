/**
 * The configuration that `kind` is given: a pinned node image, an audit log that can be read from outside, and settings
 * of the cluster's own kube-scheduler. The command is the user's own kind.
 * Source: kind v0.33.0, pkg/apis/config/v1alpha4/types.go and pkg/cluster/internal/kubeadm/config.go (kubeadm's v1beta4
 * from Kubernetes 1.36 on, v1beta3 before); https://github.com/kubernetes-sigs/kind/releases/tag/v0.33.0 for the images.
 */
import { stringify } from 'yaml';
import { usageError } from '../../errors.ts';

/** Of kind v0.33.0; an image is built for one release of kind, and its digest says which. */
export const NODE_IMAGES: Readonly<Record<string, string>> = {
  'v1.37.0': 'sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5',
  'v1.36.4': 'sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed',
  'v1.35.8': 'sha256:07b2536e30b803ed61d1677a79df6115f798ce64c80f9e22f6ed45afd09323c0',
  'v1.34.11': 'sha256:44e222ee2132dab25ff87301682f89eb82c7880ea3a1bf543bfe9708fd08d67d',
};

/** Of the minor version that `live up --processes` has too. */
export const DEFAULT_KIND_VERSION = 'v1.36.4';

/** Where files of the cluster's folder are inside its node. */
const SETTINGS = '/etc/yardmaster';
const LOGS = '/var/log/yardmaster';
/** Of the cluster's folder, by name there. */
export const KIND_FILES = { settings: 'kind', auditPolicy: 'audit-policy.yaml', scheduler: 'scheduler.yaml' } as const;
/** What kubeadm gives its kube-scheduler to reach the API with. */
export const KUBEADM_SCHEDULER_KUBECONFIG = '/etc/kubernetes/scheduler.conf';

export interface KindWish {
  readonly name: string;
  /** Of Kubernetes, one of `NODE_IMAGES`. */
  readonly version: string;
  /** Folders on this machine: what is read in the cluster, and where it writes its audit log. */
  readonly settings: string;
  readonly logs: string;
  /** Nodes that are containers, beside that of the control plane [count]. */
  readonly workers: number;
  readonly featureGates?: string;
}

/** The version of Kubernetes that a wish such as `1.36` means. Throws `InputError` if there is no image of it. */
export function kindVersion(wish: string = DEFAULT_KIND_VERSION): string {
  const wanted = `v${wish.replace(/^v/, '')}`;
  const found = Object.keys(NODE_IMAGES).find((version) => version === wanted || version.startsWith(`${wanted}.`));
  if (found !== undefined) return found;
  const hint = `take one that kind v0.33.0 has an image of: ${Object.keys(NODE_IMAGES).join(', ')}; others with --processes`;
  throw usageError(`there is no image of Kubernetes ${wish}`, '--kubernetes-version', hint);
}

export function kindConfig({ name, version, settings, logs, workers, featureGates }: KindWish): string {
  const image = `kindest/node:${version}@${NODE_IMAGES[version]}`;
  const controlPlane = {
    role: 'control-plane',
    image,
    extraMounts: [
      { hostPath: settings, containerPath: SETTINGS, readOnly: true },
      { hostPath: logs, containerPath: LOGS },
    ],
    kubeadmConfigPatches: [stringify(kubeadmPatch(version, featureGates))],
  };
  return stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name,
    ...(featureGates === undefined ? {} : { featureGates: parseGates(featureGates), runtimeConfig: { 'api/all': 'true' } }),
    nodes: [controlPlane, ...Array.from({ length: workers }, () => ({ role: 'worker', image }))],
  });
}

/** A patch that names no version of kubeadm's configuration fits each; lists in it stand in for those of kind. */
function kubeadmPatch(version: string, featureGates: string | undefined): object {
  const own: Record<string, string> = featureGates === undefined ? {} : { 'feature-gates': featureGates };
  const apiServer = {
    ...own,
    'runtime-config': featureGates === undefined ? '' : 'api/all=true',
    'audit-policy-file': `${SETTINGS}/${KIND_FILES.auditPolicy}`,
    'audit-log-path': `${LOGS}/audit.log`,
  };
  const scheduler = { ...own, config: `${SETTINGS}/${KIND_FILES.scheduler}` };
  const args = isListOfArgs(version) ? argumentList : (all: object) => all;
  return {
    kind: 'ClusterConfiguration',
    apiServer: { extraArgs: args(apiServer), extraVolumes: [volume('settings', SETTINGS, true), volume('logs', LOGS, false)] },
    scheduler: { extraArgs: args(scheduler), extraVolumes: [volume('settings', SETTINGS, true)] },
  };
}

/** From kubeadm's v1beta4 on, which kind writes for Kubernetes 1.36 and later. */
function isListOfArgs(version: string): boolean {
  return Number(version.split('.')[1]) >= 36;
}

function argumentList(all: Readonly<Record<string, string>>): object[] {
  return Object.entries(all).map(([name, value]) => ({ name, value }));
}

function volume(name: string, path: string, readOnly: boolean): object {
  return { name: `yardmaster-${name}`, hostPath: path, mountPath: path, readOnly, pathType: 'DirectoryOrCreate' };
}

/** `A=true,B=false`. */
function parseGates(text: string): Record<string, boolean> {
  const gates = text.split(',').map((gate) => gate.split('=') as [string, string | undefined]);
  for (const [name, value] of gates) {
    if (name !== '' && (value === 'true' || value === 'false')) continue;
    throw usageError(`"${text}" is no list of feature gates`, '--feature-gates', 'write for example GenericWorkload=true');
  }
  return Object.fromEntries(gates.map(([name, value]) => [name, value === 'true']));
}
