/** What a policy saw in its attempts to place a job, for people and for machines. */
import { countOf, grouped, SECOND } from '../units.ts';
import type { NodeVerdict, WatchedAttempt } from '../watch.ts';
import { indent } from './explain-story.ts';
import { renderTable } from './table.ts';
import type { Column } from './table.ts';

/** Lines of a list on the screen; JSON has all. */
const SHOWN = 20;

/** The attempts that were asked for: all, or the last one of each task up to a time [ms]. */
export function attemptsUntil(attempts: readonly WatchedAttempt[], at: number | undefined): readonly WatchedAttempt[] {
  if (at === undefined) return attempts;
  const last = new Map<string, WatchedAttempt>();
  for (const attempt of attempts) if (attempt.at <= at) last.set(attempt.task, attempt);
  const latest = Math.max(...[...last.values()].map((attempt) => attempt.at));
  // Of the pods of a gang that were tried together, all.
  return [...last.values()].filter((attempt) => attempt.at === latest);
}

/** For machines: the shape that README.md documents. `origin` is the trace's own time of 0 ms. */
export function attemptFacts({ at, task, node, message, nominatedNode, victims, nodes }: WatchedAttempt, origin: number): object {
  return {
    at_s: (origin + at) / SECOND,
    pod: task,
    node: node ?? null,
    message: message ?? null,
    nominated_node: nominatedNode ?? null,
    victims,
    nodes: nodes.map((verdict) => ({
      node: verdict.node,
      passed: verdict.passed,
      plugin: verdict.plugin ?? null,
      reasons: verdict.reasons,
      total: verdict.total ?? null,
      scores: verdict.scores.map((score) => ({ ...score, weighted: score.weight * score.normalized })),
    })),
  };
}

/** All attempts in a line each, then the last ones in full; with `at`, only those that were asked for. */
export function attemptsText(attempts: readonly WatchedAttempt[], origin: number, at: number | undefined): string {
  const wanted = attemptsUntil(attempts, at);
  if (at !== undefined) {
    if (wanted.length === 0) return '\nit had not been tried by then\n';
    return wanted.map((attempt) => attemptText(attempt, origin)).join('');
  }
  const last = wanted.at(-1);
  return last === undefined ? '' : `${listText(attempts, origin)}${attemptText(last, origin)}`;
}

function listText(attempts: readonly WatchedAttempt[], origin: number): string {
  const cut = attempts.length > 2 * SHOWN;
  const rows = (cut ? [...attempts.slice(0, SHOWN), ...attempts.slice(-SHOWN)] : attempts).map((attempt) => [
    String((origin + attempt.at) / SECOND),
    attempt.task,
    outcomeText(attempt),
  ]);
  if (cut) rows.splice(SHOWN, 0, ['', '', `... ${grouped(attempts.length - 2 * SHOWN)} more, which --json lists`]);
  const columns = [{ title: 'at [s]', align: 'right' as const }, { title: 'pod' }, { title: 'what came of it', wrap: 100 }];
  return `\ntried ${countOf(attempts.length, 'time')} (--at TIME shows one of them in full):\n${indent(renderTable(columns, rows))}`;
}

function outcomeText({ node, message = '', nominatedNode, victims }: WatchedAttempt): string {
  if (node !== undefined) return `placed on ${node}`;
  if (nominatedNode === undefined) return message;
  const gone = victims.length === 0 ? '' : `, after preempting ${victims.slice(0, SHOWN).join(', ')}`;
  return `${message} Nominated to ${nominatedNode}${gone}.`;
}

/** One attempt, node by node. */
function attemptText(attempt: WatchedAttempt, origin: number): string {
  const { at, task, nodes } = attempt;
  const passed = nodes.filter((verdict) => verdict.passed);
  const turnedDown = nodes.filter((verdict) => !verdict.passed);
  return [
    `\npod ${task} at ${(origin + at) / SECOND} s: ${outcomeText(attempt)}\n`,
    turnedDownText(turnedDown),
    passed.some(({ total }) => total !== undefined) ? scoresText(passed) : unscoredText(passed),
  ].join('');
}

function turnedDownText(nodes: readonly NodeVerdict[]): string {
  if (nodes.length === 0) return '';
  const rows = nodes.slice(0, SHOWN).map(({ node, plugin = '', reasons }) => [node, plugin, reasons.join(', ')]);
  const table = renderTable([{ title: 'node' }, { title: 'turned down by' }, { title: 'because' }], rows);
  return `\n${indent(table)}${more(nodes.length)}`;
}

function unscoredText(nodes: readonly NodeVerdict[]): string {
  if (nodes.length === 0) return '';
  const names = nodes.slice(0, SHOWN).map(({ node }) => node);
  const why = nodes.length === 1 ? 'it was the only one, or the one it was nominated to' : 'nothing was scored';
  return `\n  passed, without scores (${why}): ${names.join(' ')}\n${more(nodes.length)}`;
}

/** A column for each plugin: its normalised score, times its weight where that is not 1, and the raw score in brackets. */
function scoresText(nodes: readonly NodeVerdict[]): string {
  const ranked = [...nodes].sort((a, b) => (b.total ?? 0) - (a.total ?? 0));
  const plugins = ranked[0].scores.map(({ plugin, weight }) => ({ plugin, weight }));
  const columns: Column[] = [
    { title: 'node' },
    { title: 'total', align: 'right' },
    ...plugins.map(({ plugin, weight }) => ({
      title: weight === 1 ? plugin : `${plugin} x ${weight}`,
      align: 'right' as const,
    })),
  ];
  const rows = ranked
    .slice(0, SHOWN)
    .map(({ node, total, scores }) => [
      node,
      String(total),
      ...scores.map(({ raw, normalized }) => (raw === normalized ? String(raw) : `${normalized} (${raw})`)),
    ]);
  const meaning = 'normalised scores, the raw one in brackets where it differs; total = sum of score x weight';
  return `\n${indent(renderTable(columns, rows))}${more(nodes.length)}  ${meaning}\n`;
}

function more(all: number): string {
  return all > SHOWN ? `  ... ${grouped(all - SHOWN)} more nodes, which --json lists\n` : '';
}
