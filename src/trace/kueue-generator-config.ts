import { z } from 'zod';
import { InputError } from '../errors.ts';
import { readYaml } from '../yaml-places.ts';

const count = z.int().min(1).max(100_000);
const workloadSchema = z.object({
  className: z.string(),
  runtimeMs: z.int().min(0),
  priority: z.int().default(0),
  request: z.union([z.string(), z.number()]),
  podCount: count.default(1),
});
const setSchema = z.object({
  count,
  creationIntervalMs: z.int().min(0),
  workloads: z.array(workloadSchema),
});
const queueSchema = z.object({ className: z.string(), count, workloadsSets: z.array(setSchema) });
const schema = z.object({ cohorts: z.array(z.object({ className: z.string(), count, queuesSets: z.array(queueSchema) })) });

/** Workloads that are made together, again and again. */
export type WorkloadsSet = z.infer<typeof setSchema>;
/** A configuration of Kueue's generator. */
export type GeneratorConfig = z.infer<typeof schema>;

/** Reads a configuration and checks it. Throws `InputError` with the place of the first mistake. */
export function readGeneratorConfig(text: string, file: string): GeneratorConfig {
  const { value, where } = readYaml(text, file);
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const hint = 'write cohorts with queuesSets with workloadsSets, as in the configurations of Kueue';
  throw new InputError(`${issue.path.join('.')}: ${issue.message}`, where(issue.path), hint);
}
