/**
 * Queues as their objects say (`scheduling.run.ai/v2`).
 * Source: pkg/apis/scheduling/v2/queue_types.go, api/queue_info (KAI-Scheduler v0.13.0).
 */
import { didYouMean, usageError } from '../../errors.ts';
import type { InputError } from '../../errors.ts';
import { readObjects } from '../../kubernetes-json.ts';
import type { JsonField } from '../../kubernetes-json.ts';
import type { ParameterFile } from '../../parameters.ts';
import { parseDuration } from '../../units.ts';
import { CPU, GPU, MEMORY } from './quantities.ts';

/** What a queue gets of the resources, by resource, in the units of `Quantities`. */
export interface QueueObject {
  readonly name: string;
  /** As messages call it. */
  readonly displayName: string;
  /** Empty at the top. */
  readonly parent: string;
  readonly priority: number;
  /** Its quota; Infinity: all there is. */
  readonly deserved: readonly number[];
  readonly limit: readonly number[];
  readonly overQuotaWeight: readonly number[];
  /** How long a job may run before others of its queue may preempt it [ms]; absent: as the parent says. */
  readonly preemptMinRuntime?: number;
  /** The same for jobs of other queues. */
  readonly reclaimMinRuntime?: number;
}

const DEFAULT_PRIORITY = 100;
/** Of a unit of the object in a unit of ours: cpu is in millicores, memory in 10^6 bytes, GPUs are whole. */
const SCALE = [1, 1e6, 1000];

/** The queues of a file, in their order: which one is older decides ties. Lists count as their items. */
export function readQueues(file: ParameterFile): QueueObject[] {
  const queues = readObjects(file).map(readQueue);
  checkTree(queues, file.path);
  return queues;
}

function readQueue(object: JsonField): QueueObject {
  const kind = object.at('kind').text() ?? 'Queue';
  if (kind !== 'Queue') throw wrong(`found kind ${kind} where Queue belongs`, object.at('kind').path, 'leave other objects out');
  const name = object.at('metadata').at('name').text();
  if (name === undefined) throw wrong('a queue has no name', object.path, 'give it metadata.name');
  const spec = object.at('spec');
  const resources = ['cpu', 'memory', 'gpu'].map((resource) => spec.at('resources').at(resource));
  const amounts = (key: string) =>
    resources.map((resource, index) => {
      const amount = numberAt(resource.at(key));
      return amount < 0 ? Infinity : amount * SCALE[index];
    });
  const weights = resources.map((resource) => numberAt(resource.at('overQuotaWeight')));
  return {
    name,
    displayName: spec.at('displayName').text() ?? name,
    parent: spec.at('parentQueue').text() ?? '',
    priority: spec.at('priority').integer() ?? DEFAULT_PRIORITY,
    deserved: amounts('quota'),
    limit: amounts('limit'),
    overQuotaWeight: weights,
    preemptMinRuntime: durationAt(spec.at('preemptMinRuntime')),
    reclaimMinRuntime: durationAt(spec.at('reclaimMinRuntime')),
  };
}

/** What is not said is 0, as in the object's own type: a resource without quota, limit and weight is for nobody. */
function numberAt(field: JsonField): number {
  if (field.absent) return 0;
  if (typeof field.value !== 'number' || !Number.isFinite(field.value)) throw field.wrong('a number');
  return field.value;
}

function durationAt(field: JsonField): number | undefined {
  const text = field.text();
  return text === undefined ? undefined : parseDuration(text, field.path);
}

function checkTree(queues: readonly QueueObject[], where: string): void {
  const byName = new Map<string, QueueObject>();
  for (const queue of queues) {
    if (byName.has(queue.name)) throw wrong(`queue ${queue.name} is there twice`, where, 'names of queues are unique');
    byName.set(queue.name, queue);
  }
  for (const queue of queues) {
    if (queue.parent !== '' && !byName.has(queue.parent)) {
      throw wrong(`queue ${queue.name} has no parent "${queue.parent}"`, where, didYouMean(queue.parent, byName.keys()));
    }
    const path = new Set([queue.name]);
    for (let at = queue.parent; at !== ''; at = byName.get(at)?.parent ?? '') {
      if (path.has(at)) throw wrong(`queue ${queue.name} stands below itself`, where, 'take one parentQueue out');
      path.add(at);
    }
  }
}

function wrong(problem: string, where: string, hint: string): InputError {
  return usageError(problem, where, hint);
}

/** A queue as the installation makes them: nothing of its own, no limit, one share of what is over quota. */
export function plainQueue(name: string, parent: string): QueueObject {
  const of = (amount: number) => [CPU, MEMORY, GPU].map(() => amount);
  return {
    name,
    displayName: name,
    parent,
    priority: DEFAULT_PRIORITY,
    deserved: of(0),
    limit: of(Infinity),
    overQuotaWeight: of(1),
  };
}
