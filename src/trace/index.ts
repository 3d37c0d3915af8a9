import { acme } from './acme.ts';
import { azureLlm } from './azure-llm.ts';
import { borg2011 } from './borg-2011.ts';
import { borg2019 } from './borg-2019.ts';
import { csv } from './csv.ts';
import { dlrm } from './dlrm.ts';
import { elasticflow } from './elasticflow.ts';
import type { TraceFormat } from './format.ts';
import { gavel } from './gavel.ts';
import { genai } from './genai.ts';
import { helios } from './helios.ts';
import { jsonl } from './jsonl.ts';
import { kubernetes } from './kubernetes.ts';
import { kueueGenerator } from './kueue-generator.ts';
import { kwokReplayer } from './kwok-replayer.ts';
import { muri } from './muri.ts';
import { openb } from './openb.ts';
import { pai } from './pai.ts';
import { parquet } from './parquet.ts';
import { philly } from './philly.ts';
import { pollux } from './pollux.ts';
import { sacct } from './sacct.ts';
import { shockwave } from './shockwave.ts';
import { simkube } from './simkube.ts';
import { slurmSim } from './slurm-sim.ts';
import { spotGpu } from './spot-gpu.ts';
import { swf } from './swf.ts';
import { tiresias } from './tiresias.ts';

/** Every trace format, one a line. */
export const formats: readonly TraceFormat[] = [
  swf,
  sacct,
  csv,
  jsonl,
  parquet,
  kubernetes,
  slurmSim,
  openb,
  tiresias,
  muri,
  elasticflow,
  shockwave,
  gavel,
  philly,
  helios,
  acme,
  pollux,
  pai,
  dlrm,
  spotGpu,
  kwokReplayer,
  kueueGenerator,
  borg2011,
  borg2019,
  simkube,
  azureLlm,
  genai,
];
