import type { PolicySpec } from '../policy.ts';
import { conservative } from './conservative/conservative.ts';
import { easy } from './easy/easy.ts';
import { fcfs } from './fcfs.ts';

/** Every policy that `--policy` knows by name. One line for each. */
export const policies: readonly PolicySpec[] = [fcfs, easy, conservative];
