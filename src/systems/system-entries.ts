/** The entries of a description of a system, in the units and with the defaults of the model. */
import { NO_TIME } from './distribution.ts';
import type { Distribution } from './distribution.ts';
import type { BridgeText, LeaseText, ManagerText, RatioText, StageText, TimeText } from './system-schema.ts';
import type { BridgeSpec, ExecProfile, LeaseSpec, ManagerSpec, Stage, StatusSpec } from './system.ts';
import { MINUTE, parseDuration, parseQuantity, SECOND } from '../units.ts';

/** Reads figures, and knows where they stand. */
export interface FigureReader {
  /** What durations that are assumed are multiplied by. */
  readonly assumed: number;
  /** The place of what is read, for errors. */
  readonly where: string;
}

type Amount = number | string;

export function duration(given: Amount, { where }: FigureReader): number {
  return given === 'unlimited' ? Infinity : parseDuration(String(given), where);
}

export function timeOf(given: TimeText | undefined, reader: FigureReader): Distribution {
  if (given === undefined) return NO_TIME;
  if (typeof given !== 'object') return { kind: 'constant', value: duration(given, reader) };
  const factor = given.evidence === 'assumed' ? reader.assumed : 1;
  const [first, second] = (given.normal ?? given.lognormal ?? given.uniform ?? []).map((one) => factor * duration(one, reader));
  if (given.uniform) return { kind: 'uniform', from: first, to: second };
  if (given.normal) return { kind: 'normal', mean: first, deviation: second };
  if (given.lognormal) return { kind: 'lognormal', mean: first, deviation: second };
  return { kind: 'constant', value: factor * duration(given.value ?? 0, reader) };
}

/** A duration that is always the same: the mean of what is given [ms]. */
function fixed(given: TimeText | undefined, reader: FigureReader, otherwise = 0): number {
  if (given === undefined) return otherwise;
  const time = timeOf(given, reader);
  return time.kind === 'constant' ? time.value : time.kind === 'uniform' ? (time.from + time.to) / 2 : time.mean;
}

function ratioOf(given: RatioText | undefined): number {
  return given === undefined ? 1 : typeof given === 'number' ? given : given.value;
}

function execOf({ cpu, network, io }: NonNullable<ManagerText['exec']>): ExecProfile {
  return { cpu: ratioOf(cpu), network: ratioOf(network), io: ratioOf(io) };
}

function stagesOf(given: readonly StageText[] | undefined, reader: FigureReader): Stage[] {
  return (given ?? []).map(({ name, time, quantum, cached = false, ...rest }) => ({
    name,
    time: timeOf(time, reader),
    perNode: fixed(rest['per-node'], reader),
    quantum: fixed(quantum, reader),
    cached,
  }));
}

export function managerSpec(name: string, given: ManagerText, reader: FigureReader): ManagerSpec {
  const { owns, policy, parameters = {}, placement = 'first-fit', exec = {}, walltime = 'unlimited' } = given;
  return {
    name,
    owns,
    policy: policy === undefined ? undefined : { name: policy, parameters },
    placement,
    submit: timeOf(given.submit, reader),
    start: stagesOf(given.start, reader),
    end: stagesOf(given.end, reader),
    exec: execOf(exec),
    onLoss: given['on-loss'] ?? 'requeue',
    walltime: duration(walltime, reader),
    route: given.route ?? 'blind',
  };
}

export function leaseSpec([from, to]: readonly [string, string], given: LeaseText, reader: FigureReader): LeaseSpec {
  const { scope, margin = 0, priority, acquire, release, scale = {} } = given;
  return {
    from,
    to,
    scope,
    nodesFor: given['nodes-for'] ?? 'largest-step',
    extraNodes: given['extra-nodes'] ?? 0,
    margin: duration(margin, reader),
    priority,
    acquire: stagesOf(acquire, reader),
    release: stagesOf(release, reader),
    scale: {
      min: scale.min ?? 0,
      max: scale.max ?? Infinity,
      metric: scale.metric ?? 'fixed',
      poll: fixed(scale.poll, reader, 30 * SECOND),
      cooldown: fixed(scale.cooldown, reader, 5 * MINUTE),
    },
  };
}

export function bridgeSpec([from, to]: readonly [string, string], given: BridgeText, reader: FigureReader): BridgeSpec {
  const { unit = 'job', carrier, exclusive = false, map = {}, submit, status, cancel = 'never' } = given;
  const loss = given['on-carrier-loss'] ?? 'orphan';
  const bind = given['bind-back'];
  return {
    from,
    to,
    unit,
    carrier: carrier && {
      cpu: parseQuantity(String(carrier.cpus), reader.where) * 1000,
      memory: parseQuantity(String(carrier.memory ?? 0), reader.where),
    },
    exclusive,
    walltime: map.walltime ?? 'keep',
    priority: map.priority ?? 'keep',
    user: map.user ?? 'keep',
    partition: map.partition,
    submit: timeOf(submit, reader),
    status: statusOf(status, reader),
    start: stagesOf(given.start, reader),
    exec: execOf(given.exec ?? {}),
    bindBack: bind && { tries: bind.tries.map((one) => duration(one, reader)) },
    revoke: bind?.revoke === undefined ? undefined : timeOf(bind.revoke, reader),
    cancel: typeof cancel === 'string' ? { by: cancel } : { by: 'signal', delay: timeOf(cancel.signal, reader) },
    onDelete: given['on-delete'] ?? 'cancel',
    onCarrierLoss: typeof loss === 'string' ? { evicted: loss, lost: loss } : loss,
  };
}

function statusOf(given: BridgeText['status'], reader: FigureReader): StatusSpec {
  if (given === undefined) return { by: 'watch', delay: NO_TIME };
  if ('watch' in given) return { by: 'watch', delay: timeOf(given.watch, reader) };
  if ('poll' in given) return { by: 'poll', every: fixed(given.poll, reader) };
  return { by: 'ladder', steps: given.ladder.map((step) => duration(step, reader)) };
}
