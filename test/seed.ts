/**
 * Property tests draw anew in every run, so that they go on finding things; PROPERTY_SEED=N makes a run that can be
 * repeated.
 */
import fc from 'fast-check';

const seed = process.env.PROPERTY_SEED;
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
