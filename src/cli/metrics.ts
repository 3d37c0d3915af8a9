import type { Command } from 'commander';
import { metrics } from '../metrics/index.ts';
import { examples } from './command.ts';
import { print, printJson } from './output.ts';
import { wrap } from './table.ts';

export function declareMetrics(command: Command): void {
  examples(command, ['yardmaster metrics', 'yardmaster metrics --json']);
  command.option('--json', 'JSON, for machines').action(({ json }: { json?: boolean }) => {
    if (json) {
      printJson(
        metrics.map(({ name, summary, unit, better, source, window }) => ({ name, summary, unit, better, source, window })),
      );
      return;
    }
    for (const { name, summary, unit, better, source, window } of metrics) {
      const direction = better === 'neither' ? '' : `, ${better} is better`;
      print(`${name} [${unit}${direction}]\n  ${wrap(summary, 100, '  ')}\n`);
      print(`  over: ${wrap(window, 94, '  ')}\n  source: ${wrap(source, 92, '  ')}\n`);
    }
  });
}
