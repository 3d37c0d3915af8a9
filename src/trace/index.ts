import { acme } from './acme.ts';
import { csv } from './csv.ts';
import { elasticflow } from './elasticflow.ts';
import type { TraceFormat } from './format.ts';
import { gavel } from './gavel.ts';
import { helios } from './helios.ts';
import { jsonl } from './jsonl.ts';
import { kubernetes } from './kubernetes.ts';
import { muri } from './muri.ts';
import { openb } from './openb.ts';
import { parquet } from './parquet.ts';
import { philly } from './philly.ts';
import { sacct } from './sacct.ts';
import { shockwave } from './shockwave.ts';
import { slurmSim } from './slurm-sim.ts';
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
];
