import type { PolicySpec } from '../policy.ts';
import { conservative } from './conservative/conservative.ts';
import { easy } from './easy/easy.ts';
import { fcfs } from './fcfs.ts';
import { firstFit } from './first-fit.ts';
import { kubeDefault } from './kube-default/kube-default.ts';
import { random } from './random.ts';
import { sjf } from './sjf.ts';

/** Every policy that `--policy` knows by name. One line for each. */
export const policies: readonly PolicySpec[] = [fcfs, easy, conservative, sjf, firstFit, random, kubeDefault];
