import type { JobTable } from '../results/job-table.ts';
import type { Results, Run } from '../results/read.ts';
import type { Summary } from '../results/read-summary.ts';
import { askedFigures, comparedFigure } from './asked-figures.ts';
import { conditionsOf } from './conditions.ts';
import { contendersOf, labelsOf } from './contenders.ts';
import type { BaselineWishes, Contenders } from './contenders.ts';
import { decisionFacts } from './decision-facts.ts';
import { labelledRuns } from './distinct-labels.ts';
import type { ContenderFacts, ContenderKind, Entitlements, GroupFacts, PolicyFacts, ReportFacts, RunFacts } from './model.ts';
import { listed } from './number-text.ts';
import type { PageTable } from './page-table.ts';
import { sameSchedules } from './same-schedules.ts';
import { sourceFacts } from './source-facts.ts';
import { tableForPage } from './table-for-page.ts';
import { figuresFor, findingsOf, verdictsOf } from './verdicts.ts';
import { warningsOf } from './warnings.ts';

export interface ReportWishes extends BaselineWishes {
  /** Jobs that the page may hold, over all its runs; the rest is told by figures only. */
  readonly mostJobs: number;
  /** What is known of each policy, by its name. */
  readonly policies: ReadonlyMap<string, KnownContender>;
  /** Of each system of resource managers; one may be called as a policy is. */
  readonly systems?: ReadonlyMap<string, KnownContender>;
  readonly version: string;
  readonly entitlements?: Entitlements;
}

export type KnownContender = Pick<PolicyFacts, 'summary' | 'source' | 'fidelity'>;

export interface Report {
  readonly facts: ReportFacts;
  readonly tables: readonly PageTable[];
}

/** Brings together what the page shows of these results. */
export async function buildReport(sources: readonly Results[], wishes: ReportWishes): Promise<Report> {
  const runs = labelledRuns(sources);
  const contenders = contendersOf(sources, runs, wishes);
  const labels = labelsOf(runs, runs[contenders.runs.findIndex(({ label }) => label === contenders.labels[0])]?.label);
  const groups = groupsOf(runs, labels);
  const { tables, tableOf, leftOut } = await tablesOf(runs, groups, wishes.mostJobs);
  const facts = runs.map((run, index) => runFacts(run, tableOf.get(index)));
  const asked = (askedFigures(sources) ?? []).flatMap((name) => comparedFigure(name, runs));
  const figures = figuresFor(contenders.runs, asked);
  const verdicts = contenders.labels.length < 2 ? [] : await verdictsOf(contenders.runs, contenders.labels, figures);
  const same = sameSchedules(contenders.runs, contenders.labels);
  return {
    facts: {
      title: titleOf(runs, labels),
      runs: facts,
      groups,
      baseline: contenders.labels[0],
      contenders: contenderFacts(contenders),
      labels,
      verdicts,
      kind: kindOf(runs),
      same,
      findings: findingsOf(verdicts, same, contenders.labels[0]),
      sources: sources.map(sourceFacts),
      policies: policiesOf(runs, wishes),
      warnings: [...baselineWarning(contenders), ...warningsOf(sources, leftOut)],
      entitlements: wishes.entitlements,
      decisions: decisionFacts(contenders.runs, contenders.labels),
      version: wishes.version,
    },
    tables,
  };
}

function baselineWarning({ missing, labels }: Contenders): string[] {
  return missing === undefined ? [] : [`The baseline, ${missing}, has no result: the others are compared with ${labels[0]}.`];
}

function contenderFacts({ runs, labels }: Contenders): ContenderFacts[] {
  return labels.map((label) => ({ label, runs: runs.flatMap((run, index) => (run.label === label ? [index] : [])) }));
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
  return tableForPage(jobs, await run.attempts(), await run.explanations(), await run.nodeTime(), await run.resizes());
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
  const who = labels.length <= 4 ? listed(labels) : `${labels.length} ${MANY[kindOf(runs)]}`;
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

const MANY: Record<ContenderKind, string> = {
  policy: 'policy settings',
  system: 'systems',
  'policy or system': 'policies and systems',
};

function kindOf(runs: readonly Run[]): ContenderKind {
  const systems = runs.filter(({ isSystem }) => isSystem === true).length;
  return systems === 0 ? 'policy' : systems === runs.length ? 'system' : 'policy or system';
}

/** A system and a policy of one name are two. */
function policiesOf(runs: readonly Run[], { policies, systems = policies }: ReportWishes): PolicyFacts[] {
  const keyOf = ({ policy, isSystem }: Run) => `${isSystem === true} ${policy}`;
  return [...new Set(runs.map(keyOf))].map((key) => {
    const own = runs.filter((run) => keyOf(run) === key);
    const { policy: name, isSystem } = own[0];
    const known = isSystem ? systems.get(name) : (policies.get(name) ?? systems.get(name));
    const labels = [...new Set(own.map(({ label }) => label))];
    return { name, labels, ...(known ?? unknown(isSystem ? 'system' : 'policy')) };
  });
}

const unknown = (what: string): KnownContender => ({ summary: `a ${what} of your own`, source: 'your own file' });
