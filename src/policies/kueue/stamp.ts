/** How times are written down in objects, and compared afterwards. */
export interface Stamp {
  /** False: in whole seconds, as the API server does it; which of equal ones comes first is left to their random uids. */
  readonly isExact: boolean;
  time(now: number): number;
}

export const EXACT: Stamp = { isExact: true, time: (now) => now };
export const WHOLE_SECONDS: Stamp = { isExact: false, time: (now) => Math.floor(now / 1000) * 1000 };
