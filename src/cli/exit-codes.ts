/** Exit codes. A contract: README.md lists them, changes go through CHANGELOG.md. */
export const OK = 0;
/** A threshold or a verification failed. */
export const FAILED_CHECK = 1;
/** A flag, a name, a path or a configuration. */
export const USAGE = 2;
/** The content of an input. */
export const BAD_DATA = 3;
/** Some of what was asked for could not be done; what could be is there. */
export const PARTIAL = 4;
/** A live cluster: a program that ends, an API server that does not answer. */
export const LIVE = 5;
/** EX_SOFTWARE of sysexits.h: our own bug. */
export const BUG = 70;
/** EX_TEMPFAIL of sysexits.h: stopped on request before all was done; the same command goes on with `--resume`. */
export const RETRY = 75;
/** 128 and the number of the signal, as shells do. */
export const HUNG_UP = 129;
export const INTERRUPTED = 130;
export const TERMINATED = 143;
