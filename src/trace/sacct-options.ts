import type { SlurmOptions } from '../slurm-workload.ts';
import type { SacctColumns } from './sacct-columns.ts';
import type { Complaints, Resources } from './sacct-resources.ts';
import { optionsOfSubmitLine } from './sacct-submit-line.ts';
import { readCount, readMemory, readTres } from './sacct-values.ts';

const NOT_SAID = /^(none|n\/a|unknown|\(null\))?$/i;

/** What a record tells of the options that its job was submitted with. */
export function optionsOf(columns: SacctColumns, resources: Resources, complaints: Complaints): SlurmOptions {
  const nodes = nodesOf(columns, resources);
  const memory = readMemory(columns.get('memory'));
  const partitions = columns
    .get('partition')
    .split(',')
    .filter((name) => name !== '');
  const constraint = columns.get('constraints');
  const reservation = columns.get('reservation');
  const licenses = licensesOf(columns.get('licenses'), complaints);
  return {
    ...optionsOfSubmitLine(columns.get('submitLine'), complaints),
    ...nodes,
    ...(memory?.per === 'node' && memory.bytes > 0 ? { memoryPerNode: memory.bytes } : {}),
    ...(memory?.per === 'cpu' && memory.bytes > 0 ? { memoryPerCpu: memory.bytes } : {}),
    ...(partitions.length > 1 ? { partitions } : {}),
    ...(NOT_SAID.test(constraint) ? {} : { constraint }),
    ...(NOT_SAID.test(reservation) ? {} : { reservation }),
    ...(licenses === undefined ? {} : { licenses }),
  };
}

/**
 * A job that got as many nodes as it asked for is taken to have asked for just these; one that got more, to have
 * allowed any number. Where the request is not recorded, it is what the job got.
 */
function nodesOf(columns: SacctColumns, { nodes: got }: Resources): Pick<SlurmOptions, 'minNodes' | 'maxNodes'> {
  const granted = readCount(columns.get('nodes')) ?? NaN;
  const column = readCount(columns.get('requestedNodes')) ?? NaN;
  const asked = column > 0 ? column : (readTres(columns.get('requestedTres'))?.nodes ?? NaN);
  if (!(asked > 0)) return columns.has('nodes') || got > 1 ? { minNodes: got, maxNodes: got } : {};
  return granted > 0 && granted !== asked ? { minNodes: asked } : { minNodes: asked, maxNodes: asked };
}

/** `matlab:2,ansys`; names may have a server behind an @. */
function licensesOf(text: string, complaints: Complaints): Readonly<Record<string, number>> | undefined {
  if (NOT_SAID.test(text)) return undefined;
  const licenses: Record<string, number> = {};
  for (const part of text.split(/[,;|]/)) {
    const match = /^\s*([^\s:=]+)(?:[:=](\d{1,9}))?\s*$/.exec(part);
    if (match === null) complaints.repair('licences that cannot be read: left out');
    else licenses[match[1]] = Number(match[2] ?? 1);
  }
  return licenses;
}
