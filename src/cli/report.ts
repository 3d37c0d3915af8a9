import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { usageError } from '../errors.ts';
import { loadPolicies } from '../policies/index.ts';
import { buildReport } from '../report/build.ts';
import { readAssets, writeReport } from '../report/write-report.ts';
import { readResults } from '../results/read.ts';
import { formatBytes } from '../units.ts';
import { examples } from './command.ts';
import { wholeNumber } from './option-values.ts';
import { print } from './output.ts';
import { say } from './terminal.ts';
import { packageVersion } from './version.ts';

/** Jobs that a page may hold: about 10 bytes each. */
const MOST_JOBS = 4_000_000;

export function declareReport(command: Command): void {
  examples(command, ['yardmaster report results', 'yardmaster report results --baseline easy --out report.html --open']);
  command
    .argument('<dirs...>', 'folders that "replay --out" or "run --out" have written')
    .option('--out <file>', 'where to write the page (default: report.html in the first folder)')
    .option('--baseline <policy>', 'the policy that the others are compared with (default: the first)')
    .option(
      '--most-jobs <n>',
      'jobs that the page may hold, over all runs; the others are told by figures only',
      String(MOST_JOBS),
    )
    .option('--open', 'show it in the browser')
    .action(report);
}

interface ReportOptions {
  out?: string;
  baseline?: string;
  mostJobs: string;
  open?: boolean;
}

async function report(dirs: readonly string[], { out, baseline, mostJobs, open }: ReportOptions): Promise<void> {
  const path = out ?? join(dirs[0], 'report.html');
  await reportOn(dirs, path, { baseline, mostJobs: wholeNumber(mostJobs, '--most-jobs', 0) });
  print(`${path}\n`);
  if (open) showInBrowser(path);
}

/** Writes the page of these folders; also what `run` does when it is done. */
export async function reportOn(
  dirs: readonly string[],
  path: string,
  { baseline, mostJobs = MOST_JOBS }: { baseline?: string; mostJobs?: number } = {},
): Promise<void> {
  const sources = await Promise.all(dirs.map((dir) => readResults(dir)));
  checkBaseline(
    baseline,
    sources.flatMap(({ runs }) => runs.flatMap(({ label, policy }) => [label, policy])),
  );
  const policies = new Map((await loadPolicies()).map((spec) => [spec.name, spec]));
  const made = await buildReport(sources, { baseline, mostJobs, policies, version: packageVersion() });
  // The same folder from the sources and from the joined program.
  writeReport(path, made, readAssets(new URL('../../dist/page/', import.meta.url)));
  say(`report of ${made.facts.title}: ${formatBytes(statSync(path).size)}`);
}

function checkBaseline(baseline: string | undefined, known: readonly string[]): void {
  if (baseline === undefined || known.includes(baseline)) return;
  throw usageError(`"${baseline}" is not among these results`, '--baseline', `one of: ${[...new Set(known)].join(', ')}`);
}

function showInBrowser(path: string): void {
  const [program, ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  const child = spawn(program, [...args, path], { stdio: 'ignore', detached: true });
  child.on('error', () => say(`no browser was found to show it: open ${path} yourself`));
  child.unref();
}
