/** The entries of a description of a system, in the units and with the defaults of the model. */
import { durationOf, intervalOf, limitOf, steadyOf, timeOf } from './figure-reader.ts';
import type { FigureReader } from './figure-reader.ts';
import { NO_TIME } from './distribution.ts';
import type { BridgeText, LeaseText, ManagerText, RatioText, StageText } from './system-schema.ts';
import type { BridgeSpec, CarrierSpec, ExecProfile, LeaseSpec, ManagerSpec, Stage, StatusSpec } from './system.ts';
import { usageError } from '../errors.ts';
import { MINUTE, parseQuantity, SECOND } from '../units.ts';

function ratioOf(given: RatioText | undefined): number {
  return given === undefined ? 1 : typeof given === 'number' ? given : given.value;
}

function execOf({ cpu, network, io }: NonNullable<ManagerText['exec']>): ExecProfile {
  return { cpu: ratioOf(cpu), network: ratioOf(network), io: ratioOf(io) };
}

function stagesOf(given: readonly StageText[] | undefined, reader: FigureReader): Stage[] {
  return (given ?? []).map(({ name, time, quantum, cached = false, ...rest }, index) => {
    const stage = reader.in(index);
    return {
      name,
      time: timeOf(time, stage.in('time')),
      perNode: steadyOf(rest['per-node'], stage.in('per-node')),
      quantum: steadyOf(quantum, stage.in('quantum')),
      cached,
    };
  });
}

export function managerSpec(name: string, given: ManagerText, reader: FigureReader): ManagerSpec {
  const { owns, policy, parameters = {}, placement = 'first-fit', exec = {}, walltime = 'unlimited' } = given;
  return {
    name,
    owns,
    policy: policy === undefined ? undefined : { name: policy, parameters },
    placement,
    submit: timeOf(given.submit, reader.in('submit')),
    start: stagesOf(given.start, reader.in('start')),
    end: stagesOf(given.end, reader.in('end')),
    exec: execOf(exec),
    onLoss: given['on-loss'] ?? 'requeue',
    walltime: limitOf(walltime, reader.in('walltime')),
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
    margin: margin === 'unlimited' ? Infinity : durationOf(margin, reader.in('margin')),
    priority,
    acquire: stagesOf(acquire, reader.in('acquire')),
    release: stagesOf(release, reader.in('release')),
    scale: {
      min: scale.min ?? 0,
      max: scale.max ?? Infinity,
      metric: scale.metric ?? 'fixed',
      poll: scale.poll === undefined ? 30 * SECOND : intervalOf(scale.poll, reader.in('scale', 'poll')),
      cooldown: steadyOf(scale.cooldown, reader.in('scale', 'cooldown'), 5 * MINUTE),
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
    carrier: carrier && carrierOf(carrier, reader.in('carrier')),
    exclusive,
    walltime: map.walltime ?? 'keep',
    priority: map.priority ?? 'keep',
    user: map.user ?? 'keep',
    partition: map.partition,
    submit: timeOf(submit, reader.in('submit')),
    status: statusOf(status, reader.in('status')),
    start: stagesOf(given.start, reader.in('start')),
    exec: execOf(given.exec ?? {}),
    bindBack: bind && { tries: ladderOf(bind.tries, reader.in('bind-back', 'tries')) },
    revoke: bind?.revoke === undefined ? undefined : timeOf(bind.revoke, reader.in('bind-back', 'revoke')),
    cancel:
      typeof cancel === 'string' ? { by: cancel } : { by: 'signal', delay: timeOf(cancel.signal, reader.in('cancel', 'signal')) },
    onDelete: given['on-delete'] ?? 'cancel',
    onCarrierLoss: typeof loss === 'string' ? { evicted: loss, lost: loss } : loss,
  };
}

function carrierOf({ cpus, memory = 0 }: NonNullable<BridgeText['carrier']>, reader: FigureReader): CarrierSpec {
  const amount = (given: number | string, key: string) => {
    const { where } = reader.in(key);
    const value = parseQuantity(String(given), where);
    if (value >= 0) return value;
    throw usageError(`a carrier holds ${given} ${key}`, where, 'write 0 or more');
  };
  return { cpu: amount(cpus, 'cpus') * 1000, memory: amount(memory, 'memory') };
}

function statusOf(given: BridgeText['status'], reader: FigureReader): StatusSpec {
  if (given === undefined) return { by: 'watch', delay: NO_TIME };
  if ('watch' in given) return { by: 'watch', delay: timeOf(given.watch, reader.in('watch')) };
  if ('poll' in given) return { by: 'poll', every: intervalOf(given.poll, reader.in('poll')) };
  return { by: 'ladder', steps: ladderOf(given.ladder, reader.in('ladder')) };
}

function ladderOf(steps: readonly (number | string)[], reader: FigureReader): number[] {
  return steps.map((step, index) => intervalOf(step, reader.in(index)));
}
