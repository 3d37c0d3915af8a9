/** What commands about systems load: systems, and the policies and placements that they name. */
import type { Bench } from '../systems/published/bench.ts';
import { simulateSystem } from '../systems/simulate-system.ts';
import type { Parts } from '../systems/site.ts';
import { loadSystem } from '../systems/system-library.ts';

export { loadSystem, systemNames } from '../systems/system-library.ts';

/** Everything of the lists that a system may name. */
export async function loadParts(): Promise<Parts> {
  const { loadPolicies } = await import('../policies/index.ts');
  const { placements } = await import('../placement/index.ts');
  const byName = <Spec extends { readonly name: string }>(specs: readonly Spec[]) =>
    new Map(specs.map((spec) => [spec.name, spec]));
  const policies = await loadPolicies();
  await Promise.all(policies.map((spec) => spec.load?.()));
  return { policies: byName(policies), placements: byName(placements) };
}

export async function loadBench(): Promise<Bench> {
  const parts = await loadParts();
  return {
    system: loadSystem,
    run: (system, workload, options) => simulateSystem(system, workload, parts, options),
  };
}
