/** Stands in every key and record; changes whenever results are written in another way. */
export const RESULT_FORMAT = 1;
