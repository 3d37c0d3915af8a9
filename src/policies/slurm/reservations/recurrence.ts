/** When a reservation that recurs begins again. Source: Slurm 22.05, src/slurmctld/reservation.c, _advance_resv_time. */
const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;

const SUNDAY = 0;
const FRIDAY = 5;
const SATURDAY = 6;

/** How far it moves when it is over at `now` [Unix ms]; 0 = it does not recur. Days of the week are those of UTC. */
export function stepOf(flags: ReadonlySet<string>, now: number): number {
  if (flags.has('HOURLY')) return HOUR;
  if (flags.has('DAILY')) return DAY;
  const day = new Date(now).getUTCDay();
  if (flags.has('WEEKDAY')) return DAY * (day === FRIDAY ? 3 : day === SATURDAY ? 2 : 1);
  if (flags.has('WEEKEND')) return DAY * (day === SATURDAY ? 1 : SATURDAY - Math.max(day, SUNDAY));
  return flags.has('WEEKLY') ? 7 * DAY : 0;
}
