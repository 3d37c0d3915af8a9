/** What scontrol prints, taken apart. Source: Slurm 22.05, src/common/{job_info,node_info...}.c, print formats of `scontrol -o`. */

export type ScontrolRecord = ReadonlyMap<string, string>;

/** One line for each record: `Key=Value Key=Value`, where values may hold blanks. The first of equal keys counts. */
export function readRecords(text: string): ScontrolRecord[] {
  const records: ScontrolRecord[] = [];
  for (const line of text.split('\n')) {
    const record = new Map<string, string>();
    for (const [, key, value] of line.matchAll(/(?<=^|\s)([A-Za-z][\w/:.]*)=(.*?)(?=\s+[A-Za-z][\w/:.]*=|\s*$)/g)) {
      if (!record.has(key)) record.set(key, value.trim());
    }
    if (record.size > 0) records.push(record);
  }
  return records;
}

/** `Key = Value` lines of `scontrol show config`, and of `Key=Value` ones after them. */
export function readSettings(text: string): Map<string, string> {
  const settings = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\s*([\w[\]]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (match !== null && !settings.has(match[1])) settings.set(match[1], match[2]);
  }
  return settings;
}

/** Absent where Slurm prints a word for nothing. */
export function said(value: string | undefined): string | undefined {
  return value === undefined || /^(|\(null\)|\(null type\)|N\/A|n\/a|NONE|None|Unknown|UNLIMITED)$/.test(value)
    ? undefined
    : value;
}

/** A time as programs print it that are run in UTC [Unix ms]; NaN for none. */
export function slurmTime(value: string | undefined): number {
  return value !== undefined && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(value) ? Date.parse(`${value}Z`) : NaN;
}
