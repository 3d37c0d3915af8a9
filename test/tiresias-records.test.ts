// The schedules of Tiresias' own simulator on its 60 jobs and 12 GPUs (scheme "count": any free GPUs will do), job by job.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { loadPolicy } from '../src/policies/index.ts';
import type { Cluster } from '../src/cluster.ts';
import { restartsOf } from '../src/schedule.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';

