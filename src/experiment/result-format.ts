/**
 * Stands in every key, record and manifest; changes whenever results are written in another way.
 * 2: jobs.csv has accounts, partitions and QoS; metrics by account.
 */
export const RESULT_FORMAT = 2;
