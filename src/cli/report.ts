import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { writeReport } from '../report/write-report.ts';
import { formatBytes } from '../units.ts';
import { examples } from './command.ts';
import { wholeNumber } from './option-values.ts';
import { print } from './output.ts';
import { makeReport, MOST_JOBS, pageAssets } from './report-page.ts';
import type { PageWishes } from './report-page.ts';
import { declareServe } from './report-serve.ts';
import { showInBrowser } from './show-in-browser.ts';
import { say } from './terminal.ts';

export function declareReport(command: Command): void {
  examples(command, [
    'yardmaster report results',
    'yardmaster report results --baseline easy --out report.html --open',
    'yardmaster report serve results --watch',
  ]);
  command
    .argument('<dirs...>', 'folders that "replay --out" or "run --out" have written')
    .option('--out <file>', 'where to write the page (default: report.html in the first folder)')
    .option('--baseline <policy>', 'the policy that the others are compared with (default: the first)')
    .option('--baseline-cluster <name>', 'the cluster that it is taken from: policies on all clusters are compared with it')
    .option(
      '--most-jobs <n>',
      'jobs that the page may hold, over all runs; the others are told by figures only',
      String(MOST_JOBS),
    )
    .option('--shares <file>', 'what accounts and users may claim (default: the file that fair-share was run with)')
    .option('--open', 'show it in the browser')
    .helpCommand(false)
    .action(report);
  declareServe(command.command('serve'));
}

interface ReportOptions {
  out?: string;
  baseline?: string;
  baselineCluster?: string;
  mostJobs: string;
  shares?: string;
  open?: boolean;
}

async function report(dirs: readonly string[], { out, mostJobs, open, ...wishes }: ReportOptions): Promise<void> {
  const path = out ?? join(dirs[0], 'report.html');
  await reportOn(dirs, path, { ...wishes, mostJobs: wholeNumber(mostJobs, '--most-jobs', 0) });
  print(`${path}\n`);
  if (open) showInBrowser(path);
}

/** Writes the page of these folders; also what `run` does when it is done. */
export async function reportOn(dirs: readonly string[], path: string, wishes: PageWishes = {}): Promise<void> {
  const made = await makeReport(dirs, wishes);
  writeReport(path, made, pageAssets());
  say(`report of ${made.facts.title}: ${formatBytes(statSync(path).size)}`);
}
