import type { PolicySpec } from '../policy.ts';
import { startAllThatFit } from './first-fit.ts';

export const random: PolicySpec = {
  name: 'random',
  summary: 'The queue is shuffled at every instant, then any job that fits starts: what a policy has to beat.',
  source: 'baseline of this project',
  create: ({ random }) => ({ order: { key: () => random.uniform(), varies: true }, schedule: startAllThatFit }),
};
