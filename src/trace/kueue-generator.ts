import { z } from 'zod';
import { InputError } from '../errors.ts';
import { parseQuantity } from '../units.ts';
import { readYaml } from '../yaml-places.ts';
import { addFound } from './found-job.ts';
import type { TraceFormat, TraceSink } from './format.ts';

const count = z.int().min(1).max(100_000);
const workloadSchema = z.object({
  className: z.string(),
  runtimeMs: z.int().min(0),
  priority: z.int().default(0),
  request: z.union([z.string(), z.number()]),
  podCount: count.default(1),
});
const setSchema = z.object({
  count,
  creationIntervalMs: z.int().min(0),
  workloads: z.array(workloadSchema),
});
const queueSchema = z.object({ className: z.string(), count, workloadsSets: z.array(setSchema) });
const schema = z.object({ cohorts: z.array(z.object({ className: z.string(), count, queuesSets: z.array(queueSchema) })) });

type WorkloadsSet = z.infer<typeof setSchema>;

/** More than any of the published ones by far: counts multiply, and a slip must not fill the memory. */
const MOST_JOBS = 5_000_000;

/**
 * What the performance tests of Kueue submit: each set of a queue makes its workloads at once, waits for its interval and
 * makes them again. All sets begin together. Quotas and topology belong to the cluster and are not read here.
 */
export const kueueGenerator: TraceFormat = {
  name: 'kueue-generator',
  summary: 'Workloads that the performance tests of Kueue generate (YAML: cohorts, queues, sets of workloads).',
  source: 'kubernetes-sigs/kueue, test/performance/scheduler (configs and runner/generator)',
  extensions: [],
  likelihood: (head) => (/^cohorts:/m.test(head) && /^\s*-?\s*(queuesSets|className):/m.test(head) ? 1 : 0),
  async read(input, sink) {
    let text = '';
    for await (const piece of input.text()) text += piece;
    const { value, where } = readYaml(text, input.name);
    const checked = schema.safeParse(value);
    if (!checked.success) {
      const [issue] = checked.error.issues;
      const hint = 'write cohorts with queuesSets with workloadsSets, as in the configurations of Kueue';
      throw new InputError(`${issue.path.join('.')}: ${issue.message}`, where(issue.path), hint);
    }
    let row = 0;
    let jobs = 0;
    for (const cohort of checked.data.cohorts) {
      for (const queue of cohort.queuesSets) {
        for (const set of queue.workloadsSets) {
          jobs += cohort.count * queue.count * set.count * set.workloads.length;
          if (jobs > MOST_JOBS) throw new InputError(`it makes more than ${MOST_JOBS} workloads`, input.name, 'lower a count');
        }
        for (let one = 0; one < cohort.count; one++) {
          for (let other = 0; other < queue.count; other++) {
            const place = {
              account: `${cohort.className}-${one}`,
              queue: `${cohort.className}-${one}-${queue.className}-${other}`,
            };
            for (const set of queue.workloadsSets) addSet(set, place, ++row, input.name, sink);
          }
        }
      }
    }
    sink.warn('quotas and topology are not read: they belong to the cluster');
  },
};

function addSet(set: WorkloadsSet, place: { account: string; queue: string }, row: number, file: string, sink: TraceSink): void {
  const before = sink.jobs.count;
  const requests = set.workloads.map(({ request }) => Math.ceil(parseQuantity(String(request), file) * 1000));
  for (let index = 0; index < set.count; index++) {
    set.workloads.forEach(({ className, runtimeMs, priority, podCount }, which) => {
      const id = `${place.queue}-${className}-${row}-${index}`;
      const job = { id, ...place, priority, submit: index * set.creationIntervalMs, runtime: runtimeMs, tasks: podCount };
      addFound({ ...job, request: { cpu: requests[which], memory: 0, gpu: 0 } }, row, sink);
    });
  }
  const made = sink.jobs.count - before;
  if (made > 1) sink.furtherJobs('made by one set of workloads', row, made - 1);
}
