import type { PolicySpec } from '../policy.ts';

/** Every policy that `--policy` knows by name. One line for each; its code is read when it is asked for. */
const POLICIES: Readonly<Record<string, () => Promise<PolicySpec>>> = {
  fcfs: async () => (await import('./fcfs.ts')).fcfs,
  easy: async () => (await import('./easy/easy.ts')).easy,
  conservative: async () => (await import('./conservative/conservative.ts')).conservative,
  sjf: async () => (await import('./sjf.ts')).sjf,
  'first-fit': async () => (await import('./first-fit.ts')).firstFit,
  'fair-share': async () => (await import('./fair-share/fair-share.ts')).fairShare,
  drf: async () => (await import('./drf/drf.ts')).drf,
  'las-2d': async () => (await import('./tiresias/las-2d.ts')).las2d,
  gittins: async () => (await import('./tiresias/gittins.ts')).gittins,
  srtf: async () => (await import('./tiresias/shortest-remaining.ts')).srtf,
  srsf: async () => (await import('./tiresias/shortest-remaining.ts')).srsf,
  'smallest-first': async () => (await import('./tiresias/shortest-remaining.ts')).smallestFirst,
  qssf: async () => (await import('./qssf.ts')).qssf,
  gavel: async () => (await import('./gavel/gavel.ts')).gavel,
  themis: async () => (await import('./gavel/gavel.ts')).themis,
  pollux: async () => (await import('./elastic/pollux.ts')).pollux,
  optimus: async () => (await import('./elastic/optimus.ts')).optimus,
  sia: async () => (await import('./elastic/sia.ts')).sia,
  shockwave: async () => (await import('./shockwave/shockwave.ts')).shockwave,
  random: async () => (await import('./random.ts')).random,
  'kube-default': async () => (await import('./kube-default/kube-default.ts')).kubeDefault,
  gang: async () => (await import('./gang/gang.ts')).gang,
  coscheduling: async () => (await import('./coscheduling/coscheduling.ts')).coscheduling,
  'kube-podgroup': async () => (await import('./kube-podgroup/kube-podgroup.ts')).kubePodgroup,
  kueue: async () => (await import('./kueue/kueue.ts')).kueue,
  volcano: async () => (await import('./volcano/volcano.ts')).volcano,
  kai: async () => (await import('./kai/kai.ts')).kai,
  flux: async () => (await import('./flux/flux.ts')).flux,
  'slurm-backfill': async () => (await import('./slurm/slurm-backfill.ts')).slurmBackfill,
  'slurm-builtin': async () => (await import('./slurm/slurm-builtin.ts')).slurmBuiltin,
};

export const policyNames: readonly string[] = Object.keys(POLICIES);

/** The policy of that name, ready to be used; undefined if there is none. */
export async function loadPolicy(name: string): Promise<PolicySpec | undefined> {
  if (!Object.hasOwn(POLICIES, name)) return undefined;
  const spec = await POLICIES[name]();
  await spec.load?.();
  return spec;
}

/** All of them, in the order of the list, to be told of: call the `load` of those that are to be used. */
export async function loadPolicies(): Promise<PolicySpec[]> {
  return await Promise.all(Object.values(POLICIES).map((load) => load()));
}
