/** Where a job is. Values of `Core.phase`. */
export const NOT_HERE = 0;
export const PENDING = 1;
/** Pending, with some of its tasks bound. */
export const BINDING = 2;
export const RUNNING = 3;
/** Runs on during its grace period. */
export const STOPPING = 4;
/** Has ended; its resources are being cleaned. */
export const RELEASING = 5;
/** Pending, with its nodes and memory kept. */
export const PAUSED = 6;
export const OVER = 7;

/** What to say of a job in each phase. */
const SAYINGS = [
  'has not been submitted',
  'waits',
  'waits with some of its tasks bound',
  'runs',
  'is being stopped',
  'has ended and is being cleaned',
  'is suspended',
  'is over',
];

export function describePhase(phase: number): string {
  return SAYINGS[phase] ?? 'does not exist';
}
