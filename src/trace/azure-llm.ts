import type { Parameters, ParameterSpecs } from '../parameters.ts';
import { instantReader, readNumber } from './column-map-notations.ts';
import { zoneNamed } from './column-map-zones.ts';
import { addFound } from './found-job.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { hasColumns, readNamedTable, UNREADABLE } from './named-table.ts';

const TOKENS = ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'];

const PER_TOKEN = {
  prefill: { summary: 'how long a thousand tokens of context take', type: 'duration', default: 250, min: 0 },
  decode: { summary: 'how long a thousand generated tokens take', type: 'duration', default: 30_000, min: 0 },
} as const satisfies ParameterSpecs;

/** Requests to language models. The table has no durations: tokens and a time for each make them. */
export const azureLlm: TraceFormat = {
  name: 'azure-llm',
  summary: 'Requests to language models on Azure: each is a batch job of one GPU, as long as its tokens take.',
  source: 'Azure/AzurePublicDataset, AzureLLMInferenceTrace; Patel et al., "Splitwise", ISCA 2024',
  extensions: [],
  parameters: { ...PER_TOKEN, ...UNREADABLE },
  likelihood: (head) => (hasColumns(head, TOKENS) ? 1 : 0),
  read: readTokens,
};

async function readTokens(input: TraceInput, sink: TraceSink, parameters: Parameters): Promise<void> {
  const instant = instantReader('iso', zoneNamed('UTC', input.name), input.name).read;
  const [prefill, decode] = [Number(parameters.prefill), Number(parameters.decode)];
  await readNamedTable(input, sink, { needed: TOKENS }, parameters, (row) => {
    const submit = row.number('TIMESTAMP', instant);
    const tokens = row.number('ContextTokens', readNumber) * prefill + row.number('GeneratedTokens', readNumber) * decode;
    addFound({ id: row.line, submit, runtime: Math.round(tokens / 1000), size: { gpus: 1000 } }, row.line, sink);
  });
  sink.declare({ epoch: 0 });
  sink.warn(
    `run times are made: ${prefill} ms for a thousand tokens of context, ${decode} ms for as many generated; times are taken as UTC`,
  );
}
