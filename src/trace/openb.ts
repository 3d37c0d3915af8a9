import { InputError } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { COMPLETES, FAILS } from '../workload.ts';
import { SECOND } from '../units.ts';
import { CsvScanner } from './csv-scanner.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { ARRIVAL_PARAMETERS, arrivalOrder } from './openb-arrivals.ts';
import { OpenbColumns } from './openb-columns.ts';
import type { OpenbPod } from './openb-columns.ts';

/** The pods of Alibaba's GPU cluster of 2023, in all the lists that were published. */
export const openb: TraceFormat = {
  name: 'openb',
  summary: 'Pods of the Alibaba GPU cluster trace of 2023 (openb): shares of GPUs, GPU models, life times.',
  source: 'alibaba/clusterdata, cluster-trace-gpu-v2023; Weng et al., "Beware of fragmentation", USENIX ATC 2023',
  extensions: [],
  parameters: {
    times: {
      summary:
        'recorded: as in the trace; arrivals: one pod a second, and none ever leaves; auto: recorded if the list has times',
      type: 'choice',
      choices: ['auto', 'recorded', 'arrivals'],
      default: 'auto',
    },
    ...ARRIVAL_PARAMETERS,
  },
  likelihood: (head) => (/^\uFEFF?name,cpu_milli,memory_mib,num_gpu,gpu_milli(,|\r?\n)/.test(head) ? 1 : 0),
  read,
};

async function read(input: TraceInput, sink: TraceSink, parameters: Parameters): Promise<void> {
  const scanner = new CsvScanner(input.name, ',');
  let columns: OpenbColumns | undefined;
  const pods: OpenbPod[] = [];
  const take = (text: string, last: boolean) => {
    for (const { cells, line } of scanner.take(text, last)) {
      if (cells.length === 1 && cells[0].trim() === '') sink.noJob('blank line');
      else if (columns === undefined) {
        columns = new OpenbColumns(cells, input.name, line);
        sink.noJob('header');
      } else {
        const pod = columns.pod(cells, line, sink);
        if (pod) pods.push(pod);
      }
    }
  };
  for await (const piece of input.text()) take(piece, false);
  take('', true);
  const timed = columns?.hasTimes === true;
  if (parameters.times === 'recorded' && !timed)
    throw new InputError('this list has no times', input.name, 'replay its arrivals: times=arrivals');
  if (parameters.times === 'recorded' || (parameters.times === 'auto' && timed)) addRecorded(pods, sink);
  else addArrivals(pods, sink, parameters);
  sink.declare({});
}

function addRecorded(pods: readonly OpenbPod[], sink: TraceSink): void {
  for (const pod of pods) {
    const { created = NaN, deleted = NaN, scheduled = NaN, line } = pod;
    if (!(created >= 0 && deleted >= created)) {
      sink.skip('was deleted before it was created, or has no times', line);
      continue;
    }
    if (pod.phase === 'Pending') sink.repair('was never scheduled in the trace; its life is taken as its run time', line);
    const began = scheduled >= created && scheduled <= deleted ? scheduled : created;
    sink.jobs.add({
      ...rowOf(pod, sink),
      submit: created * SECOND,
      runtime: (deleted - began) * SECOND,
      recordedStart: Number.isNaN(scheduled) ? NaN : began * SECOND,
      outcome: pod.phase === 'Failed' ? FAILS : COMPLETES,
    });
  }
}

/** One pod a second, in the order that was asked for: which one comes first is all that there is to their times. */
function addArrivals(pods: readonly OpenbPod[], sink: TraceSink, parameters: Parameters): void {
  const ordered = arrivalOrder(pods, parameters);
  ordered.pods.forEach((pod, index) => {
    const id = index < ordered.originals ? pod.name : `${pod.name}-tuned-${index - ordered.originals}`;
    if (index >= ordered.originals) sink.furtherJobs('a pod that was drawn again', pod.line, 1);
    sink.jobs.add({ ...rowOf(pod, sink), id, submit: index * SECOND, runtime: Infinity });
  });
  for (const pod of ordered.removed) sink.skip('drawn out: the load is to be lower than that of the list', pod.line);
}

function rowOf(pod: OpenbPod, sink: TraceSink) {
  const request = sink.jobs.request({
    cpu: pod.cpu,
    memory: pod.memory,
    gpu: pod.gpus * pod.share,
    ...(pod.gpus > 0 && pod.models.length > 0 ? { gpuModels: pod.models } : {}),
  });
  return { id: pod.name, tasks: 1, request, walltime: Infinity, qos: pod.qos };
}
