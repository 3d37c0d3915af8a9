import type { Command } from 'commander';
import { compareAll, relativeError } from '../systems/published/all.ts';
import type { Comparison } from '../systems/published/bench.ts';
import { parseShare } from './systems-options.ts';
import { examples } from './command.ts';
import { FAILED_CHECK } from './exit-codes.ts';
import { interruptible, terminable } from './interrupt.ts';
import { print, printJson } from './output.ts';
import { loadBench } from './systems-files.ts';
import { renderTable } from './table.ts';

interface Options {
  tolerance: string;
  json?: boolean;
}

export function declareSystemsVerify(command: Command): void {
  examples(command, ['yardmaster systems verify', 'yardmaster systems verify --tolerance 0.02 --json']);
  command
    .option(
      '--tolerance <share>',
      'how far a mean that was put in may come out again; beyond it the command exits with 1',
      '0.05',
    )
    .option('--json', 'JSON, for machines')
    .action(async ({ tolerance, json }: Options) => {
      const allowed = parseShare(tolerance, '--tolerance');
      const bench = await loadBench();
      const rows = interruptible(() => terminable(() => compareAll(bench)));
      const off = rows.filter((row) => isHeld(row) && Math.abs(relativeError(row)) > allowed);
      if (json) printJson(rows.map((row) => ({ ...row, relative_error: relativeError(row) })));
      else {
        print(table(rows));
        print(`\n${summaryOf(rows, off.length)}\n`);
      }
      if (off.length > 0) process.exitCode = FAILED_CHECK;
    });
}

/** Means that the model was given must come out; outcomes are what it says of itself. */
function isHeld({ kind, what }: Comparison): boolean {
  return kind === 'input' && !what.endsWith('deviation');
}

function summaryOf(rows: readonly Comparison[], off: number): string {
  const held = rows.filter(isHeld).length;
  const of = (...kinds: Comparison['kind'][]) => rows.filter(({ kind }) => kinds.includes(kind)).length;
  return (
    `${held - off} of ${held} figures as published, all of them put in; shown, not held: ${of('outcome')} outcomes, ` +
    `${of('input') - held} deviations, ${of('coarse')} for which the model has one ratio with others`
  );
}

function table(rows: readonly Comparison[]): string {
  return renderTable(
    [
      { title: 'system' },
      { title: 'figure' },
      { title: 'published', align: 'right' },
      { title: 'model', align: 'right' },
      { title: 'unit' },
      { title: 'error', align: 'right' },
      { title: 'kind' },
    ],
    rows.map((row) => [
      row.system,
      row.what,
      figure(row.published),
      figure(row.model),
      row.unit,
      `${(100 * relativeError(row)).toFixed(1)} %`,
      row.kind,
    ]),
  );
}

function figure(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(3);
}
