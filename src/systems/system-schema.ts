/** What the description of a system may hold. Loaded only when one is read: zod takes its time to start. */
import { z } from 'zod';

const word = z.string().min(1);
/** A number, or a number with a unit. */
const amount = z.union([z.number(), word]);
const pair = z.array(amount).length(2);
const evidence = z
  .enum(['measured', 'code', 'paper', 'second-hand', 'assumed'])
  .describe('how the figure is known; those that are assumed are shown with every result, and can be swept');
const known = { evidence: evidence.optional(), note: z.string().describe('where it stands, or why it is believed').optional() };

const time = z
  .union([
    amount,
    z.strictObject({
      value: amount.describe('always the same').optional(),
      normal: pair.describe('mean and standard deviation').optional(),
      lognormal: pair.describe('mean and standard deviation of the duration itself').optional(),
      uniform: pair.describe('least and most').optional(),
      ...known,
    }),
  ])
  .describe('a duration: 5s, or one that is drawn, and how it is known');

const steady = z
  .union([amount, z.strictObject({ value: amount, ...known })])
  .describe('a duration that is always the same, and how it is known');

const ratio = z
  .union([z.number().positive(), z.strictObject({ value: z.number().positive(), ...known })])
  .describe('share of native speed; 1 = as fast');

const stageSchema = z
  .strictObject({
    name: word,
    time: time.optional(),
    'per-node': steady.describe('more for each node').optional(),
    quantum: steady.describe('it ends at a multiple of this after its begin, since somebody looks only so often').optional(),
    cached: z.boolean().describe('takes no time on a node where it was done before').optional(),
  })
  .describe('one stage of a pipeline');
const pipeline = z.array(stageSchema);

const execSchema = z
  .strictObject({ cpu: ratio.optional(), network: ratio.optional(), io: ratio.optional() })
  .describe('how fast work runs inside');

const managerSchema = z
  .strictObject({
    owns: word.describe('the pool of nodes that is its own').optional(),
    policy: word.describe('who starts when; none: it has no queue of its own').optional(),
    conf: word
      .describe('lines of a slurm.conf for its pool, such as partitions and preemption, without those of nodes')
      .optional(),
    parameters: z
      .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
      .describe('of the policy')
      .optional(),
    placement: word.describe('which nodes a job gets; first-fit if absent').optional(),
    submit: time.describe('from the submission by a user to the queue').optional(),
    start: pipeline.describe('from the grant to the first useful instruction of work that runs here').optional(),
    end: pipeline.describe('from its last useful instruction to the release').optional(),
    exec: execSchema.optional(),
    'on-loss': z.enum(['requeue', 'fail']).describe('what becomes of work whose nodes are lost').optional(),
    walltime: amount.describe('limit of jobs that ask for none').optional(),
    route: z
      .enum(['blind', 'shortest-queue'])
      .describe('which of several bridges a job takes; blind (drawn) if absent')
      .optional(),
  })
  .describe('a queue and a policy');

const scaleSchema = z
  .strictObject({
    min: z.int().min(0).optional(),
    max: z.int().min(1).describe('all nodes of the other manager if absent').optional(),
    metric: z
      .enum(['fixed', 'pending', 'yield'])
      .describe('always max, by what runs and waits inside, or max without what others wait for outside')
      .optional(),
    poll: steady.describe('it is looked at this often').optional(),
    cooldown: steady.describe('it shrinks after this time without need').optional(),
  })
  .describe('how many nodes a standing lease wants');

const leaseSchema = z
  .strictObject({
    scope: z.enum(['job', 'standing']).describe('one lease and one manager inside for each job, or one manager on many leases'),
    'nodes-for': z
      .enum(['largest-step', 'all-steps'])
      .describe('how many nodes a job leases: for one step after the other (if absent), or for all side by side')
      .optional(),
    'extra-nodes': z.int().min(0).describe('nodes beside those of the job, such as a launcher').optional(),
    margin: amount.describe('limit of the lease beyond that of its job').optional(),
    priority: z.number().describe('that of the job if absent').optional(),
    acquire: pipeline.optional(),
    release: pipeline.optional(),
    scale: scaleSchema.optional(),
  })
  .describe('nodes that one manager hands to another');

const effect = z.enum(['cancel', 'orphan', 'duplicate']);
const bridgeSchema = z
  .strictObject({
    unit: z.enum(['job', 'pod']).describe('pod: each task is a job of its own at the other side').optional(),
    carrier: z
      .strictObject({ cpus: amount, memory: amount.optional() })
      .describe('what stands for the work at the source')
      .optional(),
    exclusive: z.boolean().describe('each task takes a whole node at the target').optional(),
    map: z
      .strictObject({
        walltime: z.enum(['keep', 'drop']).optional(),
        priority: z.enum(['keep', 'drop']).optional(),
        user: z.enum(['keep', 'single']).optional(),
        partition: word.describe('where all of it goes; that of the job if absent').optional(),
      })
      .describe('what the target is told of a job')
      .optional(),
    submit: time.describe('from the grant of the carrier to the queue of the target').optional(),
    status: z
      .union([
        z.strictObject({ watch: time }),
        z.strictObject({ poll: steady.describe('this often after the submission') }),
        z.strictObject({ ladder: z.array(amount).min(1).describe('times between looks, the last one again and again') }),
      ])
      .describe('how the source learns of the state')
      .optional(),
    start: pipeline.describe('beside what the target takes for its own jobs').optional(),
    exec: execSchema.optional(),
    'bind-back': z
      .strictObject({
        tries: z.array(amount).min(1).describe('times between tries to start what the target has placed'),
        revoke: time.describe('how long work goes on after the target took its nodes').optional(),
      })
      .describe('the target decides where, the source starts the work there')
      .optional(),
    cancel: z
      .union([z.strictObject({ signal: time }), z.enum(['next-poll', 'never'])])
      .describe('how a cancellation reaches the target')
      .optional(),
    'on-delete': z.enum(['cancel', 'orphan']).describe('when the user deletes what stands for the work').optional(),
    'on-carrier-loss': z
      .union([effect, z.strictObject({ evicted: effect, lost: effect })])
      .describe('when what stands for the work is lost')
      .optional(),
  })
  .describe('work that one manager hands to another');

export const systemSchema = z
  .strictObject({
    extends: word.describe('another system: what is said here takes the place of what is said there').optional(),
    summary: word.describe('one sentence').optional(),
    source: word.describe('what it follows').optional(),
    pools: z.record(z.string(), word).describe('nodes, such as nodes=16,cpus=8,memory=64Gi').optional(),
    managers: z.record(z.string(), managerSchema).optional(),
    leases: z.record(z.string(), leaseSchema).describe('by "from->to"').optional(),
    bridges: z.record(z.string(), bridgeSchema).describe('by "from->to"').optional(),
    entry: z.record(z.string(), word).describe('the manager that takes jobs of a queue; "default" takes the others').optional(),
  })
  .describe('A system of resource managers for yardmaster');

export type SystemText = z.infer<typeof systemSchema>;
export type ManagerText = z.infer<typeof managerSchema>;
export type LeaseText = z.infer<typeof leaseSchema>;
export type BridgeText = z.infer<typeof bridgeSchema>;
export type StageText = z.infer<typeof stageSchema>;
export type TimeText = z.infer<typeof time>;
export type SteadyText = z.infer<typeof steady>;
export type RatioText = z.infer<typeof ratio>;

/** The same as JSON Schema, for editors. */
export function systemJsonSchema(): object {
  return z.toJSONSchema(systemSchema, { io: 'input' });
}
