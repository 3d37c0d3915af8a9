import type { PlacementSpec } from '../placement.ts';
import { bestFit } from './best-fit.ts';
import { bestSwitch } from './best-switch.ts';
import { buddyCells } from './buddy-cells.ts';
import { consolidate } from './consolidate.ts';
import { contiguous } from './contiguous.ts';
import { dotProduct } from './dot-product.ts';
import { firstFit } from './first-fit.ts';
import { first } from './first.ts';
import { firstnodex } from './firstnodex.ts';
import { fragmentationGradientDescent } from './fragmentation-gradient-descent.ts';
import { gpuBestFit } from './gpu-best-fit.ts';
import { gpuClustering } from './gpu-clustering.ts';
import { gpuPacking } from './gpu-packing.ts';
import { high } from './high.ts';
import { hinode } from './hinode.ts';
import { hinodex } from './hinodex.ts';
import { leastAllocated } from './least-allocated.ts';
import { locality } from './locality.ts';
import { lonode } from './lonode.ts';
import { lonodex } from './lonodex.ts';
import { low } from './low.ts';
import { mostAllocated } from './most-allocated.ts';
import { packed } from './packed.ts';
import { random } from './random.ts';
import { roundRobin } from './round-robin.ts';
import { worstFit } from './worst-fit.ts';

/** Every placement that `--placement` knows by name. One line for each. */
export const placements: readonly PlacementSpec[] = [
  firstFit,
  bestFit,
  worstFit,
  leastAllocated,
  mostAllocated,
  contiguous,
  random,
  roundRobin,
  gpuBestFit,
  dotProduct,
  gpuPacking,
  gpuClustering,
  fragmentationGradientDescent,
  consolidate,
  packed,
  bestSwitch,
  buddyCells,
  first,
  firstnodex,
  high,
  hinode,
  hinodex,
  locality,
  lonode,
  lonodex,
  low,
];
