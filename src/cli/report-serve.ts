import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { InputError } from '../errors.ts';
import { renderReport } from '../report/write-report.ts';
import { examples } from './command.ts';
import { INTERRUPTED } from './exit-codes.ts';
import { stopOnSignals } from './interrupt.ts';
import { wholeNumber } from './option-values.ts';
import { print } from './output.ts';
import { followingPage, PageServer } from './page-server.ts';
import { makeReport, MOST_JOBS, pageAssets } from './report-page.ts';
import type { PageWishes } from './report-page.ts';
import { resultsState } from './results-state.ts';
import { showInBrowser } from './show-in-browser.ts';
import { say, warn } from './terminal.ts';

const PORT = 8090;

export function declareServe(command: Command): void {
  examples(command, ['yardmaster report serve results --open', 'yardmaster report serve reports/load --watch']);
  command
    .summary('show the page at an address of this machine, and follow the results while they grow')
    .description('Show the page at an address of this machine, and follow the results while they grow. Ctrl-C ends it.')
    .argument('[dirs...]', 'folders that "replay --out" or "run --out" have written, or are writing (default: the current one)')
    .option('--watch', 'make the page anew when results change; it reloads itself')
    .option('--port <n>', 'where to listen; 0 = any port that is free', String(PORT))
    .option('--host <address>', 'where to listen; beyond this machine everybody there can read the page', '127.0.0.1')
    .option('--baseline <policy>', 'the policy that the others are compared with (default: the first)')
    .option('--baseline-cluster <name>', 'the cluster that it is taken from: policies on all clusters are compared with it')
    .option('--most-jobs <n>', 'jobs that the page may hold, over all runs', String(MOST_JOBS))
    .option('--shares <file>', 'what accounts and users may claim (default: the file that fair-share was run with)')
    .option('--open', 'show it in the browser')
    .action(serve);
}

interface ServeOptions {
  watch?: boolean;
  port: string;
  host: string;
  baseline?: string;
  baselineCluster?: string;
  mostJobs: string;
  shares?: string;
  open?: boolean;
}

async function serve(given: readonly string[], options: ServeOptions): Promise<void> {
  const dirs = given.length === 0 ? ['.'] : given;
  const { baseline, baselineCluster, shares } = options;
  const wishes = { baseline, baselineCluster, shares, mostJobs: wholeNumber(options.mostJobs, '--most-jobs', 0) };
  const port = wholeNumber(options.port, '--port', 0);
  const stop = stopOnSignals();
  const server = new PageServer();
  // Nothing is served that could not be made; while results are waited for, that is said. Whoever is quick comes before them.
  server.show(options.watch ? followingPage(WAITING) : await pageOf(dirs, wishes));
  const address = await server.listen(options.host, port);
  print(`${address}\n`);
  say(options.watch ? 'following the results; Ctrl-C ends it' : 'Ctrl-C ends it');
  if (options.open) showInBrowser(address);
  if (options.watch) await follow(dirs, wishes, server, stop.dropped);
  else await untilAborted(stop.dropped);
  await server.close();
  // To be stopped is how it ends.
  if (stop.exitCode() !== INTERRUPTED) process.exitCode = stop.exitCode();
}

async function pageOf(dirs: readonly string[], wishes: PageWishes): Promise<string> {
  return [...renderReport(await makeReport(dirs, wishes), pageAssets())].join('');
}

/** How often folders are looked at [ms]. */
const LOOK = 500;
/** A page that takes long to make is made less often: so many times as long lies between. */
const REST = 4;

async function follow(dirs: readonly string[], wishes: PageWishes, server: PageServer, stop: AbortSignal): Promise<void> {
  let seen: string | undefined;
  while (!stop.aborted) {
    const now = resultsState(dirs);
    const began = performance.now();
    if (now !== seen) await showNow(dirs, wishes, server);
    const rest = now === seen ? 0 : REST * (performance.now() - began);
    seen = now;
    await sleep(Math.max(LOOK, rest), undefined, { signal: stop }).catch(() => undefined);
  }
}

async function showNow(dirs: readonly string[], wishes: PageWishes, server: PageServer): Promise<void> {
  try {
    server.show(followingPage(await pageOf(dirs, wishes)));
    say('the page shows what there is now');
  } catch (error) {
    // Half of a result, or none yet: the next look may find it whole.
    if (!(error instanceof InputError)) throw error;
    warn(`${error.where}: ${error.problem}; waiting`);
  }
}

const WAITING = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>yardmaster</title></head>
<body><p>There is no complete result yet, or its page is still being made. This one loads again when there is one.</p></body></html>
`;

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => signal.addEventListener('abort', () => done(), { once: true }));
}
