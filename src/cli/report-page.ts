import { usageError } from '../errors.ts';
import { loadPolicies } from '../policies/index.ts';
import type { PageAssets } from '../report/assets.ts';
import { buildReport } from '../report/build.ts';
import type { KnownContender, Report } from '../report/build.ts';
import type { BaselineWishes } from '../report/contenders.ts';
import { readAssets } from '../report/write-report.ts';
import { readResults } from '../results/read.ts';
import type { Run } from '../results/read.ts';
import { entitlementsFor } from './report-shares.ts';
import { packageVersion } from './version.ts';

/** Jobs that a page may hold: about 10 bytes each. */
export const MOST_JOBS = 4_000_000;

export interface PageWishes extends BaselineWishes {
  readonly mostJobs?: number;
  /** File of what accounts and users may claim. */
  readonly shares?: string;
}

/** What the page of these folders shows. */
export async function makeReport(
  dirs: readonly string[],
  { baseline, baselineCluster, mostJobs = MOST_JOBS, shares }: PageWishes,
): Promise<Report> {
  const sources = await Promise.all(dirs.map((dir) => readResults(dir)));
  const runs = sources.flatMap((source) => source.runs);
  checkKnown(
    baseline,
    runs.flatMap(({ label, policy }) => [label, policy]),
    '--baseline',
  );
  checkKnown(
    baselineCluster,
    runs.map(({ cluster }) => cluster),
    '--baseline-cluster',
  );
  const policies = new Map((await loadPolicies()).map((spec) => [spec.name, spec]));
  return await buildReport(sources, {
    baseline,
    baselineCluster,
    mostJobs,
    policies,
    systems: await systemsOf(runs.filter(({ policy, isSystem }) => isSystem || !policies.has(policy))),
    version: packageVersion(),
    entitlements: entitlementsFor(shares, sources),
  });
}

/** What is known of the systems that stand beside policies in experiments. */
async function systemsOf(runs: readonly Run[]): Promise<Map<string, KnownContender>> {
  const known = new Map<string, KnownContender>();
  const names = new Set(runs.map(({ policy }) => policy));
  if (names.size === 0) return known;
  const { loadSystem, systemNames } = await import('../systems/system-library.ts');
  for (const name of systemNames().filter((shipped) => names.has(shipped))) {
    const { summary, source } = loadSystem(name);
    known.set(name, { summary, source, fidelity: HOW_TRUE_SYSTEMS_ARE });
  }
  return known;
}

const HOW_TRUE_SYSTEMS_ARE =
  'What is published of it is checked by "yardmaster systems verify"; figures that nobody measured are assumed, and named above.';

/** The same folder from the sources and from the joined program. */
export function pageAssets(): PageAssets {
  return readAssets(new URL('../../dist/page/', import.meta.url));
}

function checkKnown(name: string | undefined, known: readonly string[], option: string): void {
  if (name === undefined || known.includes(name)) return;
  throw usageError(`"${name}" is not among these results`, option, `one of: ${[...new Set(known)].join(', ')}`);
}
