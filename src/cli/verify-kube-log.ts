import type { Command } from 'commander';
import { simulate } from '../engine/simulate.ts';
import { firstFit } from '../placement/first-fit.ts';
import type { KubeVersion } from '../policies/kube-default/behaviour.ts';
import { compareFreely } from '../verify/kube-log-comparison.ts';
import type { FreeComparison } from '../verify/kube-log-comparison.ts';
import type { Simulate } from '../verify/kube-log-free.ts';
import { readKubeLog } from '../verify/kube-log-record.ts';
import { parseDuration } from '../units.ts';
import { replayGuided, UNAWARE } from '../verify/kube-log.ts';
import type { GuidedReplay } from '../verify/kube-log.ts';
import { examples } from './command.ts';
import { FAILED_CHECK, OK } from './exit-codes.ts';
import { parseShare } from './option-values.ts';
import { kubeVersions, readJsonFile, readKubeVersion } from './kube-records.ts';
import { print, printJson } from './output.ts';

interface Options {
  version: string;
  agree: string;
  alike: string;
  throughput: string;
  unaware: string;
  json?: boolean;
}

interface FileResult {
  readonly file: string;
  readonly scheduler: string;
  readonly scenario: string;
  readonly guided: GuidedReplay;
  readonly free: FreeComparison;
  readonly checks: readonly Check[];
}

/** A share that was looked at, and the least that will do [0..1]. */
interface Check {
  readonly what: string;
  readonly share: number;
  readonly least: number;
  readonly ok: boolean;
}

export function declareVerifyKubeLog(command: Command): void {
  examples(command, [
    'yardmaster verify kube-log record.json',
    'yardmaster verify kube-log records/*.json --version 1.26 --json',
  ]);
  command
    .argument('<file...>', 'records of a real kube-scheduler, of the format kube-real-log/1')
    .option('--version <version>', `the kube-scheduler that is followed: ${kubeVersions().join(' or ')}`, '1.26')
    .option('--agree <share>', 'least share of pods that are decided as the real one did, each after the real decisions', '100%')
    .option('--alike <share>', 'least share of pods with the same fate when our scheduler is left alone', '90%')
    .option('--throughput <share>', 'largest difference in pods bound a second, where the record is about that', '10%')
    .option(
      '--unaware <duration>',
      'how late the real one may have heard of what happened: more than 25 ms where machine or cluster are busy',
      `${UNAWARE}ms`,
    )
    .option('--json', 'JSON, for machines')
    .action(verifyFiles);
}

function verifyFiles(paths: readonly string[], options: Options): void {
  const version = readKubeVersion(options.version);
  const results = paths.map((file) => verifyFile(file, version, options));
  const ok = results.every(({ checks }) => checks.every((check) => check.ok));
  const pods = sum(results.map(({ guided }) => guided.pods));
  const agree = sum(results.map(({ guided }) => guided.agree));
  if (options.json) printJson({ ok, version, pods, agree, files: results });
  else {
    print(results.map(fileText).join(''));
    print(
      `${ok ? 'OK' : 'FAILED'}: agree ${agree} of ${pods} pods, ${results.length} ${results.length === 1 ? 'file' : 'files'}\n`,
    );
  }
  process.exitCode = ok ? OK : FAILED_CHECK;
}

const simulated: Simulate = (workload, cluster, policy, options) => {
  return simulate(workload, cluster, policy, { ...options, placement: firstFit });
};

function verifyFile(file: string, version: KubeVersion, options: Options): FileResult {
  const log = readKubeLog(readJsonFile(file, 'a record is one JSON object'), file);
  const guided = replayGuided(log, version, file, parseDuration(options.unaware, '--unaware'));
  const free = compareFreely(log, version, simulated);
  const { scheduler, scenario } = log;
  return { file, scheduler, scenario, guided, free, checks: checksOf(guided, free, options) };
}

function checksOf(guided: GuidedReplay, free: FreeComparison, options: Options): Check[] {
  const check = (what: string, share: number, least: number) => ({ what, share, least, ok: share >= least });
  const alike = Math.min(free.sameFate, free.sameVictims) / guided.pods;
  const inOrder = free.pairs === 0 ? 1 : 1 - free.inversions / free.pairs;
  const least = parseShare(options.alike, '--alike');
  const checks = [
    check('agree', guided.agree / guided.pods, parseShare(options.agree, '--agree')),
    check('alike', alike, least),
    check('in order', inOrder, least),
  ];
  if (free.throughput === undefined) return checks;
  const { real, ours } = free.throughput;
  return [...checks, check('throughput', 1 - Math.abs(ours / real - 1), 1 - parseShare(options.throughput, '--throughput'))];
}

function fileText({ file, scheduler, scenario, guided, free, checks }: FileResult): string {
  const { bind, preempt, pending } = guided.decisions;
  const lines = [
    `${file}: ${scenario}, ${scheduler}`,
    `  taking the real decisions: agree ${guided.agree} of ${guided.pods} pods (${bind} bound, ${preempt} preempted others, ${pending} fitted nowhere)`,
    ...guided.disagreements.map(({ at, pod, real, ours }) => `    disagrees: ${pod} at ${at} ms: ${real}; ours: ${ours}`),
    ...guided.untold.map((pod) => `    the record tells nothing of ${pod}`),
    `  messages to pods that fit nowhere: ${guided.messages.same} of ${guided.messages.all} are the same`,
    `  left alone: same fate ${free.sameFate}, same victims ${free.sameVictims}, same node ${free.sameNode} of ${guided.pods}; ` +
      `bound in the other order ${free.inversions} of ${free.pairs} pairs; preemptions ${free.preemptions.ours}, real ${free.preemptions.real}`,
  ];
  if (free.throughput !== undefined) {
    lines.push(`  throughput: ${free.throughput.ours.toFixed(1)} pods/s, real ${free.throughput.real.toFixed(1)}`);
  }
  const bad = checks.filter(({ ok }) => !ok);
  lines.push(...bad.map(({ what, share, least }) => `  outside: ${what} ${percent(share)}, least ${percent(least)}`));
  return `${lines.join('\n')}\n`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
