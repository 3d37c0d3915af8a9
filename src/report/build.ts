import type { JobTable } from '../results/job-table.ts';
import type { Results, Run } from '../results/read.ts';
import type { Summary } from '../results/read-summary.ts';
import { conditionsOf } from './conditions.ts';
import { labelledRuns } from './distinct-labels.ts';
import type { Entitlements, GroupFacts, PolicyFacts, ReportFacts, RunFacts, VerdictFacts } from './model.ts';
import { listed } from './number-text.ts';
import type { PageTable } from './page-table.ts';
import { sourceFacts } from './source-facts.ts';
import { tableForPage } from './table-for-page.ts';
import { findingsOf, verdictsOf } from './verdicts.ts';
import { warningsOf } from './warnings.ts';

export interface ReportWishes {
  /** Label or name of the policy that the others are compared with; the first if absent. */
  readonly baseline?: string;
  /** Jobs that the page may hold, over all its runs; the rest is told by figures only. */
  readonly mostJobs: number;
  /** What is known of each policy, by its name. */
  readonly policies: ReadonlyMap<string, Pick<PolicyFacts, 'summary' | 'source' | 'fidelity'>>;
  readonly version: string;
  readonly entitlements?: Entitlements;
}

export interface Report {
  readonly facts: ReportFacts;
  readonly tables: readonly PageTable[];
}

/** Brings together what the page shows of these results. */
export async function buildReport(sources: readonly Results[], wishes: ReportWishes): Promise<Report> {
  const runs = labelledRuns(sources);
  const labels = labelsOf(runs, wishes.baseline ?? baselineOf(sources));
  const groups = groupsOf(runs, labels);
  const { tables, tableOf, leftOut } = await tablesOf(runs, groups, wishes.mostJobs);
  const facts = runs.map((run, index) => runFacts(run, tableOf.get(index)));
  const verdicts: VerdictFacts[] = labels.length < 2 ? [] : await verdictsOf(runs, labels);
  return {
    facts: {
      title: titleOf(runs, labels),
      runs: facts,
      groups,
      baseline: labels[0],
      labels,
      verdicts,
      findings: findingsOf(verdicts),
      sources: sources.map(sourceFacts),
      policies: policiesOf(runs, wishes),
      warnings: warningsOf(sources, leftOut),
      entitlements: wishes.entitlements,
      version: wishes.version,
    },
    tables,
  };
}

/** What an experiment itself names. */
function baselineOf(sources: readonly Results[]): string | undefined {
  return sources.map(({ manifest }) => manifest.document.baseline).find((name) => typeof name === 'string');
}

/** Labels in the order of the runs, the baseline first. */
function labelsOf(runs: readonly Run[], baseline: string | undefined): string[] {
  const labels = [...new Set(runs.map(({ label }) => label))];
  if (baseline === undefined) return labels;
  const chosen = runs.find(({ label, policy }) => label === baseline || policy === baseline)?.label;
  return chosen === undefined ? labels : [chosen, ...labels.filter((label) => label !== chosen)];
}

/** Runs that differ in nothing but the policy. */
function groupsOf(runs: readonly Run[], labels: readonly string[]): GroupFacts[] {
  const keys = conditionsOf(runs);
  const byKey = new Map<string, number[]>();
  keys.forEach((key, index) => byKey.set(key, [...(byKey.get(key) ?? []), index]));
  const rank = (index: number) => labels.indexOf(runs[index].label);
  return [...byKey].map(([key, own]) => ({
    label: byKey.size === 1 ? '' : key,
    runs: [...own].sort((a, b) => rank(a) - rank(b) || a - b),
  }));
}

/** The tables of as many runs as there is room for, group by group: half a group is no comparison. */
async function tablesOf(runs: readonly Run[], groups: readonly GroupFacts[], mostJobs: number) {
  const tables: PageTable[] = [];
  const tableOf = new Map<number, number>();
  let room = mostJobs;
  for (const group of groups) {
    for (const index of group.runs) {
      const count = Object.values(runs[index].summary.jobs).reduce((sum, jobs) => sum + jobs, 0);
      if (count > room) continue;
      room -= count;
      tableOf.set(index, tables.length);
      tables.push(await pageTable(runs[index]));
    }
  }
  return { tables, tableOf, leftOut: runs.filter((_, index) => !tableOf.has(index)) };
}

async function pageTable(run: Run): Promise<PageTable> {
  const jobs: JobTable = await run.jobs();
  return tableForPage(jobs, await run.attempts(), await run.explanations());
}

function runFacts(run: Run, table: number | undefined): RunFacts {
  const { label, policy, parameters, workload, cluster, seed, settings, processors, nodes, pools, epoch, summary } = run;
  const { jobs: states, oracle, digest } = summary;
  const figures = flatFigures(summary);
  return {
    label,
    policy,
    parameters,
    workload,
    cluster,
    seed,
    settings,
    processors,
    nodes,
    pools,
    epoch,
    states,
    oracle,
    digest,
    figures,
    table,
  };
}

/** Every figure under one flat name; null where it is not defined, as JSON has no NaN. */
export function flatFigures({ metrics }: Summary): Record<string, number | null> {
  const flat: Record<string, number | null> = {};
  const keep = (name: string, value: number) => (flat[name] = Number.isFinite(value) ? value : null);
  for (const [name, { value, figures, groups = [] }] of Object.entries(metrics)) {
    if (value !== undefined) keep(name, value);
    for (const [figure, { value: own }] of Object.entries(figures)) keep(`${name}.${figure}`, own);
    // Breakdowns by user and account are as many as there are of them: the page makes them from the jobs.
    if (/-by-(user|account)$/.test(name)) continue;
    for (const group of groups)
      for (const [figure, { value: own }] of Object.entries(group.figures)) keep(`${name}.${group.name}.${figure}`, own);
  }
  return flat;
}

function titleOf(runs: readonly Run[], labels: readonly string[]): string {
  const one = (values: string[], many: string) => {
    const distinct = [...new Set(values)];
    return distinct.length <= 2 ? listed(distinct) : `${distinct.length} ${many}`;
  };
  const who = labels.length <= 4 ? listed(labels) : `${labels.length} policy settings`;
  const what = one(
    runs.map(({ workload }) => workload),
    'workloads',
  );
  const where = one(
    runs.map(({ cluster }) => cluster),
    'clusters',
  );
  return `${who} on ${what}, ${where}`;
}

function policiesOf(runs: readonly Run[], { policies }: ReportWishes): PolicyFacts[] {
  return [...new Set(runs.map(({ policy }) => policy))].map((name) => ({
    name,
    labels: [...new Set(runs.filter((run) => run.policy === name).map(({ label }) => label))],
    ...(policies.get(name) ?? { summary: 'a policy of your own', source: 'your own file' }),
  }));
}
