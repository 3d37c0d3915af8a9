import { gzipSync } from 'node:zlib';
import { scriptJson } from './html.ts';
import type { ReportFacts, RunFacts } from './model.ts';
import { MOST_DIGESTS } from './provenance.ts';

/** Beyond this the facts of many runs are most of the page [characters]. */
const LONG = 500_000;
/** Of a figure, where there are many. */
const DIGITS = 12;

/** The element that holds what the page knows beside the tables: as JSON, or, if that is long, as its gzip in base64. */
export function factsElement(facts: ReportFacts): string {
  const plain = scriptJson(facts);
  if (plain.length <= LONG) return `<script type="application/json" id="facts">${plain}</script>\n`;
  const packed = gzipSync(JSON.stringify({ ...facts, runs: facts.runs.map(shortened) }), { level: 9 }).toString('base64');
  return `<script type="text/plain" id="facts">${packed}</script>\n`;
}

/** Digests that are not shown do not pack; nor does what a figure says beyond any precision of a simulation. */
function shortened(run: RunFacts, index: number): RunFacts {
  const figures = Object.entries(run.figures).map(([name, value]) => [
    name,
    typeof value === 'number' ? Number(value.toPrecision(DIGITS)) : value,
  ]);
  return {
    ...run,
    digest: index < MOST_DIGESTS ? run.digest : '',
    figures: Object.fromEntries(figures) as RunFacts['figures'],
  };
}
