import type { Command } from 'commander';
import { examples } from './command.ts';
import { declareTraceInput, readWithProgress, sayAccount } from './trace-input.ts';
import { declareTraceOutput, traceTarget, writeTrace } from './trace-output.ts';

export function declareConvert(command: Command): void {
  examples(command, ['yardmaster trace convert log.swf.gz log.csv', 'yardmaster trace convert jobs.csv - --to swf | head']);
  declareTraceInput(command);
  declareTraceOutput(command);
  command.action(async (path: string, output: string, { format, to }: { format?: string; to?: string }) => {
    const target = traceTarget(output, to);
    const trace = await readWithProgress(path, format);
    sayAccount(trace);
    await writeTrace(trace, target);
  });
}
