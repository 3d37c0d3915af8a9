import type { ParameterSpecs } from '../../parameters.ts';
import type { Random } from '../../random.ts';

export const USER_PARAMETERS = {
  users: {
    summary: 'Users that share the jobs, named 1 (most jobs), 2 and so on; 0 = no users.',
    type: 'integer',
    default: 0,
    min: 0,
  },
  'user-skew': {
    summary: 'Exponent of the Zipf law of their shares: the k-th user has a share that goes with k to the minus this.',
    type: 'number',
    default: 1,
    min: 0,
    max: 10,
  },
} as const satisfies ParameterSpecs;

/** Draws users by Zipf's law: numbers from 0, most often 0. */
export function zipf(users: number, skew: number): (random: Random) => number {
  const cumulated = new Float64Array(users);
  let sum = 0;
  for (let user = 0; user < users; user++) cumulated[user] = sum += (user + 1) ** -skew;
  return (random) => {
    const point = random.uniform() * sum;
    let low = 0;
    let high = users - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (point < cumulated[middle]) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
