import type { TraceFormat } from './format.ts';
import { swf } from './swf.ts';

/** Every trace format, one a line. */
export const formats: readonly TraceFormat[] = [swf];
