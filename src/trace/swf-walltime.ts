import { FIELDS, LineScanner } from './swf-line.ts';

/** Field 6: CPU time by definition, the requested time in the logs of ALCF. */
const CPU_TIME = 5;
const REQUESTED_TIME = 8;
/** Lines that are looked at, and the fewest that say anything. */
const MOST = 500;
const FEWEST = 3;

/**
 * Where the walltime limits of a log stand, as far as its first lines tell. Field 9 is right unless it is unknown in
 * all of them while field 6 holds whole minutes throughout: limits are asked for in minutes, CPU times are measured,
 * and one in sixty of them is a whole minute by chance.
 */
export function walltimeField(lines: Buffer): 'requested-time' | 'cpu-time' {
  const fields = new LineScanner();
  let seen = 0;
  for (let at = 0; at < lines.length && seen < MOST;) {
    at = fields.scan(lines, at);
    if (fields.kind !== FIELDS) continue;
    seen++;
    const cpuTime = fields.value[CPU_TIME];
    if (fields.value[REQUESTED_TIME] >= 0 || !(cpuTime > 0) || cpuTime % 60 !== 0) return 'requested-time';
  }
  return seen < FEWEST ? 'requested-time' : 'cpu-time';
}
