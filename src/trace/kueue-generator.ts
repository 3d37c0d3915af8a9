import { InputError } from '../errors.ts';
import { parseQuantity } from '../units.ts';
import { addFound } from './found-job.ts';
import type { TraceFormat, TraceSink } from './format.ts';
import type { WorkloadsSet } from './kueue-generator-config.ts';

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
    // Its libraries take long to load.
    const { readGeneratorConfig } = await import('./kueue-generator-config.ts');
    const config = readGeneratorConfig(text, input.name);
    let row = 0;
    let jobs = 0;
    for (const cohort of config.cohorts) {
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
