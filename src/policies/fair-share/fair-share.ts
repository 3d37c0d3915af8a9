import type { Cycle, Policy, PolicySetup, PolicySpec } from '../../policy.ts';
import { DAY, MINUTE } from '../../units.ts';
import { textbook } from '../easy/textbook.ts';
import { startFromHead } from '../fcfs.ts';
import { startAllThatFit } from '../first-fit.ts';
import { readShares } from './shares-file.ts';
import { UsageBook } from './usage-book.ts';
import type { UsageSettings } from './usage-book.ts';
import { WatchedCycle } from './watched-cycle.ts';

const METHODS = {
  tree: 'Fair Tree: who is below an account that is served worse comes first, level by level',
  classic: '2^-(usage / shares), where what siblings used counts in part',
  users: 'accounts do not count, all users are siblings',
};

const STARTS: Readonly<Record<string, { summary: string; create(setup: PolicySetup): Pick<Policy, 'schedule'> }>> = {
  easy: {
    summary: 'the first one that does not fit has a reservation, others may not delay it',
    create: (setup) => textbook(setup, { length: setup.jobs.walltime }),
  },
  'first-fit': { summary: 'whatever fits', create: () => ({ schedule: startAllThatFit }) },
  'in-order': { summary: 'the first one that does not fit stops all others', create: () => ({ schedule: startFromHead }) },
};

/**
 * Only the order is Slurm's, with nothing of its other factors, of its timers or of its way to backfill: see
 * `slurm-backfill` for these. Jobs are ordered anew when usage is computed, not between.
 */
export const fairShare: PolicySpec = {
  name: 'fair-share',
  summary: 'Jobs of users and accounts that used least of their shares lately come first; the rest is a choice.',
  source: 'SchedMD/slurm 22.05.8: priority/multifactor, fair_tree.c; Kay, Lauder, "A fair share scheduler", CACM 1988',
  parameters: {
    method: {
      summary: `How it is told who comes first: ${describe(METHODS)}.`,
      type: 'choice',
      choices: Object.keys(METHODS),
      default: 'tree',
    },
    start: {
      summary: `Which jobs start: ${describe(Object.fromEntries(Object.entries(STARTS).map(([name, { summary }]) => [name, summary])))}.`,
      type: 'choice',
      choices: Object.keys(STARTS),
      default: 'easy',
    },
    shares: {
      summary:
        'File with the shares of accounts and users: lines such as "physics 40", "theory 3 physics" (below it), "theory:ann 2", or what sacctmgr dump writes. Who is not in it has one share.',
      type: 'file',
      default: '',
    },
    'half-life': {
      summary: 'After which half of what was used is forgotten; 0 = nothing ever is.',
      type: 'duration',
      default: 7 * DAY,
      min: 0,
    },
    period: { summary: 'How often usage is computed.', type: 'duration', default: 5 * MINUTE, min: 1000 },
    'gpu-weight': { summary: 'How many processors a GPU counts as.', type: 'number', default: 0, min: 0 },
  },
  create: (setup) => {
    const { jobs, parameters } = setup;
    const book = new UsageBook(jobs, settingsOf(setup));
    const starter = STARTS[String(parameters.start)].create({ ...setup, parameters: { order: 'fair-share' } });
    return {
      order: {
        varies: true,
        key: (job, now) => {
          book.catchUp(now);
          return -book.factorOf(job);
        },
      },
      schedule(cycle: Cycle) {
        const { now, changed } = cycle;
        book.catchUp(now);
        for (const job of changed.ended) book.end(job, now);
        starter.schedule(new WatchedCycle(cycle, (job) => book.start(job, now)));
      },
    };
  },
};

function settingsOf({ parameters, files }: PolicySetup): UsageSettings {
  const halfLife = Number(parameters['half-life']);
  return {
    method: parameters.method as UsageSettings['method'],
    halfLife: halfLife === 0 ? Infinity : halfLife,
    period: Number(parameters.period),
    gpuWeight: Number(parameters['gpu-weight']),
    shares: files.shares === undefined ? [] : readShares(files.shares),
  };
}

function describe(choices: Readonly<Record<string, string>>): string {
  return Object.entries(choices)
    .map(([name, summary]) => `${name} = ${summary}`)
    .join('; ');
}
