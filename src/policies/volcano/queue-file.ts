/** Reads queues as `kubectl get queues -o yaml` prints them: one, a list, or several documents. */
import { InputError, usageError } from '../../errors.ts';
import { readObjects } from '../../kubernetes-json.ts';
import type { JsonField } from '../../kubernetes-json.ts';
import { readResources } from '../../kubernetes-quantity.ts';
import type { ParameterFile } from '../../parameters.ts';
import { DEFAULT_QUEUE, plainQueue, ROOT } from './queue.ts';
import type { Queue } from './queue.ts';

const HIERARCHY = 'volcano.sh/hierarchy';
const HIERARCHY_WEIGHTS = 'volcano.sh/hierarchy-weights';

/** The queues of the file, and the two that the scheduler makes itself unless they are there. */
export function readQueues(file: ParameterFile): Queue[] {
  const { path } = file;
  const queues = readObjects(file).map(readQueue);
  for (const [index, { name }] of queues.entries()) {
    if (queues.findIndex((other) => other.name === name) < index)
      throw usageError(`there are two queues "${name}"`, path, 'give each queue a name of its own');
  }
  const names = new Set([ROOT, ...queues.map(({ name }) => name)]);
  for (const { name, parent } of queues) {
    if (!names.has(parent)) throw usageError(`queue "${name}" is in "${parent}", which is not there`, path, 'add that queue too');
  }
  return withDefaults(queues);
}

export function withDefaults(queues: readonly Queue[]): Queue[] {
  const missing = [plainQueue(ROOT, false), plainQueue(DEFAULT_QUEUE)].filter(
    ({ name }) => !queues.some((queue) => queue.name === name),
  );
  return [...missing, ...queues];
}

function readQueue(field: JsonField): Queue {
  field.at('kind').word('Queue');
  const metadata = field.at('metadata');
  const spec = field.at('spec');
  const name = metadata.at('name').text();
  if (name === undefined) throw metadata.at('name').wrong('the name of a queue');
  // The webhook gives a queue without weight the weight 1.
  const weight = spec.at('weight').integer() || 1;
  if (weight < 1) throw spec.at('weight').wrong('a weight of 1 or more');
  const state = field.at('status').at('state').word('Open', 'Closed', 'Closing', 'Unknown') ?? 'Open';
  return {
    name,
    weight,
    capability: resources(spec.at('capability')),
    guarantee: resources(spec.at('guarantee').at('resource')),
    deserved: resources(spec.at('deserved')),
    reclaimable: spec.at('reclaimable').flag() ?? true,
    priority: spec.at('priority').integer() ?? 0,
    open: state === 'Open',
    parent: spec.at('parent').text() || ROOT,
    ...readHierarchy(metadata.at('annotations')),
    created: readTime(metadata.at('creationTimestamp')),
  };
}

function resources(field: JsonField): Queue['capability'] {
  const read = readResources(field);
  return read.size === 0 ? undefined : read;
}

/** As the webhook completes them: both start at the root. */
function readHierarchy(annotations: JsonField): Pick<Queue, 'path' | 'pathWeights'> {
  const path = (annotations.at(HIERARCHY).text() ?? '').split('/');
  const weights = (annotations.at(HIERARCHY_WEIGHTS).text() ?? '').split('/');
  const rooted = path[0] === ROOT || path[0] === '';
  const pathWeights = (rooted ? weights : ['1', ...weights]).map((weight) => Math.max(1, Number(weight) || 1));
  const fromRoot = rooted ? path : [ROOT, ...path];
  if (pathWeights.length !== fromRoot.length) {
    const where = annotations.at(HIERARCHY_WEIGHTS).path;
    const problem = `${pathWeights.length} weights for ${fromRoot.length} steps of the hierarchy`;
    throw new InputError(problem, where, 'write as many weights as steps', 'usage');
  }
  return { path: fromRoot, pathWeights };
}

/** Whole seconds, as the API server keeps them. */
function readTime(field: JsonField): number {
  const text = field.text();
  if (text === undefined) return 0;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw field.wrong('a time such as "2026-07-30T01:35:30Z"');
  return Math.floor(time / 1000);
}
