import type { Command } from 'commander';
import { verifyKubeVectors } from '../verify/kube-vectors.ts';
import type { VectorResult } from '../verify/kube-vectors.ts';
import { examples } from './command.ts';
import { FAILED_CHECK, OK } from './exit-codes.ts';
import { kubeVersions, readJsonFile, readKubeVersion } from './kube-records.ts';
import { print, printJson } from './output.ts';

interface Options {
  version: string;
  json?: boolean;
}

interface FileResults {
  readonly file: string;
  readonly results: readonly VectorResult[];
}

export function declareVerifyKubeVectors(command: Command): void {
  examples(command, [
    'yardmaster verify kube-vectors vectors/score-*.json',
    'yardmaster verify kube-vectors vectors/*.json --version 1.36 --json',
  ]);
  command
    .argument('<file...>', 'JSON files with vectors of the format kube-sched-vector/1')
    .option('--version <version>', `the kube-scheduler whose formulas are used: ${kubeVersions().join(' or ')}`, '1.36')
    .option('--json', 'JSON, for machines')
    .action(verifyFiles);
}

function verifyFiles(paths: readonly string[], options: Options): void {
  const version = readKubeVersion(options.version);
  const files = paths.map((file) => ({
    file,
    results: verifyKubeVectors(readJsonFile(file, 'vectors are a JSON list'), version, file),
  }));
  const all = files.flatMap(({ results }) => results);
  const ok = countOf(all, 'disagree') === 0 && countOf(all, 'agree') > 0;
  if (options.json) printJson({ ok, version, ...counts(all), files: files.map(forMachines) });
  else {
    print(files.map(fileText).join(''));
    const unsupported = countOf(all, 'unsupported');
    const rest = unsupported > 0 ? `, ${unsupported} not supported` : '';
    print(`${ok ? 'OK' : 'FAILED'}: agree ${countOf(all, 'agree')} of ${all.length}${rest}\n`);
  }
  process.exitCode = ok ? OK : FAILED_CHECK;
}

function fileText({ file, results }: FileResults): string {
  const rest = results.filter(({ verdict }) => verdict !== 'agree').map(resultText);
  return `agree ${countOf(results, 'agree')} of ${results.length}  ${file}\n${rest.join('')}`;
}

function resultText({ id, source, verdict, reason, expected, actual }: VectorResult): string {
  if (verdict === 'unsupported') return `  not supported: ${id}  ${source}\n    ${reason}\n`;
  return `  disagrees: ${id}  ${source}\n    expected ${JSON.stringify(expected)}\n    actual   ${JSON.stringify(actual)}\n`;
}

function forMachines({ file, results }: FileResults): object {
  return { file, ...counts(results), results };
}

function counts(results: readonly VectorResult[]): object {
  return {
    vectors: results.length,
    agree: countOf(results, 'agree'),
    disagree: countOf(results, 'disagree'),
    unsupported: countOf(results, 'unsupported'),
  };
}

function countOf(results: readonly VectorResult[], verdict: VectorResult['verdict']): number {
  return results.filter((one) => one.verdict === verdict).length;
}
