import type { Results } from '../results/read.ts';
import type { SourceFacts } from './model.ts';
import { countOf, grouped } from '../units.ts';

type Json = Record<string, unknown>;

/** Where a folder of results comes from, for people. */
export function sourceFacts({ dir, manifest, runs, missing }: Results): SourceFacts {
  const { document, kind, version, reproduce, inputs } = manifest;
  return {
    dir,
    kind,
    version,
    reproduce,
    inputs: inputs.map(({ what, path, sha256 }) => ({ what, path, sha256 })),
    facts: [
      ...(kind === 'replay' ? replayFacts(document) : []),
      ['seeds', [...new Set(runs.map(({ seed }) => seed))].sort((a, b) => a - b).join(', ')],
      [
        'runs',
        missing.length === 0 ? grouped(runs.length) : `${grouped(runs.length)} of ${grouped(runs.length + missing.length)}`,
      ],
    ],
  };
}

function replayFacts(document: Json): [string, string][] {
  const [trace, cluster, walltimes, placement] = ['trace', 'cluster', 'walltimes', 'placement'].map(
    (name) => (document[name] ?? {}) as Json,
  );
  const facts: [string, string][] = [];
  if (typeof trace.jobs === 'number') facts.push(['jobs', `${countOf(trace.jobs, 'job')} read as ${String(trace.format)}`]);
  if (typeof cluster.processors === 'number')
    facts.push(['cluster', `${String(cluster.spec ?? cluster.name)}: ${clusterText(cluster)}`]);
  if (typeof placement.name === 'string') facts.push(['placement', placement.name]);
  if (typeof walltimes.estimates === 'string')
    facts.push([
      'limits',
      `${limitsText(walltimes.estimates)}; ${walltimes.overrun === 'extend' ? 'none is enforced' : 'enforced'}`,
    ]);
  return facts;
}

function limitsText(estimates: string): string {
  if (estimates === 'runtime') return 'where none was asked, the run time';
  return estimates === 'none' ? 'as asked' : `where none was asked, ${estimates}`;
}

function clusterText({ processors, nodes, gpus }: Json): string {
  const parts = [countOf(Number(nodes), 'node'), countOf(Number(processors), 'processor')];
  if (Number(gpus) > 0) parts.push(countOf(Number(gpus), 'GPU'));
  // Processors without nodes are nodes of one processor each.
  return (nodes === processors ? parts.slice(1) : parts).join(', ');
}
