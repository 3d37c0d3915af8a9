import type { Command } from 'commander';
import { didYouMean, usageError } from '../errors.ts';
import { metrics } from '../metrics/index.ts';
import { examples } from './command.ts';
import { print, printJson } from './output.ts';
import { wrap } from './table.ts';

type Metric = (typeof metrics)[number];

export function declareMetrics(command: Command): void {
  examples(command, ['yardmaster metrics', 'yardmaster metrics wait', 'yardmaster metrics --json']);
  command
    .argument('[name]', 'a metric to describe')
    .option('--json', 'JSON, for machines')
    .action((name: string | undefined, { json }: { json?: boolean }) => {
      const chosen = name === undefined ? undefined : metricToDescribe(name);
      if (json) printJson(chosen ? facts(chosen) : metrics.map(facts));
      else for (const metric of chosen ? [chosen] : metrics) print(describe(metric));
    });
}

function metricToDescribe(name: string): Metric {
  const found = metrics.find((metric) => metric.name === name);
  if (found) return found;
  const known = metrics.map((metric) => metric.name);
  throw usageError(`there is no metric "${name}"`, 'metrics', didYouMean(name, known));
}

function describe({ name, summary, unit, better, source, window }: Metric): string {
  const direction = better === 'neither' ? '' : `, ${better} is better`;
  const head = `${name} [${unit}${direction}]\n  ${wrap(summary, 100, '  ')}\n`;
  return `${head}  over: ${wrap(window, 94, '  ')}\n  source: ${wrap(source, 92, '  ')}\n`;
}

function facts({ name, summary, unit, better, source, window }: Metric): object {
  return { name, summary, unit, better, source, window };
}
